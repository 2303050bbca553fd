use super::*;
use domain::id::LeaseEpoch;

fn pulse(beat: u64) -> Pulse {
    Pulse { epoch: LeaseEpoch(1), beat, seq: 5, holder_pid: Some(1) }
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn vigil() -> Vigil {
    Vigil::begin(seconds(10), seconds(100), pulse(1))
}

#[test]
fn a_pulse_that_stands_still_is_silent_after_the_whole_time_and_not_before() {
    let mut vigil = vigil();
    for second in 101..110 {
        assert!(!vigil.is_silent(seconds(second), pulse(1)), "second {second}");
    }
    assert!(vigil.is_silent(seconds(110), pulse(1)));
    assert!(!vigil.is_silent(seconds(111), pulse(2)), "it lives again");
}

#[test]
fn a_beat_a_record_and_a_new_epoch_each_begin_the_time_anew() {
    let signs = [pulse(2), Pulse { seq: 6, ..pulse(1) }, Pulse { epoch: LeaseEpoch(2), ..pulse(1) }];
    for sign in signs {
        let mut vigil = vigil();
        for second in 101..109 {
            assert!(!vigil.is_silent(seconds(second), pulse(1)));
        }
        for second in 109..119 {
            assert!(!vigil.is_silent(seconds(second), sign), "second {second}");
        }
        assert!(vigil.is_silent(seconds(119), sign));
    }
}

#[test]
fn time_in_which_the_watcher_itself_was_stopped_does_not_make_the_holder_silent() {
    let mut vigil = vigil();
    assert!(!vigil.is_silent(seconds(100_000), pulse(1)));
    // Both were stopped, and the holder has had no time to beat yet.
    assert!(!vigil.is_silent(seconds(100_001), pulse(1)));
    for second in 2..8 {
        assert!(!vigil.is_silent(seconds(100_000 + second), pulse(1)), "second {second}");
    }
    assert!(vigil.is_silent(seconds(100_008), pulse(1)));
}

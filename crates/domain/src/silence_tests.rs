use super::Silence;
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn told(tell: impl FnOnce(&mut Silence)) -> Silence {
    let mut silence = Silence { last_record: Some(at(0)), ..Silence::default() };
    tell(&mut silence);
    silence
}

fn lasted(silence: Silence, seconds: i64) -> bool {
    silence.lasted(SignedDuration::from_secs(seconds))
}

#[test]
fn it_lasts_from_the_loss_until_the_line_is_up() {
    let silence = told(|it| {
        it.lost(at(10));
        it.lost(at(40));
        it.back(at(69));
    });
    assert_eq!(silence.began_at(), Some(at(10)));
    assert!(lasted(silence, 59) && !lasted(silence, 60));
    assert!(!lasted(told(|it| it.lost(at(10))), 0), "it is not over");
    assert!(!lasted(told(|it| it.back(at(10))), 0), "nothing was lost");
}

#[test]
fn another_process_goes_on_from_the_last_record_of_the_one_before() {
    let silence = told(|it| {
        it.started();
        it.last_record = Some(at(70));
        it.back(at(71));
    });
    assert_eq!(silence.began_at(), Some(at(0)));
    assert!(lasted(silence, 71) && !lasted(silence, 72));
    let twice = told(|it| {
        it.lost(at(10));
        it.last_record = Some(at(30));
        it.started();
    });
    assert_eq!(twice.began_at(), Some(at(10)), "the line was lost before");
    let mut first = Silence::default();
    first.started();
    assert_eq!(first.began_at(), None);
}

#[test]
fn what_breaks_again_before_a_comparison_is_one_silence() {
    let silence = told(|it| {
        it.lost(at(10));
        it.back(at(20));
        it.lost(at(21));
        it.back(at(80));
    });
    assert!(lasted(silence, 70));
    let seen = told(|it| {
        it.lost(at(10));
        it.back(at(20));
        it.seen();
        it.lost(at(21));
        it.back(at(80));
    });
    assert!(!lasted(seen, 60) && lasted(seen, 59));
}

#[test]
fn a_clock_that_was_set_back_counts_as_long() {
    assert!(lasted(
        told(|it| {
            it.lost(at(10));
            it.back(at(5));
        }),
        3_600
    ));
}

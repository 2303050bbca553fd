use super::*;
use crate::gates::world::{Expect, check};

#[test]
fn silence_of_any_part_stops_what_is_new() {
    check(
        &GATE,
        &[
            ("all alive", Expect::Pass, |_| {}),
            ("silent for just the limit", Expect::Pass, |w| w.silent(0, 60)),
            ("silent for a second longer", Expect::Deny(1), |w| w.silent(0, 61)),
            ("two parts silent", Expect::Deny(2), |w| {
                w.silent(0, 61);
                w.silent(1, 100);
            }),
            ("one that never showed life", Expect::Deny(1), |w| w.heartbeats[1].at = None),
            ("a clock set back", Expect::Pass, |w| w.silent(0, -500)),
            ("a tighter policy", Expect::Deny(1), |w| {
                w.policy.heartbeat_s_max = 5;
                w.silent(2, 6);
            }),
        ],
    );
}

#[test]
fn a_comparison_that_is_due_and_does_not_begin_is_silent() {
    let at = |second: i64| jiff::Timestamp::from_second(1_000_000 + second).unwrap();
    let every = SignedDuration::from_secs(300);
    let heard = |begun: Option<i64>, ended: Option<i64>, now| {
        crate::gates::Heartbeat::of_comparison(begun.map(at), ended.map(at), every, at(now)).at
    };
    assert_eq!(heard(None, None, 10), None, "there never was one");
    assert_eq!(heard(None, Some(0), 299), Some(at(299)), "it is not due");
    assert_eq!(heard(None, Some(0), 400), Some(at(300)), "it has been due for 100 s");
    assert_eq!(heard(Some(310), Some(0), 400), Some(at(310)), "under way for 90 s");
}

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

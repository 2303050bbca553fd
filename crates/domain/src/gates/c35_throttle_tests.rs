use super::GATE;
use crate::gates::world::{Expect, check};

#[test]
fn messages_are_bounded_per_second_and_day() {
    check(
        &GATE,
        &[
            ("the last of the second", Expect::Pass, |w| {
                (w.messages_second, w.lately.messages_day) = (19, 4_999);
            }),
            ("one too many in the second", Expect::Deny(1), |w| {
                w.messages_second = 20;
            }),
            ("one too many in the day", Expect::Deny(1), |w| {
                w.lately.messages_day = 5_000;
            }),
            ("a bracket is three messages", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                w.messages_second = 18;
            }),
            ("the last three of the second", Expect::Pass, |w| {
                w.bracket("195", "185");
                (w.messages_second, w.lately.messages_day) = (17, 4_997);
            }),
            ("both", Expect::Deny(2), |w| {
                (w.messages_second, w.lately.messages_day) = (u32::MAX, u32::MAX);
            }),
        ],
    );
}

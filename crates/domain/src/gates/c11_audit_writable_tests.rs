use super::GATE;
use crate::gates::world::{Expect, check};

#[test]
fn what_cannot_be_recorded_is_not_sent() {
    check(
        &GATE,
        &[("a full disk", Expect::Deny(1), |w| {
            w.journal_fault = Some("disk full".to_owned());
        })],
    );
}

use super::GATE;
use crate::activity::{Breaker, Tripped};
use crate::gates::world::{Expect, check};

#[test]
fn rejects_in_a_row_stop_everything_until_a_human_has_looked() {
    check(
        &GATE,
        &[
            ("the last one allowed", Expect::Pass, |w| w.lately.rejects_in_row = 4),
            ("one too many", Expect::Deny(1), |w| w.lately.rejects_in_row = 5),
            ("it stays tripped when an order was taken since", Expect::Deny(1), |w| {
                let tripped = Tripped { reason: "5 rejects in a row".to_owned(), at: w.now };
                w.lately.tripped.push((Breaker::Rejects, tripped));
            }),
        ],
    );
}

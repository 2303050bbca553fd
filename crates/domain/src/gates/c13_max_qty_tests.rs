use super::GATE;
use crate::gates::world::{Expect, check, dec};
use crate::order::Side;

#[test]
fn a_quantity_above_the_limit_is_refused() {
    check(
        &GATE,
        &[
            ("at the limit", Expect::Pass, |w| w.side(Side::Buy, "1000")),
            ("just above", Expect::Deny(1), |w| {
                w.side(Side::Buy, "1000.00000001");
            }),
            ("a sell counts too", Expect::Deny(1), |w| {
                w.side(Side::Sell, "1001");
            }),
            ("a limit of nothing", Expect::Deny(1), |w| {
                w.policy.order_qty_max = dec("0");
            }),
        ],
    );
}

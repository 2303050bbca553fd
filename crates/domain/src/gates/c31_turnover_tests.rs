use super::GATE;
use crate::gates::world::{Expect, check, dec};
use crate::order::Side;

#[test]
fn trades_and_orders_of_a_day_are_bounded() {
    check(
        &GATE,
        &[
            ("at the limit", Expect::Pass, |w| w.lately.turnover_day = Some(dec("498105"))),
            ("just over", Expect::Deny(1), |w| w.lately.turnover_day = Some(dec("498105.01"))),
            ("what is filled is traded already", Expect::Pass, |w| {
                w.filled = rust_decimal::Decimal::from(4);
                w.lately.turnover_day = Some(dec("498863"));
            }),
            ("what is left is not", Expect::Deny(1), |w| {
                w.filled = rust_decimal::Decimal::from(4);
                w.lately.turnover_day = Some(dec("498863.01"));
            }),
            ("what is open counts as traded", Expect::Deny(1), |w| {
                w.lately.turnover_day = Some(dec("400000"));
                w.opens(2, Side::Sell, "1", Some("98105.01"));
            }),
            ("the last order", Expect::Pass, |w| w.lately.orders_day = 499),
            ("one order too many", Expect::Deny(1), |w| w.lately.orders_day = 500),
            ("a bracket is three", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                w.lately.orders_day = 498;
                w.lately.orders_more = 3;
            }),
            ("a change is none", Expect::Pass, |w| {
                w.lately.orders_day = 500;
                w.lately.orders_more = 0;
            }),
            ("a change of a day with too many", Expect::Pass, |w| {
                w.lately.orders_day = 501;
                w.lately.orders_more = 0;
            }),
            ("more than can be counted", Expect::Deny(1), |w| w.lately.orders_day = u32::MAX),
            ("turnover that is not known", Expect::Deny(1), |w| w.lately.turnover_day = None),
            ("open orders of unknown worth", Expect::Deny(1), |w| w.opens(2, Side::Buy, "1", None)),
            ("no rate", Expect::Deny(1), |w| w.account.fx_to_base = None),
            ("beyond every figure", Expect::Deny(1), |w| w.lately.turnover_day = Some(rust_decimal::Decimal::MAX)),
        ],
    );
}

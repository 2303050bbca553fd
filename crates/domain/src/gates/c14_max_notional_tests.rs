use super::GATE;
use crate::gates::Dated;
use crate::gates::world::{Expect, World, check, dec, price};
use crate::order::{OrderType, Side};
use jiff::SignedDuration;
use rust_decimal::Decimal;

fn euro(world: &mut World, rate: &str, age_ms: i64) {
    world.account.base_currency = Some("EUR".parse().unwrap());
    let at = world.now.checked_sub(SignedDuration::from_millis(age_ms)).unwrap();
    world.account.fx_to_base = Some(Dated { value: dec(rate), at });
}

fn buys(world: &mut World, order_type: OrderType, max: &str) {
    world.types(order_type);
    world.policy.order_notional_max = dec(max);
}

#[test]
fn the_worst_notional_stays_within_the_limit() {
    check(
        &GATE,
        &[
            ("at the limit", Expect::Pass, |w| {
                w.policy.order_notional_max = dec("1895");
            }),
            ("just above", Expect::Deny(1), |w| {
                w.policy.order_notional_max = dec("1894.99");
            }),
            ("the multiplier counts", Expect::Deny(1), |w| {
                w.order.contract.multiplier = dec("100");
            }),
            ("a market order at the ask plus slippage", Expect::Pass, |w| buys(w, OrderType::Market, "1989.96")),
            ("a market order just above", Expect::Deny(1), |w| {
                buys(w, OrderType::Market, "1989.95");
            }),
            ("a stop above the market at its trigger", Expect::Pass, |w| {
                buys(w, OrderType::Stop { stop: price("200") }, "2100");
            }),
            ("a stop just above", Expect::Deny(1), |w| {
                buys(w, OrderType::Stop { stop: price("200") }, "2099.99");
            }),
            ("a buy stop far below the market trades at the market", Expect::Deny(1), |w| {
                buys(w, OrderType::Stop { stop: price("1") }, "1989.95");
            }),
            ("a sell limit far below the market trades at the market", Expect::Deny(1), |w| {
                buys(w, OrderType::Limit { limit: price("1") }, "1894");
                w.side(Side::Sell, "10");
            }),
        ],
    );
}

#[test]
fn amounts_count_in_base_currency_at_a_fresh_rate() {
    check(
        &GATE,
        &[
            ("converted, at the limit", Expect::Pass, |w| {
                euro(w, "0.9", 60_000);
                w.policy.order_notional_max = dec("1705.5");
            }),
            ("converted, just above", Expect::Deny(1), |w| {
                euro(w, "0.9", 0);
                w.policy.order_notional_max = dec("1705.49");
            }),
            ("a rate just too old", Expect::Deny(1), |w| {
                euro(w, "0.9", 60_001);
            }),
            ("a rate as far ahead as clocks may differ", Expect::Pass, |w| {
                euro(w, "0.9", -2_000);
            }),
            ("a rate from the future", Expect::Deny(1), |w| {
                euro(w, "0.9", -2_001);
            }),
            ("a rate of zero", Expect::Deny(1), |w| euro(w, "0", 0)),
            ("a negative rate", Expect::Deny(1), |w| euro(w, "-0.9", 0)),
            ("one dollar is not two", Expect::Deny(1), |w| {
                w.account.fx_to_base.as_mut().unwrap().value = dec("2");
            }),
            ("one dollar is one dollar, however old", Expect::Pass, |w| {
                w.account.fx_to_base.as_mut().unwrap().at = "2020-01-01T00:00:00Z".parse().unwrap();
            }),
        ],
    );
}

#[test]
fn what_is_unknown_is_refused_each_for_itself() {
    check(
        &GATE,
        &[
            ("rate", Expect::Deny(1), |w| w.account.fx_to_base = None),
            ("base currency", Expect::Deny(1), |w| {
                w.account.base_currency = None;
            }),
            ("price", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.quote = None;
            }),
            ("price, rate and base currency", Expect::Deny(3), |w| {
                w.types(OrderType::Market);
                w.quote = None;
                w.account.base_currency = None;
                w.account.fx_to_base = None;
            }),
            ("a product beyond every figure", Expect::Deny(1), |w| {
                w.order.contract.multiplier = Decimal::MAX;
            }),
        ],
    );
}

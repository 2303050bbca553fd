use super::GATE;
use crate::gates::world::{Expect, World, check, con_id, dec, price};
use crate::market::DataType;
use crate::order::{OrderType, Side};
use rust_decimal::Decimal;

fn sells(world: &mut World, limit: &str) {
    world.side(Side::Sell, "10");
    world.limit(limit);
}

fn stop_limit(world: &mut World, stop: &str, limit: &str) {
    world.types(OrderType::StopLimit { stop: price(stop), limit: price(limit) });
}

#[test]
fn a_limit_may_not_reach_far_through_the_market() {
    check(
        &GATE,
        &[
            // 5 % of 189.50 is 9.475.
            ("buy at the edge", Expect::Pass, |w| w.limit("198.975")),
            ("buy just beyond", Expect::Deny(1), |w| w.limit("198.98")),
            ("sell at the edge", Expect::Pass, |w| sells(w, "180.025")),
            ("sell just beyond", Expect::Deny(1), |w| sells(w, "180.02")),
            ("a cap is a limit", Expect::Deny(1), |w| {
                w.types(OrderType::Midprice { cap: Some(price("300")) });
            }),
        ],
    );
}

#[test]
fn an_order_that_rests_far_from_the_market_is_harmless() {
    check(
        &GATE,
        &[
            ("buy far below", Expect::Pass, |w| w.limit("1")),
            ("sell far above", Expect::Pass, |w| sells(w, "9999")),
            ("no limit is control 16's matter", Expect::Pass, |w| {
                w.types(OrderType::Market);
            }),
        ],
    );
}

#[test]
fn the_band_narrows_with_the_data() {
    check(
        &GATE,
        &[
            // 3 % is 5.685, 2 % is 3.79.
            ("delayed, at the edge", Expect::Pass, |w| {
                w.aged(DataType::Delayed, 0);
                w.limit("195.185");
            }),
            ("delayed, just beyond", Expect::Deny(1), |w| {
                w.aged(DataType::Delayed, 0);
                w.limit("195.19");
            }),
            ("a live quote gone quiet counts as delayed", Expect::Deny(1), |w| {
                w.aged(DataType::Live, 15_001);
                w.limit("195.19");
            }),
            ("close, at the edge", Expect::Pass, |w| {
                w.aged(DataType::Close, 0);
                w.limit("193.29");
            }),
            ("close, just beyond", Expect::Deny(1), |w| {
                w.aged(DataType::Close, 0);
                w.limit("193.30");
            }),
        ],
    );
}

#[test]
fn a_stop_limit_is_judged_at_its_trigger() {
    check(
        &GATE,
        &[
            ("just within", Expect::Pass, |w| stop_limit(w, "300", "315")),
            ("just beyond", Expect::Deny(1), |w| {
                stop_limit(w, "300", "315.01");
            }),
            ("a trigger below the market opens no way through it", Expect::Deny(1), |w| stop_limit(w, "100", "200")),
        ],
    );
}

#[test]
fn without_a_reference_no_limit_can_be_judged() {
    check(
        &GATE,
        &[
            ("no quote", Expect::Deny(1), |w| w.quote = None),
            ("crossed", Expect::Deny(1), |w| {
                w.quote().bid = Some(price("200"));
            }),
            ("too old", Expect::Deny(1), |w| {
                w.aged(DataType::Live, 30 * 24 * 3_600_000);
            }),
            ("another contract's", Expect::Deny(1), |w| {
                w.quote().con_id = con_id(1);
            }),
            ("a collar beyond all figures", Expect::Deny(1), |w| {
                w.policy.collar_live_percent = Decimal::MAX;
            }),
            ("a collar of nothing", Expect::Pass, |w| {
                w.policy.collar_live_percent = dec("0");
            }),
        ],
    );
}

#[test]
fn the_exits_of_an_entry_without_a_price_lie_around_the_market() {
    check(
        &GATE,
        &[
            ("around it", Expect::Pass, |w| {
                w.types(OrderType::Market);
                w.bracket("195", "185");
            }),
            ("both above", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.bracket("195", "190");
            }),
            ("both below", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.bracket("189", "180");
            }),
            ("around it for a short sale", Expect::Pass, |w| {
                w.types(OrderType::Market);
                w.side(Side::SellShort, "10");
                w.bracket("185", "195");
            }),
            ("no market to lie around", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.bracket("195", "185");
                w.quote = None;
            }),
            ("an entry with a limit was judged when it was read", Expect::Pass, |w| {
                w.bracket("190", "180");
                w.limit("185");
            }),
        ],
    );
}

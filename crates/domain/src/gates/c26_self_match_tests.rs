use super::GATE;
use crate::gates::world::{Expect, World, check, dec, price};
use crate::market::DataType;
use crate::order::{OrderType, Side, Trail};

fn limit(at: &str) -> OrderType {
    OrderType::Limit { limit: price(at) }
}

fn stop(at: &str) -> OrderType {
    OrderType::Stop { stop: price(at) }
}

/// The world's order buys at 189.50.
fn other_sells(world: &mut World, order_type: OrderType) {
    world.also_ours(Side::Sell, &[order_type]);
}

#[test]
fn a_limit_meets_one_that_it_crosses() {
    check(
        &GATE,
        &[
            ("just above", Expect::Pass, |w| other_sells(w, limit("189.51"))),
            ("at the same price", Expect::Deny(1), |w| other_sells(w, limit("189.50"))),
            ("below", Expect::Deny(1), |w| other_sells(w, limit("180"))),
            ("a short sale is a sale", Expect::Deny(1), |w| w.also_ours(Side::SellShort, &[limit("189")])),
            ("an order on the same side", Expect::Pass, |w| w.also_ours(Side::Buy, &[limit("189.50")])),
            ("a sell and a bid above it", Expect::Deny(1), |w| {
                w.side(Side::Sell, "10");
                w.also_ours(Side::BuyToCover, &[limit("189.50")]);
            }),
            ("a sell and a bid below it", Expect::Pass, |w| {
                w.side(Side::Sell, "10");
                w.also_ours(Side::Buy, &[limit("189.49")]);
            }),
            ("two of them", Expect::Deny(2), |w| {
                other_sells(w, limit("189"));
                other_sells(w, limit("188"));
            }),
            ("one change under way reaches it", Expect::Deny(1), |w| {
                w.also_ours(Side::Sell, &[limit("195"), limit("189")]);
            }),
            ("where it is allowed", Expect::Pass, |w| {
                other_sells(w, limit("189"));
                w.policy.self_match_allowed = true;
            }),
        ],
    );
}

#[test]
fn a_stop_meets_what_lies_beyond_its_trigger() {
    check(
        &GATE,
        &[
            // 5 % below 199.47 is 189.4965, below 199.48 it is 189.506.
            ("within its slippage", Expect::Deny(1), |w| other_sells(w, stop("199.47"))),
            ("just beyond its slippage", Expect::Pass, |w| other_sells(w, stop("199.48"))),
            ("at its trigger", Expect::Deny(1), |w| other_sells(w, stop("189.50"))),
            ("a bid above the trigger trades before it", Expect::Pass, |w| other_sells(w, stop("189.49"))),
            ("a stop limit may have been triggered", Expect::Deny(1), |w| {
                other_sells(w, OrderType::StopLimit { stop: price("185"), limit: price("184") });
            }),
            ("where a trailing stop is nobody knows", Expect::Deny(1), |w| {
                other_sells(w, OrderType::Trail { trail: Trail::Percent(price("5")) });
            }),
            ("a new stop and an offer within its slippage", Expect::Deny(1), |w| {
                w.types(stop("195"));
                other_sells(w, limit("204.75"));
            }),
            ("a new stop and an offer beyond it", Expect::Pass, |w| {
                w.types(stop("195"));
                other_sells(w, limit("204.76"));
            }),
            ("a new stop and an offer that trades before", Expect::Pass, |w| {
                w.types(stop("195"));
                other_sells(w, limit("194.99"));
            }),
            ("a new stop limit and an offer beyond its limit", Expect::Pass, |w| {
                w.types(OrderType::StopLimit { stop: price("195"), limit: price("196") });
                other_sells(w, limit("196.01"));
            }),
            ("a new stop limit and an offer at its limit", Expect::Deny(1), |w| {
                w.types(OrderType::StopLimit { stop: price("195"), limit: price("196") });
                other_sells(w, limit("196"));
            }),
            ("stops apart", Expect::Pass, |w| {
                w.types(stop("195"));
                other_sells(w, stop("194.99"));
            }),
            ("stops at one price", Expect::Deny(1), |w| {
                w.types(stop("195"));
                other_sells(w, stop("195"));
            }),
        ],
    );
}

#[test]
fn a_market_order_reaches_the_touch_or_as_far_as_the_slippage() {
    check(
        &GATE,
        &[
            ("an offer at the touch", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                other_sells(w, limit("189.52"));
            }),
            ("an offer behind a touch that shows enough", Expect::Pass, |w| {
                w.types(OrderType::Market);
                other_sells(w, limit("189.53"));
            }),
            ("as much is shown as is bought", Expect::Pass, |w| {
                w.quote().ask_size = Some(dec("10"));
                w.quote().bid_size = Some(dec("9"));
                w.types(OrderType::Market);
                other_sells(w, limit("189.53"));
            }),
            ("less is shown than is bought", Expect::Deny(1), |w| {
                w.quote().ask_size = Some(dec("9"));
                w.types(OrderType::Market);
                other_sells(w, limit("189.53"));
            }),
            ("as much is shown as is sold", Expect::Pass, |w| {
                w.quote().bid_size = Some(dec("10"));
                w.quote().ask_size = Some(dec("9"));
                w.side(Side::Sell, "10");
                w.types(OrderType::Market);
                w.also_ours(Side::Buy, &[limit("189.47")]);
            }),
            // 5 % above 189.52 are 198.996.
            ("an offer within the slippage, where too little is shown", Expect::Deny(1), |w| {
                w.side(Side::Buy, "101");
                w.types(OrderType::Market);
                other_sells(w, limit("198.99"));
            }),
            ("an offer beyond it", Expect::Pass, |w| {
                w.side(Side::Buy, "101");
                w.types(OrderType::Market);
                other_sells(w, limit("199"));
            }),
            ("a quote gone quiet shows nothing", Expect::Deny(1), |w| {
                w.aged(DataType::Live, 15_001);
                w.types(OrderType::Market);
                other_sells(w, limit("189.53"));
            }),
            ("no quote", Expect::Deny(1), |w| {
                w.quote = None;
                w.types(OrderType::Market);
                other_sells(w, limit("500"));
            }),
            ("no quote for a limit order is no matter", Expect::Pass, |w| {
                w.quote = None;
                other_sells(w, limit("500"));
            }),
            ("a market order of ours that is out", Expect::Deny(1), |w| {
                w.limit("1");
                other_sells(w, OrderType::Market);
            }),
            ("both on close", Expect::Deny(1), |w| {
                w.types(OrderType::Moc);
                other_sells(w, OrderType::Moc);
            }),
            ("a slippage beyond all figures", Expect::Deny(1), |w| {
                w.policy.market_order_slippage_percent = rust_decimal::Decimal::MAX;
                other_sells(w, stop("500"));
            }),
        ],
    );
}

#[test]
fn the_stop_of_a_bracket_counts_too() {
    check(
        &GATE,
        &[
            ("a bid below the stop, within its slippage", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                w.also_ours(Side::Buy, &[limit("184")]);
            }),
            ("a bid between stop and market", Expect::Pass, |w| {
                w.bracket("195", "185");
                w.also_ours(Side::Buy, &[limit("186")]);
            }),
            ("a bid far below", Expect::Pass, |w| {
                w.bracket("195", "185");
                w.also_ours(Side::Buy, &[limit("175.74")]);
            }),
            ("without slippage only the trigger itself", Expect::Pass, |w| {
                w.policy.market_order_slippage_percent = dec("0");
                w.bracket("195", "185");
                w.also_ours(Side::Buy, &[limit("184.99")]);
            }),
        ],
    );
}

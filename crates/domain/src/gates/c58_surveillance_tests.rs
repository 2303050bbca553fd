use super::GATE;
use crate::gates::world::{Expect, World, check, dec, price};
use crate::order::{OrderType, Side};

fn did(world: &mut World, orders: u32, withdrawn: u32) {
    (world.lately.pattern.orders, world.lately.pattern.withdrawn) = (orders, withdrawn);
}

/// So many orders of ours have just sold between these prices.
fn sold(world: &mut World, orders: usize, low: &str, high: &str) {
    world.lately.pattern.against.extend(std::iter::repeat_n((dec(low), dec(high)), orders));
}

#[test]
fn orders_that_are_nearly_all_withdrawn_are_held() {
    check(
        &GATE,
        &[
            ("few orders do not count", Expect::Pass, |w| did(w, 19, 19)),
            ("from twenty on they do", Expect::Hold(1), |w| did(w, 20, 20)),
            ("at the limit", Expect::Pass, |w| did(w, 20, 19)),
            ("just over it", Expect::Hold(1), |w| did(w, 1_000, 951)),
            ("those of yesterday, withdrawn today", Expect::Hold(1), |w| did(w, 0, 20)),
            ("no order yet where one is enough to count", Expect::Pass, |w| {
                w.policy.cancel_orders_min = 0;
                w.policy.cancel_percent_max = dec("0");
            }),
            ("a human has looked", Expect::Pass, |w| {
                w.approved();
                did(w, 20, 20);
            }),
            ("what reduces passes", Expect::Pass, |w| {
                did(w, 20, 20);
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}

#[test]
fn trading_back_and_forth_at_about_one_price_is_held() {
    // The order may trade at 189.50, and a tenth of a percent of it is 0.1895.
    check(
        &GATE,
        &[
            ("now and then", Expect::Pass, |w| sold(w, 2, "189.5", "189.5")),
            ("again and again", Expect::Hold(1), |w| sold(w, 3, "189.5", "189.5")),
            ("at the edge of the band above", Expect::Hold(1), |w| sold(w, 3, "189.6895", "190")),
            ("just beyond it", Expect::Pass, |w| sold(w, 3, "189.6896", "190")),
            ("at the edge below", Expect::Hold(1), |w| sold(w, 3, "189", "189.3105")),
            ("just beyond that", Expect::Pass, |w| sold(w, 3, "189", "189.3104")),
            ("a market order, at the ask", Expect::Hold(1), |w| {
                w.types(OrderType::Market);
                sold(w, 3, "189.7", "189.7");
            }),
            ("a limit far above the market trades at the market", Expect::Hold(1), |w| {
                w.limit("195");
                sold(w, 3, "189.52", "189.52");
            }),
            ("a sell limit far below the market too", Expect::Hold(1), |w| {
                w.side(Side::SellShort, "10");
                w.limit("180");
                sold(w, 3, "189.48", "189.48");
            }),
            ("and far above it at its own price", Expect::Hold(1), |w| {
                w.side(Side::SellShort, "10");
                w.limit("195");
                sold(w, 3, "195", "195");
            }),
            ("a stop trades at its trigger", Expect::Hold(1), |w| {
                w.types(OrderType::Stop { stop: price("195") });
                sold(w, 3, "195", "195");
            }),
            ("and so does a stop limit, at its limit", Expect::Hold(1), |w| {
                w.types(OrderType::StopLimit { stop: price("195"), limit: price("196") });
                sold(w, 3, "196", "196");
            }),
            ("without a price everything is near", Expect::Hold(1), |w| {
                w.types(OrderType::Market);
                w.quote = None;
                sold(w, 3, "1", "1");
            }),
            ("a change that brings an order there", Expect::Hold(1), |w| {
                w.lately.orders_more = 0;
                sold(w, 3, "189.5", "189.5");
            }),
            ("a change that takes it away", Expect::Pass, |w| {
                w.lately.orders_more = 0;
                w.limit("189");
                sold(w, 3, "189.5", "189.5");
            }),
            ("a human has looked", Expect::Pass, |w| {
                w.approved();
                sold(w, 3, "189.5", "189.5");
            }),
            ("both patterns are told", Expect::Hold(2), |w| {
                did(w, 20, 20);
                sold(w, 3, "189.5", "189.5");
            }),
        ],
    );
}

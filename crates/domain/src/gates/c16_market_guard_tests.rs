use super::GATE;
use crate::gates::world::{Expect, World, check, dec, price};
use crate::order::{OrderType, Side, Trail};

fn none_allowed(world: &mut World, order_type: OrderType) {
    world.policy.market_orders_allowed = false;
    world.types(order_type);
}

#[test]
fn orders_without_a_worst_price_of_their_own_need_the_policys_leave() {
    check(
        &GATE,
        &[
            ("market allowed", Expect::Pass, |w| {
                w.types(OrderType::Market);
            }),
            ("market", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Market);
            }),
            ("stop", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Stop { stop: price("195") });
            }),
            ("trail", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Trail { trail: Trail::Percent(price("1")) });
            }),
            ("midprice", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Midprice { cap: None });
            }),
            ("on close", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Moc);
            }),
            ("on open", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Moo);
            }),
            ("a resting limit", Expect::Pass, |w| {
                none_allowed(w, OrderType::Limit { limit: price("189.51") });
            }),
            ("a buy limit at the ask", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Limit { limit: price("189.52") });
            }),
            ("a sell limit at the bid", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Limit { limit: price("189.48") });
                w.order.intent.side = Side::Sell;
            }),
            ("a resting sell limit", Expect::Pass, |w| {
                none_allowed(w, OrderType::Limit { limit: price("189.49") });
                w.order.intent.side = Side::Sell;
            }),
            ("a sell limit through the bid", Expect::Deny(1), |w| {
                none_allowed(w, OrderType::Limit { limit: price("189.00") });
                w.order.intent.side = Side::Sell;
            }),
            ("a limit at the ask where allowed", Expect::Pass, |w| {
                w.limit("189.52");
            }),
        ],
    );
}

#[test]
fn the_worst_price_must_be_known() {
    check(
        &GATE,
        &[
            ("no quote", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.quote = None;
            }),
            ("crossed", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.quote().bid = Some(price("200"));
            }),
            ("a limit order has its own", Expect::Pass, |w| {
                w.quote = None;
            }),
            ("neither allowed nor known", Expect::Deny(2), |w| {
                none_allowed(w, OrderType::Market);
                w.quote = None;
            }),
            ("a slippage that shrinks the worst case", Expect::Deny(2), |w| {
                w.types(OrderType::Market);
                w.policy.market_order_slippage_percent = dec("-1");
            }),
        ],
    );
}

#[test]
fn a_spread_wider_than_the_slippage_is_no_market() {
    check(
        &GATE,
        &[
            ("at the slippage", Expect::Pass, |w| {
                w.types(OrderType::Market);
                (w.quote().bid, w.quote().ask) = (Some(price("100")), Some(price("105")));
            }),
            ("just wider", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                (w.quote().bid, w.quote().ask) = (Some(price("100")), Some(price("105.01")));
            }),
            ("a limit order brings its own bound", Expect::Pass, |w| {
                w.quote().ask = Some(price("300"));
            }),
        ],
    );
}

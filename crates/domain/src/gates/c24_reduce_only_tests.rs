use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::order::Side;
use rust_decimal::Decimal;

fn holding(world: &mut World, held: i64, side: Side, qty: &str) {
    world.account.held = Some(Decimal::from(held));
    world.side(side, qty);
}

#[test]
fn a_sell_sells_what_is_held() {
    check(
        &GATE,
        &[
            ("all of it", Expect::Pass, |w| {
                holding(w, 10, Side::Sell, "10");
            }),
            ("one more", Expect::Deny(1), |w| {
                holding(w, 10, Side::Sell, "11");
            }),
            ("of a change only what is left", Expect::Pass, |w| {
                holding(w, 4, Side::Sell, "10");
                w.filled = Decimal::from(6);
            }),
            ("of a change one more than is held", Expect::Deny(1), |w| {
                holding(w, 4, Side::Sell, "11");
                w.filled = Decimal::from(6);
            }),
            ("nothing is held", Expect::Deny(1), |w| {
                holding(w, 0, Side::Sell, "1");
            }),
            ("what an open sell already sells", Expect::Deny(1), |w| {
                holding(w, 10, Side::Sell, "6");
                w.also_open(Side::Sell, "5", None);
            }),
            ("an open buy adds nothing yet", Expect::Deny(1), |w| {
                holding(w, 10, Side::Sell, "11");
                w.also_open(Side::Buy, "5", None);
            }),
            ("unknown", Expect::Deny(1), |w| {
                holding(w, 10, Side::Sell, "1");
                w.account.held = None;
            }),
        ],
    );
}

#[test]
fn a_short_sale_needs_that_nothing_is_held() {
    check(
        &GATE,
        &[
            ("flat", Expect::Pass, |w| {
                holding(w, 0, Side::SellShort, "1");
            }),
            ("already short", Expect::Pass, |w| {
                holding(w, -5, Side::SellShort, "1");
            }),
            ("long", Expect::Deny(1), |w| {
                holding(w, 1, Side::SellShort, "1");
            }),
            ("unknown", Expect::Deny(1), |w| {
                holding(w, 0, Side::SellShort, "1");
                w.account.held = None;
            }),
        ],
    );
}

#[test]
fn a_cover_covers_what_is_short() {
    check(
        &GATE,
        &[
            ("all of it", Expect::Pass, |w| {
                holding(w, -10, Side::BuyToCover, "10");
            }),
            ("one more", Expect::Deny(1), |w| {
                holding(w, -10, Side::BuyToCover, "11");
            }),
            ("flat", Expect::Deny(1), |w| {
                holding(w, 0, Side::BuyToCover, "1");
            }),
            ("what an open buy already covers", Expect::Deny(1), |w| {
                holding(w, -10, Side::BuyToCover, "6");
                w.also_open(Side::Buy, "5", None);
            }),
            ("unknown", Expect::Deny(1), |w| {
                holding(w, -1, Side::BuyToCover, "1");
                w.account.held = None;
            }),
        ],
    );
}

#[test]
fn reduce_only_may_neither_increase_nor_flip() {
    check(
        &GATE,
        &[
            ("a plain buy needs no position", Expect::Pass, |w| {
                w.account.held = None;
            }),
            ("a buy that reduces a short", Expect::Pass, |w| {
                holding(w, -10, Side::Buy, "10");
                w.order.intent.reduce_only = true;
            }),
            ("a buy that flips a short", Expect::Deny(1), |w| {
                holding(w, -10, Side::Buy, "11");
                w.order.intent.reduce_only = true;
            }),
            ("a buy that increases", Expect::Deny(1), |w| {
                holding(w, 10, Side::Buy, "1");
                w.order.intent.reduce_only = true;
            }),
            ("a short sale never reduces", Expect::Deny(2), |w| {
                holding(w, 10, Side::SellShort, "11");
                w.order.intent.reduce_only = true;
            }),
            ("an unknown position", Expect::Deny(1), |w| {
                w.order.intent.reduce_only = true;
                w.account.held = None;
            }),
        ],
    );
}

use super::GATE;
use crate::contract::SecType;
use crate::gates::world::{Expect, World, check, con_id, dec};
use crate::order::Side;
use rust_decimal::Decimal;

fn restricted(world: &mut World) {
    world.policy.symbols_restricted.insert("aapl".to_owned());
}

fn holding(world: &mut World, held: i64, side: Side, qty: &str) {
    world.account.held = Some(Decimal::from(held));
    world.side(side, qty);
}

/// Ten are sold short where that is allowed, and just ten can be borrowed.
fn short(world: &mut World) {
    world.policy.short_sales_allowed = true;
    world.side(Side::SellShort, "10");
    world.quote().shortable = Some(Decimal::TEN);
}

#[test]
fn of_what_is_restricted_positions_are_only_closed() {
    check(
        &GATE,
        &[
            ("a buy", Expect::Deny(1), restricted),
            ("a sale of what is held", Expect::Pass, |w| {
                restricted(w);
                holding(w, 10, Side::Sell, "10");
            }),
            ("of more than that", Expect::Deny(1), |w| {
                restricted(w);
                holding(w, 10, Side::Sell, "11");
            }),
            ("of what an open sale sells already", Expect::Deny(1), |w| {
                restricted(w);
                holding(w, 10, Side::Sell, "10");
                w.also_open(Side::Sell, "1", None);
            }),
            ("a cover", Expect::Pass, |w| {
                restricted(w);
                holding(w, -10, Side::BuyToCover, "10");
            }),
            ("of a position that nobody knows", Expect::Deny(1), |w| {
                restricted(w);
                holding(w, 10, Side::Sell, "10");
                w.account.held = None;
            }),
            ("another symbol", Expect::Pass, |w| {
                w.policy.symbols_restricted.insert("AAP".to_owned());
            }),
        ],
    );
}

#[test]
fn what_is_halted_is_left_alone() {
    check(
        &GATE,
        &[
            ("halted", Expect::Deny(1), |w| w.quote().halted = Some(true)),
            ("halted, to close", Expect::Deny(1), |w| {
                holding(w, 10, Side::Sell, "10");
                w.quote().halted = Some(true);
            }),
            ("trading", Expect::Pass, |w| w.quote().halted = Some(false)),
            ("nothing was said", Expect::Pass, |w| w.quote().halted = None),
            ("another contract is halted", Expect::Pass, |w| {
                w.quote().halted = Some(true);
                w.quote().con_id = con_id(1);
            }),
        ],
    );
}

#[test]
fn a_short_sale_needs_leave_and_shares() {
    check(
        &GATE,
        &[
            ("just enough shares", Expect::Pass, short),
            ("not allowed", Expect::Deny(1), |w| {
                short(w);
                w.policy.short_sales_allowed = false;
            }),
            ("a share too few", Expect::Deny(1), |w| {
                short(w);
                w.quote().shortable = Some(dec("9.9"));
            }),
            ("not known", Expect::Deny(1), |w| {
                short(w);
                w.quote().shortable = None;
            }),
            ("no quote", Expect::Deny(1), |w| {
                short(w);
                w.quote = None;
            }),
            ("another contract's shares", Expect::Deny(1), |w| {
                short(w);
                w.quote().con_id = con_id(1);
            }),
            ("a future is not borrowed", Expect::Pass, |w| {
                short(w);
                w.order.contract.sec_type = SecType::Fut;
                w.quote().shortable = None;
            }),
            ("a plain sale needs none", Expect::Pass, |w| {
                holding(w, 10, Side::Sell, "10");
            }),
        ],
    );
}

#[test]
fn a_short_sale_is_none_of_what_open_buys_may_buy_first() {
    check(
        &GATE,
        &[
            ("an open buy from flat", Expect::Deny(1), |w| {
                short(w);
                w.also_open(Side::Buy, "1", None);
            }),
            ("an open buy that only covers", Expect::Pass, |w| {
                short(w);
                w.account.held = Some(dec("-5"));
                w.also_open(Side::BuyToCover, "5", None);
            }),
            ("an open sale", Expect::Pass, |w| {
                short(w);
                w.also_open(Side::SellShort, "5", None);
            }),
        ],
    );
}

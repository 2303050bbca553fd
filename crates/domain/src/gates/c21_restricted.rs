//! Control 21: what is on the owner's restricted list is only closed, what is halted at its exchange is left alone, and
//! a short sale needs the policy's leave and shares that can be borrowed.
//!
//! That a plain sale never goes short, and that a short sale is none of what is held, is control 24's matter. Here a
//! short sale also heeds the buys that are open: if they trade first, it would sell what they bought.
//!
//! A halt of which nothing was said is none: the broker says so only on lines that are live, and holds the order itself
//! when the exchange is closed to it.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::contract::SecType;
use crate::exposure::position_range;
use crate::market::Quote;
use crate::order::Side;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate = Gate {
    number: 21,
    code: "C21_RESTRICTED",
    title: "Neither restricted nor halted, and short only what can be",
    check,
};

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    reasons.extend(restricted(input));
    reasons.extend(halted(input));
    match input.order.intent.side {
        Side::SellShort => short_sale(input, &mut reasons),
        Side::Buy | Side::Sell | Side::BuyToCover => {}
    }
    Verdict::deny_on(reasons)
}

fn own_quote<'a>(input: &GateInput<'a>) -> Option<&'a Quote> {
    input.quote.filter(|quote| quote.con_id == input.order.contract.con_id)
}

fn restricted(input: &GateInput<'_>) -> Option<Reason> {
    let symbol = &input.order.contract.symbol;
    // A list must not be escaped by the spelling of its author.
    let listed = input.policy.symbols_restricted.iter().any(|listed| listed.eq_ignore_ascii_case(symbol));
    (listed && input.reduces != Some(true)).then(|| {
        GATE.reason(
            &format_args!("{symbol} is on the restricted list: only what closes a position in it is let through."),
            &format_args!("{} {}", input.order.intent.side.word(), input.order.intent.qty),
            &"at most what is held and not already being closed",
            &"Close what is held, or let a human with admin change symbols_restricted.",
        )
    })
}

fn halted(input: &GateInput<'_>) -> Option<Reason> {
    (own_quote(input).and_then(|quote| quote.halted) == Some(true)).then(|| {
        GATE.reason(
            &"Trading in the instrument is halted at its exchange.",
            &"halted",
            &"an instrument that trades",
            &"Wait until it trades again (`tollgate quote SYMBOL`). Cancels go through.",
        )
    })
}

fn short_sale(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let qty = input.order.intent.qty.get();
    if !input.policy.short_sales_allowed {
        reasons.push(GATE.reason(
            &"The policy lets no short sale through.",
            &format_args!("sell_short {qty}"),
            &"no short sales",
            &"Sell what is held (side sell), or let a human with admin set short_sales_allowed.",
        ));
    }
    let con_id = input.order.contract.con_id;
    let high = input.account.held.map(|held| position_range(held, con_id, input.near).high);
    // What is held already is control 24's matter.
    let buys =
        high.filter(|high| *high > Decimal::ZERO && input.account.held.is_some_and(|held| held <= Decimal::ZERO));
    if let Some(high) = buys {
        reasons.push(GATE.reason(
            &"If the buys that are open trade first, this would be a sale of what they bought.",
            &format_args!("up to {} held", high.normalize()),
            &"no long position at worst",
            &"Cancel the open buys, or wait for them and sell what is held.",
        ));
    }
    if needs_a_locate(input.order.contract.sec_type) {
        reasons.extend(not_located(input, qty));
    }
}

/// Whether what is sold short has to be borrowed.
fn needs_a_locate(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Stk | SecType::Etf | SecType::Bond | SecType::Fund | SecType::Crypto => true,
        SecType::Fut | SecType::Opt | SecType::Ind | SecType::Cash | SecType::Cfd => false,
    }
}

fn not_located(input: &GateInput<'_>, qty: Decimal) -> Option<Reason> {
    let shares = own_quote(input).and_then(|quote| quote.shortable);
    if shares.is_some_and(|shares| qty <= shares) {
        return None;
    }
    let observed =
        shares.map_or_else(|| "unknown".to_owned(), |shares| format!("{} can be borrowed", shares.normalize()));
    Some(GATE.reason(
        &"There are not so many shares that can be borrowed, as far as the broker says.",
        &observed,
        &format_args!("at least {qty}"),
        &"Lower qty, or wait until the broker has located them.",
    ))
}

#[cfg(test)]
#[path = "c21_restricted_tests.rs"]
mod tests;

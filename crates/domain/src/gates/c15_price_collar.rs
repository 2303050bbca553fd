//! Control 15: a limit price must not reach too far through the market.
//!
//! The collar is one-sided: a buy limit far below the market, or a sell limit far above it, rests and hurts nobody.
//! The band depends on the rung of the data (see control 9). An order with a trigger is judged against its trigger,
//! where it will begin to trade. The exits of an entry without a price of its own must lie on either side of the
//! market: one that does not would trade with the entry's first fill.

use super::c09_fresh_data::{Rung, rung};
use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::bracket::is_beyond;
use crate::market::Quote;
use crate::money::Price;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 15, code: "C15_PRICE_COLLAR", title: "Limit price within the collar", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let Some(limit) = intent.order_type.limit_price() else {
        // Orders without a limit are bounded by control 16.
        return Verdict::deny_on(exits_around_the_market(input));
    };
    let policy = input.policy;
    let quote = input.quote.filter(|quote| quote.con_id == input.order.contract.con_id);
    let trigger = intent.order_type.stop_price().map(Price::get);
    let reference = trigger.or_else(|| quote.and_then(Quote::reference));
    let rung = quote.and_then(|quote| rung(quote, policy, input.now));
    let (Some(reference), Some(rung)) = (reference, rung) else {
        return Verdict::Deny(vec![GATE.reason(
            &"There is no reference price to judge the limit by.",
            &"unknown reference",
            &"a live, delayed or closing price",
            &"Wait for market data (`tollgate quote SYMBOL`).",
        )]);
    };
    let percent = match rung {
        Rung::Live => policy.collar_live_percent,
        Rung::Delayed => policy.collar_delayed_percent,
        Rung::Close => policy.collar_close_percent,
    };
    let buy = intent.side.is_buy();
    let share = percent / Decimal::ONE_HUNDRED;
    let factor = if buy { Decimal::ONE.checked_add(share) } else { Decimal::ONE.checked_sub(share) };
    let Some(edge) = factor.and_then(|factor| reference.checked_mul(factor)) else {
        return Verdict::Deny(vec![GATE.reason(
            &"The collar cannot be computed: its percentage is out of every range.",
            &percent,
            &"a percentage such as 5",
            &"Let a human with admin correct the collar in the policy.",
        )]);
    };
    let outside = if buy { limit.get() > edge } else { limit.get() < edge };
    if !outside {
        return Verdict::Pass;
    }
    let (side, relation) = if buy { ("buy", "at or below") } else { ("sell", "at or above") };
    let basis = if trigger.is_some() { "its trigger" } else { rung.word() };
    Verdict::Deny(vec![GATE.reason(
        &format_args!("The {side} limit is more than {percent} % through the reference price {reference} ({basis})."),
        &limit,
        &format_args!("{relation} {}", edge.normalize()),
        &format_args!("Set limit_price {relation} {}, or look again at the market.", edge.normalize()),
    )])
}

fn exits_around_the_market(input: &GateInput<'_>) -> Vec<Reason> {
    let intent = &input.order.intent;
    let (Some(bracket), None) = (intent.bracket, intent.own_entry_price()) else {
        return Vec::new();
    };
    let quote = input.quote.filter(|quote| quote.con_id == input.order.contract.con_id);
    let Some(market) = quote.and_then(Quote::reference) else {
        return vec![GATE.reason(
            &"There is no reference price to judge the exits by.",
            &"unknown reference",
            &"a live, delayed or closing price",
            &"Wait for market data (`tollgate quote SYMBOL`), or send an entry with a limit.",
        )];
    };
    let buy = intent.side.is_buy();
    let (beyond, before) = if buy { ("above", "below") } else { ("below", "above") };
    let exits = [
        ("take profit", bracket.take_profit.get(), beyond, is_beyond(buy, bracket.take_profit.get(), market)),
        ("stop loss", bracket.stop_loss.get(), before, is_beyond(buy, market, bracket.stop_loss.get())),
    ];
    let wrong = exits.into_iter().filter(|(.., fits)| !fits);
    let reason = |(name, price, side, _): (&str, Decimal, &str, bool)| {
        GATE.reason(
            &format_args!("The {name} lies on the wrong side of the market and would trade at once."),
            &price,
            &format_args!("{side} {}", market.normalize()),
            &format_args!("Set the {name} {side} {}, or look again at the market.", market.normalize()),
        )
    };
    wrong.map(reason).collect()
}

#[cfg(test)]
#[path = "c15_price_collar_tests.rs"]
mod tests;

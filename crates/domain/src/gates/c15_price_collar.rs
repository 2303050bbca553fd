//! Control 15: a limit price must not reach too far through the market.
//!
//! The collar is one-sided: a buy limit far below the market, or a sell limit far above it, rests and hurts nobody.
//! The band depends on the rung of the data (see control 9). An order with a trigger is judged against its trigger,
//! where it will begin to trade.

use super::c09_fresh_data::{Rung, rung};
use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::market::Quote;
use crate::money::Price;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 15, code: "C15_PRICE_COLLAR", title: "Limit price within the collar", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let Some(limit) = intent.order_type.limit_price() else {
        // Orders without a limit are bounded by control 16.
        return Verdict::Pass;
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

#[cfg(test)]
#[path = "c15_price_collar_tests.rs"]
mod tests;

//! Control 19: an order is small against what its instrument trades in a day, and the spread is one at which somebody
//! would trade.
//!
//! The volume counts where there is one that says something: not for currencies, bonds, funds and contracts for
//! difference, which no exchange prints, and not for options, whose liquidity is their makers' and shows in the spread.
//! The spread counts wherever both sides are quoted; where they are not, only an order without a limit needs them: one
//! with a limit is bounded by the collar on whatever price there is.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::contract::SecType;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 19, code: "C19_LIQUIDITY", title: "Small against the day's volume, at a sane spread", check };

/// Seconds of an hour.
const HOUR_S: i64 = 60 * 60;

/// Whether the average volume says something of this kind of security.
pub fn volume_counts(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Stk | SecType::Etf | SecType::Fut | SecType::Crypto => true,
        SecType::Opt | SecType::Ind | SecType::Cash | SecType::Cfd | SecType::Bond | SecType::Fund => false,
    }
}

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    if volume_counts(input.order.contract.sec_type) {
        reasons.extend(too_large(input));
    }
    reasons.extend(too_wide(input));
    Verdict::deny_on(reasons)
}

fn too_large(input: &GateInput<'_>) -> Option<Reason> {
    let policy = input.policy;
    let percent = policy.volume_percent_max.normalize();
    let unknown = |message: &str, observed: &str| {
        let limit = format!("an average volume that is {} hours old at most", policy.volume_age_h_max);
        let hint = "Ask for daily bars (`tollgate bars SYMBOL`) and check the account's market-data subscriptions.";
        Some(GATE.reason(&message, &observed, &limit, &hint))
    };
    let Some(volume) = &input.reference.volume else {
        return unknown("The average daily volume is not known.", "unknown volume");
    };
    // A receipt in the future is left to the clock check.
    let age_s = input.now.duration_since(volume.at).as_secs().max(0);
    if policy.volume_age_h_max.checked_mul(HOUR_S).is_none_or(|max| age_s > max) {
        return unknown("The average daily volume is too old.", &format!("{} hours old", age_s / HOUR_S));
    }
    let qty = input.order.intent.qty.get();
    let most = volume.value.checked_mul(policy.volume_percent_max).map(|product| product / Decimal::ONE_HUNDRED);
    if most.is_some_and(|most| qty <= most) {
        return None;
    }
    let most = most.map_or_else(
        || "no figure".to_owned(),
        |most| most.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::ToZero).to_string(),
    );
    Some(GATE.reason(
        &format_args!("The order is larger than {percent} % of the average daily volume."),
        &format_args!("{qty} of {} a day", volume.value.round_dp(0)),
        &most,
        &format_args!("Lower qty to {most} or less, or let a human with admin raise volume_percent_max."),
    ))
}

fn too_wide(input: &GateInput<'_>) -> Option<Reason> {
    let policy = input.policy;
    let limit = format!("{} % of the middle", policy.spread_percent_max.normalize());
    let quote = input.quote.filter(|quote| quote.con_id == input.order.contract.con_id && !quote.is_crossed());
    let Some((bid, ask)) = quote.and_then(|quote| quote.bid.zip(quote.ask)) else {
        return input.order.intent.order_type.limit_price().is_none().then(|| {
            let hint = "Send a limit order, or wait for a sane quote (`tollgate quote SYMBOL`).";
            GATE.reason(&"The spread is not known.", &"unknown spread", &limit, &hint)
        });
    };
    // Prices are bounded: neither sum nor difference overflows.
    let (spread, middle) = (ask.get() - bid.get(), (ask.get() + bid.get()) / Decimal::TWO);
    let widest = middle.checked_mul(policy.spread_percent_max).map(|product| product / Decimal::ONE_HUNDRED);
    if widest.is_some_and(|widest| spread <= widest) {
        return None;
    }
    Some(GATE.reason(
        &"The spread is too wide.",
        &format_args!("{} (bid {bid}, ask {ask})", spread.normalize()),
        &limit,
        &"Wait for a narrower market, or let a human with admin raise spread_percent_max.",
    ))
}

#[cfg(test)]
#[path = "c19_liquidity_tests.rs"]
mod tests;

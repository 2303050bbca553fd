//! Control 29: exposure in multiples of what the account is worth, margin in use, and the liquidity that must stay.
//!
//! With a what-if the broker says what the order does to margin. It knows what is held and this order, and nothing of what
//! is open or on its way: what everything together may come to above what the broker sees counts as margin in full. Without
//! a what-if, all that is open and what this order adds do: more than any broker asks for what is bought, and for stock that
//! is not hard to borrow. So does what trades opened since the broker said what it says. An option that is sold short costs
//! more than it is worth, and only the broker's what-if tells how much: without one it is refused.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use super::worst_after::worst_after;
use crate::contract::SecType;
use crate::order::Side;
use crate::reason::Reason;
use jiff::SignedDuration;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 29, code: "C29_MARGIN", title: "Leverage, margin and liquidity suffice", check };

/// Values of the account that are older say nothing about an order: three looks at it failed.
const ACCOUNT_AGE_MAX: SignedDuration = SignedDuration::from_mins(30);

fn check(input: &GateInput<'_>) -> Verdict {
    if input.reduces == Some(true) {
        return Verdict::Pass;
    }
    let policy = input.policy;
    let funds = input.lately.funds.filter(|funds| input.now.duration_since(funds.at) <= ACCOUNT_AGE_MAX);
    let worth = funds.and_then(|funds| funds.net_liquidation).filter(|worth| *worth > Decimal::ZERO);
    let worst = worst_after(input);
    let gross = worst.gross;
    let leverage = gross.zip(worth).and_then(|(gross, worth)| gross.after.checked_div(worth));
    let mut reasons = Vec::new();
    let worse = gross.is_none_or(|gross| gross.after > gross.before);
    if worse && leverage.is_none_or(|leverage| leverage > policy.leverage_max) {
        reasons.push(above(
            "gross exposure in multiples of the account's worth",
            leverage,
            policy.leverage_max,
            "leverage_max",
        ));
    }
    let what_if = input.what_if();
    let added = gross.map(|gross| gross.after.saturating_sub(gross.before));
    let unseen = gross.zip(worst.alone).map(|(gross, alone)| gross.after.saturating_sub(alone).max(Decimal::ZERO));
    // What comes to the margin that was told, or to the one that was estimated.
    let more = match what_if {
        Some(_) => unseen.zip(input.lately.opened_since_estimate).and_then(|(unseen, since)| unseen.checked_add(since)),
        None => added
            .zip(input.worth.open.get())
            .zip(input.lately.opened_unseen)
            .and_then(|((added, open), since)| added.checked_add(open)?.checked_add(since)),
    };
    let told = what_if.map_or_else(|| funds.and_then(|funds| funds.init_margin), |what_if| what_if.init_margin_after);
    let margin = told.zip(more).and_then(|(margin, more)| margin.checked_add(more));
    let used =
        margin.zip(worth).and_then(|(margin, worth)| margin.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(worth));
    if used.is_none_or(|used| used > policy.margin_use_percent_max) {
        let limit = policy.margin_use_percent_max;
        reasons.push(above("margin in percent of the account's worth", used, limit, "margin_use_percent_max"));
    }
    let told = what_if.map_or_else(|| funds.and_then(|funds| funds.excess_liquidity), |what_if| what_if.excess_after);
    let excess = told.zip(more).and_then(|(excess, more)| excess.checked_sub(more));
    if excess.is_none_or(|excess| excess < policy.excess_liquidity_min) {
        reasons.push(GATE.reason(
            &"The excess liquidity would fall below what must stay, or is unknown.",
            &known(excess),
            &policy.excess_liquidity_min,
            &"Close a position, wait for the account values, or let a human with admin lower excess_liquidity_min.",
        ));
    }
    if policy.what_if_required && what_if.is_none() {
        reasons.push(GATE.reason(
            &"The policy wants the broker's what-if before each order, and there is none.",
            &"no what-if",
            &"the broker's answer",
            &"Submit again under a new key; if the broker never answers, look at `tollgate status`.",
        ));
    }
    if !policy.what_if_required
        && what_if.is_none()
        && sells_option(input.order.intent.side, input.order.contract.sec_type)
    {
        reasons.push(GATE.reason(
            &"An option that is sold short costs more margin than it is worth, and the broker has not estimated how much.",
            &"no what-if",
            &"the broker's answer",
            &"Submit again under a new key; if the broker never answers, look at `tollgate status`.",
        ));
    }
    Verdict::deny_on(reasons)
}

/// Whether only the broker tells what an order of this kind costs, unless it closes what is held.
pub fn sells_option(side: Side, sec_type: SecType) -> bool {
    !side.is_buy() && sec_type == SecType::Opt
}

fn above(what: &str, value: Option<Decimal>, limit: Decimal, key: &str) -> Reason {
    GATE.reason(
        &format_args!("The {what} would be above the limit, or is unknown."),
        &known(value),
        &limit,
        &format_args!("Lower the quantity, cancel open orders, or let a human with admin raise {key}."),
    )
}

fn known(value: Option<Decimal>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| value.round_dp(4).normalize().to_string())
}

#[cfg(test)]
#[path = "c29_margin_tests.rs"]
mod tests;

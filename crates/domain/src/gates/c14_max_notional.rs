//! Control 14: largest worst-case notional of one order, in the account's base currency at a fresh rate.

use super::input::GateInput;
use super::table::{Gate, Verdict, worst_notional, worst_price};
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 14, code: "C14_MAX_NOTIONAL", title: "Worst-case notional within the limit", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let limit = input.policy.order_notional_max;
    let mut reasons = Vec::new();
    rate(input, &mut reasons);
    let priced = worst_price(input).is_some();
    if !priced {
        reasons.push(GATE.reason(
            &"The worst plausible price of the order is unknown, so its notional is.",
            &"unknown price",
            &limit,
            &"Send a limit order, or wait for a sane quote (`tollgate quote SYMBOL`).",
        ));
    }
    match worst_notional(input) {
        Some(notional) if notional > limit => reasons.push(GATE.reason(
            &"The worst-case notional is above the limit for one order.",
            &notional.normalize(),
            &limit,
            &"Lower the quantity or the limit price, or let a human with admin raise order_notional_max.",
        )),
        Some(_) => {}
        None if priced && input.account.fx_to_base.is_some() => reasons.push(GATE.reason(
            &"The worst-case notional is too large to be computed.",
            &"beyond every figure",
            &limit,
            &"Lower the quantity or the price.",
        )),
        None => {}
    }
    Verdict::deny_on(reasons)
}

fn rate(input: &GateInput<'_>, reasons: &mut Vec<Reason>) {
    let priced_in = &input.order.contract.currency;
    if input.account.base_currency.is_none() {
        reasons.push(GATE.reason(
            &"The account's base currency is unknown, in which the limit is counted.",
            &"unknown base currency",
            &"a known base currency",
            &"Wait for the account values (`tollgate account summary`).",
        ));
    }
    let Some(fx) = &input.account.fx_to_base else {
        reasons.push(GATE.reason(
            &format_args!("The rate from {priced_in} into the base currency is unknown."),
            &"unknown rate",
            &format_args!("a rate {} ms old at most", input.policy.fx_age_ms_max),
            &"Wait for the account's exchange rates (`tollgate account summary`).",
        ));
        return;
    };
    let same = input.account.base_currency.as_ref() == Some(priced_in);
    if fx.value <= Decimal::ZERO || (same && fx.value != Decimal::ONE) {
        reasons.push(GATE.reason(
            &"The exchange rate makes no sense.",
            &fx.value,
            &if same { "1" } else { "above 0" },
            &"Wait for the account's exchange rates (`tollgate account summary`).",
        ));
    }
    // One dollar is one dollar, however old.
    let age = input.now.duration_since(fx.at).as_millis();
    let fits = age <= i128::from(input.policy.fx_age_ms_max) && age >= -i128::from(input.policy.clock_skew_ms_max);
    if !same && !fits {
        reasons.push(GATE.reason(
            &format_args!("The rate from {priced_in} into the base currency is too old, or from the future."),
            &format_args!("{age} ms old"),
            &format_args!("{} ms", input.policy.fx_age_ms_max),
            &"Wait for a fresh exchange rate (`tollgate account summary`).",
        ));
    }
}

#[cfg(test)]
#[path = "c14_max_notional_tests.rs"]
mod tests;

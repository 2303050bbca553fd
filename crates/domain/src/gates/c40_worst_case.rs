//! Control 40: everything that may still trade, in flight and unknown included, counts at its worst when a new order
//! is let through.

use super::input::GateInput;
use super::table::{Gate, Verdict, worst_leaves_notional};

pub(super) const GATE: Gate =
    Gate { number: 40, code: "C40_WORST_CASE", title: "Open notional within the limit at worst", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let limit = input.policy.open_notional_max;
    let mut reasons = Vec::new();
    let open = input.worth.open;
    let unpriced = open.unknown;
    if unpriced > 0 {
        reasons.push(GATE.reason(
            &"The worst case of an open order is unknown, so their sum is.",
            &format_args!("{unpriced} open orders without a known notional"),
            &limit,
            &"Wait for prices and rates, or cancel those orders (`tollgate order list`).",
        ));
    }
    let this = worst_leaves_notional(input);
    if this.is_none() {
        reasons.push(GATE.reason(
            &"The worst case of this order is unknown.",
            &"unknown notional",
            &limit,
            &"See the reasons of control 14.",
        ));
    }
    // Figures that cannot be added are beyond every limit.
    let sum = match this {
        Some(this) => open.known.checked_add(this.abs()),
        None => Some(open.known),
    };
    if sum.is_none_or(|sum| sum > limit) {
        let observed = sum.map_or_else(|| "beyond every figure".to_owned(), |sum| sum.normalize().to_string());
        reasons.push(GATE.reason(
            &"Together with what is open, in flight or unknown, this order is above the limit.",
            &observed,
            &limit,
            &"Lower the quantity, cancel open orders, or let a human with admin raise open_notional_max.",
        ));
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c40_worst_case_tests.rs"]
mod tests;

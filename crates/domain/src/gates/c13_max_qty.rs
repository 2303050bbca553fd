//! Control 13: largest quantity of one order, against slips of the finger.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate = Gate { number: 13, code: "C13_MAX_QTY", title: "Quantity within the limit", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let qty = input.order.intent.qty.get();
    let limit = input.policy.order_qty_max;
    let mut reasons = Vec::new();
    if qty > limit {
        reasons.push(GATE.reason(
            &"The quantity is above the limit for one order.",
            &qty,
            &limit,
            &format_args!("Lower qty to {limit} or less, or let a human with admin raise order_qty_max."),
        ));
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c13_max_qty_tests.rs"]
mod tests;

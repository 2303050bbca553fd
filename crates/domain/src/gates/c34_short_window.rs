//! Control 34: size and price over the last minute or so, and not only order by order.

use super::input::GateInput;
use super::table::{Gate, Verdict, worst_notional};
use crate::activity::added_share;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 34, code: "C34_SHORT_WINDOW", title: "Size and price of the last moments within the limits", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let (policy, lately) = (input.policy, input.lately);
    if policy.short_window_s <= 0 {
        return Verdict::Pass;
    }
    let mut reasons = Vec::new();
    let qty = lately.window.qty.checked_add(lately.qty_more);
    if lately.qty_more > Decimal::ZERO {
        let notional = worst_notional(input)
            .and_then(|whole| added_share(whole.abs(), lately.qty_more, input.order.intent.qty.get()))
            .and_then(|this| lately.window.notional.checked_add(this))
            .filter(|_| lately.window.unknown == 0);
        reasons.extend(above(input, "worth of all orders", notional, policy.short_window_notional_max, "notional"));
        reasons.extend(above(input, "quantity in this instrument", qty, policy.short_window_qty_max, "qty"));
    }
    reasons.extend(price_move(input));
    Verdict::deny_on(reasons)
}

fn above(input: &GateInput<'_>, what: &str, sum: Option<Decimal>, limit: Decimal, key: &str) -> Option<Reason> {
    let window = input.policy.short_window_s;
    let observed = match sum {
        Some(sum) if sum <= limit => return None,
        Some(sum) => format!("{} with this order", sum.normalize()),
        None => "unknown".to_owned(),
    };
    Some(GATE.reason(
        &format_args!("Within {window} s the {what} is above the limit, or unknown."),
        &observed,
        &limit,
        &format_args!("Wait {window} s, or let a human with admin raise short_window_{key}_max."),
    ))
}

/// A market that jumps is no moment to send anything by a reference taken from it.
fn price_move(input: &GateInput<'_>) -> Option<Reason> {
    let (limit, window) = (input.policy.short_window_move_percent_max, input.policy.short_window_s);
    let (low, high) = input.lately.window_prices?;
    let moved = high.checked_sub(low)?.checked_mul(Decimal::ONE_HUNDRED).and_then(|move_| move_.checked_div(low));
    if moved.is_some_and(|moved| moved <= limit) {
        return None;
    }
    Some(GATE.reason(
        &format_args!("Within {window} s the price moved by more than the limit."),
        &format_args!("from {} to {}", low.normalize(), high.normalize()),
        &format_args!("{limit} %"),
        &format_args!(
            "Look at the market; wait {window} s, or let a human with admin raise short_window_move_percent_max."
        ),
    ))
}

#[cfg(test)]
#[path = "c34_short_window_tests.rs"]
mod tests;

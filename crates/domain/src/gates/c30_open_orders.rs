//! Control 30: a bounded number of open orders, in all and per instrument and side. IBKR's own bound is 20 per
//! contract, side and account.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate = Gate { number: 30, code: "C30_OPEN_ORDERS", title: "Not too many open orders", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    let on_side = |buy: bool| input.near.iter().filter(|risk| risk.side.is_buy() == buy).count();
    let policy = input.policy;
    let per_instrument = (policy.open_orders_per_instrument_max, "open_orders_per_instrument_max");
    let buy = intent.side.is_buy();
    let exits = intent.orders() - 1;
    let counts = [
        ("in all", input.open_count, intent.orders(), (policy.open_orders_max, "open_orders_max")),
        ("on this instrument and side", on_side(buy), 1, per_instrument),
        ("on this instrument and the side of its exits", on_side(!buy), exits, per_instrument),
    ];
    let reasons = counts
        .into_iter()
        // A count beyond u32 is beyond every limit.
        .filter(|(_, open, more, (max, _))| {
            let sum = u32::try_from(*open).ok().and_then(|open| open.checked_add(*more));
            *more > 0 && sum.is_none_or(|sum| sum > *max)
        })
        .map(|(place, open, more, (max, key))| {
            GATE.reason(
                &format_args!("There are as many open orders {place} as allowed."),
                &format_args!("{open} open, this would be {}", more_words(more)),
                &max,
                &format_args!("Cancel one or wait for a fill, or let a human with admin raise {key}."),
            )
        })
        .collect();
    Verdict::deny_on(reasons)
}

/// "one more", or how many more.
pub(super) fn more_words(more: u32) -> String {
    if more == 1 { "one more".to_owned() } else { format!("{more} more") }
}

#[cfg(test)]
#[path = "c30_open_orders_tests.rs"]
mod tests;

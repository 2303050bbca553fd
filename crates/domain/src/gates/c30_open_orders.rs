//! Control 30: a bounded number of open orders, in all and per instrument and side. IBKR's own bound is 20 per
//! contract, side and account.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate = Gate { number: 30, code: "C30_OPEN_ORDERS", title: "Not too many open orders", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let buy = input.order.intent.side.is_buy();
    let same = |risk: &&crate::exposure::OpenRisk| risk.con_id == input.con_id && risk.side.is_buy() == buy;
    let counts = [
        ("in all", input.open.len(), input.policy.open_orders_max, "open_orders_max"),
        (
            "on this instrument and side",
            input.open.iter().filter(same).count(),
            input.policy.open_orders_per_instrument_max,
            "open_orders_per_instrument_max",
        ),
    ];
    let reasons = counts
        .into_iter()
        // A count beyond u32 is beyond every limit.
        .filter(|(_, open, max, _)| u32::try_from(*open).map_or(true, |open| open >= *max))
        .map(|(place, open, max, key)| {
            GATE.reason(
                &format_args!("There are as many open orders {place} as allowed."),
                &format_args!("{open} open, this would be one more"),
                &max,
                &format_args!("Cancel one or wait for a fill, or let a human with admin raise {key}."),
            )
        })
        .collect();
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c30_open_orders_tests.rs"]
mod tests;

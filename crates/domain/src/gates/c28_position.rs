//! Control 28: the position that an order may lead to, open orders counted at worst: in quantity and in worth, and all
//! positions of its currency, sector and issuer.
//!
//! The issuer is told by the symbol, which derivatives share with what they are on. Sectors are not told by the broker's
//! contracts as they are read today: with a limit for them, what is not known denies.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use super::worst_after::{Step, unknown_words, worst_after};
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 28, code: "C28_POSITION", title: "Position, currency and issuer within their limits", check };

fn check(input: &GateInput<'_>) -> Verdict {
    if input.reduces == Some(true) {
        return Verdict::Pass;
    }
    let (policy, contract) = (input.policy, &input.order.contract);
    let after = worst_after(input);
    let mut limits = vec![
        ("position in quantity", Some(after.qty), policy.position_qty_max, "position_qty_max"),
        ("position in worth", after.worth, policy.position_notional_max, "position_notional_max"),
        ("sum of this issuer", after.issuer, policy.issuer_notional_max, "issuer_notional_max"),
    ];
    if input.account.base_currency.as_ref() != Some(&contract.currency) {
        limits.push(("sum of this currency", after.currency, policy.currency_notional_max, "currency_notional_max"));
    }
    let mut reasons: Vec<_> =
        limits.into_iter().filter_map(|(what, step, limit, key)| reason(input, what, step, limit, key)).collect();
    if let Some(limit) = policy.sector_notional_max {
        reasons.push(GATE.reason(
            &"The sector is unknown, for which there is a limit.",
            &"unknown sector",
            &limit,
            &"Let a human with admin take sector_notional_max out of the policy; the issuer's limit stays.",
        ));
    }
    Verdict::deny_on(reasons)
}

fn reason(
    input: &GateInput<'_>,
    what: &str,
    step: Option<Step>,
    limit: Decimal,
    key: &str,
) -> Option<crate::reason::Reason> {
    match step {
        Some(step) if step.breaks(limit) => Some(GATE.reason(
            &format_args!("The {what} is above the limit, open orders counted at worst."),
            &format_args!("{} now, {} with this order", step.before.normalize(), step.after.normalize()),
            &limit,
            &format_args!("Lower the quantity, cancel open orders, or let a human with admin raise {key}."),
        )),
        Some(_) => None,
        None => Some(GATE.reason(
            &format_args!("The {what} is unknown."),
            &unknown_words(input),
            &limit,
            &"Wait for prices and rates (`tollgate account positions`), or cancel what has no price.",
        )),
    }
}

#[cfg(test)]
#[path = "c28_position_tests.rs"]
mod tests;

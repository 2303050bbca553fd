//! Control 33: the fall from the account's peak, deposits and withdrawals left out. Latched: it stands until a human
//! resets it, even if the account recovers. What reduces a position passes.

use super::input::GateInput;
use super::lately::Losses;
use super::table::{Gate, Verdict};
use crate::activity::Breaker;

pub(super) const GATE: Gate = Gate { number: 33, code: "C33_DRAWDOWN", title: "Not too far below the peak", check };

fn check(input: &GateInput<'_>) -> Verdict {
    if input.reduces == Some(true) {
        return Verdict::Pass;
    }
    let limit = input.policy.drawdown_percent_max;
    let latched = input.lately.tripped.iter().find(|(breaker, _)| matches!(breaker, Breaker::Drawdown(_)));
    let value = input.lately.value.and_then(|value| value.if_fresh(input.policy, input.now));
    let fall = value.map(|value| value.drawdown_percent);
    let observed = match (latched, fall) {
        (Some((_, tripped)), _) => format!("{}, since {}", tripped.reason, tripped.at),
        (None, Some(fall)) if fall < limit => return Verdict::Pass,
        (None, Some(fall)) => format!("{} %", fall.round_dp(2).normalize()),
        (None, None) => Losses::unknown_words(input.lately.value, input.now),
    };
    let account = &input.order.account;
    Verdict::Deny(vec![GATE.reason(
        &"The account has fallen too far below its peak, or its worth is unknown or old; only reductions pass.",
        &observed,
        &format_args!("{limit} %"),
        &format_args!(
            "A human with admin looks, then resets it (`tollgate limits reset drawdown:{account} --reason …`)."
        ),
    )])
}

#[cfg(test)]
#[path = "c33_drawdown_tests.rs"]
mod tests;

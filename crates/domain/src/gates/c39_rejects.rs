//! Control 39: so many rejects in a row stop every new order until a human has looked; over restarts too.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::activity::Breaker;

pub(super) const GATE: Gate = Gate { number: 39, code: "C39_REJECTS", title: "The broker takes our orders", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let (rejects, max) = (input.lately.rejects_in_row, input.policy.rejects_max);
    let tripped = input.lately.tripped.iter().find(|(breaker, _)| *breaker == Breaker::Rejects);
    let observed = match tripped {
        Some((_, tripped)) => format!("{}, since {}", tripped.reason, tripped.at),
        None if rejects >= max => format!("{rejects} rejects in a row"),
        None => return Verdict::Pass,
    };
    Verdict::Deny(vec![GATE.reason(
        &"The broker has rejected too many orders in a row.",
        &observed,
        &max,
        &"A human with admin reads the rejects, then resets it (`tollgate limits reset rejects --reason …`).",
    )])
}

#[cfg(test)]
#[path = "c39_rejects_tests.rs"]
mod tests;

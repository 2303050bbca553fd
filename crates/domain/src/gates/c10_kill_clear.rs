//! Control 10: nothing is halted; while reducing, only orders that make the position smaller.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::trading_state::TradingState;

pub(super) const GATE: Gate = Gate { number: 10, code: "C10_KILL_CLEAR", title: "The kill switch is off", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    if input.kill_file {
        reasons.push(GATE.reason(
            &"The file KILL lies in the data directory.",
            &"KILL present",
            &"no KILL file",
            &"A human removes the file and then lifts the kill with `tollgate kill off --reason`.",
        ));
    }
    let strategy = input.order.intent.strategy.as_ref();
    if let Some((scope, entry)) = input.trading_states.strictest(&input.order.account, strategy) {
        let observed = format!("{}: {} by {}: {}", scope, entry.state.word(), entry.by, entry.reason);
        match (entry.state, input.reduces) {
            (TradingState::Active, _) | (TradingState::Reducing, Some(true)) => {}
            (TradingState::Halted, _) => reasons.push(GATE.reason(
                &"New orders are halted; cancels still pass.",
                &observed,
                &"active",
                &"A human with admin lifts the kill with a reason (`tollgate kill off --reason`).",
            )),
            (TradingState::Reducing, Some(false)) => reasons.push(GATE.reason(
                &"Only orders that make the position smaller pass now, and this one may not.",
                &observed,
                &"an order that only reduces, open orders counted",
                &"Lower the quantity to what is held and not already being closed, or have a human lift the state.",
            )),
            (TradingState::Reducing, None) => reasons.push(GATE.reason(
                &"Only orders that make the position smaller pass now, and the position is unknown.",
                &observed,
                &"a known position that the order reduces",
                &"Wait until positions are known (`tollgate account positions`).",
            )),
        }
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c10_kill_clear_tests.rs"]
mod tests;

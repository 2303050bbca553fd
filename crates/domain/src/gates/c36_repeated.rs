//! Control 36: a strategy that has traded so many times stops until a human lets it go on. An open order counts once.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::activity::Breaker;

pub(super) const GATE: Gate =
    Gate { number: 36, code: "C36_REPEATED", title: "The strategy has not traded too often", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let Some(strategy) = &input.order.intent.strategy else { return Verdict::Pass };
    let (trades, max) = (input.lately.strategy_trades, input.policy.strategy_executions_max);
    let tripped = input.lately.tripped.iter().any(|(breaker, _)| matches!(breaker, Breaker::StrategyTrades(_)));
    // Only what is new is a further trade: a change of an order that counts already is none.
    let full = input.lately.orders_more > 0 && trades >= max;
    if !tripped && !full {
        return Verdict::Pass;
    }
    Verdict::Deny(vec![GATE.reason(
        &format_args!("The strategy {strategy} has traded, or may trade, as often as it may without a human's look."),
        &format_args!("{trades} trades and open orders"),
        &max,
        &format_args!(
            "A human with admin looks, then resets it (`tollgate limits reset strategy:{strategy} --reason …`)."
        ),
    )])
}

#[cfg(test)]
#[path = "c36_repeated_tests.rs"]
mod tests;

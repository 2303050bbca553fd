//! Control 37: order messages per trade. IBKR watches (submitted + revised + canceled) / (traded orders + 1).

use super::c06_approval;
use super::input::GateInput;
use super::table::{Gate, Verdict};
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 37, code: "C37_EFFICIENCY", title: "Not too many messages per trade", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let messages = input.lately.messages_day.saturating_add(input.lately.orders_more.max(1));
    if messages < input.policy.efficiency_messages_min || c06_approval::stands(input) || input.reduces == Some(true) {
        return Verdict::Pass;
    }
    let trades = input.lately.trades_day;
    let ratio = Decimal::from(messages).checked_div(Decimal::from(trades).saturating_add(Decimal::ONE));
    let limit = input.policy.efficiency_ratio_max;
    if ratio.is_some_and(|ratio| ratio <= limit) {
        return Verdict::Pass;
    }
    Verdict::Hold(vec![GATE.reason(
        &"Very many order messages of this day led to very few trades.",
        &format_args!("{messages} messages, {trades} trades"),
        &format_args!("{limit} messages per trade"),
        &"A human approves this order, or raises efficiency_ratio_max; look at what keeps changing its orders.",
    )])
}

#[cfg(test)]
#[path = "c37_efficiency_tests.rs"]
mod tests;

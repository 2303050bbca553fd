//! Control 31: trades and orders of the broker's day. What is open counts as traded.

use super::c30_open_orders::more_words;
use super::input::GateInput;
use super::table::{Gate, Verdict, worst_leaves_notional};

pub(super) const GATE: Gate =
    Gate { number: 31, code: "C31_TURNOVER", title: "Turnover and orders of the day within the limits", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    let limit = input.policy.turnover_day_max;
    let (traded, open) = (input.lately.turnover_day, input.worth.open.get());
    let known = traded.zip(open).zip(worst_leaves_notional(input));
    match known {
        None => reasons.push(GATE.reason(
            &"What was traded today, is open, or would be traded by this order is not known in base currency.",
            &"unknown turnover",
            &limit,
            &"Wait for prices and rates (`tollgate account summary`).",
        )),
        Some(((traded, open), this)) => {
            let sum = traded.checked_add(open).and_then(|sum| sum.checked_add(this.abs()));
            if sum.is_none_or(|sum| sum > limit) {
                let sum = sum.map_or_else(|| "beyond every figure".to_owned(), |sum| sum.normalize().to_string());
                reasons.push(GATE.reason(
                    &"The trades of the day, with what is open and this order, are above the limit.",
                    &format_args!("{} traded, {} open, {sum} with this order", traded.normalize(), open.normalize()),
                    &limit,
                    &"Cancel open orders, wait for the broker's next day, or let a human with admin raise \
                      turnover_day_max.",
                ));
            }
        }
    }
    let (sent, more) = (input.lately.orders_day, input.lately.orders_more);
    let max = input.policy.orders_day_max;
    if more > 0 && sent.checked_add(more).is_none_or(|sum| sum > max) {
        reasons.push(GATE.reason(
            &"As many orders as one day allows have been sent.",
            &format_args!("{sent} sent, this would be {}", more_words(more)),
            &max,
            &"Wait for the broker's next day, or let a human with admin raise orders_day_max.",
        ));
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c31_turnover_tests.rs"]
mod tests;

//! Control 35: a bounded number of order messages per second and per day, below IBKR's own 50 a second.

use super::c30_open_orders::more_words;
use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate = Gate { number: 35, code: "C35_THROTTLE", title: "Message rate within the limit", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let more = input.order.intent.orders();
    let counts = [
        ("second", input.messages_second, input.policy.messages_per_second_max, "Wait a second"),
        ("day", input.lately.messages_day, input.policy.messages_per_day_max, "Wait for the broker's next day"),
    ];
    let reasons = counts
        .into_iter()
        .filter(|(_, sent, max, _)| sent.checked_add(more).is_none_or(|sum| sum > *max))
        .map(|(unit, sent, max, wait)| {
            GATE.reason(
                &format_args!("As many order messages as one {unit} allows have been sent."),
                &format_args!("{sent} sent, this would be {}", more_words(more)),
                &max,
                &format_args!(
                    "{wait} and submit under a new key, or let a human with admin raise messages_per_{unit}_max."
                ),
            )
        })
        .collect();
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c35_throttle_tests.rs"]
mod tests;

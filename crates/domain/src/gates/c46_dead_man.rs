//! Control 46: each part that watches over the orders shows life. Silence stops what is new.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use jiff::SignedDuration;

pub(super) const GATE: Gate =
    Gate { number: 46, code: "C46_DEAD_MAN", title: "Every part that watches over orders shows life", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let limit = SignedDuration::from_secs(input.policy.heartbeat_s_max);
    let reasons = input.heartbeats.iter().filter_map(|heartbeat| {
        let part = heartbeat.part;
        let Some(at) = heartbeat.at else {
            let message = format_args!("The {part} has not shown life yet.");
            return Some(GATE.reason(&message, &"never", &format_args!("{limit:#}"), &hint(part)));
        };
        // A clock that was set back makes nobody silent.
        let silence = input.now.duration_since(at);
        (silence > limit).then(|| {
            let message = format_args!("The {part} has shown no life for {} s.", silence.as_secs());
            GATE.reason(&message, &format_args!("{} s", silence.as_secs()), &format_args!("{limit:#}"), &hint(part))
        })
    });
    Verdict::deny_on(reasons.collect())
}

fn hint(part: &str) -> String {
    format!("Look at `tollgate status`; if the {part} does not come back by itself, start the gateway again.")
}

#[cfg(test)]
#[path = "c46_dead_man_tests.rs"]
mod tests;

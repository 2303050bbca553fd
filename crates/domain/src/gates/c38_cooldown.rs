//! Control 38: after so many losses, stops or rejects in a row there is a pause. A gain ends the row; what reduces passes.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use jiff::SignedDuration;

pub(super) const GATE: Gate = Gate { number: 38, code: "C38_COOLDOWN", title: "No pause after a row of losses", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let (series, policy) = (input.lately.series, input.policy);
    let Some(last_at) = series.last_at.filter(|_| series.count >= policy.cooldown_after) else { return Verdict::Pass };
    // A clock that was set back does not end a pause.
    let past = input.now.duration_since(last_at);
    let pause = SignedDuration::from_secs(policy.cooldown_s);
    if past >= pause || input.reduces == Some(true) {
        return Verdict::Pass;
    }
    Verdict::Deny(vec![GATE.reason(
        &"After a row of losses, stops or rejects there is a pause.",
        &format_args!("{} in a row, the last {} s ago", series.count, past.as_secs()),
        &format_args!("{} in a row, then {} s of pause", policy.cooldown_after, policy.cooldown_s),
        &format_args!("Wait {} s; what reduces a position passes.", pause.as_secs().saturating_sub(past.as_secs())),
    )])
}

#[cfg(test)]
#[path = "c38_cooldown_tests.rs"]
mod tests;

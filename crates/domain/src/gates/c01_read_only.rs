//! Control 1: nothing is written by an installation that may only read.
//!
//! What makes it read-only today is the writer's lease: a process without it (a second one on the same data directory,
//! or one that has been taken over) answers questions and sends nothing. `trading = "off"` is not this gate's matter:
//! there every gate runs and the engine simulates instead of sending. Write tools that are not even registered for a
//! key without the scope are a matter of the faces; the key's scope is control 5.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate = Gate { number: 1, code: "C01_READ_ONLY", title: "This process may write", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let mut reasons = Vec::new();
    if !input.readiness.lease_held {
        reasons.push(GATE.reason(
            &"This process only reads: it does not hold the writer's lease.",
            &"lease not held",
            &"lease held",
            &"Send the order to the process that holds the lease (`tollgate status` names it), or end that process and wait for the take-over.",
        ));
    }
    Verdict::deny_on(reasons)
}

#[cfg(test)]
#[path = "c01_read_only_tests.rs"]
mod tests;

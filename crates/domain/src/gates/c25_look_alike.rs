//! Control 25: an order that looks like a recent one is held for a human. Equal keys never come this far: the key
//! decides what is the same order, the looks only raise a question.

use super::c06_approval;
use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate =
    Gate { number: 25, code: "C25_LOOK_ALIKE", title: "No similar order a moment ago", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let window_s = input.policy.look_alike_window_s;
    // A window of 0 switches the question off. A human who approved this very order has answered it.
    if window_s <= 0 || c06_approval::stands(input) {
        return Verdict::Pass;
    }
    let window_ms = window_s.saturating_mul(1_000);
    let reasons = input
        .look_alikes
        .iter()
        .filter(|other| other.age_ms <= window_ms)
        .map(|other| {
            GATE.reason(
                &format_args!("The order looks like {}, asked for a moment ago.", other.cl_ord_id),
                &format_args!("{}, {} ms ago", other.cl_ord_id, other.age_ms),
                &format_args!("no similar order within {window_s} s"),
                &format_args!(
                    "If it is meant twice, a human approves it. If it is a repeat, ask for the first with its key: {}.",
                    other.cl_ord_id
                ),
            )
        })
        .collect();
    Verdict::hold_on(reasons)
}

#[cfg(test)]
#[path = "c25_look_alike_tests.rs"]
mod tests;

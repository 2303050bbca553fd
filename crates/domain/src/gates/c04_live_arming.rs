//! Control 4: live orders need arming. Arming is not part of this version, so live is always refused.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::mode::Mode;

pub(super) const GATE: Gate = Gate { number: 4, code: "C04_LIVE_ARMING", title: "Live trading is armed", check };

const HINT: &str =
    "Trade on a paper account: set trading = \"paper\" and connect to an account that begins with DU or DF.";

fn check(input: &GateInput<'_>) -> Verdict {
    match input.mode.map(crate::mode::ModeProof::mode) {
        Some(Ok(Mode::Paper)) => Verdict::Pass,
        Some(Ok(Mode::Live)) => Verdict::Deny(vec![GATE.reason(
            &"Live arming is not part of this version: no order goes to a live account.",
            &"live, not armed",
            &"paper",
            &HINT,
        )]),
        Some(Err(_)) | None => Verdict::Deny(vec![GATE.reason(
            &"The mode is not proven, so the order may be live, and nothing is armed.",
            &"unknown",
            &"paper",
            &HINT,
        )]),
    }
}

#[cfg(test)]
#[path = "c04_live_arming_tests.rs"]
mod tests;

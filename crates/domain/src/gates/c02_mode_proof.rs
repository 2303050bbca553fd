//! Control 2: paper or live is proven from account prefix and port, and agrees with the owner's setting.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::mode::{Mode, Trading};

pub(super) const GATE: Gate =
    Gate { number: 2, code: "C02_MODE_PROOF", title: "Paper or live is proven and as configured", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let wanted = match input.trading {
        Trading::Off => None,
        Trading::Paper => Some(Mode::Paper),
        Trading::Live => Some(Mode::Live),
    };
    let limit = wanted.map_or("a proven mode", Mode::word);
    let Some(proof) = input.mode else {
        return Verdict::Deny(vec![GATE.reason(
            &"The mode is unknown: no broker has named its accounts yet.",
            &"unknown",
            &limit,
            &"Wait until the broker is connected (`tollgate status`); check [broker] host, port and account.",
        )]);
    };
    match (proof.mode(), wanted) {
        (Err(contradiction), _) => Verdict::Deny(vec![GATE.reason(
            &format_args!("The mode is not proven: {contradiction}."),
            &contradiction,
            &limit,
            &"Set [broker] account and port so that account prefix (DU, DF: paper; U, F: live) and port (7497, 4002: paper; 7496, 4001: live) say the same.",
        )]),
        (Ok(mode), Some(wanted)) if mode != wanted => Verdict::Deny(vec![GATE.reason(
            &format_args!("The account is {}, but trading is set to {}.", mode.word(), wanted.word()),
            &mode.word(),
            &wanted.word(),
            &"Connect to the account that `trading` is meant for, or change `trading` in the configuration and restart.",
        )]),
        (Ok(_), Some(_) | None) => Verdict::Pass,
    }
}

#[cfg(test)]
#[path = "c02_mode_proof_tests.rs"]
mod tests;

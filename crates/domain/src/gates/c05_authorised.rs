//! Control 5: the key carries the scope that the account's mode asks for.

use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::mode::Mode;
use crate::principal::{Face, Principal, PrincipalKind, Scope};

pub(super) const GATE: Gate =
    Gate { number: 5, code: "C05_AUTHORISED", title: "The key may trade in this mode", check };

/// What the key counts as: over MCP a model holds the pen, so that even a human's key counts as an agent there.
pub(super) fn kind_at_face(principal: &Principal) -> PrincipalKind {
    match principal.face {
        Face::Mcp => PrincipalKind::Agent,
        Face::Rest | Face::Cli | Face::Dashboard | Face::Loop | Face::File | Face::Engine => principal.kind,
    }
}

fn check(input: &GateInput<'_>) -> Verdict {
    let scope = match input.mode.map(crate::mode::ModeProof::mode) {
        Some(Ok(Mode::Paper)) => Scope::TradePaper,
        Some(Ok(Mode::Live)) => Scope::TradeLive,
        Some(Err(_)) | None => {
            return Verdict::Deny(vec![GATE.reason(
                &"The mode is not proven, so it is unknown which scope the order needs.",
                &"unknown mode",
                &"trade:paper or trade:live, by the account's mode",
                &"See the reason of control 2 and remove its cause first.",
            )]);
        }
    };
    if input.principal.may(scope) {
        return Verdict::Pass;
    }
    let held: Vec<&str> = input.principal.scopes.iter().map(|scope| scope.word()).collect();
    Verdict::Deny(vec![GATE.reason(
        &format_args!("The key {} may not trade here.", input.principal.key_id),
        &if held.is_empty() { "no scope".to_owned() } else { held.join(", ") },
        &scope.word(),
        &format_args!("Use a key with the scope {}; `tollgate key create` makes one.", scope.word()),
    )])
}

#[cfg(test)]
#[path = "c05_authorised_tests.rs"]
mod tests;

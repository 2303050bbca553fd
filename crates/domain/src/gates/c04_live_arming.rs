//! Control 4: an order to a live account needs every one of: the owner's setting, the allow list, the override file, an
//! arming that a human typed (or a mandate), and the complete checklist.

use super::c06_approval::fitting_mandate;
use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::id::AccountId;
use crate::live::{Arming, LiveFacts, OverrideFile};
use crate::mode::{Mode, ModeProof, Trading};
use crate::policy::Policy;
use crate::reason::Reason;

pub(super) const GATE: Gate = Gate { number: 4, code: "C04_LIVE_ARMING", title: "Live trading is armed", check };

fn check(input: &GateInput<'_>) -> Verdict {
    match input.mode.map(ModeProof::mode) {
        Some(Ok(Mode::Paper)) => Verdict::Pass,
        Some(Ok(Mode::Live)) => live(input),
        Some(Err(_)) | None => Verdict::Deny(vec![GATE.reason(
            &"The mode is not proven, so the order may be live, and nothing is armed for what is not known.",
            &"unknown",
            &"a proven mode",
            &"See the reason of control 2 and remove its cause first.",
        )]),
    }
}

/// Whether only a mandate can stand for the arming.
pub(super) fn needs_mandate(input: &GateInput<'_>) -> bool {
    input.mode.map(ModeProof::mode) == Some(Ok(Mode::Live)) && arming(input).is_none()
}

/// The arming that holds for the order's account.
fn arming<'a>(input: &GateInput<'a>) -> Option<&'a Arming> {
    let arming = input.live.arming.as_ref()?;
    let holds = arming.account == input.order.account && input.now >= arming.at && input.now < arming.expires_at;
    holds.then_some(arming)
}

fn live(input: &GateInput<'_>) -> Verdict {
    let ask = LiveAsk {
        trading: input.trading,
        mode: input.mode,
        account: &input.order.account,
        policy: input.policy,
        live: input.live,
    };
    let mut reasons = live_faults(&ask);
    if arming(input).is_none() && fitting_mandate(input).is_none() {
        let observed = input
            .live
            .arming
            .as_ref()
            .map_or_else(|| "not armed".to_owned(), |arming| format!("{} until {}", arming.account, arming.expires_at));
        reasons.push(GATE.reason(
            &"Live trading is not armed for this account, and no mandate covers the order.",
            &observed,
            &format_args!("armed for {}", input.order.account),
            &"A human arms it for up to 24 hours (`tollgate live arm`), or grants a mandate.",
        ));
    }
    Verdict::deny_on(reasons)
}

/// What live trading stands on, but for the arming.
#[derive(Clone, Copy, Debug)]
pub struct LiveAsk<'a> {
    /// The owner's setting.
    pub trading: Trading,
    /// The facts about the mode.
    pub mode: Option<&'a ModeProof>,
    /// The account.
    pub account: &'a AccountId,
    /// The limits.
    pub policy: &'a Policy,
    /// Override file and checklist.
    pub live: &'a LiveFacts,
}

/// Every reason why live trading cannot be armed, or why an arming does not count.
pub fn live_faults(ask: &LiveAsk<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let account = ask.account;
    let mode = ask.mode.map_or_else(|| Err("no connection yet".to_owned()), ModeProof::mode);
    if mode != Ok(Mode::Live) {
        reasons.push(GATE.reason(
            &"The account is not proven to be a live one.",
            &mode.map_or_else(|why| why, |mode| mode.word().to_owned()),
            &Mode::Live.word(),
            &"Connect to the live account; see the reason of control 2.",
        ));
    }
    if ask.trading != Trading::Live {
        reasons.push(GATE.reason(
            &"The owner has not set trading to live.",
            &ask.trading.word(),
            &Trading::Live.word(),
            &"Set trading = \"live\" in the configuration and restart, or connect to a paper account.",
        ));
    }
    if !ask.policy.live_accounts_allowed.contains(account.as_str()) {
        let allowed: Vec<&str> = ask.policy.live_accounts_allowed.iter().map(String::as_str).collect();
        reasons.push(GATE.reason(
            &"The policy does not allow live orders on this account.",
            account,
            &if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") },
            &"Name the account in live_accounts_allowed of the policy (`tollgate limits set`).",
        ));
    }
    match ask.live.override_file {
        OverrideFile::Present => {}
        file @ (OverrideFile::NotConfigured | OverrideFile::Absent) => reasons.push(GATE.reason(
            &"The override file for live trading is not there.",
            &file.word(),
            &OverrideFile::Present.word(),
            &"Name a file in live_override_file and create it; deleting it stops live orders at once.",
        )),
    }
    if !ask.live.open_items.is_empty() {
        reasons.push(GATE.reason(
            &"The checklist from paper to live is not complete.",
            &format_args!("open: {}", ask.live.open_items.join(", ")),
            &"complete",
            &"`tollgate live checklist` shows each item, its evidence and the way there.",
        ));
    }
    reasons
}

#[cfg(test)]
#[path = "c04_live_arming_tests.rs"]
mod tests;

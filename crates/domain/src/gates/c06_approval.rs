//! Control 6: a human's yes to this exact order, where the policy asks for one.
//!
//! A granted approval is always checked, needed or not. What it is bound to by identity (order, contract, account,
//! mode, policy, the people) must fit exactly, or the order is refused; what may drift with the market (reference
//! price, worst-case notional) leads back to the human when it left the bounds.

use super::c05_authorised::kind_at_face;
use super::input::{ApprovalFact, GateInput};
use super::table::{Gate, Verdict, worst_notional};
use crate::approval::{Approval, ApprovalStatus};
use crate::market::Quote;
use crate::mode::ModeProof;
use crate::principal::PrincipalKind;
use crate::reason::Reason;
use std::fmt::Display;

pub(super) const GATE: Gate =
    Gate { number: 6, code: "C06_APPROVAL", title: "A human approved where the policy asks for it", check };

const ASK_ANEW: &str = "Submit the order anew under a new key, so that a human is asked again.";

fn check(input: &GateInput<'_>) -> Verdict {
    match input.approval {
        ApprovalFact::None => Verdict::hold_on(missing(input)),
        ApprovalFact::Granted(approval) => {
            let mut faults = binding_faults(input, approval);
            let drift = drift(input, approval, &mut faults);
            if faults.is_empty() {
                Verdict::hold_on(drift)
            } else {
                faults.extend(drift);
                Verdict::Deny(faults)
            }
        }
    }
}

/// Whether a human's yes to this very order lies here. Its bounds on price and notional are judged by this gate alone.
pub(super) fn stands(input: &GateInput<'_>) -> bool {
    match input.approval {
        ApprovalFact::None => false,
        ApprovalFact::Granted(approval) => binding_faults(input, approval).is_empty(),
    }
}

fn missing(input: &GateInput<'_>) -> Vec<Reason> {
    let kind = kind_at_face(input.principal);
    if !input.policy.approval_required_for.contains(&kind) {
        return Vec::new();
    }
    let word = match kind {
        PrincipalKind::Human => "human",
        PrincipalKind::Agent => "agent",
    };
    vec![GATE.reason(
        &format_args!("Orders of {word} keys need a human's approval."),
        &"not approved",
        &"approved by a human other than the requester",
        &"Wait: a human answers with `tollgate approval approve` or on the dashboard. Repeating the key shows the present state.",
    )]
}

fn binding_faults(input: &GateInput<'_>, approval: &Approval) -> Vec<Reason> {
    let order = input.order;
    let bounds = &approval.bounds;
    let mut faults = Vec::new();
    let mut differs = |what: &str, observed: &dyn Display, limit: &dyn Display| {
        if observed.to_string() != limit.to_string() {
            faults.push(GATE.reason(
                &format_args!("The approval was given for another {what}."),
                observed,
                limit,
                &ASK_ANEW,
            ));
        }
    };
    differs("order", &order.intent.cl_ord_id, &approval.cl_ord_id);
    differs("request", &input.request_hash, &bounds.request_hash);
    differs("contract", &order.contract.con_id, &bounds.con_id);
    differs("account", &order.account, &bounds.account);
    differs("policy", &input.policy_hash, &bounds.policy_hash);
    let mode = input.mode.map(ModeProof::mode).and_then(Result::ok);
    differs("mode", &mode.map_or("unknown", crate::mode::Mode::word), &bounds.mode.word());
    if approval.status != ApprovalStatus::Approved {
        faults.push(GATE.reason(
            &"The approval does not stand.",
            &approval.status.word(),
            &ApprovalStatus::Approved.word(),
            &ASK_ANEW,
        ));
    }
    if input.now >= approval.expires_at {
        faults.push(GATE.reason(&"The approval has lapsed.", &input.now, &approval.expires_at, &ASK_ANEW));
    }
    match &approval.decided_by {
        None => faults.push(GATE.reason(
            &"Nobody's name stands under the approval.",
            &"nobody",
            &"a human other than the requester",
            &ASK_ANEW,
        )),
        Some(by) if *by == approval.requested_by => faults.push(GATE.reason(
            &"The requester approved the order itself.",
            by,
            &"a human other than the requester",
            &"Have another human key approve.",
        )),
        Some(_) => {}
    }
    faults
}

/// What left the bounds. What cannot be measured goes to `faults`: a missing input denies.
fn drift(input: &GateInput<'_>, approval: &Approval, faults: &mut Vec<Reason>) -> Vec<Reason> {
    let bounds = &approval.bounds;
    let mut drift = Vec::new();
    let band = format!("{} to {}", bounds.price_low, bounds.price_high);
    match input.quote.and_then(Quote::reference) {
        None => faults.push(GATE.reason(
            &"The reference price is unknown, so the approved price band cannot be checked.",
            &"unknown",
            &band,
            &"Wait for market data, then submit anew under a new key.",
        )),
        Some(price) if price < bounds.price_low.get() || price > bounds.price_high.get() => drift.push(GATE.reason(
            &"The market has left the approved price band.",
            &price,
            &band,
            &"A human must look again: approve the order at the present price, or deny it.",
        )),
        Some(_) => {}
    }
    match worst_notional(input) {
        None => faults.push(GATE.reason(
            &"The worst-case notional is unknown, so the approved maximum cannot be checked.",
            &"unknown",
            &bounds.notional_max,
            &"See the reasons of control 14; then submit anew under a new key.",
        )),
        Some(notional) if notional > bounds.notional_max => drift.push(GATE.reason(
            &"The worst-case notional is above the approved maximum.",
            &notional.normalize(),
            &bounds.notional_max,
            &"A human must look again: approve the order at the present notional, or deny it.",
        )),
        Some(_) => {}
    }
    drift
}

#[cfg(test)]
#[path = "c06_approval_tests.rs"]
mod tests;

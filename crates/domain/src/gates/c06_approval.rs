//! Control 6: a human's yes to this exact order, where the policy asks for one.
//!
//! A yes to the plan of a run stands for the yes to each of its orders, within the part that it has in the plan. A mandate
//! that covered the plan stands for each of them too: whatever the policy asks of such an order alone, it leaves on that
//! mandate or not at all.
//!
//! The policy says when: by kind of key, face, strategy, size, mode, or for the first order in an instrument. A mandate that
//! covers the order stands for the yes.
//!
//! A granted approval is always checked, needed or not. What it is bound to by identity (order, contract, account,
//! mode, policy, the people) must fit exactly, or the order is refused; what may drift with the market (reference
//! price, worst-case notional) leads back to the human when it left the bounds.

use super::c05_authorised::kind_at_face;
use super::input::{ApprovalFact, GateInput};
use super::table::{Gate, Verdict, worst_notional};
use crate::approval::{Approval, ApprovalStatus};
use crate::id::{KeyId, MandateId, StrategyId};
use crate::looping::plan_approval::PlanApproval;
use crate::looping::run::TradeRun;
use crate::mandate::{Mandate, MandateAsk, MandateStatus};
use crate::market::Quote;
use crate::mode::{Mode, ModeProof};
use crate::money::Price;
use crate::policy::Policy;
use crate::principal::{Principal, PrincipalKind};
use crate::reason::Reason;
use rust_decimal::Decimal;
use std::fmt::Display;
use std::sync::Arc;

pub(super) const GATE: Gate =
    Gate { number: 6, code: "C06_APPROVAL", title: "A human approved where the policy asks for it", check };

const WAIT: &str = "Wait: a human answers with `tollgate approval approve` or on the dashboard. Repeating the key shows the present state.";
/// Mandates whose misfit is told; an agent has few.
const MISFITS_MAX: usize = 3;
const ANOTHER_RUN: &str = "Begin another run (`tollgate loop run`): its plan is asked about anew.";
const ASK_ANEW: &str = "Submit the order anew under a new key, so that a human is asked again.";

fn check(input: &GateInput<'_>) -> Verdict {
    match input.approval {
        ApprovalFact::None => alone(input),
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
        ApprovalFact::OfRun(run) => match (&run.approval, &run.mandate) {
            (Some(plan), _) => Verdict::deny_on(plan_faults(input, run, plan)),
            (None, Some(mandate)) => Verdict::deny_on(why_not_on(input, mandate)),
            (None, None) if is_paper(input) => alone(input),
            (None, None) => Verdict::Deny(vec![GATE.reason(
                &"In live an order of a run leaves on the mandate that its plan stands on, or on a yes to the plan.",
                &format_args!("the plan of run {} stands on neither", run.id()),
                &"a mandate or an approval",
                &ANOTHER_RUN,
            )]),
        },
    }
}

/// An order that stands for itself.
fn alone(input: &GateInput<'_>) -> Verdict {
    match wanted(input) {
        Wanted::No => Verdict::Pass,
        Wanted::Unknown(reasons) => Verdict::Deny(reasons),
        Wanted::Yes(reasons) => match fitting_mandate(input) {
            Some(_) => Verdict::Pass,
            None => Verdict::Hold(reasons.into_iter().chain(misfits(input)).collect()),
        },
    }
}

fn is_paper(input: &GateInput<'_>) -> bool {
    input.mode.map(ModeProof::mode) == Some(Ok(Mode::Paper))
}

/// Whether a human's yes to this very order lies here. Its bounds on price and notional are judged by this gate alone.
pub(super) fn stands(input: &GateInput<'_>) -> bool {
    match input.approval {
        ApprovalFact::None => false,
        ApprovalFact::Granted(approval) => binding_faults(input, approval).is_empty(),
        ApprovalFact::OfRun(run) => run.approval.as_ref().is_some_and(|plan| plan_faults(input, run, plan).is_empty()),
    }
}

/// The mandate that this order uses: it must be booked in the transaction of the intent. `None` when the order needs none.
pub fn mandate_in_use<'a>(input: &GateInput<'a>) -> Option<&'a Mandate> {
    let off = &input.policy.off;
    let is_asked = match input.approval {
        ApprovalFact::None => !matches!(wanted(input), Wanted::No),
        ApprovalFact::Granted(_) => false,
        ApprovalFact::OfRun(run) if run.approval.is_some() => false,
        ApprovalFact::OfRun(run) => run.mandate.is_some() || !matches!(wanted(input), Wanted::No),
    };
    let for_approval = !off.contains(&6) && is_asked;
    let for_arming = !off.contains(&4) && super::c04_live_arming::needs_mandate(input);
    (for_approval || for_arming).then(|| fitting_mandate(input)).flatten()
}

/// The first mandate that covers the order and has room for it.
pub(super) fn fitting_mandate<'a>(input: &GateInput<'a>) -> Option<&'a Mandate> {
    let notional = worst_notional(input)?;
    held_mandates(input).find(|mandate| faults_of(input, mandate, notional).is_empty())
}

/// Active mandates for whoever asks; of an order whose plan stands on one, that one alone.
fn held_mandates<'a>(input: &GateInput<'a>) -> impl Iterator<Item = &'a Mandate> {
    let (key, strategy) = (&input.principal.key_id, input.order.intent.strategy.as_ref());
    let named = named_mandate(input);
    active_mandates(input)
        .filter(move |mandate| mandate.is_for(key, strategy) && !mandate.is_own(key))
        .filter(move |mandate| named.is_none_or(|named| mandate.id == *named))
}

fn active_mandates<'a>(input: &GateInput<'a>) -> impl Iterator<Item = &'a Mandate> {
    let now = input.now;
    input.mandates.iter().map(Arc::as_ref).filter(move |mandate| mandate.status(now) == MandateStatus::Active)
}

/// The mandate that the plan of the order's run stands on.
fn named_mandate<'a>(input: &GateInput<'a>) -> Option<&'a MandateId> {
    match input.approval {
        ApprovalFact::None | ApprovalFact::Granted(_) => None,
        ApprovalFact::OfRun(run) => run.mandate.as_ref(),
    }
}

/// What of a mandate the order breaks, as what, observed, limit.
fn faults_of(input: &GateInput<'_>, mandate: &Mandate, notional: Decimal) -> Vec<(&'static str, String, String)> {
    let (order, terms) = (input.order, &mandate.terms);
    let mut faults = Vec::new();
    // The words are made for what is broken alone: most of the time that is nothing.
    let mut must = |holds: bool, what: &'static str, observed: &dyn Display, limit: &dyn Fn() -> String| {
        if !holds {
            faults.push((what, observed.to_string(), limit()));
        }
    };
    must(order.account == terms.account, "account", &order.account, &|| terms.account.to_string());
    let mode = input.mode.map(ModeProof::mode).and_then(Result::ok);
    let mode_word = mode.map_or("unknown", Mode::word);
    must(mode == Some(terms.mode), "mode", &mode_word, &|| terms.mode.word().to_owned());
    let symbol = order.contract.symbol.to_ascii_uppercase();
    must(terms.symbols.contains(&symbol), "symbol", &symbol, &|| {
        terms.symbols.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    });
    must(terms.sides.contains(&order.intent.side), "side", &order.intent.side.word(), &|| {
        terms.sides.iter().map(|side| side.word()).collect::<Vec<_>>().join(", ")
    });
    let ask = MandateAsk { cl_ord_id: &order.intent.cl_ord_id, qty: order.intent.qty.get(), notional };
    faults.extend(mandate.budget_faults(&ask));
    faults
}

/// Why no mandate of whoever asks covers the order; nothing when there is none.
fn misfits(input: &GateInput<'_>) -> Vec<Reason> {
    let Some(notional) = worst_notional(input) else { return Vec::new() };
    let misfit = |mandate: &Mandate| {
        let (what, observed, limit) = faults_of(input, mandate, notional).into_iter().next()?;
        Some(GATE.reason(
            &format_args!("Mandate {} does not cover the order: {what}.", mandate.id),
            &observed,
            &limit,
            &"Stay inside the mandate, wait for the approval, or have a human grant another one (`tollgate mandate grant`).",
        ))
    };
    held_mandates(input).filter_map(misfit).take(MISFITS_MAX).collect()
}

/// Why an order cannot leave on the mandate that its plan stands on. It is refused then: a run has nobody to ask anew in the
/// middle of it.
fn why_not_on(input: &GateInput<'_>, id: &MandateId) -> Vec<Reason> {
    let refused = |message: &str, observed: &dyn Display, limit: &dyn Display| {
        GATE.reason(&format_args!("{message} Its plan stands on mandate {id}."), observed, limit, &ANOTHER_RUN)
    };
    let Some(mandate) = active_mandates(input).find(|mandate| mandate.id == *id) else {
        let ended = "The mandate does not hold: it was taken back, has fallen, or its time is over.";
        return vec![refused(ended, &"not active", &MandateStatus::Active.word())];
    };
    if held_mandates(input).next().is_none() {
        return vec![refused(
            "The mandate is not for this key and strategy.",
            &input.principal.key_id,
            &mandate.terms.key.as_ref().map_or("the strategy of the mandate", KeyId::as_str),
        )];
    }
    let Some(notional) = worst_notional(input) else {
        return vec![refused(
            "The worst-case notional is unknown, so it cannot be charged.",
            &"unknown",
            &"known, see control 14",
        )];
    };
    let faults = faults_of(input, mandate, notional).into_iter();
    faults
        .map(|(what, observed, limit)| {
            refused(&format!("The mandate does not cover the order: {what}."), &observed, &limit)
        })
        .collect()
}

/// Whether a human must be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nobody.
    No,
    /// For these reasons.
    Yes(Vec<Reason>),
    /// A limit cannot be checked.
    Unknown(Vec<Reason>),
}

/// What of an order says whether a human must be asked.
#[derive(Clone, Copy)]
pub struct YesAsk<'a> {
    /// The limits that count for it.
    pub policy: &'a Policy,
    /// Who asks.
    pub principal: &'a Principal,
    /// The strategy that it names.
    pub strategy: Option<&'a StrategyId>,
    /// Its symbol.
    pub symbol: &'a str,
    /// Whether it is the first order in its instrument.
    pub first_use: bool,
    /// Whether it is for a live account, or nobody knows.
    pub is_live: bool,
    /// Its worst-case notional in base currency; `None` is unknown.
    pub notional: &'a dyn Fn() -> Option<Decimal>,
}

fn wanted(input: &GateInput<'_>) -> Wanted {
    whether_asked(&YesAsk {
        policy: input.policy,
        principal: input.principal,
        strategy: input.order.intent.strategy.as_ref(),
        symbol: &input.order.contract.symbol,
        first_use: input.first_use,
        is_live: !is_paper(input),
        notional: &|| worst_notional(input),
    })
}

/// Whether the policy wants a human to be asked.
pub fn whether_asked(asked: &YesAsk<'_>) -> Wanted {
    let policy = asked.policy;
    let mut reasons = Vec::new();
    let mut unknown = Vec::new();
    let kind = kind_at_face(asked.principal);
    let kind_word = match kind {
        PrincipalKind::Human => "human",
        PrincipalKind::Agent => "agent",
    };
    if policy.approval_required_for.contains(&kind) {
        reasons.push(ask(&format_args!("Orders of {kind_word} keys need a human's approval."), &"not approved"));
    }
    let came_by = asked.principal.face;
    if policy.approval_required_on.iter().any(|face| face.is_same_door(came_by)) {
        let face = came_by.word();
        reasons.push(ask(&format_args!("Orders that come by {face} need a human's approval."), &"not approved"));
    }
    if let Some(strategy) = asked.strategy
        && policy.approval_required_for_strategies.contains(strategy.as_str())
    {
        let message = format!("Orders of strategy {strategy} need a human's approval.");
        reasons.push(ask(&message, &"not approved"));
    }
    if policy.approval_first_use && asked.first_use {
        let message = "The first order in an instrument needs a human's approval.";
        reasons.push(ask(&message, &format_args!("no order in {} yet", asked.symbol)));
    }
    let live_min = policy.approval_live_notional_min.filter(|_| asked.is_live);
    for (min, key) in
        [(policy.approval_notional_min, "approval_notional_min"), (live_min, "approval_live_notional_min")]
    {
        match (min, min.and_then(|_| (asked.notional)())) {
            (None, _) => {}
            (Some(min), Some(notional)) if notional < min => {}
            (Some(min), Some(notional)) => reasons.push(GATE.reason(
                &"An order of this size needs a human's approval.",
                &notional.normalize(),
                &format_args!("below {min} ({key})"),
                &WAIT,
            )),
            (Some(min), None) => unknown.push(GATE.reason(
                &"The worst-case notional is unknown, so it cannot be told whether the order needs an approval.",
                &"unknown",
                &format_args!("below {min} ({key})"),
                &"See the reasons of control 14; then submit anew under a new key.",
            )),
        }
    }
    match (unknown.is_empty(), reasons.is_empty()) {
        (false, _) => Wanted::Unknown(unknown),
        (true, false) => Wanted::Yes(reasons),
        (true, true) => Wanted::No,
    }
}

fn ask(message: &dyn Display, observed: &dyn Display) -> Reason {
    GATE.reason(message, observed, &"approved by a human other than the requester", &WAIT)
}

/// What of its part in the plan an order breaks. Whatever it is, it is refused: the yes was to the plan, and a run has nobody
/// to ask anew in the middle of it.
fn plan_faults(input: &GateInput<'_>, run: &TradeRun, plan: &PlanApproval) -> Vec<Reason> {
    let (order, intent) = (input.order, &input.order.intent);
    let mut faults = Vec::new();
    let mut must = |holds: bool, message: &dyn Display, observed: &dyn Display, limit: &dyn Display| {
        if !holds {
            faults.push(GATE.reason(message, observed, limit, &ANOTHER_RUN));
        }
    };
    for (what, observed, limit) in run.part_faults(&intent.cl_ord_id, intent.qty.get(), input.now) {
        must(false, &what, &observed, &limit);
    }
    let Some(part) = plan.part_of(&intent.cl_ord_id) else { return faults };
    let other = |what: &str| format!("The plan was approved for another {what}.");
    must(input.principal.key_id == plan.requested_by, &other("key"), &input.principal.key_id, &plan.requested_by);
    must(order.contract.con_id == part.con_id, &other("contract"), &order.contract.con_id, &part.con_id);
    must(intent.side == part.side, &other("side"), &intent.side.word(), &part.side.word());
    must(order.account == plan.account, &other("account"), &order.account, &plan.account);
    must(input.policy_hash == plan.policy_hash, &other("policy"), &input.policy_hash, &plan.policy_hash);
    let mode = input.mode.map(ModeProof::mode).and_then(Result::ok);
    must(mode == Some(plan.mode), &other("mode"), &mode.map_or("unknown", Mode::word), &plan.mode.word());
    let is_plain = intent.bracket.is_none() && intent.oca_group.is_none();
    must(is_plain, &other("kind of order"), &"a group of orders", &"a single order");
    let by_another = plan.decided_by.as_ref().is_some_and(|by| *by != plan.requested_by);
    must(
        by_another,
        &"Nobody else's name stands under the plan.",
        &plan.requested_by,
        &"a human other than the requester",
    );
    let band = format!("{} to {}", part.price_low, part.price_high);
    let within = |price: Decimal| part.price_low.get() <= price && price <= part.price_high.get();
    match input.quote.and_then(Quote::reference) {
        Some(price) => must(within(price), &"The market has left the approved price band.", &price, &band),
        None => must(
            false,
            &"The reference price is unknown, so the approved price band cannot be checked.",
            &"unknown",
            &band,
        ),
    }
    if let Some(price) = intent.order_type.limit_price().map(Price::get) {
        let bounded = if intent.side.is_buy() { price <= part.price_high.get() } else { price >= part.price_low.get() };
        must(bounded, &"The limit is outside the approved price band.", &price, &band);
    }
    faults
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
    let terms = if bounds.contract_terms.is_empty() { "not kept" } else { &bounds.contract_terms };
    differs("contract", &order.contract.terms(), &terms);
    differs("account", &order.account, &bounds.account);
    differs("policy", &input.policy_hash, &bounds.policy_hash);
    let mode = input.mode.map(ModeProof::mode).and_then(Result::ok);
    differs("mode", &mode.map_or("unknown", Mode::word), &bounds.mode.word());
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
    match (bounds.margin_max, input.initial_margin()) {
        (None, _) => {}
        (Some(max), None) => faults.push(GATE.reason(
            &"The margin is unknown, so the approved maximum cannot be checked.",
            &"unknown",
            &max,
            &"Wait until the broker answers the what-if, then submit anew under a new key.",
        )),
        (Some(max), Some(margin)) if margin > max => drift.push(GATE.reason(
            &"The margin is above the approved maximum.",
            &margin.normalize(),
            &max,
            &"A human must look again: approve the order at the present margin, or deny it.",
        )),
        (Some(_), Some(_)) => {}
    }
    drift
}

#[cfg(test)]
#[path = "c06_approval_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "c06_plan_tests.rs"]
mod plan_tests;

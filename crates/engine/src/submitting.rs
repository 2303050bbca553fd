//! Submit, preview, replace: whatever runs the gates. What asks a human is in [`crate::approving`].

use crate::core::{Batch, Core, Effect, sends};
use crate::input::{Booked, OrderFacts, PreviewDraft};
use domain::approved::{Approved, ResolvedOrder, Ticket};
use domain::bracket::ExitIds;
use domain::broker::SendPermit;
use domain::exposure::OpenRisk;
use domain::fault::Fault;
use domain::gates::{
    self, AccountFacts, ApprovalFact, Dated, Decision, Evaluation, GateInput, LookAlike, PreviewFact, Readiness, Rules,
    Verdict,
};
use domain::id::{ApprovalId, BrokerOrderId, ClOrdId, MandateId, PreviewId};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderIntent};
use domain::order_record::OrderRecord;
use domain::order_ref::OrderRef;
use domain::policy::Policy;
use domain::principal::Principal;
use domain::reason::Reason;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// The number of the control that asks humans.
const APPROVAL: u8 = 6;
/// How long a preview lives.
const PREVIEW_TTL: SignedDuration = SignedDuration::from_mins(5);
/// Previews of one key that may count at a time: each is kept, in the journal and in memory.
const PREVIEWS_PER_KEY_MAX: usize = 1_000;

/// One order in front of the gates.
pub(crate) struct Case<'a> {
    pub(crate) order: &'a ResolvedOrder,
    pub(crate) request_hash: &'a str,
    pub(crate) by: &'a Principal,
    pub(crate) facts: &'a OrderFacts,
    pub(crate) approval: ApprovalFact,
    pub(crate) preview: PreviewFact,
    pub(crate) is_new: bool,
    /// The working order that this changes.
    pub(crate) changes: Option<Changed>,
}

/// Quantities of a working order that is to be changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed {
    /// Its total.
    pub(crate) total: Decimal,
    /// What of it is filled: it is held already.
    pub(crate) filled: Decimal,
}

pub(crate) struct Judged {
    pub(crate) evaluation: Evaluation,
    worst_price: Option<Decimal>,
    pub(crate) notional: Option<Decimal>,
    /// The mandate that the intent uses.
    pub(crate) mandate: Option<MandateId>,
    reference: Option<Decimal>,
    /// Initial margin that the broker asks for the order.
    margin: Option<Decimal>,
}

/// What an approval is bound to: reference price, notional, initial margin.
pub(crate) type Asked = (Option<Decimal>, Option<Decimal>, Option<Decimal>);

impl Judged {
    pub(crate) fn asked(&self) -> Asked {
        (self.reference, self.notional, self.margin)
    }
}

impl Core {
    /// Whether the key was used: `Ok(Some)` for the same request, an error for another one.
    pub(crate) fn known(&self, key: &ClOrdId, request_hash: &str) -> Result<Option<Booked>, Fault> {
        match self.book.request_under(key) {
            None => Ok(None),
            Some(used) if used == request_hash => Ok(Some(Booked::Known)),
            Some(_) => Err(Fault::IdempotencyConflict(key.clone())),
        }
    }

    pub(crate) fn resolve(&self, intent: &OrderIntent, facts: &OrderFacts) -> Result<ResolvedOrder, Fault> {
        let pinned = self.session.mode.as_ref().and_then(|mode| mode.account());
        let account = match (&intent.account, pinned) {
            (Some(named), _) => named.clone(),
            (None, Some(pinned)) => pinned.clone(),
            (None, None) => {
                return Err(Fault::NotReady(vec![domain::mode::NO_ACCOUNT.to_owned()]));
            }
        };
        Ok(ResolvedOrder { intent: intent.clone(), account, contract: facts.contract.clone() })
    }

    pub(crate) fn judge(&mut self, case: &Case<'_>, now: Timestamp) -> Judged {
        let messages_second = self.messages_second(now);
        let contract = &case.order.contract;
        let worth = self.value_for(case.order, case.facts);
        let key = &case.order.intent.cl_ord_id;
        // What is valued is all that may trade.
        let besides = || self.valuation.worth.open_in(contract.con_id).filter(|(other, _)| *other != key);
        let near: Vec<OpenRisk> = besides().map(|(_, risk)| risk.clone()).collect();
        let own = self.book.own_orders_among(contract.con_id, key, besides().map(|(key, _)| key));
        let unknown = besides().filter(|(_, risk)| risk.unknown).map(|(key, _)| key.clone()).collect();
        let readiness = self.readiness(case.order, unknown);
        let account = self.account_facts(case.order);
        let journal_fault = self.session.fault.as_ref().map(ToString::to_string);
        let limits = self.limits_for(case.order);
        let look_alikes = if case.is_new { self.look_alikes(case.order, &limits, now) } else { Vec::new() };
        let estimated_at = case.facts.reference.what_if.as_ref().map(|what_if| what_if.at);
        let total = case.changes.map(|changes| changes.total);
        let lately = self.lately(case.order, (total, estimated_at), &limits, now);
        let filled = case.changes.map_or(Decimal::ZERO, |changes| changes.filled);
        let leaves = case.order.intent.qty.get().saturating_sub(filled);
        let mandates = self.mandates_for(&case.order.intent.cl_ord_id, now);
        let live = self.live_facts(now);
        let used = (case.order.account.clone(), contract.con_id);
        let input = GateInput {
            now,
            order: case.order,
            leaves,
            request_hash: case.request_hash,
            principal: case.by,
            policy: &limits,
            policy_hash: self.policy_hash(),
            trading: self.config.trading,
            mode: self.session.mode.as_ref(),
            readiness: &readiness,
            quote: case.facts.quote.as_ref(),
            reference: &case.facts.reference,
            trading_states: &self.book.trading_states,
            kill_file: self.kill_file,
            journal_fault: journal_fault.as_deref(),
            account: &account,
            near: &near,
            open_count: self.valuation.worth.open_count(key),
            reduces: gates::reduces(case.order, leaves, account.held, &near),
            own: &own,
            con_id: contract.con_id,
            look_alikes: &look_alikes,
            messages_second,
            rules: Rules {
                accepted_policy: self.book.policy.as_ref().map(|policy| policy.hash.as_str()),
                running_version: self.config.version,
                newest_version: self.book.newest_version.as_deref(),
            },
            heartbeats: &self.heartbeats(now),
            worth: &worth,
            lately: &lately,
            preview: &case.preview,
            approval: &case.approval,
            mandates: &mandates,
            live: &live,
            first_use: !self.instruments_used.contains(&used),
        };
        let mut evaluation = gates::evaluate(&input);
        self.policy().name_sections(&case.order.policy_scope(), &limits, evaluation.reasons_mut());
        Judged {
            worst_price: gates::worst_price(&input),
            notional: gates::worst_notional(&input),
            mandate: gates::mandate_in_use(&input).map(|mandate| mandate.id.clone()),
            reference: case.facts.quote.as_ref().and_then(domain::market::Quote::reference),
            margin: input.initial_margin(),
            evaluation,
        }
    }

    /// The limits that count for an order.
    pub(crate) fn limits_for(&self, order: &ResolvedOrder) -> Cow<'_, Policy> {
        self.policy().limits_for(&order.policy_scope())
    }

    fn readiness(&self, order: &ResolvedOrder, unknown_on_instrument: Vec<ClOrdId>) -> Readiness {
        let con_id = order.contract.con_id;
        Readiness {
            link: self.session.link.clone(),
            reconciled: self.session.reconciled,
            clock_skew_ms: self.session.clock_skew_ms,
            unknown_on_instrument,
            instrument_halted: self.book.halted_instruments.get(&con_id).map(ToString::to_string),
            alarm: self.session.alarm.clone(),
            lease_held: self.session.fault.is_none(),
        }
    }

    fn account_facts(&self, order: &ResolvedOrder) -> AccountFacts {
        let positions_known = self.session.positions.is_some();
        let held = self.session.held.get(&order.contract.con_id).copied().unwrap_or(Decimal::ZERO);
        AccountFacts {
            base_currency: self.session.account.as_ref().and_then(|account| account.base_currency.clone()),
            held: positions_known.then_some(held),
            fx_to_base: self.fx_to_base(&order.contract.currency).map(|(value, at)| Dated { value, at }),
        }
    }

    fn look_alikes(&self, order: &ResolvedOrder, limits: &Policy, now: Timestamp) -> Vec<LookAlike> {
        let window = SignedDuration::from_secs(limits.look_alike_window_s.max(0));
        let similar = |key: &ClOrdId| {
            self.book.orders.get(key).is_some_and(|other| {
                other.account.as_ref() == Some(&order.account)
                    && other.contract.as_ref().is_some_and(|contract| contract.con_id == order.contract.con_id)
                    && other.intent.side == order.intent.side
                    && other.intent.qty == order.intent.qty
                    && other.intent.order_type.kind() == order.intent.order_type.kind()
                    && other.intent.cl_ord_id != order.intent.cl_ord_id
                    && other.status != OrdStatus::Denied
            })
        };
        self.recent
            .iter()
            .filter(|(at, con_id, key)| *con_id == order.contract.con_id && *at + window > now && similar(key))
            .map(|(at, _, key)| LookAlike {
                cl_ord_id: key.clone(),
                age_ms: i64::try_from(now.duration_since(*at).as_millis()).unwrap_or(i64::MAX),
            })
            .collect()
    }

    pub(crate) fn preview_fact(&self, intent: &OrderIntent, request_hash: &str, now: Timestamp) -> PreviewFact {
        let Some(id) = &intent.preview_id else {
            return PreviewFact::NotNamed;
        };
        match self.book.previews.get(id) {
            None => PreviewFact::Unknown,
            Some(preview) if preview.request_hash != request_hash => PreviewFact::OtherOrder,
            Some(preview) if preview.expires_at <= now => PreviewFact::Expired,
            Some(_) => PreviewFact::Valid,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one request, each named")]
    pub(crate) fn preview(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        intent: &OrderIntent,
        request_hash: &str,
        facts: &OrderFacts,
        id: PreviewId,
    ) -> Result<PreviewDraft, Fault> {
        if self.book.previews.has_enough(&by.key_id, PREVIEWS_PER_KEY_MAX, now) {
            let many = format!(
                "{PREVIEWS_PER_KEY_MAX} previews of this key count still, which is as many as may: use them, or wait until \
                 the first ones lapse, {} minutes after they were made",
                PREVIEW_TTL.as_mins()
            );
            return Err(Fault::TooMany(many));
        }
        let order = self.resolve(intent, facts)?;
        // This look is the preview: it cannot be missing yet.
        let preview = PreviewFact::Valid;
        let (approval, changes) = (ApprovalFact::None, None);
        let case = Case { order: &order, request_hash, by, facts, approval, preview, is_new: true, changes };
        let judged = self.judge(&case, now);
        let expires_at = now + PREVIEW_TTL;
        let (request_hash, by) = (request_hash.to_owned(), Some(by.clone()));
        self.push(batch, now, JournalEvent::Previewed { id, request_hash, expires_at, by });
        Ok(PreviewDraft {
            evaluation: judged.evaluation,
            worst_price: judged.worst_price,
            notional: judged.notional,
            expires_at,
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one request, each named")]
    pub(crate) fn submit(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        intent: &OrderIntent,
        request_hash: &str,
        facts: &OrderFacts,
        approval_id: ApprovalId,
    ) -> Result<Booked, Fault> {
        if let Some(known) = self.known(&intent.cl_ord_id, request_hash)? {
            return Ok(known);
        }
        let order = self.resolve(intent, facts)?;
        let preview = self.preview_fact(intent, request_hash, now);
        let (approval, changes) = (self.run_fact(&intent.cl_ord_id), None);
        let case = Case { order: &order, request_hash, by, facts, approval, preview, is_new: true, changes };
        let judged = self.judge(&case, now);
        let (asked, approval) = (judged.asked(), case.approval);
        self.remember(now, order.contract.con_id, &intent.cl_ord_id);
        let passed = passed(&judged.evaluation);
        let used = judged.mandate.clone().zip(judged.notional);
        match judged.evaluation.decision {
            Decision::Denied(reasons) => {
                let event = JournalEvent::OrderDenied {
                    intent: Box::new(intent.clone()),
                    order: Some(Box::new(order)),
                    request_hash: request_hash.to_owned(),
                    by: by.clone(),
                    reasons,
                };
                self.push(batch, now, event);
            }
            Decision::NeedsApproval(_) if !sends(self.config.trading) => {
                self.simulate(batch, now, order, request_hash, by);
            }
            Decision::NeedsApproval(reasons) => {
                let bounds = self.bounds(&order, request_hash, asked)?;
                let approval = self.question(approval_id, by, &order, bounds, reasons, now);
                self.ask_human(batch, now, order, request_hash, by, approval);
            }
            Decision::Approved(_) if !sends(self.config.trading) => {
                self.simulate(batch, now, order, request_hash, by);
            }
            Decision::Approved(approved) => {
                let ids = self.allocate_ids(&approved.get().intent)?;
                self.use_mandate(batch, now, approved.get(), used);
                self.take_part(batch, now, approved.get(), by, &approval);
                self.release(batch, now, *approved, ids, request_hash, by, None, passed, judged.notional)?;
            }
        }
        Ok(Booked::New)
    }

    /// Trading is off: every gate ran, nothing is sent, and no human is asked for nothing.
    fn simulate(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        order: ResolvedOrder,
        request_hash: &str,
        by: &Principal,
    ) {
        let event = JournalEvent::OrderSimulated {
            order: Box::new(order),
            request_hash: request_hash.to_owned(),
            by: by.clone(),
        };
        self.push(batch, now, event);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one intent, each named")]
    pub(crate) fn release(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        approved: Approved<ResolvedOrder>,
        (broker_order_id, exits): (BrokerOrderId, Option<ExitIds>),
        request_hash: &str,
        by: &Principal,
        approval: Option<ApprovalId>,
        gates_passed: Vec<String>,
        notional: Option<Decimal>,
    ) -> Result<(), Fault> {
        let order = approved.get().clone();
        let installation =
            self.book.installation.as_ref().ok_or_else(|| Fault::Internal("no installation".to_owned()))?;
        let order_ref = OrderRef::new(installation, &order.intent.cl_ord_id);
        self.instruments_used.insert((order.account.clone(), order.contract.con_id));
        let messages = order.intent.orders();
        let event = JournalEvent::OrderSubmitting {
            order: Box::new(order),
            request_hash: request_hash.to_owned(),
            by: by.clone(),
            broker_order_id,
            exits,
            generation: self.session.generation,
            epoch: self.book.epoch,
            approval,
            gates_passed,
            notional,
        };
        self.push(batch, now, event);
        (0..messages).for_each(|_| self.count_message(now));
        let ticket = Ticket::new(approved, broker_order_id, exits, order_ref, self.permit());
        batch.effects.push(Effect::Submit(Box::new(ticket)));
        Ok(())
    }

    pub(crate) fn permit(&self) -> SendPermit {
        SendPermit {
            kill_epoch: self.book.trading_states.epoch,
            lease_epoch: self.book.epoch,
            generation: self.session.generation,
        }
    }

    /// A change of a working order: an intent of its own, through the same gates; the original stands until the broker
    /// has taken it.
    #[expect(clippy::too_many_arguments, reason = "the parts of one request, each named")]
    pub(crate) fn replace(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        cl_ord_id: &ClOrdId,
        key: &ClOrdId,
        request_hash: &str,
        (seen, amendment): (Option<&str>, Amendment),
        facts: &OrderFacts,
    ) -> Result<Booked, Fault> {
        if let Some(known) = self.known(key, request_hash)? {
            return Ok(known);
        }
        self.is_as_seen(cl_ord_id, seen)?;
        let missing = || Fault::NotFound { what: "order", id: cl_ord_id.to_string() };
        let record = self.changeable(cl_ord_id)?;
        check_amendment(record, &amendment)?;
        self.check_exit(record, &amendment)?;
        let changes = Some(Changed { total: record.intent.qty.get(), filled: record.cum_qty() });
        let mut order = record.resolved().ok_or_else(missing)?;
        let id = self.told_ids.of(record).ok_or_else(missing)?;
        order.intent = amendment.of(order.intent);
        let preview = PreviewFact::NotNamed;
        order.intent.preview_id = None;
        let approval = self.run_fact(cl_ord_id);
        let case = Case { order: &order, request_hash, by, facts, approval, preview, is_new: false, changes };
        let judged = self.judge(&case, now);
        let used = judged.mandate.clone().zip(judged.notional);
        let approved = match judged.evaluation.decision {
            Decision::Approved(approved) => *approved,
            Decision::Denied(reasons) | Decision::NeedsApproval(reasons) => {
                let event = JournalEvent::ReplaceDenied {
                    cl_ord_id: cl_ord_id.clone(),
                    key: key.clone(),
                    request_hash: request_hash.to_owned(),
                    by: by.clone(),
                    amendment,
                    reasons: reasons.into_iter().map(without_a_question).collect(),
                };
                self.push(batch, now, event);
                return Ok(Booked::New);
            }
        };
        self.use_mandate(batch, now, approved.get(), used);
        self.take_part(batch, now, approved.get(), by, &case.approval);
        let event = JournalEvent::ReplaceSubmitting {
            cl_ord_id: cl_ord_id.clone(),
            key: key.clone(),
            request_hash: request_hash.to_owned(),
            by: by.clone(),
            amendment,
            notional: judged.notional,
        };
        self.push(batch, now, event);
        self.count_message(now);
        let installation =
            self.book.installation.as_ref().ok_or_else(|| Fault::Internal("no installation".to_owned()))?;
        let order_ref = OrderRef::new(installation, cl_ord_id);
        let parent = self.entry_id(cl_ord_id);
        let ticket = Ticket::new(approved, id, None, order_ref, self.permit()).below(parent).as_change(key.clone());
        batch.effects.push(Effect::Replace(Box::new(ticket)));
        Ok(Booked::New)
    }

    /// The order, if it can be changed now.
    fn changeable(&self, cl_ord_id: &ClOrdId) -> Result<&OrderRecord, Fault> {
        let missing = || Fault::NotFound { what: "order", id: cl_ord_id.to_string() };
        let record = self.book.orders.get(cl_ord_id).ok_or_else(missing)?;
        if !sends(self.config.trading) {
            let why = "trading is off, and nothing is sent but cancels: cancel it, or set `trading` and restart";
            return Err(Fault::NotReplaceable { cl_ord_id: cl_ord_id.clone(), why: why.to_owned() });
        }
        let here = record.acknowledged_in == Some(self.session.generation);
        if record.status != OrdStatus::Working || !here {
            let why = format!("it is {}; only a working order can be replaced", record.status.word());
            return Err(Fault::NotReplaceable { cl_ord_id: cl_ord_id.clone(), why });
        }
        if record.pending_replace.is_some() {
            // A cancel that was refused and a trade since make it working again, without telling which version works.
            let why = "what became of an earlier change is not known yet".to_owned();
            return Err(Fault::NotReplaceable { cl_ord_id: cl_ord_id.clone(), why });
        }
        if record.intent.bracket.is_some() {
            // Its exits would have to follow in the same moment, which IBKR does not offer.
            let why = "the entry of a bracket is not changed: cancel it and submit a new bracket under a new key";
            return Err(Fault::NotReplaceable { cl_ord_id: cl_ord_id.clone(), why: why.to_owned() });
        }
        Ok(record)
    }

    /// An exit closes what its entry opened, and is counted so: what is more is an order of its own.
    fn check_exit(&self, record: &OrderRecord, amendment: &Amendment) -> Result<(), Fault> {
        let key = &record.intent.cl_ord_id;
        let entry = key.is_exit().then(|| self.book.order(&key.group())).flatten();
        let most = entry.map(|entry| entry.intent.qty);
        match most.filter(|most| amendment.qty > *most) {
            Some(most) => {
                let rule =
                    format!("an exit closes at most the {most} of its entry; sell what is more by an order of its own");
                Err(Fault::Invalid { field: "qty".to_owned(), rule })
            }
            None => Ok(()),
        }
    }

    /// The id of an exit's entry.
    fn entry_id(&self, exit: &ClOrdId) -> Option<BrokerOrderId> {
        let entry = exit.is_exit().then(|| self.book.orders.get(&exit.group())).flatten()?;
        self.told_ids.of(entry)
    }
}

/// Nobody is asked about a change: what would make an order wait for a human refuses it.
fn without_a_question(reason: Reason) -> Reason {
    if reason.control != APPROVAL {
        return reason;
    }
    let hint =
        "No human is asked about a change: cancel the order and submit another one, which waits for a yes.".to_owned();
    Reason { hint, ..reason }
}

fn check_amendment(record: &OrderRecord, amendment: &Amendment) -> Result<(), Fault> {
    let invalid = |field: &str, rule: String| Err(Fault::Invalid { field: field.to_owned(), rule });
    if amendment.order_type.kind() != record.intent.order_type.kind() {
        let rule = format!("a replace keeps the type; this order is {}", record.intent.order_type.kind().word());
        return invalid("order_type", rule);
    }
    if amendment.qty.get() <= record.cum_qty() {
        return invalid("qty", format!("must be above the {} that are filled already", record.cum_qty()));
    }
    Ok(())
}

pub(crate) fn passed(evaluation: &Evaluation) -> Vec<String> {
    evaluation
        .results
        .iter()
        .filter(|result| result.verdict == Some(Verdict::Pass))
        .map(|result| result.code.to_owned())
        .collect()
}

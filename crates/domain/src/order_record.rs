//! One order with everything that happened to it.

use crate::approved::ResolvedOrder;
use crate::change::ChangeFate;

use crate::contract::Contract;
use crate::event::OrderEvent;
use crate::execution::{Commission, Execution, family, split_correction, supersedes};
use crate::exposure::OpenRisk;
use crate::group::GroupFault;
use crate::holding::Move;
use crate::id::{AccountId, ApprovalId, BrokerOrderId, ClOrdId, ExecId, Generation, PermId};
use crate::lifecycle::{self, EventKind, OrdStatus, Transition};
use crate::mutation::{self, Mutation};
use crate::order::{OrderIntent, TifKind};
use crate::policy::PolicyScope;
use crate::principal::Principal;
use crate::reason::Reason;
use crate::twin::Twin;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use crate::change::PendingReplace;
pub use crate::key_use::{KeyUse, KeyVerb};

/// IBKR's code for an order that it rejects; every other refusal may speak of a later request.
const REJECTED: i32 = 201;

/// So many of the broker's words about one order are kept; the journal has them all.
const MESSAGES_MAX: usize = 64;

/// One try to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The broker id of this try.
    pub broker_order_id: BrokerOrderId,
    /// The connection that it was meant for.
    pub generation: Generation,
    /// When it was decided.
    pub at: Timestamp,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// What the caller said, with acknowledged changes worked in.
    pub intent: OrderIntent,
    /// The account; `None` where a denied order could not be resolved.
    pub account: Option<AccountId>,
    /// The contract; `None` where a denied order could not be resolved.
    /// Not part of the stored form: many orders share one, and whoever stores orders stores it beside them.
    #[serde(skip)]
    pub contract: Option<Arc<Contract>>,
    /// Hash of the request.
    pub request_hash: String,
    /// Who asked.
    pub by: Principal,
    /// Our state.
    pub status: OrdStatus,
    /// The broker's own word.
    pub broker_status: Option<String>,
    /// Why it was denied, held or rejected.
    pub reasons: Vec<Reason>,
    /// The broker's words about it, newest last, with their codes; data, never instructions.
    pub broker_messages: Vec<(i32, String)>,
    /// Tries to send.
    pub attempts: Vec<Attempt>,
    /// Permanent id.
    pub perm_id: Option<PermId>,
    /// Trades that count. Boxed, since a map's node has room for eleven values: orders have one or two trades.
    pub executions: BTreeMap<ExecId, Box<Execution>>,
    /// Trades that were taken back: neither they nor an earlier version of them counts, however late they come.
    pub busts: BTreeSet<ExecId>,
    /// Other orders that the broker works or worked under this one's reference.
    pub twins: BTreeMap<PermId, Twin>,
    /// How this order itself ended, while another one under its reference is not over.
    pub ended_as: Option<OrdStatus>,
    /// That it is over is a human's word, and not the broker's.
    pub declared_dead: bool,
    /// What the broker's status says was filled, which may run ahead of the trades.
    pub reported_filled: Option<Decimal>,
    /// And at what average price.
    pub reported_avg_px: Option<Decimal>,
    /// Its approval.
    pub approval_id: Option<ApprovalId>,
    /// Somebody wants it canceled.
    pub cancel_wanted: bool,
    /// The connection that last said it works.
    pub acknowledged_in: Option<Generation>,
    /// When the broker first said so.
    pub acknowledged_at: Option<Timestamp>,
    /// A change under way.
    pub pending_replace: Option<PendingReplace>,
    /// In which ways its group broke, and the words for it.
    pub group_faults: BTreeMap<GroupFault, String>,
    /// What became of each change, by its key.
    pub changes: BTreeMap<ClOrdId, ChangeFate>,
    /// Changes that the gates refused, by their keys: the broker never heard of them.
    pub denied_changes: BTreeMap<ClOrdId, Vec<Reason>>,
    /// Counts acknowledged changes, from 1.
    pub version: u32,
    /// When it was first booked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl OrderRecord {
    pub(crate) fn new(order: &ResolvedOrder, hash: &str, by: &Principal, status: OrdStatus, at: Timestamp) -> Self {
        let mut record = Self::bare(&order.intent, hash, by, status, at);
        record.account = Some(order.account.clone());
        record.contract = Some(Arc::new(order.contract.clone()));
        record
    }

    pub(crate) fn denied(
        intent: &OrderIntent,
        order: Option<&ResolvedOrder>,
        hash: &str,
        by: &Principal,
        reasons: &[Reason],
        at: Timestamp,
    ) -> Self {
        let mut record = match order {
            Some(order) => Self::new(order, hash, by, OrdStatus::Denied, at),
            None => Self::bare(intent, hash, by, OrdStatus::Denied, at),
        };
        record.reasons = reasons.to_vec();
        record
    }

    fn bare(intent: &OrderIntent, hash: &str, by: &Principal, status: OrdStatus, at: Timestamp) -> Self {
        Self {
            intent: intent.clone(),
            account: intent.account.clone(),
            contract: None,
            request_hash: hash.to_owned(),
            by: by.clone(),
            status,
            broker_status: None,
            reasons: Vec::new(),
            broker_messages: Vec::new(),
            attempts: Vec::new(),
            perm_id: None,
            executions: BTreeMap::new(),
            busts: BTreeSet::new(),
            twins: BTreeMap::new(),
            ended_as: None,
            declared_dead: false,
            reported_filled: None,
            reported_avg_px: None,
            approval_id: None,
            cancel_wanted: false,
            acknowledged_in: None,
            acknowledged_at: None,
            pending_replace: None,
            group_faults: BTreeMap::new(),
            changes: BTreeMap::new(),
            denied_changes: BTreeMap::new(),
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    /// What sections of a policy ask of it.
    pub fn policy_scope(&self) -> PolicyScope<'_> {
        let contract = self.contract.as_deref();
        PolicyScope {
            account: self.account.as_ref(),
            strategy: self.intent.strategy.as_ref(),
            sec_type: contract.map(|contract| contract.sec_type),
            symbol: contract.map(|contract| contract.symbol.as_str()),
            con_id: contract.map(|contract| contract.con_id),
        }
    }

    /// The resolved order, unless it was denied before it could be resolved.
    pub fn resolved(&self) -> Option<ResolvedOrder> {
        Some(ResolvedOrder {
            intent: self.intent.clone(),
            account: self.account.clone()?,
            contract: self.contract.as_deref()?.clone(),
        })
    }

    /// Quantity traded: what the trades add up to, or what the status says where that is more.
    pub fn cum_qty(&self) -> Decimal {
        let traded = self.traded();
        self.reported_filled.map_or(traded, |reported| reported.max(traded))
    }

    /// Quantity that the status says was traded and no trade has told yet.
    pub fn untold_qty(&self) -> Decimal {
        self.cum_qty() - self.traded()
    }

    /// Quantity that may still trade; zero once it is final.
    pub fn leaves_qty(&self) -> Decimal {
        if self.status.is_final() {
            return Decimal::ZERO;
        }
        (self.intent.qty.get() - self.cum_qty()).max(Decimal::ZERO)
    }

    /// Average price of the trades; the broker's figure while trades are missing. `None` when nothing was traded.
    pub fn avg_px(&self) -> Option<Decimal> {
        let qty = self.traded();
        if qty.is_zero() || qty < self.cum_qty() {
            return self.reported_avg_px;
        }
        Some(self.traded_value()?.checked_div(qty)?.normalize())
    }

    /// Traded quantity times price, without multiplier.
    fn traded_value(&self) -> Option<Decimal> {
        self.executions.values().map(|execution| execution.last_qty.get().checked_mul(execution.last_px.get())).sum()
    }

    /// The newest try to send.
    pub fn last_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The risk that it still carries with `leaves` at worst. One that is over carries what has traded untold.
    pub fn open_risk(&self, leaves: Decimal, notional: Option<Decimal>) -> Option<OpenRisk> {
        if !self.status.may_be_live() && leaves.is_zero() {
            return None;
        }
        Some(OpenRisk {
            con_id: self.contract.as_ref()?.con_id,
            side: self.intent.side,
            leaves,
            notional,
            unknown: self.status.is_unknown(),
        })
    }

    /// What may still trade at worst: the larger of both versions while a change is under way. What a bracket's exits may
    /// trade is said by [`crate::group`].
    pub fn worst_leaves(&self) -> Decimal {
        (self.larger_total() - self.cum_qty()).max(Decimal::ZERO)
    }

    /// Whether TWS seems to hold it behind a dialog: it was sent this long ago, TWS has shown it as not sent on, and no
    /// permanent id was given. A view of the record, no state: what it becomes is told by the broker.
    pub fn is_held_in_tws(&self, now: Timestamp, after: SignedDuration) -> bool {
        let sent = self.last_attempt().map(|attempt| attempt.at);
        self.waits_in_tws() && sent.is_some_and(|at| now.duration_since(at) >= after)
    }

    /// The same, however short it has been there.
    pub(crate) fn waits_in_tws(&self) -> bool {
        let waits = matches!(self.broker_status.as_deref(), Some("PendingSubmit" | "ApiPending"));
        waits && self.perm_id.is_none() && self.status.may_be_live()
    }

    /// Moves the state; `Ok(true)` when the event was odd.
    pub(crate) fn step(&mut self, kind: EventKind, at: Timestamp) -> Result<bool, String> {
        let odd = match lifecycle::next(self.status, kind) {
            Transition::To(status) => {
                self.status = status;
                false
            }
            Transition::Stay => false,
            Transition::OddTo(status) => {
                self.status = status;
                true
            }
            Transition::OddStay => true,
            Transition::Never => {
                return Err(format!("{kind:?} cannot happen to an order that is {}", self.status.word()));
            }
        };
        self.updated_at = at;
        Ok(odd)
    }

    /// What kind of event this is for this order, now. It is not over while another order under its reference is not.
    pub fn kind_of(&self, event: &OrderEvent) -> EventKind {
        let kind = self.kind_alone(event);
        if let OrderEvent::TwinOver { .. } = event {
            return kind;
        }
        match self.ending(kind) {
            Some(_) => EventKind::Informed,
            None if kind == EventKind::ExecutedAll && self.has_live_twin() => EventKind::ExecutedPart,
            None => kind,
        }
    }

    pub(crate) fn kind_alone(&self, event: &OrderEvent) -> EventKind {
        match event {
            OrderEvent::Refused { .. } => EventKind::Refused,
            OrderEvent::Killed => EventKind::Killed,
            // The change stayed here; the order itself was sent before.
            OrderEvent::NotSent { .. } if self.pending_replace.is_some() => EventKind::ReplaceUnsent,
            OrderEvent::NotSent { .. } if self.is_known_to_broker() && self.status.is_unknown() => EventKind::Informed,
            OrderEvent::NotSent { .. } => EventKind::NotSent,
            OrderEvent::Written => EventKind::Written,
            OrderEvent::SendUnknown { .. } => EventKind::SendUnknown,
            OrderEvent::CancelRequested => EventKind::CancelRequested,
            OrderEvent::CancelUnsent => EventKind::CancelUnsent,
            OrderEvent::ReplaceRequested => EventKind::ReplaceRequested,
            OrderEvent::ReplaceUnsent => EventKind::ReplaceUnsent,
            // An order that its twin keeps open may be in the state of a change.
            OrderEvent::ReplaceTaken { key } if self.is_under_way(key) => EventKind::Acknowledged,
            OrderEvent::ReplaceTaken { .. } => EventKind::Informed,
            OrderEvent::LinkLost => EventKind::LinkLost,
            OrderEvent::NotFound => EventKind::NotFound,
            OrderEvent::ProvenDead { .. } | OrderEvent::ResolvedDead { .. } => EventKind::ResolvedDead,
            OrderEvent::Held { .. } => EventKind::Held,
            OrderEvent::Acknowledged { .. } => EventKind::Acknowledged,
            OrderEvent::Executed { execution } if self.counts_already(&execution.exec_id) => EventKind::Informed,
            OrderEvent::TwinSeen { .. } => EventKind::Doubled,
            OrderEvent::TwinOver { perm_id, .. } => self.kind_of_twins_end(*perm_id),
            OrderEvent::Executed { execution } if self.relative_of(&execution.exec_id).is_some() => {
                EventKind::Corrected
            }
            OrderEvent::Executed { execution } => self.kind_of_execution(execution),
            OrderEvent::Corrected { .. } => EventKind::Corrected,
            OrderEvent::Busted { .. } => EventKind::Busted,
            OrderEvent::CommissionJoined { .. } => EventKind::CommissionJoined,
            // Filled without a quantity says nothing.
            OrderEvent::ReportedFilled { filled, .. } if *filled <= Decimal::ZERO => EventKind::Informed,
            OrderEvent::ReportedFilled { .. } => EventKind::ReportedFilled,
            OrderEvent::CancelPending => EventKind::CancelPending,
            OrderEvent::Canceled { .. } => EventKind::Canceled,
            // While a change is open, or once the broker has worked the order, a refusal speaks of what was sent last.
            OrderEvent::Rejected { .. } if self.pending_replace.is_some() => EventKind::ReplaceRefused,
            // Nobody refuses what is filled: it speaks of the change that came too late.
            OrderEvent::Rejected { .. } if self.status == OrdStatus::Filled && self.was_overtaken() => {
                EventKind::ReplaceRefused
            }
            OrderEvent::Rejected { code, .. } if *code != REJECTED && self.is_known_to_broker() && self.is_open() => {
                EventKind::Informed
            }
            OrderEvent::Rejected { .. } => EventKind::Rejected,
            OrderEvent::Inactive { .. } => EventKind::Inactive,
            OrderEvent::Expired => EventKind::Expired,
            OrderEvent::CancelRefused { .. } => EventKind::CancelRefused,
            OrderEvent::ReplaceRefused { .. } => EventKind::ReplaceRefused,
            OrderEvent::GroupBroken { .. } | OrderEvent::Informed { .. } => EventKind::Informed,
        }
    }

    fn kind_of_execution(&self, execution: &Execution) -> EventKind {
        match (self.traded() + execution.last_qty.get()).cmp(&self.larger_total()) {
            std::cmp::Ordering::Less => EventKind::ExecutedPart,
            std::cmp::Ordering::Equal => EventKind::ExecutedAll,
            std::cmp::Ordering::Greater => EventKind::ExecutedOver,
        }
    }

    fn traded(&self) -> Decimal {
        self.executions.values().map(|execution| execution.last_qty.get()).sum()
    }

    /// The larger total of both versions while nobody knows which one counts, and that of every other order under its
    /// reference.
    pub(crate) fn larger_total(&self) -> Decimal {
        let own = self.intent.qty.get();
        let own = self.unsettled_changes().fold(own, |most, (_, asked)| most.max(asked.qty.get()));
        own + self.twins.values().map(|twin| twin.total).sum::<Decimal>()
    }

    /// The smaller total of both versions while nobody knows which one counts.
    pub(crate) fn smaller_total(&self) -> Decimal {
        let own = self.intent.qty.get();
        self.unsettled_changes().fold(own, |least, (_, asked)| least.min(asked.qty.get()))
    }

    fn is_open(&self) -> bool {
        !self.status.is_final()
    }

    /// Whether the broker has shown this order to us.
    pub(crate) fn is_known_to_broker(&self) -> bool {
        self.acknowledged_at.is_some() || self.perm_id.is_some() || !self.executions.is_empty()
    }

    /// Whether a rejection may speak of a change that is settled already: it comes late, or once more. That the order itself
    /// is over its status tells.
    pub fn may_echo_a_change(&self) -> bool {
        let settled = self.pending_replace.is_none() && !self.changes.is_empty();
        settled && self.is_known_to_broker() && self.is_open()
    }

    /// Whether it ended as canceled although the broker has never taken it, and what the broker says of it now is that it
    /// refuses it: an unfilled fill-or-kill and a refused one end with the same word, and the reason comes behind it.
    pub fn was_refused(&self) -> bool {
        self.ended_before_it_was_taken() && self.broker_messages.iter().any(|(code, _)| *code == REJECTED)
    }

    /// Whether the broker's word for its end leaves open if it was refused.
    pub fn may_be_refused(&self) -> bool {
        self.ended_before_it_was_taken() && self.intent.tif.kind() == TifKind::Fok && !self.was_refused()
    }

    fn ended_before_it_was_taken(&self) -> bool {
        // One that the broker has said nothing of was never sent.
        self.status == OrdStatus::Canceled && self.broker_status.is_some() && !self.is_known_to_broker()
    }

    fn is_booked(&self, exec_id: &ExecId) -> bool {
        self.executions.contains_key(exec_id)
    }

    /// The booked trade that this id corrects or was corrected by.
    pub(crate) fn relative_of(&self, exec_id: &ExecId) -> Option<&ExecId> {
        family(&self.executions, exec_id).next()
    }

    fn counts_already(&self, exec_id: &ExecId) -> bool {
        self.is_booked(exec_id) || self.is_busted(exec_id)
    }

    /// Whether the trade was taken back. One that is newer than what took it back counts again.
    pub fn is_busted(&self, exec_id: &ExecId) -> bool {
        let family = split_correction(exec_id).0;
        self.busts.iter().any(|bust| split_correction(bust).0 == family && !supersedes(exec_id, bust))
    }

    /// Takes a trade and its earlier versions out.
    fn book_bust(&mut self, bust: &ExecId, moves: &mut Vec<Move>) {
        let gone = family(&self.executions, bust).find(|known| !supersedes(known, bust)).cloned();
        self.busts.insert(bust.clone());
        if let Some(gone) = gone.and_then(|gone| self.executions.remove(&gone)) {
            moves.extend(Move::undone(&gone));
            self.reported_filled = None;
            self.reported_avg_px = None;
        }
    }

    /// Books a trade once: a newer correction replaces, an older one that comes late changes nothing. Whether more
    /// is traded now than was ordered.
    fn book_trade(&mut self, execution: &Execution, old: Option<&ExecId>, moves: &mut Vec<Move>) -> bool {
        if self.counts_already(&execution.exec_id) {
            return false;
        }
        let named = old.filter(|old| self.is_booked(old));
        let replaced = named.or_else(|| self.relative_of(&execution.exec_id)).cloned();
        if let Some(replaced) = replaced.filter(|_| !mutation::is_on(Mutation::IgnoreCorrection)) {
            if !supersedes(&execution.exec_id, &replaced) {
                return false;
            }
            moves.extend(self.executions.remove(&replaced).and_then(|gone| Move::undone(&gone)));
            // The status spoke before the correction: from here on the trades speak.
            self.reported_filled = None;
            self.reported_avg_px = None;
        }
        moves.extend(Move::of(execution));
        self.executions.insert(execution.exec_id.clone(), Box::new(execution.clone()));
        self.traded() > self.larger_total()
    }

    /// Books an event: whether it was odd, so that the instrument must be halted, and what it moved.
    pub(crate) fn apply(&mut self, event: &OrderEvent, at: Timestamp) -> Result<(bool, Vec<Move>), String> {
        let kind = self.kind_of(event);
        let mut moves = Vec::new();
        self.note_end(kind, event);
        let was_replacing = self.status == OrdStatus::PendingReplace;
        let mut odd = self.step(kind, at)?;
        match event {
            OrderEvent::Refused { reasons } => self.reasons.clone_from(reasons),
            OrderEvent::CancelRequested => self.cancel_wanted = true,
            OrderEvent::Held { broker_status } => self.broker_status = Some(broker_status.clone()),
            OrderEvent::Acknowledged { broker_status, perm_id, generation } => {
                self.broker_status = Some(broker_status.clone());
                self.acknowledged_in = Some(*generation);
                (self.ended_as, self.declared_dead) = (None, false);
                self.acknowledged_at.get_or_insert(at);
                odd |= self.learn_perm_id(*perm_id);
                // Only the echo of the changed order gets this far while a change is under way.
                self.take_open_change();
            }
            OrderEvent::Executed { execution } => {
                odd |= self.learn_perm_id(execution.perm_id);
                self.acknowledged_at.get_or_insert(at);
                odd |= self.book_trade(execution, None, &mut moves);
                self.explain_trades(odd);
            }
            OrderEvent::Corrected { old, execution } => {
                odd |= self.learn_perm_id(execution.perm_id);
                odd |= self.book_trade(execution, Some(old), &mut moves);
                self.explain_trades(odd);
            }
            OrderEvent::Busted { exec_id } => self.book_bust(exec_id, &mut moves),
            OrderEvent::TwinSeen { perm_id, broker_order_id, total, broker_status } => {
                self.book_twin(*perm_id, *broker_order_id, *total, broker_status);
            }
            OrderEvent::TwinOver { perm_id, broker_status } => odd |= self.end_twin(*perm_id, broker_status),
            OrderEvent::CommissionJoined { exec_id, commission } => self.join_commission(exec_id, commission.clone()),
            OrderEvent::ReportedFilled { filled, avg_px, perm_id } => {
                odd |= self.learn_perm_id(*perm_id);
                odd |= self.report_filled(*filled, *avg_px, at);
            }
            OrderEvent::ReplaceTaken { key } => self.take_change(key),
            OrderEvent::GroupBroken { fault, reason } => {
                self.group_faults.insert(*fault, reason.clone());
            }
            OrderEvent::CancelPending => self.broker_status = Some("PendingCancel".to_owned()),
            OrderEvent::Canceled { detail } => {
                self.declared_dead = false;
                self.end("Cancelled", 202, detail.as_ref());
            }
            OrderEvent::Inactive { detail } => self.end("Inactive", 0, detail.as_ref()),
            OrderEvent::Expired => self.broker_status = Some("Cancelled".to_owned()),
            OrderEvent::Rejected { code, message }
            | OrderEvent::CancelRefused { code, message }
            | OrderEvent::ReplaceRefused { code, message }
            | OrderEvent::Informed { code, message } => {
                self.keep_words(*code, message);
            }
            // Certainly not sent, yet the broker has shown it.
            OrderEvent::NotSent { .. } => odd |= kind == EventKind::Informed,
            // Which of both versions lives is not known: no further change until the broker has shown it.
            OrderEvent::LinkLost | OrderEvent::SendUnknown { .. } if was_replacing => self.acknowledged_in = None,
            OrderEvent::LinkLost
            | OrderEvent::SendUnknown { .. }
            | OrderEvent::Killed
            | OrderEvent::Written
            | OrderEvent::CancelUnsent
            | OrderEvent::ReplaceRequested
            | OrderEvent::ReplaceUnsent
            | OrderEvent::NotFound => {}
            OrderEvent::ProvenDead { .. } => self.declared_dead = false,
            OrderEvent::ResolvedDead { .. } => self.declared_dead = true,
        }
        self.follow_change(kind, event, at);
        Ok((odd, moves))
    }

    /// More than the original was for can have traded by the changed order only.
    fn explain_trades(&mut self, odd: bool) {
        let by_itself = |one: &&Execution| one.perm_id.is_none_or(|perm_id| !self.twins.contains_key(&perm_id));
        let traded: Decimal =
            self.executions.values().map(Box::as_ref).filter(by_itself).map(|one| one.last_qty.get()).sum();
        if traded > self.intent.qty.get() && !odd {
            self.take_change_that(|asked| asked.qty.get() >= traded);
        }
    }

    /// Books what a status says was filled: never less than before. Another total than was ordered is odd.
    fn report_filled(&mut self, filled: Decimal, avg_px: Option<Decimal>, at: Timestamp) -> bool {
        if filled <= Decimal::ZERO {
            return false;
        }
        self.broker_status = Some("Filled".to_owned());
        self.acknowledged_at.get_or_insert(at);
        if self.reported_filled.is_none_or(|known| known <= filled) {
            self.reported_filled = Some(filled);
            self.reported_avg_px = avg_px.or(self.reported_avg_px);
        }
        // The broker takes an exit's quantity down to what its entry has filled and its sibling has left.
        let (smaller, larger) = (self.smaller_total(), self.larger_total());
        let is_a_version = filled == self.intent.qty.get()
            || self.unsettled_changes().any(|(_, asked)| asked.qty.get() == filled)
            || !self.twins.is_empty() && smaller < filled;
        let odd = filled > larger || !is_a_version && !self.intent.cl_ord_id.is_exit();
        if filled != self.intent.qty.get() {
            self.take_change_that(|asked| asked.qty.get() == filled);
        }
        odd
    }

    fn end(&mut self, word: &str, code: i32, detail: Option<&String>) {
        self.broker_status = Some(word.to_owned());
        if let Some(detail) = detail {
            self.keep_words(code, detail);
        }
    }

    /// Keeps the broker's words, of the newest so many, and that it rejected the order.
    fn keep_words(&mut self, code: i32, message: &str) {
        if self.broker_messages.len() >= MESSAGES_MAX {
            let oldest = self.broker_messages.iter().position(|(code, _)| *code != REJECTED).unwrap_or(0);
            self.broker_messages.remove(oldest);
        }
        self.broker_messages.push((code, message.to_owned()));
    }

    /// Two permanent ids for one intent are two orders: odd.
    fn learn_perm_id(&mut self, perm_id: Option<PermId>) -> bool {
        match (self.perm_id, perm_id) {
            (Some(known), Some(new)) => known != new && !self.twins.contains_key(&new),
            (None, Some(new)) => {
                self.perm_id = Some(new);
                false
            }
            (Some(_) | None, None) => false,
        }
    }

    pub(crate) fn join_commission(&mut self, exec_id: &ExecId, commission: Commission) {
        if let Some(execution) = self.executions.get_mut(exec_id) {
            execution.commission = Some(commission);
        }
    }
}

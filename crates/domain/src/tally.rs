//! What happened, counted for whoever watches: orders by state, refusals by reason, how long the broker takes to answer.
//! Kept record by record, so that a look costs the same however long the journal is.

use crate::approval::ApprovalStatus;
use crate::book::{Book, OrderRecord, ReplayError};
use crate::event::OrderEvent;
use crate::id::{ApprovalId, ClOrdId};
use crate::journal::{JournalEvent, Recorded};
use crate::lifecycle::OrdStatus;
use crate::looping::event::LoopEvent;
use crate::reason::Reason;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// More codes of the broker than this are not told apart; IBKR documents some twenty for a refused order.
const REJECT_CODES_MAX: usize = 64;

/// How long something took: counts up to each bound, and beyond the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; Self::BOUNDS_MS.len()],
    beyond: u64,
    sum: SignedDuration,
}

impl Histogram {
    /// Upper bounds, milliseconds, inclusive.
    pub const BOUNDS_MS: [i64; 14] = [1, 2, 5, 10, 15, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

    fn empty() -> Self {
        Self { counts: [0; Self::BOUNDS_MS.len()], beyond: 0, sum: SignedDuration::ZERO }
    }

    /// A clock that was set back makes no negative time.
    fn note(&mut self, took: SignedDuration) {
        let took = took.max(SignedDuration::ZERO);
        let fits = |bound: &&i64| took <= SignedDuration::from_millis(**bound);
        let slot = Self::BOUNDS_MS.iter().zip(&mut self.counts).find(|(bound, _)| fits(bound));
        let count = slot.map_or(&mut self.beyond, |(_, count)| count);
        *count = count.saturating_add(1);
        self.sum = self.sum.saturating_add(took);
    }

    /// Upper bound in milliseconds and how many took longer than the bound before and at most this; in order.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, u64)> {
        Self::BOUNDS_MS.into_iter().zip(self.counts)
    }

    /// How many took longer than the last bound.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(self.beyond, |sum, count| sum.saturating_add(*count))
    }

    /// All of them together.
    pub fn sum(&self) -> SignedDuration {
        self.sum
    }
}

/// The counts. States hold of the whole book; the rest counts what was followed since the tally was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    orders: BTreeMap<OrdStatus, u64>,
    pending_approvals: u64,
    /// Since when an order's fate has been unknown.
    unknown: BTreeMap<ClOrdId, Timestamp>,
    /// Open orders that TWS may hold, or that have another one beside them: few of many.
    watched: BTreeSet<ClOrdId>,
    denials: BTreeMap<String, u64>,
    rejects: BTreeMap<i32, u64>,
    rejects_of_other_codes: u64,
    sent: u64,
    traded: u64,
    executions: u64,
    acknowledged: Histogram,
}

fn is_watched(order: &OrderRecord) -> bool {
    !order.status.is_final() && (order.waits_in_tws() || order.live_twins().next().is_some())
}

/// What a record may change about one order, as it was before.
struct Before {
    key: ClOrdId,
    status: Option<OrdStatus>,
    acknowledged: bool,
    traded: bool,
}

impl Before {
    fn of(book: &Book, key: ClOrdId) -> Self {
        let order = book.order(&key);
        Self {
            status: order.map(|order| order.status),
            acknowledged: order.is_some_and(|order| order.acknowledged_at.is_some()),
            traded: order.is_some_and(|order| !order.executions.is_empty()),
            key,
        }
    }
}

impl Tally {
    /// The states of a book; nothing has happened yet.
    pub fn of(book: &Book) -> Self {
        let mut orders: BTreeMap<OrdStatus, u64> = OrdStatus::ALL.into_iter().map(|status| (status, 0)).collect();
        for order in book.orders.values() {
            add(&mut orders, order.status);
        }
        let pending = book.approvals.values().filter(|approval| approval.status == ApprovalStatus::Pending).count()
            + book.looping.plan_approvals().filter(|approval| approval.status == ApprovalStatus::Pending).count();
        let unknown = book.open_orders().filter(|order| order.status.is_unknown());
        let watched = book.open_orders().filter(|order| is_watched(order));
        Self {
            orders,
            pending_approvals: u64::try_from(pending).unwrap_or(u64::MAX),
            unknown: unknown.map(|order| (order.intent.cl_ord_id.clone(), order.updated_at)).collect(),
            watched: watched.map(|order| order.intent.cl_ord_id.clone()).collect(),
            denials: BTreeMap::new(),
            rejects: BTreeMap::new(),
            rejects_of_other_codes: 0,
            sent: 0,
            traded: 0,
            executions: 0,
            acknowledged: Histogram::empty(),
        }
    }

    /// Books one record and counts what it changed.
    ///
    /// # Errors
    /// The record does not follow; neither book nor tally is to be used then.
    pub fn follow(&mut self, book: &mut Book, record: &Recorded) -> Result<(), ReplayError> {
        let orders: Vec<Before> = orders_of(&record.event).into_iter().map(|key| Before::of(book, key)).collect();
        let approval = approval_of(&record.event);
        let was_pending = approval.is_some_and(|id| is_pending(book, id));
        book.apply(record)?;
        for before in &orders {
            if let Some(order) = book.order(&before.key) {
                self.moved(before, order, record.at);
            }
        }
        match (was_pending, approval.is_some_and(|id| is_pending(book, id))) {
            (false, true) => self.pending_approvals = self.pending_approvals.saturating_add(1),
            (true, false) => self.pending_approvals = self.pending_approvals.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
        self.happened(&record.event);
        Ok(())
    }

    fn moved(&mut self, before: &Before, order: &OrderRecord, at: Timestamp) {
        if before.status != Some(order.status) {
            if order.status.is_unknown() {
                self.unknown.entry(before.key.clone()).or_insert(at);
            } else {
                self.unknown.remove(&before.key);
            }
            add(&mut self.orders, order.status);
            if let Some(count) = before.status.and_then(|status| self.orders.get_mut(&status)) {
                *count = count.saturating_sub(1);
            }
        }
        if is_watched(order) {
            self.watched.insert(before.key.clone());
        } else {
            self.watched.remove(&before.key);
        }
        if let (false, Some(at), Some(attempt)) = (before.acknowledged, order.acknowledged_at, order.last_attempt()) {
            self.acknowledged.note(at.duration_since(attempt.at));
        }
        if !before.traded && !order.executions.is_empty() {
            self.traded = self.traded.saturating_add(1);
        }
    }

    /// What counts by itself, whatever became of the order.
    fn happened(&mut self, event: &JournalEvent) {
        if let JournalEvent::OrderSubmitting { exits, .. } = event {
            let legs = exits.iter().flat_map(|exits| exits.pairs()).count();
            self.sent = self.sent.saturating_add(1).saturating_add(u64::try_from(legs).unwrap_or(u64::MAX));
        }
        if let JournalEvent::OrderDenied { reasons, .. }
        | JournalEvent::ReplaceDenied { reasons, .. }
        | JournalEvent::Order { event: OrderEvent::Refused { reasons }, .. } = event
        {
            self.denied(reasons);
        }
        if let JournalEvent::Order { event: OrderEvent::Executed { .. }, .. } = event {
            self.executions = self.executions.saturating_add(1);
        }
        if let JournalEvent::Order { event: OrderEvent::Rejected { code, .. }, .. } = event {
            self.rejected(*code);
        }
    }

    fn denied(&mut self, reasons: &[Reason]) {
        for reason in reasons {
            let count = self.denials.entry(reason.code.clone()).or_insert(0);
            *count = count.saturating_add(1);
        }
    }

    fn rejected(&mut self, code: i32) {
        let count = if self.rejects.contains_key(&code) || self.rejects.len() < REJECT_CODES_MAX {
            self.rejects.entry(code).or_insert(0)
        } else {
            &mut self.rejects_of_other_codes
        };
        *count = count.saturating_add(1);
    }
    /// Orders by state, every state with its count.
    pub fn orders(&self) -> &BTreeMap<OrdStatus, u64> {
        &self.orders
    }

    /// Open orders that TWS holds or may be about to hold, or that have another one beside them, by key.
    pub fn watched_orders(&self) -> impl Iterator<Item = &ClOrdId> {
        self.watched.iter()
    }

    /// Orders whose fate is unknown, by key.
    pub fn unknown_orders(&self) -> impl Iterator<Item = &ClOrdId> {
        self.unknown.keys()
    }

    /// Since when the longest unknown order has been unknown. Of what was unknown when the tally was begun: since its last
    /// change.
    pub fn oldest_unknown(&self) -> Option<Timestamp> {
        self.unknown.values().min().copied()
    }

    /// Approvals that wait for a human.
    pub fn pending_approvals(&self) -> u64 {
        self.pending_approvals
    }

    /// How often each reason refused an order, at submit or at its release, or a change of one, by code. What has three reasons
    /// counts under each.
    pub fn denials(&self) -> &BTreeMap<String, u64> {
        &self.denials
    }

    /// Orders that the broker refused, by its code.
    pub fn rejects(&self) -> &BTreeMap<i32, u64> {
        &self.rejects
    }

    /// Orders that the broker refused with further codes than are told apart.
    pub fn rejects_of_other_codes(&self) -> u64 {
        self.rejects_of_other_codes
    }

    /// Orders that were to leave, exits of brackets among them.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Orders that got their first trade.
    pub fn traded(&self) -> u64 {
        self.traded
    }

    /// Trades of our orders.
    pub fn executions(&self) -> u64 {
        self.executions
    }

    /// From the durable intent to the broker's first word that it works the order or traded.
    pub fn acknowledged(&self) -> &Histogram {
        &self.acknowledged
    }
}

fn add(orders: &mut BTreeMap<OrdStatus, u64>, status: OrdStatus) {
    let count = orders.entry(status).or_insert(0);
    *count = count.saturating_add(1);
}

/// The orders that a record may move: an intent makes those of its exits too.
fn orders_of(event: &JournalEvent) -> Vec<ClOrdId> {
    let mut keys: Vec<ClOrdId> = event.cl_ord_id().cloned().into_iter().collect();
    if let JournalEvent::OrderSubmitting { order, exits, .. } = event {
        let legs = exits.iter().flat_map(|exits| exits.pairs());
        keys.extend(legs.filter_map(|(leg, _)| Some(order.intent.exit(leg)?.cl_ord_id)));
    }
    keys
}

/// The approval that a record may move.
fn approval_of(event: &JournalEvent) -> Option<&ApprovalId> {
    if let JournalEvent::ApprovalMoved { id, .. } = event {
        return Some(id);
    }
    if let JournalEvent::ApprovalRequested { approval, .. } = event {
        return Some(&approval.id);
    }
    if let JournalEvent::OrderSubmitting { approval, .. } = event {
        return approval.as_ref();
    }
    if let JournalEvent::Loop { event: LoopEvent::PlanHeld { approval, .. }, .. } = event {
        return Some(&approval.id);
    }
    if let JournalEvent::Loop { event: LoopEvent::PlanAnswered { approval, .. }, .. } = event {
        return Some(approval);
    }
    None
}

fn is_pending(book: &Book, id: &ApprovalId) -> bool {
    let status = book.approval(id).map(|approval| approval.status);
    let status = status.or_else(|| book.looping.plan_approval(id).map(|approval| approval.status));
    status == Some(ApprovalStatus::Pending)
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;

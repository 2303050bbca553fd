//! Journal against broker, as a pure function with numbered rules:
//!
//! - **R1** An order or trade with our installation's reference but without an intent in the journal halts everything.
//! - **R2** An order of ours that the broker shows is adopted in the state that it shows.
//! - **R3** A trade of ours that the journal lacks is booked, whatever the order's state.
//! - **R4** A trade that shares all but its last part with a booked one corrects it.
//! - **R5** What is not ours is shown as external and never touched.
//! - **R6** An order that may be live, that was sent before this look and that no complete list of a settled session shows,
//!   is `Missing`.
//! - **R7** An open order that differs from its intent halts its instrument.
//! - **R8** A list without its end marker proves nothing: unknown is not empty.
//! - **R9** A position that the trades since its take-over do not add up to, and that stays so, halts its instrument.
//! - **R10** A missing order is dead when a complete look proves it (`proof`), and not before.
//! - **R11** A second order under one reference halts its instrument; both count until both are over.

mod conclude;
mod positions;
mod report;

use conclude::count;
pub use conclude::{Circumstances, Conclusion, Draft};
pub use positions::{POSITIONS_LAG, lagging};
pub use report::{Difference, PositionGap, ReconciliationReport};

use crate::book::{Book, OrderRecord};
use crate::broker::{BrokerOrder, BrokerSnapshot, Section};
use crate::echo::{Version, echo_differences, version_shown};
use crate::event::OrderEvent;
use crate::execution::{Execution, family, supersedes};
use crate::id::{ClOrdId, ClientId, ConId, ExecId, Generation, PermId};
use crate::journal::JournalEvent;
use crate::lifecycle::OrdStatus;
use crate::mutation::{self, Mutation};
use crate::order_ref::OrderRef;
use crate::reading;
use crate::twin::read_twin;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// An order sent less than this before a look on the same connection may still be on its way: longer than the adapter lets a
/// message wait and a write take.
const SETTLE: SignedDuration = SignedDuration::from_secs(15);

/// What to journal before the comparison can be concluded, and whether to halt everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// To journal and book, in this order.
    pub events: Vec<JournalEvent>,
    /// Halt everything, for this reason.
    pub alarm: Option<String>,
    /// What the report will say.
    pub draft: Draft,
}

/// Compares orders and trades. What it finds is booked, and then the comparison is concluded. `touched` are the orders that
/// anything happened to since the look began: what was heard live meanwhile is
/// newer than the look. Times would not tell, since clocks can be set back. `unsettled` says why the silence of this session
/// proves nothing, if it does not; `line_back_at` when the broker got its own line back, if it lost it on this connection.
pub fn reconcile(
    book: &Book,
    snapshot: &BrokerSnapshot,
    client_id: ClientId,
    touched: &BTreeSet<ClOrdId>,
    (unsettled, line_back_at): (Option<&str>, Option<Timestamp>),
) -> Comparison {
    let mut run = Run {
        book,
        touched,
        unsettled,
        line_back_at,
        client_id,
        generation: snapshot.generation,
        taken_at: snapshot.taken_at,
        events: Vec::new(),
        differences: Vec::new(),
        seen: BTreeSet::new(),
        canceled: BTreeSet::new(),
        over: BTreeSet::new(),
        perm_ids: BTreeMap::new(),
        new_executions: BTreeMap::new(),
        halts: BTreeSet::new(),
        external: 0,
        completed: 0,
        alarm: None,
        orphans: BTreeMap::new(),
    };
    let mut incomplete = Vec::new();
    match &snapshot.executions {
        Section::Complete(executions) => {
            for execution in executions {
                run.execution(execution);
            }
            for bust in &snapshot.busts {
                run.bust(bust);
            }
        }
        Section::Unknown(why) => incomplete.push(format!("executions: {why}")),
    }
    match &snapshot.open_orders {
        Section::Complete(orders) => orders.iter().for_each(|order| run.order(order, true)),
        Section::Unknown(why) => incomplete.push(format!("open orders: {why}")),
    }
    match &snapshot.completed_orders {
        Section::Complete(orders) => orders.iter().for_each(|order| run.order(order, false)),
        Section::Unknown(why) => incomplete.push(format!("completed orders: {why}")),
    }
    for (name, unknown) in [("positions", unknown(&snapshot.positions)), ("account values", unknown(&snapshot.account))]
    {
        if let Some(why) = unknown {
            incomplete.push(format!("{name}: {why}"));
        }
    }
    if mutation::is_on(Mutation::TimeoutIsEmpty) {
        incomplete.clear();
    }
    let missing = if incomplete.is_empty() { run.absent() } else { 0 };
    run.orphans_seen(matches!(snapshot.open_orders, Section::Complete(_)));
    run.finish(incomplete, missing)
}

fn unknown<T>(section: &Section<T>) -> Option<&str> {
    match section {
        Section::Complete(_) => None,
        Section::Unknown(why) => Some(why),
    }
}

struct Run<'a> {
    book: &'a Book,
    touched: &'a BTreeSet<ClOrdId>,
    unsettled: Option<&'a str>,
    line_back_at: Option<Timestamp>,
    client_id: ClientId,
    generation: Generation,
    taken_at: Timestamp,
    events: Vec<JournalEvent>,
    differences: Vec<Difference>,
    seen: BTreeSet<ClOrdId>,
    /// Orders that this look shows as canceled: one that ends while a look is under way is shown so by two lists.
    canceled: BTreeSet<ClOrdId>,
    /// Twins that this look shows as over.
    over: BTreeSet<PermId>,
    /// Permanent ids that this look was the first to tell.
    perm_ids: BTreeMap<ClOrdId, PermId>,
    new_executions: BTreeMap<ExecId, Option<ClOrdId>>,
    halts: BTreeSet<ConId>,
    external: u32,
    completed: u32,
    alarm: Option<String>,
    /// Orders without our intent, and whether they work.
    orphans: BTreeMap<ClOrdId, bool>,
}

enum Whose<'a> {
    Ours(&'a OrderRecord),
    Orphan(OrderRef),
    External,
}

impl<'a> Run<'a> {
    fn whose(&self, order_ref: &str, perm_id: Option<PermId>) -> Whose<'a> {
        if let Some(reference) = OrderRef::parse(order_ref)
            && Some(&reference.installation) == self.book.installation.as_ref()
        {
            return match self.book.orders.get(&reference.cl_ord_id) {
                // A leg that was never sent is as foreign to this journal as an unknown key.
                Some(order) if !order.attempts.is_empty() => Whose::Ours(order),
                Some(_) | None => Whose::Orphan(reference),
            };
        }
        // A broker that drops the reference still keeps the permanent id.
        // Trades of an order that is over come late, so every order counts.
        let by_perm = perm_id.and_then(|perm_id| self.book.by_perm_id.get(&perm_id));
        let by_perm = by_perm.and_then(|key| self.book.orders.get(key));
        by_perm.map_or(Whose::External, |order| Whose::Ours(order))
    }

    fn differ(&mut self, rule: u8, cl_ord_id: Option<&ClOrdId>, what: String) {
        self.differences.push(Difference { rule, cl_ord_id: cl_ord_id.cloned(), what });
    }

    fn orphan(&mut self, reference: &OrderRef, thing: &str, works: bool) {
        let key = &reference.cl_ord_id;
        let known_to_work = self.orphans.entry(key.clone()).or_insert(works);
        *known_to_work |= works;
        if self.book.orphans.is_settled(key) && !works {
            return;
        }
        let what = format!("the broker shows {thing} {reference}, for which the journal has no sent intent");
        self.alarm.get_or_insert_with(|| what.clone());
        self.differ(1, Some(key), what);
    }

    /// Journals what is new about orders without our intent; one that no complete list shows as open is over.
    fn orphans_seen(&mut self, open_orders_complete: bool) {
        if open_orders_complete {
            for key in self.book.orphans.working() {
                self.orphans.entry(key.clone()).or_insert(false);
            }
        }
        let seen = std::mem::take(&mut self.orphans);
        let news = seen.into_iter().filter(|(key, works)| self.book.orphans.is_news(key, *works));
        self.events.extend(news.map(|(cl_ord_id, works)| JournalEvent::OrphanSeen { cl_ord_id, works }));
    }

    fn execution(&mut self, execution: &Execution) {
        let id = &execution.exec_id;
        if self.book.executions.contains_key(id) || self.new_executions.contains_key(id) {
            self.late_commission(execution);
            return;
        }
        self.new_executions.insert(id.clone(), None);
        match self.whose(&execution.order_ref, execution.perm_id) {
            Whose::Ours(order) if order.status.is_final() && mutation::is_on(Mutation::IgnoreLateFill) => {
                self.seen.insert(order.intent.cl_ord_id.clone());
            }
            Whose::Ours(order) => {
                let key = order.intent.cl_ord_id.clone();
                self.seen.insert(key.clone());
                let event = book_execution(order, execution);
                let rule = if matches!(event, OrderEvent::Corrected { .. }) { 4 } else { 3 };
                self.differ(
                    rule,
                    Some(&key),
                    format!(
                        "trade {} of {} at {} was not in the journal",
                        execution.exec_id, execution.last_qty, execution.last_px
                    ),
                );
                self.new_executions.insert(execution.exec_id.clone(), Some(key.clone()));
                self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
                // It was taken back before it came: it never counts.
                if let Some(bust) = self.book.external_bust_of(&execution.exec_id) {
                    let event = OrderEvent::Busted { exec_id: bust.clone() };
                    self.events.push(JournalEvent::Order { cl_ord_id: key, event });
                }
            }
            Whose::Orphan(reference) => {
                self.orphan(&reference, "a trade of", false);
                self.events.push(JournalEvent::ExternalExecution { execution: Box::new(execution.clone()) });
            }
            Whose::External => {
                self.external += 1;
                self.events.push(JournalEvent::ExternalExecution { execution: Box::new(execution.clone()) });
            }
        }
    }

    fn bust(&mut self, bust: &ExecId) {
        if self.book.executions.contains_key(bust) {
            return;
        }
        let known = family(&self.book.executions, bust).find_map(|id| self.book.executions.get(id)?.clone());
        let new = family(&self.new_executions, bust).find_map(|id| self.new_executions.get(id)?.clone());
        if let Some(cl_ord_id) = known.or(new) {
            self.differ(4, Some(&cl_ord_id), format!("trade {bust} was taken back"));
            let event = OrderEvent::Busted { exec_id: bust.clone() };
            self.events.push(JournalEvent::Order { cl_ord_id, event });
        } else {
            self.events.push(JournalEvent::ExternalBust { exec_id: bust.clone() });
        }
    }

    fn late_commission(&mut self, execution: &Execution) {
        let Some(commission) = &execution.commission else {
            return;
        };
        let Some(Some(key)) = self.book.executions.get(&execution.exec_id) else {
            let external = self.book.external_executions.get(&execution.exec_id);
            if external.is_some_and(|known| known.commission.is_none()) {
                let (exec_id, commission) = (execution.exec_id.clone(), commission.clone());
                self.events.push(JournalEvent::ExternalCommission { exec_id, commission });
            }
            return;
        };
        let known = self.book.orders.get(key).and_then(|order| order.executions.get(&execution.exec_id));
        if known.is_some_and(|known| known.commission.is_none()) {
            let event =
                OrderEvent::CommissionJoined { exec_id: execution.exec_id.clone(), commission: commission.clone() };
            self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        }
    }

    fn order(&mut self, seen: &BrokerOrder, open: bool) {
        match self.whose(&seen.order_ref, seen.perm_id) {
            Whose::Ours(order) => self.own_order(order, seen, open),
            Whose::Orphan(reference) => self.orphan(&reference, "order", open),
            Whose::External => {
                self.external += 1;
                let known = seen.perm_id.and_then(|perm_id| self.book.external_orders.get(&perm_id.get()));
                if known != Some(seen) {
                    self.events.push(JournalEvent::ExternalOrder { order: Box::new(seen.clone()) });
                }
            }
        }
    }

    fn own_order(&mut self, order: &OrderRecord, seen: &BrokerOrder, open: bool) {
        let key = &order.intent.cl_ord_id;
        // What was heard live after the look began is newer than the look.
        let is_old = self.touched.contains(key);
        if self.is_of_twin(order, seen.perm_id) {
            if !is_old {
                self.twin(order, seen);
            }
            return;
        }
        self.seen.insert(key.clone());
        if !open {
            self.completed += 1;
        }
        if is_old {
            return;
        }
        let Some(event) = reading::read_order(seen, order, self.generation) else {
            self.differ(2, Some(key), format!("the broker's status {:?} is not known to us", seen.status));
            return;
        };
        if !open && matches!(event, OrderEvent::Acknowledged { .. } | OrderEvent::Held { .. }) {
            self.differ(2, Some(key), format!("a completed order with the status {:?}", seen.status));
            return;
        }
        if matches!(event, OrderEvent::Held { .. }) && self.new_executions.values().flatten().any(|known| known == key)
        {
            // What traded is held by nobody; the trades of this look say more.
            return;
        }
        let changes = order.pending_replace.as_ref().filter(|_| matches!(event, OrderEvent::Acknowledged { .. }));
        let shown = changes.map(|replace| (replace, version_shown(seen, order, &replace.amendment)));
        if let Some((replace, version)) = shown.filter(|(_, version)| *version != Version::Changed) {
            // A change may need a while: on its own connection, behind one that broke right after it was written, and in a
            // Gateway that keeps it until its line is back. A look that began later than that tells what became of it: its
            // answer was lost, or is no code that we know.
            let from = self.line_back_at.map_or(replace.at, |back| back.max(replace.at));
            if self.is_young(from) {
                return;
            }
            let differences = echo_differences(order, seen);
            if version == Version::Neither || !differences.is_empty() {
                let what = format!("neither the change nor the original: {}", differences.join("; "));
                self.halt(order, &what);
                self.differ(7, Some(key), what);
                return;
            }
            if version == Version::Either {
                let what = "what the broker tells of the order does not show if it has taken the change";
                self.differ(2, Some(key), what.to_owned());
                return;
            }
            self.differ(2, Some(key), "the broker has not taken the change, the original works".to_owned());
            let event = OrderEvent::ReplaceUnsent;
            self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        }
        let taken = reading::taken_in_the_end(seen, order, &event);
        let is_said = matches!(event, OrderEvent::Canceled { .. }) && !self.canceled.insert(key.clone());
        if !is_said && self.news(order, &event) {
            if order.status.is_unknown() || order.status == OrdStatus::Submitting {
                self.differ(2, Some(key), format!("was {}, the broker says {}", order.status.word(), seen.status));
            }
            self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        }
        if let Some(event) = taken {
            self.differ(2, Some(key), "the broker had taken a change before the order ended".to_owned());
            self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        } else if !open && let Some(event) = reading::left_in_the_end(seen, order) {
            self.differ(2, Some(key), "the broker had not taken a change when the order ended".to_owned());
            self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        } else if open && seen.client_id.is_none_or(|id| id == self.client_id) {
            self.compare_echo(order, seen);
        }
    }

    fn is_of_twin(&mut self, order: &OrderRecord, perm_id: Option<PermId>) -> bool {
        let Some(told) = perm_id else {
            return false;
        };
        let known = order.perm_id.or_else(|| self.perm_ids.get(&order.intent.cl_ord_id).copied());
        if known.is_none() {
            self.perm_ids.insert(order.intent.cl_ord_id.clone(), told);
        }
        known.is_some_and(|known| known != told)
    }

    /// R11: the second of two orders for one intent. Booking it halts the instrument.
    fn twin(&mut self, order: &OrderRecord, seen: &BrokerOrder) {
        let Some(event) = read_twin(order, seen, self.client_id) else {
            return;
        };
        if let OrderEvent::TwinOver { perm_id, .. } = &event {
            self.over.insert(*perm_id);
        }
        let key = &order.intent.cl_ord_id;
        let perm_id = seen.perm_id.map(|perm_id| perm_id.to_string()).unwrap_or_default();
        self.differ(11, Some(key), format!("the broker shows a second order, {perm_id}, as {}", seen.status));
        self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
    }

    /// Halts the instrument of an order, once per finding.
    fn halt(&mut self, order: &OrderRecord, what: &str) {
        let Some(contract) = &order.contract else {
            return;
        };
        let reason = format!("open order {} differs from its intent: {what}", order.intent.cl_ord_id);
        let halt = self.book.halted_instruments.get(&contract.con_id);
        if halt.is_none_or(|halt| !halt.says(&reason)) {
            self.halts.insert(contract.con_id);
            self.events.push(JournalEvent::InstrumentHalted { con_id: contract.con_id, reason });
        }
    }

    /// Whether the event says more than the journal knows.
    fn news(&self, order: &OrderRecord, event: &OrderEvent) -> bool {
        if let OrderEvent::Acknowledged { .. } = event {
            let shown = matches!(order.status, OrdStatus::Working | OrdStatus::PendingCancel);
            return !shown || order.pending_replace.is_some() || order.acknowledged_in != Some(self.generation);
        }
        if let OrderEvent::ReportedFilled { .. } = event {
            return order.status != OrdStatus::Filled && order.ended_as != Some(OrdStatus::Filled);
        }
        if let OrderEvent::Held { .. } = event {
            // What we hold for dead or lost is held for execution there; of an order that lives it says nothing new.
            return matches!(
                order.status,
                OrdStatus::Submitting | OrdStatus::Missing | OrdStatus::Canceled | OrdStatus::Expired
            );
        }
        if let OrderEvent::CancelPending = event {
            return order.status != OrdStatus::PendingCancel;
        }
        !order.has_ended()
    }

    fn compare_echo(&mut self, order: &OrderRecord, seen: &BrokerOrder) {
        if order.pending_replace.is_some() || order.cancel_wanted {
            return;
        }
        for what in echo_differences(order, seen) {
            self.halt(order, &what);
            self.differ(7, Some(&order.intent.cl_ord_id), what);
        }
    }

    /// Whether what was written then may have been on its way when the look began. What is dated ahead of the look was
    /// written by a clock that was set back since.
    fn is_young(&self, at: Timestamp) -> bool {
        (SignedDuration::ZERO..=SETTLE).contains(&self.taken_at.duration_since(at))
    }

    fn absent(&mut self) -> u32 {
        let mut missing = 0;
        let book = self.book;
        for order in book.open_orders() {
            let key = &order.intent.cl_ord_id;
            let Some(attempt) = order.last_attempt() else {
                continue;
            };
            let is_old = attempt.generation < self.generation || !self.is_young(attempt.at);
            let looked = order.status.may_be_live() && !self.seen.contains(key) && !self.touched.contains(key);
            // With its last twin an order that had ended itself is over: nothing of it is missing.
            let is_over = order.ended_as.is_some()
                && order.twins.iter().all(|(perm_id, twin)| twin.is_over || self.over.contains(perm_id));
            if !is_old || !looked || is_over || order.status == OrdStatus::Missing {
                continue;
            }
            if let Some(why) = self.unsettled {
                let status = order.status.word();
                self.differ(6, Some(key), format!("was {status}, no list shows it, which proves nothing while {why}"));
            } else {
                missing += 1;
                self.differ(6, Some(key), format!("was {}, no list of the broker shows it", order.status.word()));
                self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event: OrderEvent::NotFound });
                if mutation::is_on(Mutation::MissingIsDead) {
                    let event = OrderEvent::ResolvedDead { reason: "no list shows it".to_owned() };
                    self.events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
                }
            }
        }
        missing
    }

    fn finish(self, incomplete: Vec<String>, missing: u32) -> Comparison {
        let report = ReconciliationReport {
            generation: self.generation,
            taken_at: self.taken_at,
            complete: incomplete.is_empty(),
            incomplete,
            scanned: count(self.seen.len()),
            completed: self.completed,
            missing,
            unresolved: 0,
            external: self.external,
            proven_dead: 0,
            end_of_day: false,
            positions: Vec::new(),
            differences: self.differences,
        };
        let draft = Draft::new(report, self.halts, self.unsettled.is_none());
        Comparison { events: self.events, alarm: self.alarm, draft }
    }
}

/// A trade of an order as an event: a correction when its family is booked already.
pub fn book_execution(order: &OrderRecord, execution: &Execution) -> OrderEvent {
    // One that was corrected before it came stays a trade here: the order's record keeps the later one.
    let corrected = order.relative_of(&execution.exec_id).filter(|known| supersedes(&execution.exec_id, known));
    match corrected {
        Some(old) => OrderEvent::Corrected { old: old.clone(), execution: Box::new(execution.clone()) },
        None => OrderEvent::Executed { execution: Box::new(execution.clone()) },
    }
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "reconcile/evidence_tests.rs"]
mod evidence_tests;

//! The end of a comparison, once what it found is booked: positions, proofs of death, the report.

use super::positions::{self, Positions};
use super::report::{Difference, PositionGap, ReconciliationReport};
use crate::book::Book;
use crate::broker::BrokerSnapshot;
use crate::broker_calendar::BrokerCalendar;
use crate::event::OrderEvent;
use crate::id::{AccountId, ConId};
use crate::journal::JournalEvent;
use crate::lifecycle::OrdStatus;
use crate::proof::{Look, proof_of_death};
use std::collections::BTreeSet;

/// A comparison whose events are booked, to be concluded.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    report: ReconciliationReport,
    new_halts: BTreeSet<ConId>,
    /// Whether silence proves anything on this session.
    is_settled: bool,
}

/// The circumstances of a look.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The account whose positions are compared; `None` compares none.
    pub account: Option<&'a AccountId>,
    /// Whether no trade was heard since the look began.
    pub quiet: bool,
    /// When the broker's days close.
    pub calendar: &'a BrokerCalendar,
}

/// The end of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    /// To journal, in this order; the report itself is the last of them.
    pub events: Vec<JournalEvent>,
    /// Whether trading may go on after it.
    pub complete: bool,
}

impl Draft {
    pub(super) fn new(report: ReconciliationReport, new_halts: BTreeSet<ConId>, is_settled: bool) -> Self {
        Self { report, new_halts, is_settled }
    }

    /// Compares positions, releases what is proven dead, and reports. `book` holds what the comparison found.
    pub fn conclude(mut self, book: &Book, snapshot: &BrokerSnapshot, at: &Circumstances<'_>) -> Conclusion {
        let mut events = Vec::new();
        let positions =
            at.account.map(|account| positions::compare(book, snapshot, account, at.quiet)).unwrap_or_default();
        if let (Some(account), Some(positions)) = (at.account, &positions.adopted) {
            let positions = positions.clone();
            events.push(JournalEvent::PositionsAdopted { account: account.clone(), positions });
        }
        let can_prove = self.report.complete && self.is_settled;
        let released = if can_prove { self.prove(book, snapshot, at, &positions, &mut events) } else { 0 };
        for gap in positions.gaps.iter().filter(|gap| gap.confirmed) {
            self.gap(book, gap, &mut events);
        }
        let unresolved = book.open_orders().filter(|order| order.status.is_unknown()).count();
        let before = book.last_reconciliation.as_ref().map(|report| report.taken_at);
        let report = &mut self.report;
        report.proven_dead = count(released);
        report.unresolved = count(unresolved.saturating_sub(released));
        report.end_of_day =
            before.is_some_and(|before| at.calendar.last_close(snapshot.taken_at).is_some_and(|close| before < close));
        report.positions = positions.gaps;
        let complete = report.complete;
        events.push(JournalEvent::Reconciled { report: Box::new(self.report) });
        Conclusion { events, complete }
    }

    /// R9, once per instrument: halted already, it stays so until a human has looked.
    fn gap(&mut self, book: &Book, gap: &PositionGap, events: &mut Vec<JournalEvent>) {
        let name =
            if gap.symbol.is_empty() { gap.con_id.to_string() } else { format!("{} ({})", gap.symbol, gap.con_id) };
        let (account, broker, expected) = (&gap.account, gap.broker.normalize(), gap.expected.normalize());
        let reason =
            format!("the broker holds {broker} of {name} in {account}, the journal's trades add up to {expected}");
        self.report.differences.push(Difference { rule: 9, cl_ord_id: None, what: reason.clone() });
        if !book.halted_instruments.contains_key(&gap.con_id) && self.new_halts.insert(gap.con_id) {
            events.push(JournalEvent::InstrumentHalted { con_id: gap.con_id, reason });
        }
    }

    /// R10.
    fn prove(
        &mut self,
        book: &Book,
        snapshot: &BrokerSnapshot,
        at: &Circumstances<'_>,
        positions: &Positions,
        events: &mut Vec<JournalEvent>,
    ) -> usize {
        let look =
            Look { taken_at: snapshot.taken_at, executions_since: snapshot.executions_since, calendar: at.calendar };
        let missing = book.open_orders().filter(|order| order.status == OrdStatus::Missing);
        let dead = missing.filter_map(|order| {
            let con_id = order.contract.as_ref().map(|contract| contract.con_id)?;
            let agreed = positions.agreed(con_id).filter(|_| order.account.as_ref() == at.account);
            let group = book.group(&order.intent.cl_ord_id);
            Some((&order.intent.cl_ord_id, proof_of_death(order, group.as_ref(), &look, agreed).ok()?))
        });
        let mut released = 0;
        for (key, proof) in dead {
            released += 1;
            let what = format!(
                "proven dead: sent {}, the executions are complete since {}, the day closed {}",
                proof.sent_at, proof.executions_since, proof.day_closed_at
            );
            self.report.differences.push(Difference { rule: 10, cl_ord_id: Some(key.clone()), what });
            let event = OrderEvent::ProvenDead { proof };
            events.push(JournalEvent::Order { cl_ord_id: key.clone(), event });
        }
        released
    }
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

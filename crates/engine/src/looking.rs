//! Looks: when journal and broker are compared, and what is done with what a comparison finds.

use crate::core::{Batch, Core, Effect};
use crate::ticking::{duration, has_passed};
use domain::broker::{BrokerSnapshot, Section};
use domain::fault::Fault;
use domain::id::{ClOrdId, Generation};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::mode::ModeProof;
use domain::order_ref::OrderRef;
use domain::reconcile::{Circumstances, Comparison, Conclusion, POSITIONS_LAG, ReconciliationReport, reconcile};
use domain::twin::is_of_twin;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A comparison that failed, was incomplete or left an order unknown is tried again after this, and after twice as long
/// each time that it changes nothing: one state can last for hours.
pub(crate) const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(3);

/// The longest rest between looks before one was complete on this connection.
const FIRST_LOOK_REST_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Looks in a row that may be incomplete before a new connection is made, the first time.
pub(crate) const INCOMPLETE_LOOKS: u32 = 3;

/// What a comparison came to.
#[derive(Clone, Copy, Debug)]
struct Compared {
    /// Every list was complete.
    complete: bool,
    /// It found something that the one before did not.
    changed: bool,
}

impl Core {
    /// Asks for a comparison unless one is under way.
    pub(crate) fn look(&mut self, batch: &mut Batch, now: Timestamp) {
        if self.reconciling.is_none() && self.link_is_up() {
            self.reconciling = Some(now);
            self.look_again = false;
            self.looks += 1;
            self.traded_since_look = false;
            self.touched_since_look.clear();
            batch.effects.push(Effect::Reconcile { generation: self.session.generation, look: self.looks });
        }
    }

    pub(crate) fn snapshot(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        generation: Generation,
        look: u64,
        result: Result<Box<BrokerSnapshot>, Fault>,
    ) {
        if generation != self.session.generation || look != self.looks {
            return;
        }
        self.reconciling = None;
        let snapshot = match result {
            Ok(snapshot) => snapshot,
            Err(fault) => {
                tracing::warn!(%fault, "journal and broker could not be compared");
                self.reconciled_at = Some(now);
                let is_first = self.incomplete_looks == 0;
                self.count_look(batch, false);
                self.rest(now, is_first);
                return;
            }
        };
        let heard = self.traded_since_look || !self.touched_since_look.is_empty();
        let silence = self.book.silence;
        let Compared { complete, changed } = self.compare(batch, now, &snapshot);
        if self.traded_since_look {
            // Whether these positions count the trade is not known; a sum that was right before is right still.
            self.look_again = true;
            if !self.session.reconciled {
                self.session.positions = None;
            }
        } else if let Section::Complete(positions) = &snapshot.positions {
            self.take_positions(positions, snapshot.taken_at);
            self.session.positions = Some(Arc::new(positions.clone()));
        }
        if let Section::Complete(account) = snapshot.account {
            self.session.account = Some(account);
            self.unseen.told(snapshot.taken_at, now);
        }
        self.value_everything();
        let mut unseen = std::mem::take(&mut self.unseen);
        unseen.value(|con_id, qty, price| self.worth_of(con_id, qty, price));
        self.unseen = unseen;
        self.mark_account(batch, now);
        self.reconciled_at = Some(now);
        self.count_look(batch, complete);
        if complete {
            self.session.reconciled = true;
            self.cancel_after_silence(batch, now, silence);
        }
        self.rest(now, heard || changed);
        self.mind_groups(batch, now);
    }

    /// How long to wait before the next look, if the state that asked for this one still does.
    fn rest(&mut self, now: Timestamp, changed: bool) {
        // Who waits for the first comparison waits for nothing else.
        let longest = if self.session.reconciled { duration(self.config.reconcile_every) } else { FIRST_LOOK_REST_MAX };
        let longest = longest.max(LOOK_AGAIN);
        self.look_rest =
            if changed || !self.wants_a_look(now) { LOOK_AGAIN } else { self.look_rest.saturating_mul(2).min(longest) };
    }

    /// A list that never ends cannot be asked for again on its connection: its end could be taken for the next one's. After
    /// some looks in vain a new connection is the only way to know.
    fn count_look(&mut self, batch: &mut Batch, complete: bool) {
        if complete {
            (self.incomplete_looks, self.incomplete_looks_max) = (0, INCOMPLETE_LOOKS);
            return;
        }
        self.incomplete_looks += 1;
        self.look_again = true;
        if self.incomplete_looks >= self.incomplete_looks_max {
            tracing::warn!(looks = self.incomplete_looks, "no look is complete: a new connection is made");
            self.incomplete_looks = 0;
            // A broker that refuses a list for good is not asked for new connections for ever.
            self.incomplete_looks_max = self.incomplete_looks_max.saturating_mul(2);
            batch.effects.push(Effect::Reconnect);
        }
    }

    fn compare(&mut self, batch: &mut Batch, now: Timestamp, snapshot: &BrokerSnapshot) -> Compared {
        let unsettled = self.session.farms.unsettled();
        let client_id = self.config.client_id;
        let Comparison { events, alarm, draft } = reconcile(
            &self.book,
            snapshot,
            client_id,
            &self.touched_since_look,
            (unsettled.as_deref(), self.line_back_at),
        );
        #[cfg(feature = "mutations")]
        self.resend_unknown(batch, now, &events);
        self.learn_ids(snapshot);
        self.note_references(batch, now, snapshot);
        let before = self.book.seq;
        for event in events {
            self.push(batch, now, event);
        }
        if let Some(what) = alarm {
            self.alarm(batch, now, &what);
        }
        let account = self.session.mode.as_ref().and_then(ModeProof::account).cloned();
        let circumstances = Circumstances {
            account: account.as_ref(),
            quiet: !self.traded_since_look,
            calendar: &self.config.calendar,
        };
        let Conclusion { events, complete } = draft.conclude(&self.book, snapshot, &circumstances);
        let mut changed = false;
        for event in events {
            let JournalEvent::Reconciled { report } = &event else {
                self.push(batch, now, event);
                continue;
            };
            let report = report.clone();
            let says_more = self.says_more(&report);
            changed |= says_more || self.book.seq != before;
            if says_more || self.is_owed(&report) {
                self.push(batch, now, event);
            }
            self.cancel_what_differs(batch, now, &report);
        }
        Compared { complete, changed }
    }

    fn learn_ids(&mut self, snapshot: &BrokerSnapshot) {
        let Section::Complete(orders) = &snapshot.open_orders else { return };
        for seen in orders {
            // By its reference alone: the id is what is to be learned.
            let order = OrderRef::parse(&seen.order_ref)
                .filter(|reference| Some(&reference.installation) == self.book.installation.as_ref())
                .and_then(|reference| self.book.order(&reference.cl_ord_id))
                .filter(|order| !is_of_twin(order, seen.perm_id));
            if let Some(order) = order {
                self.told_ids.learn(order, seen, self.config.client_id);
            }
        }
    }

    /// Whether a report says something else than the last one in the journal.
    fn says_more(&self, report: &ReconciliationReport) -> bool {
        // Why a list is not whole is told in other words each time, with counts; which one it is says it all.
        let lists = |report: &ReconciliationReport| -> Vec<String> {
            report.incomplete.iter().map(|what| what.split(':').next().unwrap_or(what).to_owned()).collect()
        };
        let bare = |report: &ReconciliationReport| ReconciliationReport {
            taken_at: Timestamp::UNIX_EPOCH,
            incomplete: lists(report),
            ..report.clone()
        };
        self.book.last_reconciliation.as_ref().is_none_or(|last| bare(last) != bare(report))
    }

    /// Whether a report belongs into the journal even if it says what the last one said: the timer's, the day's last, and
    /// the one that makes trading ready again.
    fn is_owed(&self, report: &ReconciliationReport) -> bool {
        let every = duration(self.config.reconcile_every);
        let last = self.book.last_reconciliation.as_ref();
        let timely = last.is_none_or(|last| has_passed(last.taken_at, every, report.taken_at));
        timely || report.end_of_day || (report.complete && !self.session.reconciled)
    }

    /// R7: the broker works another order than was meant; it is canceled, its instrument is halted already. Of a bracket
    /// whose exit differs the entry's rest is canceled: what protects a position is left to a human.
    fn cancel_what_differs(&mut self, batch: &mut Batch, now: Timestamp, report: &ReconciliationReport) {
        let differs = report.differences.iter().filter(|one| one.rule == 7);
        let wrong: BTreeSet<ClOrdId> = differs.filter_map(|one| one.cl_ord_id.as_ref()).map(ClOrdId::group).collect();
        for key in wrong {
            self.cancel_by_ourselves(batch, now, &key);
        }
    }

    /// Looks when it is time to, or when something waits for a look.
    pub(crate) fn look_if_due(&mut self, batch: &mut Batch, now: Timestamp) {
        let rests = |time: SignedDuration| self.reconciled_at.is_none_or(|at| has_passed(at, time, now));
        let stale = self.wants_a_look(now) && rests(self.look_rest);
        let due = rests(duration(self.config.reconcile_every));
        // A position that differs is looked at again when it can no longer lag its trades.
        let doubt = self.doubts_a_position() && rests(POSITIONS_LAG);
        if due || doubt || self.day_has_closed(now) || stale {
            self.look(batch, now);
        }
    }

    fn wants_a_look(&self, now: Timestamp) -> bool {
        let patience = duration(self.config.look_up_after);
        let owed = self.has_undecided(patience, now) || self.valuation.owes_trades(patience, now);
        self.look_again || !self.session.reconciled || owed
    }

    /// The day's last look is still owed: the broker's day closed after the last one.
    fn day_has_closed(&self, now: Timestamp) -> bool {
        let looked = self.book.last_reconciliation.as_ref().map(|report| report.taken_at);
        let rested = self.reconciled_at.is_none_or(|at| now.duration_since(at) >= self.look_rest);
        let close = self.config.calendar.last_close(now);
        rested && looked.zip(close).is_some_and(|(looked, close)| looked < close)
    }

    fn doubts_a_position(&self) -> bool {
        let report = self.book.last_reconciliation.as_ref();
        report.is_some_and(|report| report.positions.iter().any(|gap| !gap.confirmed))
    }

    /// Whether an order, or a change of one, waits too long for an answer.
    fn has_undecided(&self, patience: SignedDuration, now: Timestamp) -> bool {
        self.book
            .open_orders()
            .filter(|order| {
                // An order that works again may still have a change open.
                order.pending_replace.is_some()
                    || matches!(order.status, OrdStatus::Submitting | OrdStatus::Unconfirmed)
            })
            .any(|order| has_passed(order.updated_at, patience, now))
    }
}

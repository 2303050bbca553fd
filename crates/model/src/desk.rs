//! The deciding writer: new orders, approvals, cancels, the kill, a human's word.

use crate::action::Outcome;
use crate::bug::Bug;
use crate::model::Step;
use crate::promise::Breach;
use crate::state::{APPROVED_INTENT, Command, Entry, INTENTS};
use domain::approval::ApprovalStatus;
use domain::lifecycle::{EventKind, OrdStatus};

/// More order ids than any path may use.
const IDS_MAX: u8 = 8;

impl Step<'_> {
    /// The order waits for a human; durable at once.
    pub(crate) fn ask(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let wanted = self.model.bounds.intents > APPROVED_INTENT && writer.is_ready() && !self.state.journal.killed;
        if !wanted || self.state.journal.orders[APPROVED_INTENT].is_some() {
            return None;
        }
        self.writes(seat)?;
        self.state.journal.orders[APPROVED_INTENT] = Some(entry(OrdStatus::PendingApproval, 0));
        Some(())
    }

    /// A key that is known is answered from the book; a new one is judged by what this process knows.
    pub(crate) fn decide(&mut self, seat: usize, intent: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let (known, killed, waits) = match writer.frozen {
            Some(frozen) => (frozen.known[intent], frozen.killed, frozen.approval_waits),
            None => (self.state.journal.orders[intent].is_some(), self.state.journal.killed, self.approval_waits()),
        };
        let is_open = if intent == APPROVED_INTENT { waits } else { !known };
        let twice = intent == APPROVED_INTENT && self.model.has(Bug::DoubleSpendApproval);
        let pending_max = if twice { 2 } else { 1 };
        let ready = writer.runs() && writer.is_ready() && !killed;
        if !ready || !is_open || writer.pending[intent] >= pending_max {
            return None;
        }
        let decided_before: u8 = writer.pending.iter().sum();
        let command = self.command(seat, intent, self.state.journal.high_water + 1 + decided_before);
        let early = self.model.has(Bug::SendBeforeJournal);
        let writer = self.state.seats[seat].writer.as_mut()?;
        writer.pending[intent] += 1;
        if early { writer.put(command).then_some(()) } else { Some(()) }
    }

    fn command(&self, seat: usize, intent: usize, id: u8) -> Command {
        let stale = !self.state.seats[seat].writer.is_some_and(|writer| writer.is_up());
        Command { intent: key(intent), id, looked_at: false, stale, killed: false }
    }

    /// One transaction: the epoch, the ids, the approval, the records.
    pub(crate) fn commit(&mut self, seat: usize, outcome: Outcome) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        if !writer.runs() || writer.pending == [0; INTENTS] {
            return None;
        }
        if !self.state.is_current(&writer) {
            if !self.model.has(Bug::NoEpochCheck) {
                self.end(seat);
                return (outcome == Outcome::Durable).then_some(());
            }
            self.state.breaches.mark(Breach::FencedCommit);
        }
        match outcome {
            Outcome::Durable => self.submit_all(seat, true),
            Outcome::Failed => {
                self.spend_crash()?;
                self.end(seat);
                Some(())
            }
            Outcome::InDoubt => {
                self.spend_crash()?;
                self.submit_all(seat, false)?;
                self.end(seat);
                Some(())
            }
        }
    }

    fn submit_all(&mut self, seat: usize, acts: bool) -> Option<()> {
        let pending = std::mem::take(&mut self.state.seats[seat].writer.as_mut()?.pending);
        for (intent, times) in pending.into_iter().enumerate() {
            for _ in 0..times {
                let id = self.allocate_id(seat)?;
                self.submit(seat, intent, id);
                if acts && !self.model.has(Bug::SendBeforeJournal) {
                    let command = self.command(seat, intent, id);
                    self.state.seats[seat].writer.as_mut()?.put(command).then_some(())?;
                }
            }
        }
        self.prove(seat);
        Some(())
    }

    fn submit(&mut self, seat: usize, intent: usize, id: u8) {
        if intent == APPROVED_INTENT {
            let waits = self.approval_waits();
            self.state.journal.approval = ApprovalStatus::Consumed;
            self.state.journal.approval_spent += 1;
            if waits {
                self.book(intent, EventKind::Released);
            }
        }
        let fresh = entry(OrdStatus::Submitting, id);
        self.state.journal.orders[intent].get_or_insert(fresh).id = id;
        let epoch = self.state.seats[seat].writer.map_or(0, |writer| writer.epoch);
        let journal = &mut self.state.journal;
        journal.handed_over |= journal.first_epoch != 0 && journal.first_epoch != epoch;
        if journal.first_epoch == 0 {
            journal.first_epoch = epoch;
        }
    }

    /// Above everything that we or the broker ever used.
    fn allocate_id(&mut self, seat: usize) -> Option<u8> {
        let own = self.state.journal.high_water + 1;
        let id = if self.model.has(Bug::TrustNextValidId) {
            let writer = self.state.seats[seat].writer.as_mut()?;
            writer.next_valid_id += 1;
            writer.next_valid_id - 1
        } else {
            // On every path the broker's own proposal is at most this: it counts what it got from us.
            own.max(self.state.broker.next_valid_id)
        };
        self.state.journal.high_water = self.state.journal.high_water.max(id);
        (id <= IDS_MAX).then_some(id)
    }

    pub(crate) fn want_canceled(&mut self, seat: usize, intent: usize) -> Option<()> {
        if !self.model.bounds.cancel || intent == APPROVED_INTENT {
            return None;
        }
        self.writes(seat)?;
        self.wish_end(intent)
    }

    fn wish_end(&mut self, intent: usize) -> Option<()> {
        let order =
            self.state.journal.orders[intent].filter(|order| !order.status.is_final() && !order.cancel_wanted)?;
        if order.status == OrdStatus::PendingApproval {
            self.state.journal.approval = ApprovalStatus::Void;
        }
        self.book(intent, EventKind::CancelRequested);
        self.state.journal.orders[intent].as_mut()?.cancel_wanted = true;
        Some(())
    }

    /// The sender sees it before the caller does; then every open order is canceled.
    pub(crate) fn kill(&mut self, seat: usize) -> Option<()> {
        if !self.model.bounds.kill || self.state.journal.killed {
            return None;
        }
        self.writes(seat)?;
        self.state.journal.killed = true;
        let writer = self.state.seats[seat].writer.as_mut()?;
        writer.commands.iter_mut().flatten().for_each(|command| command.killed = true);
        for intent in 0..INTENTS {
            // What is over or wanted dead already stays as it is.
            let _wished = self.wish_end(intent);
        }
        Some(())
    }

    /// Only what was looked for on this connection and not found.
    pub(crate) fn resolve(&mut self, seat: usize, intent: usize) -> Option<()> {
        let order = self.state.journal.orders[intent]?;
        let seen = order.status == OrdStatus::Missing && self.state.seats[seat].writer?.is_ready();
        let may = seen || (self.model.has(Bug::ResolveUnseen) && order.status.is_unknown());
        if !may {
            return None;
        }
        self.writes(seat)?;
        self.book(intent, EventKind::ResolvedDead);
        self.state.journal.orders[intent].as_mut()?.by_hand = true;
        Some(())
    }

    pub(crate) fn resend(&mut self, seat: usize, intent: usize) -> Option<()> {
        let order = self.state.journal.orders[intent]?;
        let writer = self.state.seats[seat].writer?;
        if !self.model.has(Bug::ResendUnknown) || !order.status.is_unknown() || !writer.is_ready() {
            return None;
        }
        if writer.holds(intent) || self.state.placed(intent).count() > 1 {
            return None;
        }
        self.writes(seat)?;
        let id = self.allocate_id(seat)?;
        let command = self.command(seat, intent, id);
        self.state.journal.orders[intent].as_mut()?.id = id;
        self.state.seats[seat].writer.as_mut()?.put(command).then_some(())
    }
}

fn entry(status: OrdStatus, id: u8) -> Entry {
    Entry { status, id, cancel_wanted: false, by_hand: false }
}

/// A key as the small number that messages carry.
fn key(intent: usize) -> u8 {
    u8::try_from(intent).unwrap_or(u8::MAX)
}

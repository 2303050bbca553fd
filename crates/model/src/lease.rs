//! Who may write: lock, epoch, silence, death.

use crate::model::Step;
use crate::state::{Frozen, Pulse, Writer};
use domain::approval::ApprovalStatus;
use domain::lifecycle::{EventKind, OrdStatus};

impl Step<'_> {
    /// The lock is free when the holder died; a silent one loses it once its own adapter refuses to send.
    pub(crate) fn take_lease(&mut self, seat: usize) -> Option<()> {
        if self.state.seats[seat].writer.is_some() {
            return None;
        }
        let frozen = self.what_is_known();
        let epoch = self.state.journal.epoch;
        if let Some(holder) = &mut self.state.seats[1 - seat].writer
            && holder.epoch == epoch
        {
            if holder.pulse != Pulse::Stale {
                return None;
            }
            holder.frozen = Some(frozen);
        }
        self.state.journal.epoch += 1;
        self.state.seats[seat].writer = Some(Writer::new(self.state.journal.epoch));
        // What was submitting may be live: it is looked up, never sent again.
        self.book_all(OrdStatus::Submitting, EventKind::LinkLost);
        Some(())
    }

    fn what_is_known(&self) -> Frozen {
        Frozen {
            known: self.state.journal.orders.map(|order| order.is_some()),
            killed: self.state.journal.killed,
            approval_waits: self.approval_waits(),
        }
    }

    pub(crate) fn approval_waits(&self) -> bool {
        let order = self.state.journal.orders[crate::state::APPROVED_INTENT];
        let waits = order.is_some_and(|order| order.status == OrdStatus::PendingApproval);
        waits && self.state.journal.approval == ApprovalStatus::Pending
    }

    pub(crate) fn beat(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        if !writer.runs() {
            return None;
        }
        if !self.state.is_current(&writer) {
            self.end(seat);
            return Some(());
        }
        (writer.pulse == Pulse::Woken).then(|| self.set_pulse(seat, Pulse::Beating))
    }

    pub(crate) fn fall_silent(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        if writer.pulse != Pulse::Beating || self.state.spent.silences >= self.model.bounds.silences {
            return None;
        }
        self.state.spent.silences += 1;
        self.set_pulse(seat, Pulse::Silent);
        Some(())
    }

    pub(crate) fn grow_stale(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        (writer.pulse == Pulse::Silent).then(|| self.set_pulse(seat, Pulse::Stale))
    }

    pub(crate) fn wake(&mut self, seat: usize) -> Option<()> {
        let woken = match self.state.seats[seat].writer?.pulse {
            Pulse::Silent => Pulse::Beating,
            Pulse::Stale => Pulse::Woken,
            Pulse::Beating | Pulse::Woken => return None,
        };
        self.set_pulse(seat, woken);
        Some(())
    }

    pub(crate) fn crash(&mut self, seat: usize) -> Option<()> {
        self.state.seats[seat].writer?;
        self.spend_crash()?;
        self.end(seat);
        Some(())
    }

    pub(crate) fn spend_crash(&mut self) -> Option<()> {
        let room = self.state.spent.crashes < self.model.bounds.crashes;
        room.then(|| self.state.spent.crashes += 1)
    }

    /// The process is gone; the broker has not seen the end of its socket.
    pub(crate) fn end(&mut self, seat: usize) {
        let seat = &mut self.state.seats[seat];
        seat.writer = None;
        if let Some(socket) = &mut seat.socket {
            socket.open = false;
            socket.refused = [false; crate::state::INTENTS];
        }
    }

    pub(crate) fn set_pulse(&mut self, seat: usize, pulse: Pulse) {
        if let Some(writer) = &mut self.state.seats[seat].writer {
            writer.pulse = pulse;
        }
    }
}

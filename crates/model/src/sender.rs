//! The adapter: the last look, the write, and what it tells the writer.

use crate::bug::Bug;
use crate::model::Step;
use crate::promise::Breach;
use crate::state::{Command, Message, Pulse, Writer};
use domain::lifecycle::{EventKind, OrdStatus};

impl Step<'_> {
    /// Kill, lease, connection: whether the command may leave.
    fn passes(&self, writer: &Writer, command: Command) -> bool {
        let fresh = match writer.pulse {
            Pulse::Beating | Pulse::Silent => true,
            Pulse::Stale | Pulse::Woken => self.model.has(Bug::NoFreshnessCheck),
        };
        let right_link = !command.stale || self.model.has(Bug::NoGenerationCheck);
        let alive = !command.killed || self.model.has(Bug::NoKillCheck);
        fresh && right_link && alive
    }

    pub(crate) fn look_at(&mut self, seat: usize, place: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let command = writer.commands[place].filter(|command| !command.looked_at)?;
        if !self.passes(&writer, command) || !writer.is_up() {
            return None;
        }
        if self.state.journal.killed {
            self.state.breaches.mark(Breach::SentAfterKill);
        }
        self.state.seats[seat].writer.as_mut()?.commands[place].as_mut()?.looked_at = true;
        Some(())
    }

    pub(crate) fn refuse(&mut self, seat: usize, place: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let command = writer.commands[place].filter(|command| !command.looked_at)?;
        if self.passes(&writer, command) {
            return None;
        }
        self.writes(seat)?;
        self.state.seats[seat].writer.as_mut()?.commands[place] = None;
        let intent = usize::from(command.intent);
        // Only the newest try speaks for the order.
        if self.state.journal.orders[intent].is_some_and(|order| order.id == command.id) {
            self.book(intent, EventKind::NotSent);
        }
        Some(())
    }

    /// It passed the last look; nothing stops it any more but the end of its own socket.
    pub(crate) fn write(&mut self, seat: usize, place: usize) -> Option<()> {
        let command = self.state.seats[seat].writer?.commands[place].filter(|command| command.looked_at)?;
        self.state.seats[seat].writer.as_mut()?.commands[place] = None;
        let stands = !command.stale || self.model.has(Bug::NoGenerationCheck);
        let Some(socket) = self.state.seats[seat].socket.as_mut().filter(|socket| socket.open && stands) else {
            return Some(());
        };
        socket.put(Message::Submit { intent: command.intent, id: command.id }).then_some(())?;
        let order = self.state.journal.orders[usize::from(command.intent)];
        if order.is_some_and(|order| order.status == OrdStatus::Missing || order.status.is_final()) {
            self.state.breaches.mark(Breach::SentAfterGivenUp);
        }
        Some(())
    }

    pub(crate) fn hear_written(&mut self, seat: usize, intent: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let submitting = self.state.journal.orders[intent]?.status == OrdStatus::Submitting;
        let waits = writer.commands.iter().flatten().any(|command| usize::from(command.intent) == intent);
        if !submitting || waits || !writer.is_up() {
            return None;
        }
        self.writes(seat)?;
        self.book(intent, EventKind::Written);
        Some(())
    }
}

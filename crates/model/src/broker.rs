//! The broker: sockets, one client id, orders, a restart.

use crate::bug::Bug;
use crate::model::Step;
use crate::state::{Fate, INTENTS, Link, Message, Placed, Socket, put};

impl Step<'_> {
    /// One client id: as long as the broker sees a socket of ours, it answers 326.
    pub(crate) fn connect(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let own = self.state.seats[seat].socket.is_some();
        let other = self.state.seats[1 - seat].socket.is_some() && !self.model.has(Bug::WriteBesideOldSocket);
        if writer.link != Link::Down || own || other {
            return None;
        }
        let proposed = if self.model.has(Bug::TrustNextValidId) { self.state.broker.next_valid_id } else { 0 };
        let place = &mut self.state.seats[seat];
        place.socket = Some(Socket::opened());
        let writer = place.writer.as_mut()?;
        writer.link = Link::Up { reconciled: false };
        writer.next_valid_id = proposed;
        Some(())
    }

    pub(crate) fn cut(&mut self, seat: usize) -> Option<()> {
        let place = &mut self.state.seats[seat];
        let up = place.writer.is_some_and(|writer| writer.is_up());
        if !up || self.state.spent.cuts >= self.model.bounds.cuts {
            return None;
        }
        self.state.spent.cuts += 1;
        place.writer.as_mut()?.lose_link();
        let socket = place.socket.as_mut()?;
        socket.open = false;
        socket.refused = [false; INTENTS];
        Some(())
    }

    /// What had not arrived is lost.
    pub(crate) fn socket_ends(&mut self, seat: usize) -> Option<()> {
        let over = self.state.seats[seat].socket.is_some_and(|socket| !socket.open);
        over.then(|| self.state.seats[seat].socket = None)
    }

    pub(crate) fn arrive(&mut self, seat: usize, place: usize, accepted: bool) -> Option<()> {
        let message = self.state.seats[seat].socket.as_mut()?.wire[place].take()?;
        match message {
            Message::Submit { intent, id } => self.place_order(intent, id, accepted),
            Message::Cancel { intent, id } => {
                accepted.then_some(())?;
                self.cancel_order(seat, intent, id);
                Some(())
            }
        }
    }

    fn place_order(&mut self, intent: u8, id: u8, accepted: bool) -> Option<()> {
        let bit = 1_u16 << id;
        if self.state.broker.ids_seen & bit != 0 {
            // 103: such an id was used. It is no proof of anything.
            return accepted.then_some(());
        }
        let fate = if accepted { Fate::Working } else { Fate::Rejected };
        let broker = &mut self.state.broker;
        broker.ids_seen |= bit;
        broker.next_valid_id = broker.next_valid_id.max(id + 1);
        put(&mut broker.ledger, Placed { intent, id, fate }).then_some(())
    }

    fn cancel_order(&mut self, seat: usize, intent: u8, id: u8) {
        let known = |placed: &&mut Placed| placed.intent == intent && placed.id == id;
        match self.state.broker.ledger.iter_mut().flatten().find(known) {
            Some(placed) if placed.fate == Fate::Working => placed.fate = Fate::Canceled,
            // 10147 for what it does not know, 10148 for what is over.
            Some(_) | None => {
                if let Some(socket) = self.state.seats[seat].socket.as_mut().filter(|socket| socket.open) {
                    socket.refused[usize::from(intent)] = true;
                }
            }
        }
    }

    pub(crate) fn fill(&mut self, place: usize) -> Option<()> {
        let placed = self.state.broker.ledger[place].as_mut()?;
        (placed.fate == Fate::Working).then(|| placed.fate = Fate::Filled)
    }

    /// Orders stay; sessions, what was in flight, and the count of order ids do not.
    pub(crate) fn restart_gateway(&mut self) -> Option<()> {
        if self.state.spent.restarts >= self.model.bounds.restarts {
            return None;
        }
        self.state.spent.restarts += 1;
        self.state.broker.next_valid_id = 1;
        self.state.broker.ids_seen = 0;
        for seat in &mut self.state.seats {
            seat.socket = None;
            if let Some(writer) = &mut seat.writer {
                writer.lose_link();
            }
        }
        Some(())
    }
}

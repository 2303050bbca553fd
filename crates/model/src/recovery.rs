//! What the writer hears and looks up, and what it makes of it.

use crate::bug::Bug;
use crate::model::Step;
use crate::promise::Breach;
use crate::state::{Entry, Fate, INTENTS, Link, Look, Message};
use domain::lifecycle::{EventKind, OrdStatus};

impl Step<'_> {
    pub(crate) fn hear_loss(&mut self, seat: usize) -> Option<()> {
        let Link::Lost { .. } = self.state.seats[seat].writer?.link else {
            return None;
        };
        self.writes(seat)?;
        self.state.seats[seat].writer.as_mut()?.link = Link::Down;
        let kind = if self.model.has(Bug::LostIsUnsent) { EventKind::NotSent } else { EventKind::LinkLost };
        self.book_all(OrdStatus::Submitting, kind);
        Some(())
    }

    pub(crate) fn hear_status(&mut self, seat: usize, place: usize) -> Option<()> {
        let placed = self.state.broker.ledger[place]?;
        let intent = usize::from(placed.intent);
        let kind = news(self.state.journal.orders[intent]?, placed.fate)?;
        self.is_heard(seat)?;
        self.writes(seat)?;
        self.book(intent, kind);
        Some(())
    }

    /// No proof of death (161, 10147), nor of a fill (10148).
    pub(crate) fn hear_refusal(&mut self, seat: usize, intent: usize) -> Option<()> {
        self.is_heard(seat)?;
        let refused = &mut self.state.seats[seat].socket.as_mut()?.refused[intent];
        std::mem::take(refused).then_some(())?;
        self.writes(seat)?;
        let kind =
            if self.model.has(Bug::RefusedCancelIsDeath) { EventKind::Canceled } else { EventKind::CancelRefused };
        self.book(intent, kind);
        Some(())
    }

    /// Whether the broker's words reach the writer.
    fn is_heard(&self, seat: usize) -> Option<()> {
        let place = &self.state.seats[seat];
        let stands = place.socket.is_some_and(|socket| socket.open);
        (stands && place.writer?.is_up()).then_some(())
    }

    pub(crate) fn send_cancel(&mut self, seat: usize, intent: usize) -> Option<()> {
        let order = self.state.journal.orders[intent]?;
        let wanted = order.cancel_wanted && !order.status.is_final() && order.id != 0;
        let writer = self.state.seats[seat].writer?;
        if !wanted || !writer.runs() || !self.state.is_current(&writer) {
            return None;
        }
        self.is_heard(seat)?;
        let message = Message::Cancel { intent: u8::try_from(intent).unwrap_or(u8::MAX), id: order.id };
        let socket = self.state.seats[seat].socket.as_mut()?;
        if socket.has(message) || socket.refused[intent] {
            return None;
        }
        socket.put(message).then_some(())
    }

    pub(crate) fn look(&mut self, seat: usize, complete: bool) -> Option<()> {
        if !complete && !self.model.has(Bug::TimeoutIsEmpty) {
            return None;
        }
        let writer = self.state.seats[seat].writer?;
        if writer.look.is_some() || !writer.runs() || !self.state.is_current(&writer) {
            return None;
        }
        self.is_heard(seat)?;
        let mut seen = [None; INTENTS];
        for (intent, fate) in seen.iter_mut().enumerate() {
            *fate = self.state.placed(intent).map(|placed| placed.fate).min();
        }
        self.state.seats[seat].writer.as_mut()?.look = Some(Look { complete, seen, touched: [false; INTENTS] });
        Some(())
    }

    /// What the lists show is adopted; what complete lists do not show, and was sent before them, is missing.
    pub(crate) fn compare(&mut self, seat: usize) -> Option<()> {
        self.writes(seat)?;
        let writer = self.state.seats[seat].writer.as_mut()?;
        let look = writer.look.take()?;
        let holds = [writer.holds(0), writer.holds(1)];
        if writer.is_up() {
            writer.link = Link::Up { reconciled: true };
        }
        for (intent, seen) in look.seen.into_iter().enumerate() {
            let Some(order) = self.state.journal.orders[intent].filter(|order| order.id != 0 && !look.touched[intent])
            else {
                continue;
            };
            let shown = seen.filter(|_| look.complete);
            if let Some(fate) = shown {
                if let Some(kind) = news(order, fate) {
                    self.book(intent, kind);
                }
            } else {
                let settled = !holds[intent] || self.model.has(Bug::OldTicketsLeave);
                if settled && order.status.may_be_live() && order.status != OrdStatus::Missing {
                    self.book(intent, EventKind::NotFound);
                    if seen.is_some() {
                        self.state.breaches.mark(Breach::LostSight);
                    }
                }
            }
            let dead = self.state.journal.orders[intent].is_some_and(|order| order.status.is_final());
            if shown == Some(Fate::Working) && dead {
                self.state.breaches.mark(Breach::LeftForDead);
            }
        }
        Some(())
    }
}

/// What the broker's word says that the journal does not know; as `news` of the reconciliation and `is_news` of the
/// engine.
fn news(order: Entry, fate: Fate) -> Option<EventKind> {
    let (kind, is_news) = match fate {
        Fate::Working => {
            (EventKind::Acknowledged, !matches!(order.status, OrdStatus::Working | OrdStatus::PendingCancel))
        }
        Fate::Filled => (EventKind::ReportedFilled, order.status != OrdStatus::Filled),
        Fate::Canceled => (EventKind::Canceled, !order.status.is_final()),
        Fate::Rejected => (EventKind::Rejected, !order.status.is_final()),
    };
    is_news.then_some(kind)
}

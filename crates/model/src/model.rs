//! The model: steps, and the promises that every state must keep.

use crate::action::{Action, Outcome};
use crate::bounds::Bounds;
use crate::bug::Bug;
use crate::promise::Breach;
use crate::rows::Rows;
use crate::state::{Fate, INTENTS, LEDGER, Message, Pulse, State};
use domain::lifecycle::{EventKind, OrdStatus, Transition, next};
use stateright::{Model, Property};
use std::sync::Arc;

/// Places for commands and messages that are tried; see [`State`].
const PLACES: usize = 5;

/// The protocol within bounds, whole or with one bug.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// How far it goes.
    pub bounds: Bounds,
    /// The safeguard that is missing.
    pub bug: Option<Bug>,
    /// Rows of the lifecycle table that were taken.
    pub rows: Arc<Rows>,
}

impl Protocol {
    /// The protocol as it is.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, bug: None, rows: Arc::default() }
    }

    /// The protocol with a bug.
    pub fn with(bounds: Bounds, bug: Bug) -> Self {
        Self { bug: Some(bug), ..Self::new(bounds) }
    }

    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

/// One step being taken. Each method is one action: `None` when it cannot happen in this state.
pub(crate) struct Step<'a> {
    pub(crate) model: &'a Protocol,
    pub(crate) state: State,
}

impl Step<'_> {
    fn take(&mut self, action: Action) -> Option<()> {
        match action {
            Action::TakeLease { seat } => self.take_lease(seat),
            Action::Beat { seat } => self.beat(seat),
            Action::FallSilent { seat } => self.fall_silent(seat),
            Action::GrowStale { seat } => self.grow_stale(seat),
            Action::Wake { seat } => self.wake(seat),
            Action::Crash { seat } => self.crash(seat),
            Action::Ask { seat } => self.ask(seat),
            Action::Decide { seat, intent } => self.decide(seat, intent),
            Action::Commit { seat, outcome } => self.commit(seat, outcome),
            Action::LookAt { seat, place } => self.look_at(seat, place),
            Action::Refuse { seat, place } => self.refuse(seat, place),
            Action::Write { seat, place } => self.write(seat, place),
            Action::Connect { seat } => self.connect(seat),
            Action::Cut { seat } => self.cut(seat),
            Action::HearLoss { seat } => self.hear_loss(seat),
            Action::SocketEnds { seat } => self.socket_ends(seat),
            Action::Arrive { seat, place, accepted } => self.arrive(seat, place, accepted),
            Action::Fill { place } => self.fill(place),
            Action::HearStatus { seat, place } => self.hear_status(seat, place),
            Action::HearWritten { seat, intent } => self.hear_written(seat, intent),
            Action::HearRefusal { seat, intent } => self.hear_refusal(seat, intent),
            Action::Look { seat, complete } => self.look(seat, complete),
            Action::Compare { seat } => self.compare(seat),
            Action::WantCanceled { seat, intent } => self.want_canceled(seat, intent),
            Action::SendCancel { seat, intent } => self.send_cancel(seat, intent),
            Action::Kill { seat } => self.kill(seat),
            Action::Resolve { seat, intent } => self.resolve(seat, intent),
            Action::RestartGateway => self.restart_gateway(),
            Action::Resend { seat, intent } => self.resend(seat, intent),
        }
    }

    /// The writer commits something other than a new order: it runs, its epoch is in force, and nothing that it decided
    /// before is open. A commit proves the lease.
    pub(crate) fn writes(&mut self, seat: usize) -> Option<()> {
        let writer = self.state.seats[seat].writer?;
        let may = writer.runs() && self.state.is_current(&writer) && writer.pending == [0; INTENTS];
        may.then(|| self.prove(seat))
    }

    pub(crate) fn prove(&mut self, seat: usize) {
        self.set_pulse(seat, Pulse::Beating);
    }

    /// Moves an order by the code's own table.
    pub(crate) fn book(&mut self, intent: usize, kind: EventKind) {
        let Some(order) = &mut self.state.journal.orders[intent] else {
            return;
        };
        self.model.rows.note(order.status, kind);
        let odd = match next(order.status, kind) {
            Transition::To(status) => {
                order.status = status;
                false
            }
            Transition::Stay => false,
            Transition::OddTo(status) => {
                order.status = status;
                true
            }
            Transition::OddStay => true,
            Transition::Never => {
                self.state.breaches.mark(Breach::NeverRow);
                false
            }
        };
        if odd && !order.by_hand {
            self.state.breaches.mark(Breach::OddRow);
        }
        for seat in &mut self.state.seats {
            if let Some(look) = seat.writer.as_mut().and_then(|writer| writer.look.as_mut()) {
                look.touched[intent] = true;
            }
        }
    }

    /// Moves every order that stands there.
    pub(crate) fn book_all(&mut self, status: OrdStatus, kind: EventKind) {
        for intent in 0..INTENTS {
            if self.state.journal.orders[intent].is_some_and(|order| order.status == status) {
                self.book(intent, kind);
            }
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::new()]
    }

    /// Everything that could be tried; what cannot happen is sorted out by [`Model::next_state`].
    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for seat in 0..state.seats.len() {
            if state.seats[seat].writer.is_none() {
                actions.push(Action::TakeLease { seat });
            } else {
                of_writer(seat, self.bounds.intents, actions);
            }
            if state.seats[seat].socket.is_some() {
                actions.push(Action::SocketEnds { seat });
                for place in 0..PLACES {
                    actions.extend([true, false].map(|accepted| Action::Arrive { seat, place, accepted }));
                }
            }
        }
        actions.extend((0..LEDGER).map(|place| Action::Fill { place }));
        actions.push(Action::RestartGateway);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut step = Step { model: self, state: *last };
        step.take(action)?;
        Some(step.state.canonical())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = states();
        all.extend(steps());
        all.extend(ends());
        all
    }
}

fn of_writer(seat: usize, intents: usize, actions: &mut Vec<Action>) {
    use Action as A;
    actions.extend([
        A::Beat { seat },
        A::FallSilent { seat },
        A::GrowStale { seat },
        A::Wake { seat },
        A::Crash { seat },
        A::Ask { seat },
        A::Connect { seat },
        A::Cut { seat },
        A::HearLoss { seat },
        A::Look { seat, complete: true },
        A::Look { seat, complete: false },
        A::Compare { seat },
        A::Kill { seat },
    ]);
    for outcome in [Outcome::Durable, Outcome::Failed, Outcome::InDoubt] {
        actions.push(A::Commit { seat, outcome });
    }
    for intent in 0..intents {
        actions.extend([
            A::Decide { seat, intent },
            A::HearWritten { seat, intent },
            A::HearRefusal { seat, intent },
            A::WantCanceled { seat, intent },
            A::SendCancel { seat, intent },
            A::Resolve { seat, intent },
            A::Resend { seat, intent },
        ]);
    }
    for place in 0..3 {
        actions.extend([A::LookAt { seat, place }, A::Refuse { seat, place }, A::Write { seat, place }]);
    }
    actions.extend((0..LEDGER).map(|place| A::HearStatus { seat, place }));
}

/// Promises that a state shows.
fn states() -> Vec<Property<Protocol>> {
    vec![
        Property::always("at most one broker order per intent", |_: &Protocol, state: &State| {
            (0..INTENTS).all(|intent| state.placed(intent).count() <= 1)
        }),
        Property::always("nothing at the broker without a durable intent", |_: &Protocol, state: &State| {
            let is_known = |intent: u8| state.journal.orders[usize::from(intent)].is_some_and(|order| order.id != 0);
            state.broker.ledger.iter().flatten().all(|placed| is_known(placed.intent))
        }),
        Property::always("an approval is consumed at most once", |_: &Protocol, state: &State| {
            state.journal.approval_spent <= 1
        }),
        Property::always("at most one socket of ours stands at the broker", |_: &Protocol, state: &State| {
            state.seats.iter().filter(|seat| seat.socket.is_some()).count() <= 1
        }),
        Property::always("an order id means one intent for ever", |_: &Protocol, state: &State| {
            let placed: Vec<_> = state.broker.ledger.iter().flatten().collect();
            placed.iter().all(|one| placed.iter().all(|other| one.id != other.id || one.intent == other.intent))
        }),
        Property::always("never declared dead while alive, but by a human", |_: &Protocol, state: &State| {
            (0..INTENTS).all(|intent| !is_dead_by_us(state, intent) || !is_alive(state, intent))
        }),
    ]
}

fn is_dead_by_us(state: &State, intent: usize) -> bool {
    state.journal.orders[intent].is_some_and(|order| order.status.is_final() && !order.by_hand)
}

/// It works at the broker, or may still get there.
fn is_alive(state: &State, intent: usize) -> bool {
    let is_it = |of: u8| usize::from(of) == intent;
    let works = state.placed(intent).any(|placed| placed.fate == Fate::Working);
    let flies = state.seats.iter().filter_map(|seat| seat.socket.as_ref()).any(|socket| {
        socket.wire.iter().flatten().any(|message| match message {
            Message::Submit { intent, .. } => is_it(*intent),
            Message::Cancel { .. } => false,
        })
    });
    let leaves = state.seats.iter().filter_map(|seat| seat.writer.as_ref()).any(|writer| {
        writer.commands.iter().flatten().any(|command| is_it(command.intent) && command.looked_at && !command.stale)
    });
    works || flies || leaves
}

/// Promises that a step may break.
fn steps() -> Vec<Property<Protocol>> {
    vec![
        Property::always("a fenced writer commits nothing", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::FencedCommit)
        }),
        Property::always("kill holds: nothing passes the last look after it", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::SentAfterKill)
        }),
        Property::always("what the journal has given up is not sent", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::SentAfterGivenUp)
        }),
        Property::always("what the lists show is not taken for missing", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::LostSight)
        }),
        Property::always("a complete comparison leaves no live order dead", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::LeftForDead)
        }),
        Property::always("no row that the table calls Never is taken", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::NeverRow)
        }),
        Property::always("the broker contradicts only humans", |_: &Protocol, state: &State| {
            !state.breaches.has(Breach::OddRow)
        }),
    ]
}

/// Ends that can be reached.
fn ends() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes("every order comes to its end", |model: &Protocol, state: &State| {
            let orders = state.journal.orders.iter().take(model.bounds.intents);
            orders.flatten().filter(|order| order.status == OrdStatus::Filled).count() == model.bounds.intents
        }),
        Property::sometimes("a missing order is found after all", |_: &Protocol, state: &State| {
            (0..INTENTS).any(|intent| {
                let order = state.journal.orders[intent];
                let is_working = order.is_some_and(|order| order.status == OrdStatus::Working && order.by_hand);
                is_working && state.placed(intent).any(|placed| placed.fate == Fate::Working)
            })
        }),
        Property::sometimes("both writers make progress", |model: &Protocol, state: &State| {
            state.journal.handed_over || (model.bounds.intents == 1 && state.journal.first_epoch > 1)
        }),
    ]
}

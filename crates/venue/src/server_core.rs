//! The task that owns the core: every change of the venue happens here, one after another.
//!
//! It takes what is waiting, applies all of it, makes the changes durable with one write and one
//! flush, and only then lets the answers out. A client therefore never hears of anything that a crash
//! could undo, and the cost of the flush is shared by all that waited for it.

use std::collections::HashMap;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tws::ServerVersion;
use tws::model::Request;

use crate::core::{Change, ConnId, Core, Step};
use crate::server_clock::Clock;
use crate::server_control::{Answer, Ask, Refusal};
use crate::server_outbox::Outbox;
use crate::state::{Batch, StateDir, StateError};

/// Most commands that wait for the core. Sessions wait when it is full, which their clients feel.
pub(crate) const COMMANDS_MAX: usize = 4_096;

/// Most commands taken up by one flush.
const GROUP_MAX: usize = 1_024;

/// Where an answer of the control API goes.
pub(crate) type AnswerTo = oneshot::Sender<Result<Answer, Refusal>>;

/// What the core is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// A client began its session.
    Connect {
        /// Connection.
        conn: ConnId,
        /// Its client id.
        client_id: i32,
        /// Version its answers are written in.
        version: ServerVersion,
        /// Way out to it.
        outbox: Outbox,
    },
    /// A client's socket is closed.
    Disconnect {
        /// Connection.
        conn: ConnId,
    },
    /// A client asks.
    Request {
        /// Connection.
        conn: ConnId,
        /// What.
        request: Box<Request>,
    },
    /// The market is to move.
    Tick,
    /// The control API asks.
    Control {
        /// What.
        ask: Ask,
        /// Where the answer goes.
        answer: AnswerTo,
    },
}

/// A client on its way out.
struct Client {
    version: ServerVersion,
    outbox: Outbox,
}

/// The core with everything around it.
pub(crate) struct CoreTask {
    core: Core,
    clock: Clock,
    state: Option<StateDir>,
    clients: HashMap<ConnId, Client>,
}

/// What one group of commands brought about, held back until it is durable.
#[derive(Default)]
struct Group {
    changes: Vec<Change>,
    /// Written in each client's own encoding, in the order they arose.
    out: Vec<(ConnId, Vec<u8>)>,
    close: Vec<ConnId>,
    answers: Vec<(AnswerTo, Result<Answer, Refusal>)>,
    break_all: bool,
    /// A stepped clock was moved: it has to be found again where it was.
    clock_moved: bool,
}

impl CoreTask {
    /// Puts the parts together.
    pub(crate) fn new(core: Core, clock: Clock, state: Option<StateDir>) -> Self {
        Self { core, clock, state, clients: HashMap::new() }
    }

    /// Runs until every sender of commands is gone.
    ///
    /// # Errors
    /// The state could not be made durable. Nothing that depended on it was told to anybody, and the
    /// venue must stop.
    pub(crate) fn run(mut self, mut commands: mpsc::Receiver<Command>) -> Result<(), StateError> {
        while let Some(first) = commands.blocking_recv() {
            let mut group = Group::default();
            self.apply(first, &mut group);
            for _ in 1..GROUP_MAX {
                match commands.try_recv() {
                    Ok(next) => self.apply(next, &mut group),
                    Err(_) => break,
                }
            }
            self.make_durable(&mut group)?;
            self.release(group);
        }
        Ok(())
    }

    fn apply(&mut self, command: Command, group: &mut Group) {
        let now = self.clock.now();
        match command {
            Command::Connect { conn, client_id, version, outbox } => {
                self.clients.insert(conn, Client { version, outbox });
                let step = self.core.connect(conn, client_id, now);
                self.take(step, group);
            }
            Command::Disconnect { conn } => {
                self.clients.remove(&conn);
                let step = self.core.disconnect(conn, now);
                self.take(step, group);
            }
            Command::Request { conn, request } => {
                // What a client sent behind its own end is not heard any more.
                if self.clients.contains_key(&conn) && !group.close.contains(&conn) {
                    let step = self.core.request(conn, *request, now);
                    self.take(step, group);
                }
            }
            Command::Tick => {
                let step = self.core.advance(now);
                self.take(step, group);
            }
            Command::Control { ask, answer } => {
                let result = self.answer(ask, now, group);
                group.answers.push((answer, result));
            }
        }
    }

    fn take(&mut self, step: Step, group: &mut Group) {
        group.changes.extend(step.changes);
        for (conn, reply) in step.out {
            let Some(client) = self.clients.get(&conn) else {
                continue;
            };
            match group.out.last_mut() {
                Some((last, bytes)) if *last == conn => {
                    tws::encode_into(client.version, &reply, bytes);
                }
                Some(_) | None => {
                    group.out.push((conn, tws::encode(client.version, &reply)));
                }
            }
        }
        group.close.extend(step.close);
    }

    fn answer(&mut self, ask: Ask, now: Timestamp, group: &mut Group) -> Result<Answer, Refusal> {
        match ask {
            Ask::Ledger => Answer::json(&self.core.ledger()),
            Ask::State => Answer::json(&self.core.state_view(now)),
            Ask::Health => Answer::json(&serde_json::json!({ "status": "ok", "venue_time": now })),
            Ask::Price { symbol, price } => {
                let step = self.core.move_price(&symbol, price, now).map_err(|e| Refusal::invalid(e.to_string()))?;
                self.take(step, group);
                Answer::json(&serde_json::json!({ "symbol": symbol, "price": price }))
            }
            Ask::Step(to) => {
                let to = to.resolve(now)?;
                if !self.clock.step_to(to) {
                    return Err(Refusal::clock(self.clock.is_stepped(), now));
                }
                group.clock_moved = true;
                let step = self.core.advance(to);
                self.take(step, group);
                Answer::json(&serde_json::json!({ "venue_time": to }))
            }
            Ask::DropConnections => {
                group.break_all = true;
                Answer::json(&serde_json::json!({ "dropped": self.clients.len() }))
            }
        }
    }

    fn make_durable(&mut self, group: &mut Group) -> Result<(), StateError> {
        let changes = std::mem::take(&mut group.changes);
        match &mut self.state {
            Some(state) if !changes.is_empty() || group.clock_moved => {
                state.append(&Batch { now: self.clock.now(), changes })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn release(&mut self, group: Group) {
        for (conn, bytes) in group.out {
            let Some(client) = self.clients.get(&conn) else {
                continue;
            };
            if client.outbox.push(bytes).is_err() {
                tracing::warn!(?conn, "dropping a client that does not read");
                client.outbox.break_off();
                self.clients.remove(&conn);
            }
        }
        // Without its outbox a session writes what is left and closes.
        for conn in group.close {
            self.clients.remove(&conn);
        }
        if group.break_all {
            for client in self.clients.values() {
                client.outbox.break_off();
            }
        }
        for (to, result) in group.answers {
            if to.send(result).is_err() {
                tracing::debug!("the control client left before its answer");
            }
        }
    }
}

#[cfg(test)]
#[path = "server_core_tests.rs"]
mod tests;

//! The task that owns the core: every change of the venue happens here, one after another.
//!
//! It takes what is waiting, applies all of it, makes the changes durable with one write and one
//! flush, and only then lets the answers out. A client therefore never hears of anything that a crash
//! could undo, and the cost of the flush is shared by all that waited for it.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tws::ServerVersion;
use tws::model::{Notice, Reply, Request};

use crate::archive::Archive;
use crate::core::{Change, ConnId, Core, LedgerOrder, Step};
use crate::server_clock::Clock;
use crate::server_control::{Answer, Ask, Refusal};
use crate::server_outbox::Outbox;
use crate::server_step::Stepping;
use crate::server_wire::Wire;
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
        /// Message id.
        msg_id: i32,
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
pub(crate) struct Client {
    pub(crate) id: i32,
    pub(crate) version: ServerVersion,
    pub(crate) messages_in: u64,
    pub(crate) messages_out: u64,
    outbox: Outbox,
}

/// The core with everything around it.
pub(crate) struct CoreTask {
    pub(crate) core: Core,
    pub(crate) clock: Clock,
    pub(crate) state: Option<StateDir>,
    pub(crate) archive: Archive,
    /// Length of the changes, in bytes, at which they are begun anew.
    compact_len: u64,
    pub(crate) clients: BTreeMap<ConnId, Client>,
    pub(crate) wire: Wire,
    /// Steps of the clock that are under way, the first of them now.
    pub(crate) stepping: VecDeque<Stepping>,
}

/// Where what must survive goes.
pub(crate) struct Keeping {
    /// The changes; `None` in memory only.
    pub(crate) state: Option<StateDir>,
    /// Orders the core keeps no longer.
    pub(crate) archive: Archive,
    /// Length of the changes, in bytes, at which they are begun anew.
    pub(crate) compact_len: u64,
}

/// What one group of commands brought about, held back until it is durable.
#[derive(Default)]
pub(crate) struct Group {
    changes: Vec<Change>,
    pub(crate) archived: Vec<LedgerOrder>,
    /// Written in each client's own encoding, in the order they arose.
    out: Vec<(ConnId, Vec<u8>)>,
    close: Vec<ConnId>,
    pub(crate) answers: Vec<(AnswerTo, Result<Answer, Refusal>)>,
    pub(crate) break_all: bool,
    /// A stepped clock was moved: it has to be found again where it was.
    pub(crate) clock_moved: bool,
}

impl CoreTask {
    /// Puts the parts together.
    pub(crate) fn new(core: Core, clock: Clock, kept: Keeping, wire: Wire) -> Self {
        let Keeping { state, archive, compact_len } = kept;
        Self { core, clock, state, archive, compact_len, clients: BTreeMap::new(), wire, stepping: VecDeque::new() }
    }

    /// Runs until every sender of commands is gone.
    ///
    /// # Errors
    /// The state could not be made durable. Nothing that depended on it was told to anybody, and the
    /// venue must stop.
    pub(crate) fn run(mut self, mut commands: mpsc::Receiver<Command>) -> Result<(), StateError> {
        loop {
            let mut group = Group::default();
            if self.stepping.is_empty() {
                let Some(first) = commands.blocking_recv() else {
                    return Ok(());
                };
                self.apply(first, &mut group);
            } else {
                self.step_on(&mut group);
            }
            for _ in 1..GROUP_MAX {
                match commands.try_recv() {
                    Ok(next) => self.apply(next, &mut group),
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => {
                        self.stepping.clear();
                        break;
                    }
                }
            }
            self.make_durable(&mut group)?;
            self.release(group);
        }
    }

    fn apply(&mut self, command: Command, group: &mut Group) {
        let now = self.clock.now();
        if !self.wire.is_quiet() {
            self.time_of_faults(now, group);
        }
        match command {
            Command::Connect { conn, client_id, version, outbox } => {
                let client = Client { id: client_id, version, messages_in: 1, messages_out: 0, outbox };
                self.clients.insert(conn, client);
                self.connect(conn, client_id, now, group);
            }
            Command::Disconnect { conn } => {
                self.clients.remove(&conn);
                self.disconnect(conn, now, group);
            }
            Command::Request { conn, msg_id, request } => {
                // What a client sent behind its own end is not heard any more.
                let Some(client) = self.clients.get_mut(&conn).filter(|_| !group.close.contains(&conn)) else {
                    return;
                };
                client.messages_in += 1;
                if self.wire.is_quiet() {
                    let step = self.core.request(conn, *request, now);
                    self.take(step, now, group);
                } else {
                    self.request_among_faults(conn, msg_id, *request, now, group);
                }
            }
            // The clock's own steps move the market while they are under way.
            Command::Tick => {
                let step = self.core.advance(now);
                self.take(step, now, group);
            }
            Command::Control { ask, answer } => self.control(ask, answer, now, group),
        }
    }

    fn connect(&mut self, conn: ConnId, client_id: i32, now: Timestamp, group: &mut Group) {
        if self.wire.lingering.contains_key(&client_id) {
            let text = "Unable to connect as the client id is already in use. Retry with a unique client id.";
            self.say(conn, Reply::Notice(Notice::general(326, text, now)), now, group);
            return self.close(conn, now, group);
        }
        if self.wire.gate.door() == crate::server_gate::Door::Shut {
            return self.close(conn, now, group);
        }
        let step = self.core.connect(conn, client_id, now);
        self.take(step, now, group);
    }

    fn disconnect(&mut self, conn: ConnId, now: Timestamp, group: &mut Group) {
        if !self.wire.is_quiet() {
            self.let_linger(conn, now);
            self.wire.forget(conn);
        }
        let step = self.core.disconnect(conn, now);
        self.take(step, now, group);
    }

    /// Takes up what the core brought about.
    pub(crate) fn take(&mut self, step: Step, now: Timestamp, group: &mut Group) {
        group.changes.extend(step.changes);
        group.archived.extend(step.archived);
        for (conn, reply) in step.out {
            self.say(conn, reply, now, group);
        }
        for conn in step.close {
            self.close(conn, now, group);
        }
    }

    /// Says something to a client, through the faults if there are any.
    pub(crate) fn say(&mut self, conn: ConnId, mut reply: Reply, now: Timestamp, group: &mut Group) {
        if self.core.relabels() {
            self.core.relabel(&mut reply);
        }
        if self.wire.is_quiet() {
            self.write(conn, &reply, group);
        } else {
            self.say_among_faults(conn, reply, now, group);
        }
    }

    /// Writes a reply in the client's own encoding.
    pub(crate) fn write(&mut self, conn: ConnId, reply: &Reply, group: &mut Group) {
        let Some(client) = self.clients.get_mut(&conn).filter(|_| !group.close.contains(&conn)) else {
            return;
        };
        client.messages_out += 1;
        match group.out.last_mut() {
            Some((last, bytes)) if *last == conn => tws::encode_into(client.version, reply, bytes),
            Some(_) | None => group.out.push((conn, tws::encode(client.version, reply))),
        }
    }

    /// Writes bytes that are no reply of any encoding.
    pub(crate) fn write_raw(&mut self, conn: ConnId, bytes: Vec<u8>, group: &mut Group) {
        if let Some(client) = self.clients.get_mut(&conn).filter(|_| !group.close.contains(&conn)) {
            client.messages_out += 1;
            group.out.push((conn, bytes));
        }
    }

    /// Ends a connection behind what was said to it so far.
    pub(crate) fn close(&mut self, conn: ConnId, now: Timestamp, group: &mut Group) {
        if group.close.contains(&conn) {
            return;
        }
        group.close.push(conn);
        self.disconnect(conn, now, group);
    }

    fn make_durable(&mut self, group: &mut Group) -> Result<(), StateError> {
        let changes = std::mem::take(&mut group.changes);
        if !group.archived.is_empty() {
            // Before the changes by which the core let go of them: those say how much of it holds.
            self.archive.append(&group.archived)?;
        }
        let Some(state) = &mut self.state else {
            return Ok(());
        };
        let (now, ledger_len) = (self.clock.now(), self.archive.len());
        if !changes.is_empty() || group.clock_moved {
            state.append(&Batch { now, changes, ledger_len })?;
        }
        if state.is_long(self.compact_len) {
            state.compact(&self.core.snapshot(), now, ledger_len)?;
        }
        Ok(())
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

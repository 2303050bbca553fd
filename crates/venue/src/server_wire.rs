//! What lies between the core and the sockets while faults are about.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use tws::model::{Reply, Request};

use crate::core::ConnId;
use crate::faults::{Armed, Fault, FaultScript, Line, Plan, Waiting};
use crate::server_gate::{Door, Gate};

/// Most messages that wait for one reason; a client with more is closed.
pub(crate) const WAITING_MAX: usize = 10_000;

/// A request in a slow line.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) msg_id: i32,
    pub(crate) request: Request,
    pub(crate) plan: Plan,
}

/// All that faults keep of the wire.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) armed: Armed,
    pub(crate) gate: Gate,
    pub(crate) inbound: BTreeMap<ConnId, Line<Inbound>>,
    pub(crate) outbound: BTreeMap<ConnId, Line<Reply>>,
    /// Replies that wait for so many others to go first.
    pub(crate) behind: BTreeMap<ConnId, Vec<(u32, Reply)>>,
    /// Requests that wait for the broker, a dialog or their own time.
    pub(crate) waiting: VecDeque<Waiting>,
    /// Orders before whose first execution a connection closes.
    pub(crate) watched: Vec<(ConnId, i32)>,
    /// Client ids that stay occupied.
    pub(crate) lingering: BTreeMap<i32, Timestamp>,
    /// Nobody is let in until then.
    pub(crate) down_until: Option<Timestamp>,
}

impl Wire {
    pub(crate) fn new(script: &FaultScript, seed: u64, started: Timestamp, gate: Gate) -> Self {
        Self {
            armed: Armed::new(script, seed, started),
            gate,
            inbound: BTreeMap::new(),
            outbound: BTreeMap::new(),
            behind: BTreeMap::new(),
            waiting: VecDeque::new(),
            watched: Vec::new(),
            lingering: BTreeMap::new(),
            down_until: None,
        }
    }

    /// Whether nothing here touches any message.
    pub(crate) fn is_quiet(&self) -> bool {
        self.armed.is_quiet()
            && self.inbound.is_empty()
            && self.outbound.is_empty()
            && self.behind.is_empty()
            && self.waiting.is_empty()
            && self.watched.is_empty()
            && self.lingering.is_empty()
            && self.down_until.is_none()
    }

    /// When time next changes something.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let lines = self.inbound.values().filter_map(Line::next_due);
        let lines = lines.chain(self.outbound.values().filter_map(Line::next_due));
        let waiting = self.waiting.iter().filter_map(|w| w.due);
        let lingering = self.lingering.values().copied();
        [self.armed.next_due(), self.down_until]
            .into_iter()
            .flatten()
            .chain(lines)
            .chain(waiting)
            .chain(lingering)
            .min()
    }

    /// Forgets a connection.
    pub(crate) fn forget(&mut self, conn: ConnId) {
        self.inbound.remove(&conn);
        self.outbound.remove(&conn);
        self.behind.remove(&conn);
        self.waiting.retain(|w| w.conn != conn);
        self.watched.retain(|(of, _)| *of != conn);
    }

    /// Whether a fault of this kind goes on.
    pub(crate) fn has(&self, is: impl Fn(&Fault) -> bool) -> bool {
        self.armed.active().any(is)
    }

    /// Whether nothing is answered.
    pub(crate) fn is_silent(&self) -> bool {
        self.has(|f| matches!(f, Fault::NeverAnswers { .. }))
    }

    /// Whether the Gateway is cut off from the broker.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.has(|f| matches!(f, Fault::ConnectivityLost { .. }))
    }

    /// Shows the sessions how things stand.
    pub(crate) fn set_gate(&self) {
        let door = if self.down_until.is_some() || self.has(|f| matches!(f, Fault::LogOut { .. })) {
            Door::Shut
        } else if self.is_silent() {
            Door::Silent
        } else {
            Door::Open
        };
        self.gate.set_door(door);
        self.gate.set_windows_zones(self.has(|f| matches!(f, Fault::WindowsZoneNames { .. })));
    }
}

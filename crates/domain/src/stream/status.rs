//! How the streams stand, for the file `_status.json` and for the faces.

use super::plan::Reason;
use super::record::Source;
use crate::market::DataType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the runner does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// Nothing is to be streamed by the configuration.
    Off,
    /// Another process has the lock.
    LockedOut,
    /// Nothing is wanted, or nothing could be resolved yet.
    Waiting,
    /// Every price comes from its line.
    Streaming,
    /// At least one does not.
    Degraded,
    /// It ended in order.
    Stopped,
}

impl StreamState {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::LockedOut => "locked_out",
            Self::Waiting => "waiting",
            Self::Streaming => "streaming",
            Self::Degraded => "degraded",
            Self::Stopped => "stopped",
        }
    }
}

/// Who has the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOwner {
    /// Its process.
    pub pid: u32,
    /// Its installation.
    pub installation: String,
    /// Since when.
    pub since: Timestamp,
}

/// One instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its symbol.
    pub symbol: String,
    /// Its contract.
    pub con_id: String,
    /// Its file in the directory.
    pub file: String,
    /// Why it is wanted.
    pub reasons: Vec<Reason>,
    /// Whether it has a line.
    pub has_line: bool,
    /// Where its price comes from.
    pub source: Source,
    /// Whether the price is older than it may be, or there is none.
    pub stale: bool,
    /// Whether its market is open, in regular hours; null where the broker has not said.
    #[serde(default)]
    pub is_open: Option<bool>,
    /// The broker's word for how fresh its data is.
    pub data_type: Option<DataType>,
    /// Age of the price.
    pub age_ms: Option<i64>,
    /// Why the price does not come from the line.
    pub error: Option<String>,
}

/// How the streams stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamStatus {
    /// Version of the shape.
    pub schema: u32,
    /// What the runner does.
    pub state: StreamState,
    /// Who has the lock; null when nobody does.
    pub owner: Option<LockOwner>,
    /// When the runner last looked.
    pub heartbeat_at: Option<Timestamp>,
    /// Lines in use and lines that there are.
    pub lines: usize,
    /// Most lines.
    pub lines_max: usize,
    /// Whether the decision names instruments; without them the watch list is what is streamed beside positions.
    pub follows_decision: bool,
    /// Every instrument, those with a line first.
    pub subscriptions: Vec<Subscription>,
    /// What is wanted and could not be resolved to one contract, with the reason.
    pub unresolved: Vec<String>,
    /// Times without a price that were filled from the broker's history since the start.
    pub gaps_filled: u64,
    /// What is wrong as a whole; null when nothing is.
    pub trouble: Option<String>,
}

impl StreamStatus {
    /// Nothing runs.
    pub fn idle(state: StreamState, lines_max: usize) -> Self {
        Self {
            schema: 1,
            state,
            owner: None,
            heartbeat_at: None,
            lines: 0,
            lines_max,
            follows_decision: false,
            subscriptions: Vec::new(),
            unresolved: Vec::new(),
            gaps_filled: 0,
            trouble: None,
        }
    }

    /// What the runner does, by what its prices are.
    pub fn state_of(subscriptions: &[Subscription]) -> StreamState {
        let good = |one: &Subscription| one.source == Source::Stream && !one.stale;
        match subscriptions {
            [] => StreamState::Waiting,
            all if all.iter().all(good) => StreamState::Streaming,
            _ => StreamState::Degraded,
        }
    }
}

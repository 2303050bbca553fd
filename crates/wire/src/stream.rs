//! How the streams stand.

use crate::word::{DataType, PriceSource, StreamState, WantedBy};
use domain::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The stream runner: who has the lock, when it last looked, and each instrument with its price's source and age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamStatus {
    /// What it does.
    pub state: StreamState,
    /// Who has the lock; null when nobody does.
    pub owner: Option<StreamOwner>,
    /// When it last looked.
    pub heartbeat_at: Option<Timestamp>,
    /// Lines in use.
    pub lines: u64,
    /// Most lines.
    pub lines_max: u64,
    /// Whether the decision in force names instruments.
    pub follows_decision: bool,
    /// Every instrument, those with a line first.
    pub subscriptions: Vec<StreamSubscription>,
    /// What is wanted and could not be resolved to one contract, with the reason.
    pub unresolved: Vec<String>,
    /// Times without a price that were filled from the broker's history since the start.
    pub gaps_filled: u64,
    /// What is wrong as a whole; null when nothing is.
    pub trouble: Option<String>,
}

/// Who has the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamOwner {
    /// Its process.
    pub pid: u32,
    /// Its installation.
    pub installation: String,
    /// Since when.
    pub since: Timestamp,
}

/// One instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamSubscription {
    /// Its symbol.
    pub symbol: String,
    /// Its contract.
    pub con_id: String,
    /// Its file in the directory.
    pub file: String,
    /// Why it is wanted.
    pub reasons: Vec<WantedBy>,
    /// Whether it has a line.
    pub has_line: bool,
    /// Where its price comes from.
    pub source: PriceSource,
    /// Whether the price is older than it may be, or there is none.
    pub stale: bool,
    /// Whether its market is open, in regular hours; null where the broker has not said.
    pub is_open: Option<bool>,
    /// How fresh the broker says its data is.
    pub data_type: Option<DataType>,
    /// Age of the price, milliseconds.
    pub age_ms: Option<i64>,
    /// Why the price does not come from the line.
    pub error: Option<String>,
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl From<stream::StreamStatus> for StreamStatus {
    fn from(status: stream::StreamStatus) -> Self {
        let owner = |owner: stream::LockOwner| StreamOwner {
            pid: owner.pid,
            installation: owner.installation,
            since: owner.since,
        };
        let subscription = |one: stream::Subscription| StreamSubscription {
            symbol: one.symbol,
            con_id: one.con_id,
            file: one.file,
            reasons: one.reasons.into_iter().map(Into::into).collect(),
            has_line: one.has_line,
            source: one.source.into(),
            stale: one.stale,
            is_open: one.is_open,
            data_type: one.data_type.map(Into::into),
            age_ms: one.age_ms,
            error: one.error,
        };
        Self {
            state: status.state.into(),
            owner: status.owner.map(owner),
            heartbeat_at: status.heartbeat_at,
            lines: count(status.lines),
            lines_max: count(status.lines_max),
            follows_decision: status.follows_decision,
            subscriptions: status.subscriptions.into_iter().map(subscription).collect(),
            unresolved: status.unresolved,
            gaps_filled: status.gaps_filled,
            trouble: status.trouble,
        }
    }
}

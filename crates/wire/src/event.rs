//! The journal as it grows: pages, and what a stream says beside its records.

use crate::audit::AuditRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A part of the journal, for whoever cannot read a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The records, oldest first; none when nothing new is wanted.
    pub items: Vec<AuditRecord>,
    /// Give it as `after` to go on. It is always there: a journal has no end.
    pub next_cursor: String,
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamEndReason {
    /// The reader takes records more slowly than they come.
    SlowReader,
    /// The key that it was opened with was revoked.
    KeyRevoked,
    /// The time of that key is over.
    KeyExpired,
    /// There is no such key any more.
    KeyUnknown,
    /// The session that it was opened with is over, by signing out, by its time, or with another sign-in.
    SessionOver,
    /// The gateway stops.
    ShuttingDown,
    /// The journal cannot be read.
    Storage,
    /// This process may not ask the broker any more.
    NotReady,
}

/// The last event of a stream, `stream_ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamEnd {
    /// Why.
    pub reason: StreamEndReason,
    /// The same in a sentence.
    pub detail: String,
    /// Whether a new stream can be opened with the same key.
    pub retryable: bool,
}

impl StreamEnd {
    /// The word that such an event goes by.
    pub const EVENT: &'static str = "stream_ended";

    /// The end for a reason.
    pub fn of(reason: StreamEndReason) -> Self {
        let (detail, retryable) = match reason {
            StreamEndReason::SlowReader => {
                ("records come faster than they were read: go on from Last-Event-ID, and read faster", true)
            }
            StreamEndReason::KeyRevoked => ("the API key was revoked: open a new stream with another one", false),
            StreamEndReason::KeyExpired => ("the API key has expired: open a new stream with another one", false),
            StreamEndReason::KeyUnknown => ("the API key does not exist any more", false),
            StreamEndReason::SessionOver => ("the session is over: sign in again", false),
            StreamEndReason::ShuttingDown => ("the gateway stops: go on from Last-Event-ID once it is back", true),
            StreamEndReason::Storage => ("the journal cannot be read; look at the gateway's log and disk", true),
            StreamEndReason::NotReady => ("there is no broker to ask; look at /readyz", true),
        };
        Self { reason, detail: detail.to_owned(), retryable }
    }
}

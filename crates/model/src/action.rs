//! Everything that can happen, one step each.

/// How a commit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable and the writer knows.
    Durable,
    /// Nothing was written; the writer ends.
    Failed,
    /// It is durable, the writer was told otherwise, and ends.
    InDoubt,
}

/// One step. `seat` is a place for a process, `intent` a caller's key, `place` an index into a queue or list of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are told above")]
pub enum Action {
    /// A process takes the lease of a dead holder, or of one that was silent for long, and recovers.
    TakeLease { seat: usize },
    /// A writer proves its lease, or learns that it lost it and ends.
    Beat { seat: usize },
    /// A writer falls silent: stopped, or its disk hangs.
    FallSilent { seat: usize },
    /// Its proof of the lease grows old.
    GrowStale { seat: usize },
    /// It goes on.
    Wake { seat: usize },
    /// It dies; its memory is lost.
    Crash { seat: usize },
    /// A caller submits the order that needs an approval: the question is journaled.
    Ask { seat: usize },
    /// A caller submits, or a human approves: decided, not durable.
    Decide { seat: usize, intent: usize },
    /// The batch is committed.
    Commit { seat: usize, outcome: Outcome },
    /// The adapter's last look at a command that will pass.
    LookAt { seat: usize, place: usize },
    /// The adapter refuses a command; the writer books that it was not sent.
    Refuse { seat: usize, place: usize },
    /// A command that has passed the last look is written to the socket.
    Write { seat: usize, place: usize },
    /// A connection under the one client id.
    Connect { seat: usize },
    /// The connection is cut; the broker has not noticed.
    Cut { seat: usize },
    /// The writer hears that its connection is gone.
    HearLoss { seat: usize },
    /// The broker sees the end of a socket; what was in flight is lost.
    SocketEnds { seat: usize },
    /// The broker takes a message, and accepts a new order or rejects it.
    Arrive { seat: usize, place: usize, accepted: bool },
    /// An order is filled.
    Fill { place: usize },
    /// The writer hears how an order stands.
    HearStatus { seat: usize, place: usize },
    /// The writer hears from the adapter that an order was written.
    HearWritten { seat: usize, intent: usize },
    /// The writer hears that the broker did not accept a cancel.
    HearRefusal { seat: usize, intent: usize },
    /// The broker's lists are read.
    Look { seat: usize, complete: bool },
    /// And compared with the journal.
    Compare { seat: usize },
    /// A caller wants an order canceled.
    WantCanceled { seat: usize, intent: usize },
    /// The cancel is written to the socket.
    SendCancel { seat: usize, intent: usize },
    /// A human halts everything.
    Kill { seat: usize },
    /// A human says that an order is dead.
    Resolve { seat: usize, intent: usize },
    /// The Gateway starts again.
    RestartGateway,
    /// Only with [`crate::Bug::ResendUnknown`].
    Resend { seat: usize, intent: usize },
}

impl Action {
    /// The record that the step writes to the journal, as [`domain::journal::JournalEvent::kind`] names it.
    pub fn record(self) -> Option<&'static str> {
        match self {
            Self::TakeLease { .. } => Some("started"),
            Self::Ask { .. } => Some("approval_requested"),
            Self::Commit { .. } | Self::Resend { .. } => Some("order_submitting"),
            Self::Connect { .. } => Some("link_up"),
            Self::HearLoss { .. } => Some("link_down"),
            Self::Compare { .. } => Some("reconciled"),
            Self::WantCanceled { .. } => Some("cancel_submitting"),
            Self::Kill { .. } => Some("trading_state_set"),
            Self::Refuse { .. }
            | Self::HearStatus { .. }
            | Self::HearWritten { .. }
            | Self::HearRefusal { .. }
            | Self::Resolve { .. } => Some("order"),
            Self::Beat { .. }
            | Self::FallSilent { .. }
            | Self::GrowStale { .. }
            | Self::Wake { .. }
            | Self::Crash { .. }
            | Self::Decide { .. }
            | Self::LookAt { .. }
            | Self::Write { .. }
            | Self::Cut { .. }
            | Self::SocketEnds { .. }
            | Self::Arrive { .. }
            | Self::Fill { .. }
            | Self::Look { .. }
            | Self::SendCancel { .. }
            | Self::RestartGateway => None,
        }
    }
}

//! What comes in from the gateway, and what goes out to it.

use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use wire::audit::AuditRecord;
use wire::market::WatchedQuote;

/// A moment: by the wall clock for times of day, and since the program began for ages, which no clock that is set moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Now {
    pub(super) at: Timestamp,
    pub(super) up: Duration,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    /// The gateway in one look.
    Status,
    /// What live trading stands on.
    Live,
    /// The orders that are open.
    Orders,
    /// One order, by its key.
    Order(String),
    /// The newest trades.
    Fills,
    /// The approvals that wait.
    Approvals,
    /// Positions of an account.
    Positions(String),
    /// Its values.
    Summary(String),
    /// Its profit and loss.
    Pnl(String),
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// In words.
    pub(super) text: String,
    /// Whether a gateway said so; else nobody answered.
    pub(super) reached: bool,
}

/// What an operator does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Halts everything.
    Kill,
    /// Releases the order of an approval.
    Approve {
        /// The approval.
        id: String,
    },
    /// Refuses it.
    Deny {
        /// The approval.
        id: String,
        /// Why.
        reason: String,
    },
}

impl Deed {
    /// What is under way.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Kill => "halting everything".to_owned(),
            Self::Approve { id } => format!("approving {id}"),
            Self::Deny { id, .. } => format!("denying {id}"),
        }
    }
}

/// What is heard.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// A question was answered.
    Answer(Ask, Result<Value, Trouble>),
    /// The journal grew.
    Event(Box<AuditRecord>),
    /// The stream of events stands.
    StreamUp,
    /// It does not, and why.
    StreamGone(String),
    /// The journal ends before the last event that was seen: it was set back to a backup.
    SetBack,
    /// A price.
    Quote(Box<WatchedQuote>),
    /// The stream of prices of these contracts stands.
    QuotesUp(BTreeSet<String>),
    /// It does not, and why.
    QuotesGone(String),
    /// What became of a deed: one line, or every word of the refusal.
    Done(Deed, Result<String, String>),
}

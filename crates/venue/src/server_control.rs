//! What the control API asks of the core, and what comes back.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

/// A question or an order of the control API.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Every order ever accepted.
    Ledger,
    /// Accounts, working orders, connections.
    State,
    /// Whether the core answers.
    Health,
    /// Moves the market of a symbol.
    Price {
        /// Symbol.
        symbol: String,
        /// Its new middle price.
        price: Decimal,
    },
    /// Moves a stepped clock.
    Step(StepTarget),
    /// Closes every client socket.
    DropConnections,
}

/// Where a stepped clock goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StepTarget {
    /// To an instant.
    To(Timestamp),
    /// By a length of time.
    By(SignedDuration),
}

impl StepTarget {
    /// The instant it means at `now`.
    pub(crate) fn resolve(self, now: Timestamp) -> Result<Timestamp, Refusal> {
        match self {
            Self::To(at) => Ok(at),
            Self::By(by) => now.checked_add(by).map_err(|e| Refusal::invalid(e.to_string())),
        }
    }
}

/// A JSON text, written where the core is.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) Vec<u8>);

impl Answer {
    /// Writes a value.
    pub(crate) fn json<T: Serialize>(value: &T) -> Result<Self, Refusal> {
        serde_json::to_vec(value).map(Self).map_err(|e| Refusal::Internal(e.to_string()))
    }
}

/// Why the control API was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The request makes no sense here.
    #[error("{0}")]
    Invalid(String),
    /// The clock cannot go there.
    #[error("{0}")]
    Conflict(String),
    /// The venue could not answer.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    /// A request that makes no sense.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    /// A clock that cannot be moved so.
    pub(crate) fn clock(is_stepped: bool, now: Timestamp) -> Self {
        Self::Conflict(if is_stepped {
            format!("the venue's time is {now} already and never goes back")
        } else {
            "only a stepped clock can be moved".to_owned()
        })
    }
}

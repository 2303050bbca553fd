//! What the control API asks of the core, and what comes back.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::control_manual::ManualOrder;
use crate::core::{ConnectionView, StateView};
use crate::faults::{Fault, FaultSpec};
use crate::server_ledger::{LedgerAt, LedgerFilter};

/// A question or an order of the control API.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Orders ever accepted.
    Ledger(LedgerFilter),
    /// Accounts, books, so many working orders, connections.
    State {
        /// Most working orders.
        orders_max: usize,
    },
    /// Connections alone.
    Connections,
    /// Whether the core answers.
    Health,
    /// The venue's time and how it runs.
    Clock,
    /// Another speed of the clock.
    Speed(u32),
    /// Moves the market of a symbol.
    Price {
        /// Symbol.
        symbol: String,
        /// Its new middle price.
        price: Decimal,
    },
    /// Halts a symbol or lets it go on.
    Halt {
        /// Symbol.
        symbol: String,
        /// Whether it is halted from now on.
        halted: bool,
    },
    /// Limits what can be borrowed of a symbol.
    Shortable {
        /// Symbol.
        symbol: String,
        /// Shares; `None`: without limit.
        shares: Option<Decimal>,
    },
    /// Orders that were read and refused.
    Refused,
    /// Enters an order by hand.
    Manual(Box<ManualOrder>),
    /// Cancels an order by hand, by its permId.
    CancelByHand(i64),
    /// Whether the books balance.
    Audit,
    /// Moves a stepped clock.
    Step(StepTarget),
    /// Closes every client socket.
    DropConnections,
    /// The faults there are.
    Faults,
    /// What messages are called in triggers.
    FaultNames,
    /// One more fault.
    AddFault(Box<FaultSpec>),
    /// One fault less.
    RemoveFault(u64),
}

/// How much of the state is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StateFilter {
    /// Most working orders; all without it.
    pub(crate) orders_max: Option<usize>,
}

/// The venue at an instant, as `GET /state` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ServerState {
    /// How time runs.
    pub(crate) clock: String,
    /// Symbols whose trading is halted.
    pub(crate) halted: Vec<String>,
    /// Faults that go on.
    pub(crate) faults_active: Vec<Fault>,
    /// Connections with what the server counts.
    pub(crate) connections: Vec<ConnectionState>,
    /// The rest.
    #[serde(flatten, serialize_with = "without_connections")]
    pub(crate) view: StateView,
}

/// The core's connections are told with the server's counts, not twice.
fn without_connections<S: serde::Serializer>(view: &StateView, to: S) -> Result<S::Ok, S::Error> {
    let mut view = serde_json::to_value(view).map_err(serde::ser::Error::custom)?;
    if let Some(fields) = view.as_object_mut() {
        fields.remove("connections");
    }
    view.serialize(to)
}

/// A connection as the server knows it.
#[derive(Debug, Serialize)]
pub(crate) struct ConnectionState {
    /// What the core knows of it.
    #[serde(flatten)]
    pub(crate) view: ConnectionView,
    /// Version of its wire.
    pub(crate) server_version: Option<i32>,
    /// Messages read from it, `startApi` included.
    pub(crate) messages_in: u64,
    /// Messages written to it.
    pub(crate) messages_out: u64,
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

/// What the core answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A JSON text, written where the core is.
    Json(Vec<u8>),
    /// The ledger, to be written elsewhere: it may be long.
    Ledger(Box<LedgerAt>),
}

impl Answer {
    /// Writes a value.
    pub(crate) fn json<T: Serialize>(value: &T) -> Result<Self, Refusal> {
        serde_json::to_vec(value).map(Self::Json).map_err(|e| Refusal::Internal(e.to_string()))
    }
}

/// Why the control API was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request makes no sense here.
    #[error("{0}")]
    Invalid(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
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

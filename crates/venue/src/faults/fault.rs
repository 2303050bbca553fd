//! What can go wrong: the one table.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Length;

/// Everything that can be made to go wrong. [`Fault::acts_on`] says where each acts.
///
/// Lengths are venue time. A fault with a `for` that is left out lasts until it is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    // ── at a request ────────────────────────────────────────────────────────────────────────────────
    /// Closes the connection at a point of the order's way.
    Drop(DropPoint),
    /// The request vanishes on its way in: nobody reads it, nobody answers.
    LoseRequest,
    /// The order works, but no openOrder and no orderStatus says so in answer to it.
    LoseAck,
    /// The order is refused and never accepted.
    Reject {
        /// IBKR's code.
        code: i32,
        /// Text of the error.
        #[serde(default = "rejection")]
        message: String,
    },
    /// The order waits behind a dialog of TWS: PendingSubmit without a permId, until this fault is
    /// deleted or its time is over. Cancelling it meanwhile ends it.
    HoldBehindDialog {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// A modified order goes on under a second permId.
    SecondPermId,

    // ── at a request or a reply ─────────────────────────────────────────────────────────────────────
    /// The message waits, and all of its client's behind it in the same direction.
    Delay {
        /// How long.
        by: Length,
    },
    /// The message comes twice.
    Duplicate,

    // ── at a reply ──────────────────────────────────────────────────────────────────────────────────
    /// The reply never arrives.
    LoseReply,
    /// The reply arrives only after further ones to the same client.
    Reorder {
        /// Behind how many.
        #[serde(default = "one")]
        behind: u32,
    },
    /// The reply's frame is damaged.
    Corrupt(CorruptHow),

    // ── of the venue, begun by a time or by a message ───────────────────────────────────────────────
    /// Every connection is closed without a word.
    DropConnections,
    /// The Gateway restarts: what clients order shortly before is lost without an error, sockets close,
    /// nobody is let in for a while, and ids of orders that were lost are issued again.
    Restart {
        /// How long before the sockets close orders are lost. The message that begins it is lost too.
        #[serde(default)]
        losing: Length,
        /// How long nobody is let in.
        #[serde(default)]
        down: Length,
    },
    /// Logged out, as every week: sockets close and nobody is let in.
    LogOut {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// 1100: the Gateway is cut off from the broker. Requests wait; what happens meanwhile is never
    /// reported, and executions are seen only by asking. Then 1102 or 1101.
    ConnectivityLost {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
        /// What comes after it.
        #[serde(default)]
        restored: Restored,
    },
    /// 2103, 2105 or 2157: a data farm is away, its data stop and requests to it wait; then 2104, 2106,
    /// 2158.
    FarmOutage {
        /// Which.
        farm: FarmName,
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// 2108 or 2107: a farm is inactive but available upon demand. Says so, and nothing else.
    FarmInactive {
        /// Which; `contracts` has no such message.
        farm: FarmName,
    },
    /// 10197: somebody trades the same account elsewhere, and live data go there.
    CompetingSession {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Trading in a symbol is halted: orders rest, nothing fills.
    Halt {
        /// Symbol.
        symbol: String,
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// The market of a symbol moves to a price and goes on from there.
    MovePrice {
        /// Symbol.
        symbol: String,
        /// Its new middle, as text: `"190.50"`.
        price: Decimal,
    },
    /// Live data stop, the market goes on.
    FreezeData {
        /// Of this symbol; of all without one.
        symbol: Option<String>,
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// The Gateway accepts connections and reads, and never answers.
    NeverAnswers {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },

    // ── standing behaviours ─────────────────────────────────────────────────────────────────────────
    /// Read-only API: orders, cancels and questions about orders are refused with 321.
    ReadOnly {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// A preset of TWS changes the time in force of every new order, with 10349.
    PresetTif {
        /// To this.
        tif: String,
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// A client id stays occupied after its connection ended: 326.
    ClientIdLingers {
        /// How long each time.
        by: Length,
        /// How long this goes on.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Executions come without an end marker.
    NoExecutionEnd {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Lists of executions and completed orders forget sooner than the day.
    ShortMemory {
        /// Executions older than this are not listed.
        executions: Option<Length>,
        /// Orders completed longer ago than this are not listed.
        completed_orders: Option<Length>,
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Previews take their time: as long as drawn between the two.
    SlowWhatIf {
        /// At least.
        #[serde(default = "what_if_min")]
        min: Length,
        /// At most.
        #[serde(default = "what_if_max")]
        max: Length,
        /// How long this goes on.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Previews are never answered.
    NoWhatIf {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
    /// Time zones carry their Windows names in the greeting and in contract details.
    WindowsZoneNames {
        /// How long.
        #[serde(rename = "for")]
        lasting: Option<Length>,
    },
}

/// Where on its way a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropPoint {
    /// Before the request is read: it is lost.
    BeforeRead,
    /// After the order is accepted: it works, and nothing was said.
    AfterAccept,
    /// After the openOrder and before the orderStatus that acknowledges it.
    BeforeAck,
    /// After the acknowledgement and before the order's first execution is told.
    BetweenStatusAndExecution,
}

/// How a frame is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorruptHow {
    /// The length prefix announces more than any frame may have.
    Length,
    /// Bytes of the body are others.
    Body,
    /// The frame breaks off in the middle and the connection closes.
    Truncate,
}

/// What follows 1100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restored {
    /// 1102: subscriptions go on.
    #[default]
    DataKept,
    /// 1101: subscriptions of market data are gone and must be asked for again.
    DataLost,
}

/// A data farm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FarmName {
    /// Live data.
    MarketData,
    /// Historical data.
    Historical,
    /// Contract definitions.
    Contracts,
}

/// At which point a fault acts, and so which triggers it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActsOn {
    /// A request of a client: needs `message`.
    Request,
    /// A request or a reply: needs `message` or `reply`.
    Message,
    /// A reply to a client: needs `reply`.
    Reply,
    /// The venue: any trigger, none for at once.
    Venue,
    /// The venue from a time on: `at`, `after`, or none for at once.
    Standing,
}

impl Fault {
    /// Where it acts.
    pub const fn acts_on(&self) -> ActsOn {
        match self {
            Self::Drop(_)
            | Self::LoseRequest
            | Self::LoseAck
            | Self::Reject { .. }
            | Self::HoldBehindDialog { .. }
            | Self::SecondPermId => ActsOn::Request,
            Self::Delay { .. } | Self::Duplicate => ActsOn::Message,
            Self::LoseReply | Self::Reorder { .. } | Self::Corrupt(_) => ActsOn::Reply,
            Self::DropConnections
            | Self::Restart { .. }
            | Self::LogOut { .. }
            | Self::ConnectivityLost { .. }
            | Self::FarmOutage { .. }
            | Self::FarmInactive { .. }
            | Self::CompetingSession { .. }
            | Self::Halt { .. }
            | Self::MovePrice { .. }
            | Self::FreezeData { .. }
            | Self::NeverAnswers { .. } => ActsOn::Venue,
            Self::ReadOnly { .. }
            | Self::PresetTif { .. }
            | Self::ClientIdLingers { .. }
            | Self::NoExecutionEnd { .. }
            | Self::ShortMemory { .. }
            | Self::SlowWhatIf { .. }
            | Self::NoWhatIf { .. }
            | Self::WindowsZoneNames { .. } => ActsOn::Standing,
        }
    }

    /// How long it goes on once begun.
    pub(crate) const fn lasts(&self) -> Lasts {
        match self {
            Self::Drop(_)
            | Self::LoseRequest
            | Self::LoseAck
            | Self::Reject { .. }
            | Self::SecondPermId
            | Self::Delay { .. }
            | Self::Duplicate
            | Self::LoseReply
            | Self::Reorder { .. }
            | Self::Corrupt(_)
            | Self::DropConnections
            | Self::FarmInactive { .. }
            | Self::MovePrice { .. } => Lasts::AnInstant,
            // Its end is when the sockets close.
            Self::Restart { losing, .. } => Lasts::Until(Some(*losing)),
            Self::HoldBehindDialog { lasting }
            | Self::LogOut { lasting }
            | Self::ConnectivityLost { lasting, .. }
            | Self::FarmOutage { lasting, .. }
            | Self::CompetingSession { lasting }
            | Self::Halt { lasting, .. }
            | Self::FreezeData { lasting, .. }
            | Self::NeverAnswers { lasting }
            | Self::ReadOnly { lasting }
            | Self::PresetTif { lasting, .. }
            | Self::ClientIdLingers { lasting, .. }
            | Self::NoExecutionEnd { lasting }
            | Self::ShortMemory { lasting, .. }
            | Self::SlowWhatIf { lasting, .. }
            | Self::NoWhatIf { lasting }
            | Self::WindowsZoneNames { lasting } => Lasts::Until(*lasting),
        }
    }
}

/// How long a fault goes on once begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// It happens and is over.
    AnInstant,
    /// For a length of time, or until it is deleted.
    Until(Option<Length>),
}

fn rejection() -> String {
    "Order rejected - reason:The exchange has rejected the order.".to_owned()
}

const fn one() -> u32 {
    1
}

const fn what_if_min() -> Length {
    Length::from_millis(200)
}

const fn what_if_max() -> Length {
    Length::from_millis(5_000)
}

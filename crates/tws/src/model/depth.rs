//! Market depth: the rows of a book.

use rust_decimal::Decimal;

use super::Contract;

/// A request for market depth (message 10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarketDepthRequest {
    /// Names the subscription.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// Rows wanted on each side; `None` when the client left it out.
    pub num_rows: Option<i32>,
    /// The books of all exchanges together (a `SMART` book), which name the exchange of each row.
    pub is_smart_depth: bool,
}

/// What to do with a row of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepthOperation {
    /// 0: insert at the position, moving the rows behind it down.
    Insert,
    /// 1: replace what is at the position.
    Update,
    /// 2: delete what is at the position, moving the rows behind it up.
    Delete,
}

impl DepthOperation {
    /// The number on the wire.
    pub const fn to_wire(self) -> i32 {
        match self {
            Self::Insert => 0,
            Self::Update => 1,
            Self::Delete => 2,
        }
    }
}

/// A side of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DepthSide {
    /// 0.
    Ask,
    /// 1.
    Bid,
}

impl DepthSide {
    /// The number on the wire.
    pub const fn to_wire(self) -> i32 {
        match self {
            Self::Ask => 0,
            Self::Bid => 1,
        }
    }
}

/// One change of one row of a book (messages 12 and 13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepthRow {
    /// Subscription.
    pub req_id: i32,
    /// Row counted from the best, from 0.
    pub position: i32,
    /// What to do.
    pub operation: DepthOperation,
    /// Side.
    pub side: DepthSide,
    /// Price; zero in a deletion.
    pub price: Decimal,
    /// Size; zero in a deletion.
    pub size: Decimal,
    /// Market maker, or the exchange in a `SMART` book. Only message 13 carries it.
    pub market_maker: String,
    /// Whether the row is of a `SMART` book. Only message 13 carries it.
    pub is_smart_depth: bool,
}

/// An exchange that has market depth (message 80).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepthExchange {
    /// Exchange.
    pub exchange: String,
    /// Security type.
    pub sec_type: String,
    /// Listing exchange, empty for any.
    pub listing_exchange: String,
    /// `Deep` for the exchange's whole book, `Deep2` for one row of each maker.
    pub service_data_type: String,
    /// Aggregated group; `None` where it does not apply.
    pub agg_group: Option<i32>,
}

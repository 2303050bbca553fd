//! What a client says and hears here, whatever the encoding.

use rust_decimal::Decimal;

/// An order as a client writes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) order_id: i32,
    pub(crate) con_id: i32,
    pub(crate) exchange: String,
    pub(crate) account: String,
    pub(crate) action: &'static str,
    pub(crate) quantity: Decimal,
    pub(crate) kind: &'static str,
    pub(crate) limit: Option<Decimal>,
    pub(crate) aux: Option<Decimal>,
    pub(crate) trail_stop: Option<Decimal>,
    pub(crate) trailing_percent: Option<Decimal>,
    pub(crate) limit_offset: Option<Decimal>,
    pub(crate) tif: &'static str,
    /// `YYYYMMDD-HH:MM:SS`, UTC.
    pub(crate) good_till: String,
    pub(crate) parent_id: i32,
    pub(crate) group: String,
    pub(crate) reference: String,
    pub(crate) transmit: bool,
    pub(crate) what_if: bool,
    pub(crate) outside_rth: bool,
    /// The venue has reported it: a refusal from then on is of a change.
    pub(crate) known: bool,
}

/// What a client asks.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Place(Box<Ticket>),
    Cancel(i32),
    GlobalCancel,
    Executions { req_id: i32 },
    OpenOrders,
    CompletedOrders,
    MarketData { req_id: i32, con_id: i32, exchange: String },
    CancelMarketData { req_id: i32 },
    AccountUpdates { subscribe: bool, account: String },
    Positions,
    CancelPositions,
    Summary { req_id: i32 },
    CancelSummary { req_id: i32 },
    PnL { req_id: i32, account: String },
    CancelPnL { req_id: i32 },
    CurrentTime,
}

/// An execution as reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trade {
    pub(crate) exec_id: String,
    pub(crate) order_id: i32,
    pub(crate) client_id: i32,
    pub(crate) con_id: i32,
    pub(crate) account: String,
    pub(crate) bought: bool,
    pub(crate) shares: Decimal,
    pub(crate) price: Decimal,
}

/// A commission as reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fee {
    pub(crate) exec_id: String,
    pub(crate) commission: Decimal,
    pub(crate) currency: String,
    pub(crate) realized: Option<Decimal>,
}

/// What a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Status {
        order_id: i32,
        client_id: i32,
        status: String,
        remaining: Decimal,
    },
    Trade(Trade),
    Fee(Fee),
    Notice {
        id: i32,
        code: i32,
        text: String,
    },
    NextId(i32),
    Time,
    /// Something this client does not keep books of: the message id.
    Other(i32),
}

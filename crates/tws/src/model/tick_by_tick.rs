//! Single ticks, streamed as they happen or asked for afterwards, and the histogram over them.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Contract;

/// A request for every tick as it happens (message 97).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickByTickRequest {
    /// Names the subscription.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// `Last`, `AllLast`, `BidAsk` or `MidPoint`.
    pub tick_type: String,
    /// So many past ticks first; `None` and 0 mean none.
    pub number_of_ticks: Option<i32>,
    /// Leave out quotes that differ only in size.
    pub ignore_size: bool,
}

/// A request for past ticks (message 96). Either the start or the end is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoricalTicksRequest {
    /// Names the request.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// `YYYYMMDD-HH:MM:SS` (UTC) or `YYYYMMDD HH:MM:SS zone`; empty for none.
    pub start_date_time: String,
    /// The same.
    pub end_date_time: String,
    /// Number of ticks wanted; `None` when the client left it out.
    pub number_of_ticks: Option<i32>,
    /// `TRADES`, `BID_ASK` or `MIDPOINT`.
    pub what_to_show: String,
    /// Regular trading hours only.
    pub use_rth: bool,
    /// Leave out quotes that differ only in size.
    pub ignore_size: bool,
}

/// A trade. Times are whole seconds on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeTick {
    /// When.
    pub time: Timestamp,
    /// Price.
    pub price: Decimal,
    /// Size.
    pub size: Decimal,
    /// Where.
    pub exchange: String,
    /// Conditions of the trade, empty for none.
    pub special_conditions: String,
    /// The price lies beyond a daily limit.
    pub past_limit: bool,
    /// The trade was not reported to the tape.
    pub unreported: bool,
}

/// A quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteTick {
    /// When.
    pub time: Timestamp,
    /// Bid.
    pub bid: Decimal,
    /// Ask.
    pub ask: Decimal,
    /// Size at the bid.
    pub bid_size: Decimal,
    /// Size at the ask.
    pub ask_size: Decimal,
    /// The bid is below the low of the day.
    pub bid_past_low: bool,
    /// The ask is above the high of the day.
    pub ask_past_high: bool,
}

/// A point between bid and ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointTick {
    /// When.
    pub time: Timestamp,
    /// Price.
    pub price: Decimal,
    /// Size; zero for a midpoint.
    pub size: Decimal,
}

/// One tick of a stream, named as the request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tick {
    /// 1: a trade of the tape.
    Last(TradeTick),
    /// 2: any trade, odd lots and late reports among them.
    AllLast(TradeTick),
    /// 3.
    BidAsk(QuoteTick),
    /// 4.
    MidPoint(PointTick),
}

/// One tick of a stream (message 99).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickByTick {
    /// Subscription.
    pub req_id: i32,
    /// Tick.
    pub tick: Tick,
}

/// Past ticks, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastTicks {
    /// 96: midpoints.
    MidPoint(Vec<PointTick>),
    /// 97: quotes.
    BidAsk(Vec<QuoteTick>),
    /// 98: trades.
    Last(Vec<TradeTick>),
}

/// Past ticks of one request (messages 96, 97 and 98).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricalTicks {
    /// Request answered.
    pub req_id: i32,
    /// Ticks.
    pub ticks: PastTicks,
    /// Whether this is the last message of the answer.
    pub done: bool,
}

/// A request for a histogram of traded prices (message 88).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistogramRequest {
    /// Names the request.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// Regular trading hours only.
    pub use_rth: bool,
    /// `3 days`, `1 week` …
    pub time_period: String,
}

/// What traded at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistogramEntry {
    /// Price.
    pub price: Decimal,
    /// Size traded at it.
    pub size: Decimal,
}

/// A histogram of traded prices (message 89).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// Request answered.
    pub req_id: i32,
    /// Lowest price first.
    pub entries: Vec<HistogramEntry>,
}

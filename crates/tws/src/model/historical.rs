//! Historical and real-time bars, head timestamps and schedules.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::Contract;

/// A request for historical bars (message 20).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoricalDataRequest {
    /// Names the request.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// End of the period: empty for now, `YYYYMMDD-HH:MM:SS` (UTC) or `YYYYMMDD HH:MM:SS zone`.
    pub end_date_time: String,
    /// `1 hour`, `1 day`, `5 mins` …
    pub bar_size: String,
    /// `3600 S`, `10 D`, `2 W`, `6 M`, `1 Y`.
    pub duration: String,
    /// Regular trading hours only.
    pub use_rth: bool,
    /// `TRADES`, `MIDPOINT`, `BID`, `ASK`, `ADJUSTED_LAST`, `SCHEDULE` …
    pub what_to_show: String,
    /// 1 for local date-times, 2 for Unix seconds.
    pub format_date: i32,
    /// Send updates of the last bar for as long as it grows.
    pub keep_up_to_date: bool,
}

/// How the start of a bar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarTime {
    /// `YYYYMMDD`: bars of a day or longer, whatever the date format asked for.
    Day(Date),
    /// Unix seconds: intraday bars with date format 2.
    UnixSeconds(Timestamp),
    /// `YYYYMMDD HH:MM:SS zone`: intraday bars with date format 1.
    Zoned(Timestamp),
}

/// One bar. `None` is the wire's unset: a quote bar has no volume, average or count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricalBar {
    /// Start of the bar.
    pub time: BarTime,
    /// Open.
    pub open: Decimal,
    /// High.
    pub high: Decimal,
    /// Low.
    pub low: Decimal,
    /// Close.
    pub close: Decimal,
    /// Volume.
    pub volume: Option<Decimal>,
    /// Volume-weighted average price.
    pub wap: Option<Decimal>,
    /// Number of trades.
    pub count: Option<i32>,
}

/// The bars of one request (message 17). [`HistoricalDataEnd`] follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricalData {
    /// Request answered.
    pub req_id: i32,
    /// Start of the period they cover; versions before 196 say it here, later ones in [`HistoricalDataEnd`].
    pub start: Timestamp,
    /// End of the period.
    pub end: Timestamp,
    /// Oldest first.
    pub bars: Vec<HistoricalBar>,
}

/// The period the bars cover (message 108, from version 196 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoricalDataEnd {
    /// Request answered.
    pub req_id: i32,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
}

/// A request for the earliest data there is (message 87).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadTimestampRequest {
    /// Names the request.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// Regular trading hours only.
    pub use_rth: bool,
    /// `TRADES`, `MIDPOINT` …
    pub what_to_show: String,
    /// 1 for a local date-time, 2 for Unix seconds.
    pub format_date: i32,
}

/// A request for bars of five seconds as they complete (message 50).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RealTimeBarsRequest {
    /// Names the subscription.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// Seconds: 5; some clients send 0. `None` when the client left it out.
    pub bar_size: Option<i32>,
    /// `TRADES`, `MIDPOINT`, `BID` or `ASK`.
    pub what_to_show: String,
    /// Regular trading hours only.
    pub use_rth: bool,
}

/// A bar of five seconds (message 50). `None` is a figure that quote bars do not have (-1 on the wire).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealTimeBar {
    /// Subscription.
    pub req_id: i32,
    /// Start of the bar.
    pub time: Timestamp,
    /// Open.
    pub open: Decimal,
    /// High.
    pub high: Decimal,
    /// Low.
    pub low: Decimal,
    /// Close.
    pub close: Decimal,
    /// Volume.
    pub volume: Option<Decimal>,
    /// Volume-weighted average price.
    pub wap: Option<Decimal>,
    /// Number of trades.
    pub count: Option<i32>,
}

/// A session of a schedule, in the zone of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoricalSession {
    /// Start.
    pub start: DateTime,
    /// End.
    pub end: DateTime,
    /// Trading day it belongs to.
    pub ref_date: Date,
}

/// The sessions of a period (message 106).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricalSchedule {
    /// Request answered.
    pub req_id: i32,
    /// Start of the first session.
    pub start: DateTime,
    /// End of the last session.
    pub end: DateTime,
    /// Zone of all times, in the wire's words.
    pub time_zone: String,
    /// Oldest first.
    pub sessions: Vec<HistoricalSession>,
}

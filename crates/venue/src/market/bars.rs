//! Historical bars, cut from the same paths as live quotes.

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan};
use rust_decimal::Decimal;

use super::Market;
use super::clock::midnight;
use super::hours::DayHours;
use super::instrument::Instrument;

/// Most bars one request may give.
const BARS_MAX: usize = 20_000;

/// Width of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarSize {
    /// So many seconds, at most eight hours.
    Seconds(i64),
    /// A session.
    Day,
    /// Monday to Friday.
    Week,
    /// A calendar month.
    Month,
}

impl BarSize {
    /// Reads IBKR's words, `1 secs` to `1 month`.
    pub fn parse(text: &str) -> Option<Self> {
        let seconds = match text.trim() {
            "1 secs" | "1 sec" => 1,
            "5 secs" => 5,
            "10 secs" => 10,
            "15 secs" => 15,
            "30 secs" => 30,
            "1 min" => 60,
            "2 mins" => 120,
            "3 mins" => 180,
            "5 mins" => 300,
            "10 mins" => 600,
            "15 mins" => 900,
            "20 mins" => 1200,
            "30 mins" => 1800,
            "1 hour" => 3600,
            "2 hours" => 7200,
            "3 hours" => 10_800,
            "4 hours" => 14_400,
            "8 hours" => 28_800,
            "1 day" => return Some(Self::Day),
            "1 week" | "1W" => return Some(Self::Week),
            "1 month" | "1M" => return Some(Self::Month),
            _ => return None,
        };
        Some(Self::Seconds(seconds))
    }
}

/// How far back a request reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// Seconds of open market.
    Seconds(i64),
    /// Sessions.
    Days(i64),
    /// Calendar weeks.
    Weeks(i64),
    /// Calendar months.
    Months(i64),
    /// Calendar years.
    Years(i64),
}

impl Duration {
    /// Reads `3600 S`, `10 D`, `2 W`, `6 M`, `1 Y`.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once(' ')?;
        let n: i64 = number.parse().ok().filter(|n| (1..=86_400).contains(n))?;
        match unit.trim() {
            "S" => Some(Self::Seconds(n)),
            "D" => Some(Self::Days(n)),
            "W" => Some(Self::Weeks(n)).filter(|_| n <= 2_400),
            "M" => Some(Self::Months(n)).filter(|_| n <= 600),
            "Y" => Some(Self::Years(n)).filter(|_| n <= 50),
            _ => None,
        }
    }
}

/// Which prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Trades, with volume.
    Trades,
    /// Middle of bid and ask.
    Midpoint,
    /// Bid.
    Bid,
    /// Ask.
    Ask,
}

impl What {
    /// Reads `TRADES`, `MIDPOINT`, `BID`, `ASK`; `ADJUSTED_LAST` is the same as trades here, because
    /// all prices are adjusted ones.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "TRADES" | "ADJUSTED_LAST" => Some(Self::Trades),
            "MIDPOINT" => Some(Self::Midpoint),
            "BID" => Some(Self::Bid),
            "ASK" => Some(Self::Ask),
            _ => None,
        }
    }

    fn price(self, market: &Market, of: &Instrument, mid: f64) -> Decimal {
        let (bid, ask) = market.sides(of, mid);
        match self {
            Self::Trades => of.traded(mid),
            Self::Midpoint => ((bid + ask) / Decimal::TWO).normalize(),
            Self::Bid => bid,
            Self::Ask => ask,
        }
    }
}

/// Which bars are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarQuery {
    /// Position in the universe.
    pub instrument: usize,
    /// End of the period, not after `now`.
    pub end: Timestamp,
    /// How far back.
    pub duration: Duration,
    /// Width.
    pub size: BarSize,
    /// Which prices.
    pub what: What,
    /// Liquid hours only.
    pub regular_only: bool,
}

/// One bar. Quote bars have neither volume nor average nor count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Day the bar belongs to: for weeks and months, its first session.
    pub date: Date,
    /// First second.
    pub start: i64,
    /// Open.
    pub open: Decimal,
    /// High.
    pub high: Decimal,
    /// Low.
    pub low: Decimal,
    /// Close.
    pub close: Decimal,
    /// What traded.
    pub volume: Decimal,
    /// Average price by volume.
    pub wap: Decimal,
    /// Number of trades.
    pub count: i64,
}

/// Why there are no bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarsError {
    /// The period lies before the first close.
    #[error("query returned no data")]
    NoData,
    /// More than the venue gives at once.
    #[error("time length exceeds the maximum")]
    TooLong,
}

/// The hours of a day that bars are cut from. Times are Unix seconds.
#[derive(Clone, Copy, Debug)]
struct Day {
    hours: DayHours,
    open: i64,
    close: i64,
}

/// Seconds `first..=last` of a day.
struct Slice {
    day: Day,
    first: i64,
    last: i64,
}

impl Market {
    /// The earliest bar there is of an instrument.
    pub fn head(&self, instrument: usize) -> Option<Timestamp> {
        let first = self.universe.get(instrument).listed.map_or(self.span.first, |d| d.max(self.span.first));
        let day = (0..14).find_map(|days| self.day_hours(instrument, super::clock::shifted(first, days)))?;
        Timestamp::from_second(day.liquid.0).ok()
    }

    /// Bars, oldest first. The last one may be unfinished.
    pub fn bars(&self, query: &BarQuery) -> Result<(Timestamp, Vec<Bar>), BarsError> {
        let i = self.universe.get(query.instrument);
        let shown = if query.what == What::Trades { i.has_trades() } else { i.has_quotes() };
        if !shown {
            return Err(BarsError::NoData);
        }
        let start = self.period_start(query).ok_or(BarsError::NoData)?;
        let end = query.end.as_second();
        let days = self.days(query, start.as_second(), end);
        let slices: Vec<Slice> = match query.size {
            BarSize::Seconds(width) => {
                days.iter().flat_map(|day| cut(day, width, start.as_second(), end)).take(BARS_MAX + 1).collect()
            }
            BarSize::Day | BarSize::Week | BarSize::Month => {
                days.iter().map(|day| Slice { day: *day, first: day.open, last: end.min(day.close) }).collect()
            }
        };
        if slices.len() > BARS_MAX {
            return Err(BarsError::TooLong);
        }
        let bars = slices.iter().filter_map(|s| self.bar(query, s)).collect();
        Ok((start, grouped(query.size, bars)))
    }

    fn bar_day(&self, query: &BarQuery, second: i64) -> Option<Day> {
        let hours = self.begun(query.instrument, second, query.regular_only)?;
        let (open, close) = hours.window(query.regular_only);
        Some(Day { hours, open, close })
    }

    /// Where the period of a query begins: so much trading, or so many sessions, before its end.
    pub fn period_start(&self, query: &BarQuery) -> Option<Timestamp> {
        let end = query.end.as_second();
        let last = self.bar_day(query, end)?;
        let back = |span: Span| {
            let zoned = tws::time::in_zone(query.end).checked_sub(span).ok()?;
            Some(zoned.timestamp())
        };
        match query.duration {
            Duration::Seconds(n) => {
                let mut left = n;
                let mut day = last;
                loop {
                    let until = end.min(day.close);
                    if until - day.open >= left {
                        return Timestamp::from_second(until - left).ok();
                    }
                    left -= until - day.open;
                    match self.bar_day(query, day.open - 1) {
                        Some(before) => day = before,
                        None => return Timestamp::from_second(day.open).ok(),
                    }
                }
            }
            Duration::Days(n) => {
                let mut day = last;
                for _ in 1..n {
                    match self.bar_day(query, day.open - 1) {
                        Some(before) => day = before,
                        None => break,
                    }
                }
                Timestamp::from_second(day.open).ok()
            }
            Duration::Weeks(n) => back(n.weeks()),
            Duration::Months(n) => back(n.months()),
            Duration::Years(n) => back(n.years()),
        }
    }

    /// Sessions that overlap a period.
    fn days(&self, query: &BarQuery, start: i64, end: i64) -> Vec<Day> {
        let mut days = Vec::new();
        let mut day = self.bar_day(query, end);
        while let Some(d) = day.filter(|d| d.close > start) {
            days.push(d);
            day = self.bar_day(query, d.open - 1);
        }
        days.reverse();
        days
    }

    /// A bar; none over a stretch without a trade.
    fn bar(&self, query: &BarQuery, slice: &Slice) -> Option<Bar> {
        let i = self.universe.get(query.instrument);
        let (first, last) = (slice.first, slice.last);
        let range = if query.what == What::Trades {
            self.traded_range(query.instrument, &slice.day.hours, (first, last), query.end)?
        } else {
            self.range(query.instrument, first, last, query.end)?
        };
        let price = |mid| query.what.price(self, i, mid);
        let (open, high, low, close) = (price(range.open), price(range.high), price(range.low), price(range.close));
        let tape = self.tape(query.instrument, &slice.day.hours);
        Some(Bar {
            date: slice.day.hours.date,
            start: first,
            open,
            high,
            low,
            close,
            volume: tape.volume_between(first, last, i.class.style().unit),
            wap: ((open + high + low + close) / Decimal::from(4)).round_dp(4).clamp(low, high),
            count: tape.count(last + 1) - tape.count(first),
        })
    }
}

/// Cuts a session at the multiples of `width` since midnight, so that an hourly bar of a session that
/// opens at half past nine is half an hour long, as IBKR has it.
fn cut(day: &Day, width: i64, start: i64, end: i64) -> Vec<Slice> {
    let origin = midnight(day.hours.date);
    let mut slices = Vec::new();
    let from = day.open.max(start);
    let mut at = day.open.max(origin + (from - origin).div_euclid(width) * width);
    while at < day.close && at <= end {
        let next = (origin + ((at - origin).div_euclid(width) + 1) * width).min(day.close);
        // The close itself belongs to the last bar of the day.
        let last = if next == day.close { next } else { next - 1 };
        slices.push(Slice { day: *day, first: at, last: last.min(end) });
        at = next;
    }
    slices
}

/// Joins daily bars into weeks or months.
fn grouped(size: BarSize, bars: Vec<Bar>) -> Vec<Bar> {
    let group = |date: Date| match size {
        BarSize::Seconds(_) | BarSize::Day => None,
        BarSize::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            Some(date.saturating_sub(back.days()))
        }
        BarSize::Month => Some(date.first_of_month()),
    };
    let mut joined: Vec<Bar> = Vec::with_capacity(bars.len());
    for bar in bars {
        match joined.last_mut() {
            Some(last) if group(bar.date).is_some() && group(last.date) == group(bar.date) => {
                let volume = last.volume + bar.volume;
                if !volume.is_zero() {
                    let worth = last.wap * last.volume + bar.wap * bar.volume;
                    last.wap = (worth / volume).round_dp(4);
                }
                last.high = last.high.max(bar.high);
                last.low = last.low.min(bar.low);
                last.close = bar.close;
                last.volume = volume;
                last.count += bar.count;
            }
            Some(_) | None => joined.push(bar),
        }
    }
    joined
}

#[cfg(test)]
#[path = "bars_tests.rs"]
mod tests;

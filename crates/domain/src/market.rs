//! Prices as the broker gave them, with their type and the time we received them.

use crate::id::ConId;
use crate::money::Price;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How fresh the broker says its data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    /// Real time.
    Live,
    /// The last known state of a closed market.
    Frozen,
    /// Fifteen minutes old or so.
    Delayed,
    /// The last known delayed state.
    DelayedFrozen,
    /// Only a previous close.
    Close,
}

impl DataType {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Frozen => "frozen",
            Self::Delayed => "delayed",
            Self::DelayedFrozen => "delayed_frozen",
            Self::Close => "close",
        }
    }
}

/// A quote. What the broker did not say is `None`, never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Whose quote.
    pub con_id: ConId,
    /// Best bid.
    pub bid: Option<Price>,
    /// Best ask.
    pub ask: Option<Price>,
    /// Last trade.
    pub last: Option<Price>,
    /// Size at the bid.
    pub bid_size: Option<Decimal>,
    /// Size at the ask.
    pub ask_size: Option<Decimal>,
    /// Size of the last trade.
    pub last_size: Option<Decimal>,
    /// Volume of the day.
    pub volume: Option<Decimal>,
    /// Previous close.
    pub close: Option<Price>,
    /// Whether trading is halted at the exchange; `None` when the broker said nothing of it.
    #[serde(default)]
    pub halted: Option<bool>,
    /// How many can surely be borrowed for a short sale; `None` when the broker said nothing of it.
    #[serde(default)]
    pub shortable: Option<Decimal>,
    /// How fresh the broker says it is.
    pub data_type: DataType,
    /// When we received the newest part of it.
    pub received_at: Timestamp,
}

impl Quote {
    /// Age in milliseconds at `now`; a receipt in the future counts as no age at all and is left to the clock check.
    pub fn age_ms(&self, now: Timestamp) -> i64 {
        now.duration_since(self.received_at).as_millis().try_into().unwrap_or(i64::MAX).max(0)
    }

    /// Whether the bid stands above the ask: such a quote proves nothing.
    pub fn is_crossed(&self) -> bool {
        matches!((self.bid, self.ask), (Some(bid), Some(ask)) if bid > ask)
    }

    /// Whether the last trade lies outside the spread.
    pub fn last_outside_spread(&self) -> bool {
        match (self.bid, self.ask, self.last) {
            (Some(bid), Some(ask), Some(last)) => last < bid || last > ask,
            (None, _, _) | (_, None, _) | (_, _, None) => false,
        }
    }

    /// The price at which an order would meet the other side now: the far touch, else the reference. `None` where the quote
    /// is crossed or says nothing.
    pub fn touch(&self, buys: bool) -> Option<Decimal> {
        if self.is_crossed() {
            return None;
        }
        let touch = if buys { self.ask } else { self.bid };
        touch.map(Price::get).or_else(|| self.reference())
    }

    /// The reference price for checks: the middle of a sane spread, else the last trade, else the previous close.
    pub fn reference(&self) -> Option<Decimal> {
        match (self.bid, self.ask) {
            (Some(bid), Some(ask)) if bid <= ask => Some((bid.get() + ask.get()) / Decimal::TWO),
            (Some(_), Some(_)) => None,
            (None, _) | (_, None) => self.last.or(self.close).map(Price::get),
        }
    }
}

/// One historical bar: low ≤ open, close ≤ high.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// Start of the bar, UTC.
    pub time: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Volume; `None` where the broker gives none (midpoint bars).
    pub volume: Option<Decimal>,
    /// Volume-weighted average price.
    pub wap: Option<Decimal>,
    /// Number of trades.
    pub count: Option<i64>,
}

/// What trades on an average day, by daily bars, oldest first. The newest is left out: its day may not be over.
/// `None` without one whole day that has a volume, and when the sum overflows.
pub fn average_volume(days: &[Bar]) -> Option<Decimal> {
    let (_, whole) = days.split_last()?;
    let (mut sum, mut count) = (Decimal::ZERO, Decimal::ZERO);
    for volume in whole.iter().filter_map(|bar| bar.volume) {
        sum = sum.checked_add(volume)?;
        count = count.checked_add(Decimal::ONE)?;
    }
    sum.checked_div(count)
}

/// Length of one bar; IBKR's own list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each name says its length")]
pub enum BarSize {
    #[serde(rename = "1s")]
    Sec1,
    #[serde(rename = "5s")]
    Sec5,
    #[serde(rename = "15s")]
    Sec15,
    #[serde(rename = "30s")]
    Sec30,
    #[serde(rename = "1m")]
    Min1,
    #[serde(rename = "2m")]
    Min2,
    #[serde(rename = "5m")]
    Min5,
    #[serde(rename = "15m")]
    Min15,
    #[serde(rename = "30m")]
    Min30,
    #[serde(rename = "1h")]
    Hour1,
    #[serde(rename = "1d")]
    Day1,
    #[serde(rename = "1w")]
    Week1,
    #[serde(rename = "1mo")]
    Month1,
}

impl BarSize {
    /// Every size with its word on our faces.
    pub const WORDS: [(&'static str, Self); 13] = [
        ("1s", Self::Sec1),
        ("5s", Self::Sec5),
        ("15s", Self::Sec15),
        ("30s", Self::Sec30),
        ("1m", Self::Min1),
        ("2m", Self::Min2),
        ("5m", Self::Min5),
        ("15m", Self::Min15),
        ("30m", Self::Min30),
        ("1h", Self::Hour1),
        ("1d", Self::Day1),
        ("1w", Self::Week1),
        ("1mo", Self::Month1),
    ];

    /// Reads a word such as `5m`.
    pub fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, size)| *size)
    }
}

/// Unit of a bar request's duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name says its length")]
pub enum DurationUnit {
    Seconds,
    Days,
    Weeks,
    Months,
    Years,
}

/// How far back a bar request reaches, e.g. 5 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarDuration {
    /// How many units, 1 to 86,400.
    pub count: i32,
    /// The unit.
    pub unit: DurationUnit,
}

impl BarDuration {
    /// Reads a word such as `5d`, `1w`, `3mo`, `1y` or `3600s`.
    pub fn from_word(text: &str) -> Option<Self> {
        let split = text.find(|c: char| !c.is_ascii_digit())?;
        let (digits, unit) = text.split_at(split);
        let count: i32 = digits.parse().ok()?;
        let unit = match unit {
            "s" => DurationUnit::Seconds,
            "d" => DurationUnit::Days,
            "w" => DurationUnit::Weeks,
            "mo" => DurationUnit::Months,
            "y" => DurationUnit::Years,
            _ => return None,
        };
        (1..=86_400).contains(&count).then_some(Self { count, unit })
    }
}

/// Which price a bar is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "IBKR's own words")]
pub enum WhatToShow {
    Trades,
    Midpoint,
    Bid,
    Ask,
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;

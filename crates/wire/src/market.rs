//! Quotes and bars.

use crate::contract::Contract;
use crate::word::{BarSize, DataType, WhatToShow};
use domain::market;
use domain::money::Price;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A quote. What the broker did not say is null, never zero. The instrument is echoed as it was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// Contract.
    pub con_id: String,
    /// Ticker.
    pub symbol: String,
    /// Kind of security.
    pub sec_type: crate::word::SecType,
    /// Exchange.
    pub exchange: String,
    /// Currency of the prices.
    pub currency: String,
    /// Best bid.
    #[schema(format = "decimal")]
    pub bid: Option<Decimal>,
    /// Best ask.
    #[schema(format = "decimal")]
    pub ask: Option<Decimal>,
    /// Last trade.
    #[schema(format = "decimal")]
    pub last: Option<Decimal>,
    /// Size at the bid.
    #[schema(format = "decimal")]
    pub bid_size: Option<Decimal>,
    /// Size at the ask.
    #[schema(format = "decimal")]
    pub ask_size: Option<Decimal>,
    /// Size of the last trade.
    #[schema(format = "decimal")]
    pub last_size: Option<Decimal>,
    /// Volume of the day.
    #[schema(format = "decimal")]
    pub volume: Option<Decimal>,
    /// Previous close.
    #[schema(format = "decimal")]
    pub close: Option<Decimal>,
    /// How fresh the broker says it is.
    pub data_type: DataType,
    /// Whether the last trade lies outside the spread.
    pub last_outside_spread: bool,
    /// When its newest part was received.
    pub received_at: Timestamp,
    /// Its age when this answer was made, milliseconds.
    pub age_ms: i64,
}

impl Quote {
    /// The shape, as of `now`.
    pub fn of(contract: &domain::contract::Contract, quote: &market::Quote, now: Timestamp) -> Self {
        Self {
            con_id: contract.con_id.to_string(),
            symbol: contract.symbol.clone(),
            sec_type: contract.sec_type.into(),
            exchange: contract.exchange.clone(),
            currency: contract.currency.to_string(),
            bid: quote.bid.map(Price::get),
            ask: quote.ask.map(Price::get),
            last: quote.last.map(Price::get),
            bid_size: quote.bid_size,
            ask_size: quote.ask_size,
            last_size: quote.last_size,
            volume: quote.volume,
            close: quote.close.map(Price::get),
            data_type: quote.data_type.into(),
            last_outside_spread: quote.last_outside_spread(),
            received_at: quote.received_at,
            age_ms: quote.age_ms(now),
        }
    }
}

/// How an instrument is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedWord {
    /// The quote is the newest that there is, however old it is.
    Fed,
    /// Nothing was said yet; a quote beside it is from before.
    Unknown,
    /// It is fed no more; a quote beside it is the last that was known.
    NotFed,
    /// The bid stands above the ask: the quote proves nothing and is held back.
    Crossed,
}

/// An instrument that is watched. The instrument is named as it was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedQuote {
    /// Contract.
    pub con_id: String,
    /// Ticker.
    pub symbol: String,
    /// How it is fed.
    pub state: FeedWord,
    /// Why it is not fed.
    pub reason: Option<String>,
    /// The newest quote; null before the first.
    pub quote: Option<Quote>,
}

impl WatchedQuote {
    /// The shape, as of `now`; `why` is told of what is not fed.
    pub fn of(
        contract: &domain::contract::Contract,
        state: FeedWord,
        why: Option<&str>,
        quote: Option<&market::Quote>,
        now: Timestamp,
    ) -> Self {
        Self {
            con_id: contract.con_id.to_string(),
            symbol: contract.symbol.clone(),
            state,
            reason: why.map(str::to_owned),
            quote: quote.map(|quote| Quote::of(contract, quote, now)),
        }
    }
}

/// One bar: low ≤ open, close ≤ high.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bar {
    /// Start of the bar.
    pub time: Timestamp,
    /// First price.
    #[schema(format = "decimal")]
    pub open: Decimal,
    /// Highest price.
    #[schema(format = "decimal")]
    pub high: Decimal,
    /// Lowest price.
    #[schema(format = "decimal")]
    pub low: Decimal,
    /// Last price.
    #[schema(format = "decimal")]
    pub close: Decimal,
    /// Volume.
    #[schema(format = "decimal")]
    pub volume: Option<Decimal>,
    /// Volume-weighted average price.
    #[schema(format = "decimal")]
    pub wap: Option<Decimal>,
    /// Number of trades.
    pub count: Option<i64>,
}

impl From<&market::Bar> for Bar {
    fn from(bar: &market::Bar) -> Self {
        Self {
            time: bar.time,
            open: bar.open.get(),
            high: bar.high.get(),
            low: bar.low.get(),
            close: bar.close.get(),
            volume: bar.volume,
            wap: bar.wap,
            count: bar.count,
        }
    }
}

/// Bars of one contract, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bars {
    /// The contract, as it was resolved.
    pub contract: Contract,
    /// Length of a bar.
    pub size: BarSize,
    /// Which price they are made of.
    pub what: WhatToShow,
    /// Whether only regular hours count.
    pub regular_hours: bool,
    /// The bars.
    pub items: Vec<Bar>,
    /// Always null: one answer holds all.
    pub next_cursor: Option<String>,
}

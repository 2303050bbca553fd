//! Ticks folded into a quote.

use crate::decimal;
use domain::id::ConId;
use domain::market::{DataType, Quote};
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::MarketDataType;
use ibapi::market_data::realtime::TickTypes;
use jiff::Timestamp;
use rust_decimal::Decimal;

/// What one tick did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Part of the quote.
    Changed,
    /// Nothing that a quote holds.
    Ignored,
    /// The broker says that a snapshot is complete.
    SnapshotEnd,
}

/// A quote in the making.
#[derive(Clone, Debug)]
pub(crate) struct QuoteBook {
    quote: Quote,
    /// How many can be borrowed, where it is told.
    shares: Option<Decimal>,
    /// How easy they are to borrow, where it is told.
    loan: Option<Loan>,
}

/// IBKR's word on borrowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loan {
    /// There are none.
    Refused,
    /// If they can be located.
    Sought,
    /// There are enough.
    Easy,
}

/// IBKR: easy to borrow means a thousand shares at least.
const EASY: Decimal = Decimal::ONE_THOUSAND;

impl QuoteBook {
    /// Nothing known yet. Until the broker says otherwise its data is live: it announces any other kind first.
    pub(crate) fn new(con_id: ConId, now: Timestamp) -> Self {
        Self {
            quote: Quote {
                con_id,
                bid: None,
                ask: None,
                last: None,
                bid_size: None,
                ask_size: None,
                last_size: None,
                volume: None,
                close: None,
                halted: None,
                shortable: None,
                data_type: DataType::Live,
                received_at: now,
            },
            shares: None,
            loan: None,
        }
    }

    /// The quote as it is.
    pub(crate) fn quote(&self) -> &Quote {
        &self.quote
    }

    /// Whether any price has come.
    pub(crate) fn has_price(&self) -> bool {
        let quote = &self.quote;
        quote.bid.is_some() || quote.ask.is_some() || quote.last.is_some() || quote.close.is_some()
    }

    /// Whether every price has come.
    pub(crate) fn is_full(&self) -> bool {
        let quote = &self.quote;
        quote.bid.is_some() && quote.ask.is_some() && quote.last.is_some() && quote.close.is_some()
    }

    /// The broker told that delayed data follows (10167).
    pub(crate) fn delayed(&mut self, now: Timestamp) {
        self.quote.data_type = DataType::Delayed;
        self.quote.received_at = now;
    }

    /// Takes one tick, received at `now`.
    pub(crate) fn fold(&mut self, tick: &TickTypes, now: Timestamp) -> Fold {
        let changed = match tick {
            TickTypes::Price(tick) => self.price(tick.tick_type, tick.price),
            TickTypes::PriceSize(tick) => {
                let price = self.price(tick.price_tick_type, tick.price);
                self.size(tick.size_tick_type, tick.size) || price
            }
            // Not prices: they make no price younger.
            TickTypes::Size(tick) if tick.tick_type == TickType::ShortableShares => {
                self.shares = decimal::size(tick.size);
                self.lend();
                return Fold::Changed;
            }
            TickTypes::Generic(tick) => return self.generic(tick.tick_type, tick.value),
            TickTypes::Size(tick) => self.size(tick.tick_type, tick.size),
            TickTypes::MarketDataType(kind) => self.kind(*kind),
            TickTypes::SnapshotEnd => return Fold::SnapshotEnd,
            TickTypes::String(_) | TickTypes::OptionComputation(_) | TickTypes::RequestParameters(_) => false,
        };
        if changed {
            self.quote.received_at = now;
            Fold::Changed
        } else {
            Fold::Ignored
        }
    }

    /// A halt: 0 is none, 1 and 2 are one, anything else is not known. And how easy shares are to borrow: above 2.5 a thousand
    /// at least are there, above 1.5 they must be located, else there are none.
    fn generic(&mut self, kind: TickType, value: f64) -> Fold {
        if kind == TickType::Halted || kind == TickType::DelayedHalted {
            self.quote.halted = match value {
                0.0 => Some(false),
                value if value > 0.0 => Some(true),
                // Nor is what is no number.
                _ => None,
            };
        } else if kind == TickType::Shortable {
            self.loan = Some(match value {
                value if value > 2.5 => Loan::Easy,
                value if value > 1.5 => Loan::Sought,
                _ => Loan::Refused,
            });
            self.lend();
        } else {
            return Fold::Ignored;
        }
        Fold::Changed
    }

    fn lend(&mut self) {
        // Both change at times of their own: a number that was told is not raised by a word that may be older.
        self.quote.shortable = match (self.shares, self.loan) {
            (_, Some(Loan::Refused)) | (None, Some(Loan::Sought)) => Some(Decimal::ZERO),
            (Some(shares), Some(Loan::Sought | Loan::Easy) | None) => Some(shares),
            (None, Some(Loan::Easy)) => Some(EASY),
            (None, None) => None,
        };
    }

    fn kind(&mut self, kind: MarketDataType) -> bool {
        self.quote.data_type = match kind {
            MarketDataType::Realtime => DataType::Live,
            MarketDataType::Frozen => DataType::Frozen,
            MarketDataType::Delayed => DataType::Delayed,
            MarketDataType::DelayedFrozen => DataType::DelayedFrozen,
            MarketDataType::Unknown => return false,
        };
        true
    }

    /// A delayed tick says by its very number that the data is delayed.
    fn price(&mut self, kind: TickType, value: f64) -> bool {
        let price = decimal::price(value);
        let quote = &mut self.quote;
        let (field, is_delayed) = if kind == TickType::Bid {
            (&mut quote.bid, false)
        } else if kind == TickType::Ask {
            (&mut quote.ask, false)
        } else if kind == TickType::Last {
            (&mut quote.last, false)
        } else if kind == TickType::Close {
            (&mut quote.close, false)
        } else if kind == TickType::DelayedBid {
            (&mut quote.bid, true)
        } else if kind == TickType::DelayedAsk {
            (&mut quote.ask, true)
        } else if kind == TickType::DelayedLast {
            (&mut quote.last, true)
        } else if kind == TickType::DelayedClose {
            (&mut quote.close, true)
        } else {
            return false;
        };
        *field = price;
        if is_delayed {
            self.mark_delayed();
        }
        true
    }

    fn size(&mut self, kind: TickType, value: f64) -> bool {
        let size = decimal::size(value);
        let quote = &mut self.quote;
        let (field, is_delayed) = if kind == TickType::BidSize {
            (&mut quote.bid_size, false)
        } else if kind == TickType::AskSize {
            (&mut quote.ask_size, false)
        } else if kind == TickType::LastSize {
            (&mut quote.last_size, false)
        } else if kind == TickType::Volume {
            (&mut quote.volume, false)
        } else if kind == TickType::DelayedBidSize {
            (&mut quote.bid_size, true)
        } else if kind == TickType::DelayedAskSize {
            (&mut quote.ask_size, true)
        } else if kind == TickType::DelayedLastSize {
            (&mut quote.last_size, true)
        } else if kind == TickType::DelayedVolume {
            (&mut quote.volume, true)
        } else {
            return false;
        };
        *field = size;
        if is_delayed {
            self.mark_delayed();
        }
        true
    }

    fn mark_delayed(&mut self) {
        self.quote.data_type = match self.quote.data_type {
            DataType::DelayedFrozen => DataType::DelayedFrozen,
            DataType::Live | DataType::Frozen | DataType::Delayed | DataType::Close => DataType::Delayed,
        };
    }
}

#[cfg(test)]
#[path = "quote_book_tests.rs"]
mod tests;

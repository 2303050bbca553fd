//! The tape: what traded and what was quoted in each second.
//!
//! It is read from the same market as bars and quotes, so that ticks add up to bars. A second is on the tape once it is over.

use jiff::Timestamp;
use tws::model::{PointTick, QuoteTick, TradeTick};

use super::desk::Core;
use crate::market::Print;

/// Most trades of one stretch of the tape.
const PRINTS_MAX: usize = 100_000;

/// A second, at its end: whatever was commanded within it has happened.
fn end_of(second: i64) -> Option<Timestamp> {
    Timestamp::new(second, 999_999_999).ok()
}

impl Core {
    /// Whether a second counts: in regular hours only, if so asked.
    pub(super) fn counts(&self, instrument: usize, second: i64, use_rth: bool) -> bool {
        let Ok(at) = Timestamp::from_second(second) else {
            return false;
        };
        if self.state.halted.get(&instrument).is_some_and(|since| *since <= at) {
            return false;
        }
        if use_rth { self.market.is_liquid(instrument, at) } else { self.market.is_trading(instrument, at) }
    }

    /// Trades in the seconds `first..=last`, at all hours.
    pub(super) fn trades(&self, instrument: usize, first: i64, last: i64) -> Vec<TradeTick> {
        self.written(instrument, &self.market.prints(instrument, (first, last), false, PRINTS_MAX))
    }

    /// Trades as ticks, without those since a halt.
    pub(super) fn written(&self, instrument: usize, prints: &[Print]) -> Vec<TradeTick> {
        let exchange = self.exchange_of_trades(instrument);
        let halted = self.state.halted.get(&instrument).map_or(i64::MAX, |since| since.as_second());
        prints
            .iter()
            .filter(|print| print.time < halted)
            .filter_map(|print| {
                Some(TradeTick {
                    time: Timestamp::from_second(print.time).ok()?,
                    price: print.price,
                    size: print.size,
                    exchange: exchange.clone(),
                    special_conditions: String::new(),
                    past_limit: false,
                    unreported: false,
                })
            })
            .collect()
    }

    /// Where the venue's trades are printed: at the listing exchange.
    fn exchange_of_trades(&self, instrument: usize) -> String {
        let of = self.instrument(instrument);
        if of.primary_exchange.is_empty() {
            of.exchanges.first().map_or_else(String::new, |e| (*e).to_owned())
        } else {
            of.primary_exchange.clone()
        }
    }

    /// The quote of a second of trading, as it stood at its end.
    pub(super) fn quote_tick(&self, instrument: usize, second: i64, use_rth: bool) -> Option<QuoteTick> {
        let quote = end_of(second)
            .filter(|_| self.counts(instrument, second, use_rth))
            .and_then(|at| self.market.quote(instrument, at))?;
        Some(QuoteTick {
            time: Timestamp::from_second(second).ok()?,
            bid: quote.bid,
            ask: quote.ask,
            bid_size: quote.bid_size,
            ask_size: quote.ask_size,
            bid_past_low: false,
            ask_past_high: false,
        })
    }
}

/// The middle of a quote.
pub(super) fn middle(quote: &QuoteTick) -> PointTick {
    PointTick {
        time: quote.time,
        price: ((quote.bid + quote.ask) / rust_decimal::Decimal::TWO).normalize(),
        size: rust_decimal::Decimal::ZERO,
    }
}

/// Whether a quote says something new after another one.
pub(super) fn is_news(quote: &QuoteTick, before: Option<&QuoteTick>, ignore_size: bool) -> bool {
    before.is_none_or(|b| {
        b.bid != quote.bid
            || b.ask != quote.ask
            || (!ignore_size && (b.bid_size != quote.bid_size || b.ask_size != quote.ask_size))
    })
}

/// The second that was over last at an instant.
pub(super) fn last_complete(now: Timestamp) -> i64 {
    now.as_second() - 1
}

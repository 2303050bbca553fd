//! The tape: what traded and what was quoted in each second.
//!
//! It is cut from the same one-second bars and quotes that every other answer is made of, so that ticks
//! add up to bars. A second is on the tape once it is over.

use jiff::Timestamp;
use tws::model::{PointTick, QuoteTick, TradeTick};

use super::desk::Core;
use crate::market::{BarQuery, BarSize, Duration, Print, SecType, What};

/// Longest stretch, in half hours, that is searched for the next second of trading: ten days.
const HALF_HOURS_MAX: i64 = 480;

/// Most trades of one stretch of the tape.
const PRINTS_MAX: usize = 100_000;

/// Whether trades of this kind are printed. Pairs and CFDs are quoted only.
pub(super) fn prints_trades(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Cash | SecType::Cfd => false,
        SecType::Stk | SecType::Ind | SecType::Fut | SecType::Opt | SecType::Bond | SecType::Fund | SecType::Crypto => {
            true
        }
    }
}

/// Whether this kind has a bid and an ask. An index is computed, a fund is priced once a day.
pub(super) fn is_quoted(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Ind | SecType::Fund => false,
        SecType::Stk | SecType::Cash | SecType::Fut | SecType::Opt | SecType::Cfd | SecType::Bond | SecType::Crypto => {
            true
        }
    }
}

/// A second, at its end: whatever was commanded within it has happened.
fn end_of(second: i64) -> Option<Timestamp> {
    Timestamp::new(second, 999_999_999).ok()
}

impl Core {
    /// Seconds of trading among the `count` last ones up to and with `last`, oldest first.
    pub(super) fn traded_seconds(&self, instrument: usize, last: i64, count: i64) -> Vec<i64> {
        let Ok(end) = Timestamp::from_second(last) else {
            return Vec::new();
        };
        let query = self.by_second(instrument, end, count - 1);
        let bars = self.market.bars(&query).map(|(_, bars)| bars).unwrap_or_default();
        bars.iter().map(|bar| bar.start).collect()
    }

    fn by_second(&self, instrument: usize, end: Timestamp, back: i64) -> BarQuery {
        let what = if prints_trades(self.instrument(instrument).sec_type) { What::Trades } else { What::Midpoint };
        BarQuery {
            instrument,
            end,
            duration: Duration::Seconds(back.max(1)),
            size: BarSize::Seconds(1),
            what,
            regular_only: false,
        }
    }

    fn halted_in(&self, instrument: usize, second: i64) -> bool {
        self.state.halted.get(&instrument).is_some_and(|since| since.as_second() <= second)
    }

    /// Whether a second counts: in regular hours only, if so asked.
    pub(super) fn counts(&self, instrument: usize, second: i64, use_rth: bool) -> bool {
        let Some(at) = Timestamp::from_second(second).ok().filter(|_| !self.halted_in(instrument, second)) else {
            return false;
        };
        if use_rth { self.market.is_open(instrument, at) } else { self.market.is_trading(instrument, at) }
    }

    /// Trades in the seconds `first..=last`.
    pub(super) fn trades(&self, instrument: usize, first: i64, last: i64, use_rth: bool) -> Vec<TradeTick> {
        let prints = self.market.prints(instrument, (first, last), use_rth, PRINTS_MAX);
        self.trade_ticks(instrument, &prints)
    }

    /// At most so many trades from a second on, up to and with `last`.
    pub(super) fn trades_from(
        &self,
        instrument: usize,
        seconds: (i64, i64),
        use_rth: bool,
        most: usize,
    ) -> Vec<TradeTick> {
        self.trade_ticks(instrument, &self.market.prints(instrument, seconds, use_rth, most))
    }

    /// The last trades up to and with a second, at most so many.
    pub(super) fn trades_up_to(&self, instrument: usize, last: i64, use_rth: bool, most: usize) -> Vec<TradeTick> {
        self.trade_ticks(instrument, &self.market.prints_back(instrument, (i64::MIN, last), use_rth, most))
    }

    fn trade_ticks(&self, instrument: usize, prints: &[Print]) -> Vec<TradeTick> {
        let exchange = self.exchange_of_trades(instrument);
        prints
            .iter()
            .filter(|print| !print.size.is_zero() && !self.halted_in(instrument, print.time))
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

    /// The first second of trading from an instant on, up to `until`.
    pub(super) fn next_traded_second(&self, instrument: usize, from: i64, until: i64) -> Option<i64> {
        const HALF_HOUR: i64 = 1_800;
        let trades = |second: i64| self.counts(instrument, second, false);
        if trades(from) {
            return Some(from);
        }
        // Sessions begin at full or half hours.
        let first = from.div_euclid(HALF_HOUR) * HALF_HOUR + HALF_HOUR;
        (0..HALF_HOURS_MAX).map(|n| first + n * HALF_HOUR).take_while(|s| *s <= until).find(|s| trades(*s))
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

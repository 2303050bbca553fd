//! A market for tests, and how they name things in it.

use jiff::Timestamp;

use super::{Market, MarketConfig, Sessions};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A venue opened on a Saturday.
pub(super) fn market_of(seed: u64, sessions: Sessions) -> Market {
    Market::new(MarketConfig {
        seed,
        sessions,
        opened_on: jiff::civil::date(2026, 11, 21),
        last_close_on: jiff::civil::date(2026, 11, 20),
        intraday: crate::market::Intraday::Bridge,
    })
    .unwrap()
}

pub(super) fn market() -> Market {
    market_of(1, Sessions::Exchange)
}

/// An instrument by its local symbol.
pub(super) fn named(market: &Market, local_symbol: &str) -> usize {
    let found = market.universe().with_local_symbol(local_symbol);
    found.iter().copied().find(|i| market.is_listed(*i, at("2026-11-23T15:00:00Z"))).unwrap_or_else(|| {
        panic!("{local_symbol} is not listed");
    })
}

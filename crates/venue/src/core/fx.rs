//! Rates between currencies: the market's own pairs, at the second asked for.
//!
//! While a pair is closed its last price holds. A rate that has to be inverted (USD.JPY) is rounded
//! to eight places; everything that is converted in one report uses the same rates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::asset::{Asset, Class, Currency};
use super::desk::Core;
use crate::market::{Instrument, SecType, Universe};

/// Decimal places of an inverted rate.
const RATE_PLACES: u32 = 8;

/// The pair that a currency's rate is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pair: usize,
    /// The base currency is what the pair buys.
    inverse: bool,
}

/// Where each currency's rate to the base currency is read.
pub(super) fn routes(universe: &Universe) -> BTreeMap<Currency, Route> {
    let mut routes = BTreeMap::new();
    for (pair, i) in universe.iter().filter(|(_, i)| i.sec_type == SecType::Cash) {
        let (bought, priced) = (Currency::of(&i.symbol), Currency::of(&i.currency));
        if priced == Currency::BASE {
            routes.insert(bought, Route { pair, inverse: false });
        } else if bought == Currency::BASE {
            routes.entry(priced).or_insert(Route { pair, inverse: true });
        }
    }
    routes
}

impl Asset {
    /// How the books see an instrument.
    pub(super) fn of(instrument: &Instrument) -> Self {
        let class = match instrument.sec_type {
            SecType::Fut | SecType::Cfd => Class::Margined,
            SecType::Cash => Class::Exchange { bought: Currency::of(&instrument.symbol) },
            SecType::Stk | SecType::Ind | SecType::Opt | SecType::Bond | SecType::Fund | SecType::Crypto => Class::Paid,
        };
        Self { class, currency: Currency::of(&instrument.currency), factor: instrument.multiplier }
    }
}

impl Core {
    /// Units of the base currency for one of another; 0 before there is a market for it.
    pub(super) fn rate(&self, currency: Currency, at: Timestamp) -> Decimal {
        if currency == Currency::BASE {
            return Decimal::ONE;
        }
        let Some(route) = self.routes.get(&currency) else {
            return Decimal::ZERO;
        };
        let price = self.mark(route.pair, at);
        if !route.inverse || price.is_zero() { price } else { (Decimal::ONE / price).round_dp(RATE_PLACES) }
    }

    /// Looks up the prices behind the rates of all currencies an account has, once a second.
    pub(super) fn price_currencies(&mut self, account: usize, at: Timestamp) {
        let pairs: Vec<usize> = self.state.accounts[account]
            .ledgers
            .keys()
            .filter_map(|c| self.routes.get(c))
            .map(|route| route.pair)
            .collect();
        for pair in pairs {
            self.quote(pair, at);
        }
    }
}

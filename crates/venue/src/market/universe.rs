//! All instruments of a venue.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::instrument::{Hours, Instrument, SecType};
use super::stocks::{STOCKS, Stock};

/// Destinations of every US stock.
const US_STOCK_EXCHANGES: &[&str] = &["SMART", "NYSE", "NASDAQ", "ARCA", "BATS", "IEX"];

/// The instruments, each named by its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Universe {
    instruments: Vec<Instrument>,
    by_con_id: HashMap<i32, usize>,
}

impl Universe {
    /// Lays out the universe.
    pub(super) fn new() -> Self {
        let instruments: Vec<Instrument> = STOCKS.iter().map(stock).collect();
        let by_con_id = instruments.iter().enumerate().map(|(i, of)| (of.con_id, i)).collect();
        Self { instruments, by_con_id }
    }

    /// An instrument by its position, which must have come out of this universe.
    pub fn get(&self, instrument: usize) -> &Instrument {
        &self.instruments[instrument]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.instruments.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.instruments.is_empty()
    }

    /// All of them, by position.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Instrument)> {
        self.instruments.iter().enumerate()
    }

    /// Position of a conId.
    pub fn find_con_id(&self, con_id: i32) -> Option<usize> {
        self.by_con_id.get(&con_id).copied()
    }

    /// Position of the first instrument of a symbol: the stock, where there is one.
    pub fn find_symbol(&self, symbol: &str) -> Option<usize> {
        self.instruments.iter().position(|i| i.symbol == symbol)
    }
}

fn stock(row: &Stock) -> Instrument {
    Instrument {
        con_id: row.con_id,
        symbol: row.symbol.to_owned(),
        local_symbol: row.symbol.to_owned(),
        trading_class: row.trading_class.to_owned(),
        long_name: row.long_name.to_owned(),
        sec_type: SecType::Stk,
        currency: "USD".to_owned(),
        exchanges: US_STOCK_EXCHANGES,
        primary_exchange: row.primary_exchange.to_owned(),
        multiplier: Decimal::ONE,
        market_rule: 26,
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        expiry: None,
        strike: None,
        right: None,
        underlying: None,
        sector: row.sector,
        stock_type: "COMMON",
        hours: Hours::UsStock,
    }
}

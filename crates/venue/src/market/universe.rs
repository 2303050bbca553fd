//! All instruments of a venue.

use std::collections::HashMap;

use super::instrument::{Instrument, SecType};

/// The instruments, each named by its position. A pure function of what makes the market: options and
/// futures of all expiries are there from the start, whether they are listed yet or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Universe {
    instruments: Vec<Instrument>,
    by_con_id: HashMap<i32, usize>,
    by_symbol: HashMap<(SecType, String), Vec<usize>>,
    /// Positions in the order of local symbols.
    by_local_symbol: Vec<usize>,
}

impl Universe {
    pub(super) fn new(instruments: Vec<Instrument>) -> Self {
        let by_con_id = instruments.iter().enumerate().map(|(i, of)| (of.con_id, i)).collect();
        let mut by_symbol: HashMap<(SecType, String), Vec<usize>> = HashMap::new();
        for (i, of) in instruments.iter().enumerate() {
            by_symbol.entry((of.sec_type, of.symbol.clone())).or_default().push(i);
        }
        let mut by_local_symbol: Vec<usize> = (0..instruments.len()).collect();
        by_local_symbol.sort_by(|a, b| instruments[*a].local_symbol.cmp(&instruments[*b].local_symbol));
        Self { instruments, by_con_id, by_symbol, by_local_symbol }
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

    /// Position of the first instrument of a symbol or local symbol: the stock, where there is one.
    pub fn find_symbol(&self, symbol: &str) -> Option<usize> {
        let named = self.instruments.iter().position(|i| i.symbol == symbol);
        // A pair has no name but its local one: `EUR` is several.
        self.with_local_symbol(symbol).first().copied().or(named)
    }

    /// Positions of a kind and symbol.
    pub fn with_symbol(&self, sec_type: SecType, symbol: &str) -> &[usize] {
        self.by_symbol.get(&(sec_type, symbol.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Positions of a local symbol: several where months return every ten years.
    pub fn with_local_symbol(&self, local_symbol: &str) -> &[usize] {
        let name = |i: &usize| &*self.instruments[*i].local_symbol;
        let from = self.by_local_symbol.partition_point(|i| name(i) < local_symbol);
        let to = self.by_local_symbol.partition_point(|i| name(i) <= local_symbol);
        &self.by_local_symbol[from..to]
    }

    /// Futures, options and CFDs on an underlying.
    pub fn derivatives(&self, underlying: usize) -> impl Iterator<Item = (usize, &Instrument)> {
        self.iter().filter(move |(_, i)| i.underlying == Some(underlying))
    }
}

#[cfg(test)]
#[path = "universe_tests.rs"]
mod tests;

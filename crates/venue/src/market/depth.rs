//! Depth of book: rows behind the best bid and ask.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Market;
use super::noise::mix;

/// A row of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthRow {
    /// Price.
    pub price: Decimal,
    /// Size.
    pub size: Decimal,
}

/// Both sides of the book, best first. The first rows are those of the quote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Bids, falling.
    pub bids: Vec<DepthRow>,
    /// Asks, rising.
    pub asks: Vec<DepthRow>,
}

impl Market {
    /// The book of an instrument, at most so many rows a side. Empty for what has no book: an index, a
    /// fund.
    pub fn depth(&self, instrument: usize, at: Timestamp, rows: usize) -> Depth {
        let i = self.universe.get(instrument);
        let style = i.class.style();
        let Some(quote) = self.quote(instrument, at).filter(|_| style.quoted && !style.one_price) else {
            return Depth::default();
        };
        let key = mix(mix(self.config().seed, i.key()) ^ 0x4445_5054, at.as_second().unsigned_abs());
        let lots = |row: usize, side: u64| {
            let hash = mix(key, 2 * row as u64 + side);
            // Books are thicker behind the best price.
            style.lot * Decimal::from(1 + hash % (style.lots_max * (2 + row.min(8) as u64)))
        };
        let gap = |row: usize, side: u64| 1 + i64::from(mix(key ^ 0x47_4150, 2 * row as u64 + side).is_multiple_of(3));
        let mut depth = Depth::default();
        let (mut bid, mut ask) = (quote.bid, quote.ask);
        for row in 0..rows {
            if row > 0 {
                bid = i.rule.below(bid, gap(row, 0));
                ask = i.rule.above(ask, gap(row, 1));
            }
            if bid > Decimal::ZERO {
                let size = if row == 0 { quote.bid_size } else { lots(row, 0) };
                depth.bids.push(DepthRow { price: bid, size });
            }
            let size = if row == 0 { quote.ask_size } else { lots(row, 1) };
            depth.asks.push(DepthRow { price: ask, size });
        }
        depth
    }
}

#[cfg(test)]
#[path = "depth_tests.rs"]
mod tests;

//! What the control API shows of the books.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::desk::Core;

/// The market of an instrument, and the orders of the venue's clients in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookView {
    /// Contract.
    pub con_id: i32,
    /// Symbol.
    pub symbol: String,
    /// Best bid; `null` without a market, as the others.
    pub bid: Option<Decimal>,
    /// Shares at the bid.
    pub bid_size: Option<Decimal>,
    /// Best ask.
    pub ask: Option<Decimal>,
    /// Shares at the ask.
    pub ask_size: Option<Decimal>,
    /// Last price.
    pub last: Option<Decimal>,
    /// Whether its market is open.
    pub open: bool,
    /// Whether trading in it is halted.
    pub halted: bool,
    /// Market orders that wait.
    pub market_orders: usize,
    /// Limit orders to buy.
    pub buys: usize,
    /// Limit orders to sell.
    pub sells: usize,
    /// Stops.
    pub stops: usize,
}

impl Core {
    /// The books that matter to anybody: with orders, held, subscribed to or halted.
    pub(super) fn book_views(&self, now: Timestamp) -> Vec<BookView> {
        let held = self.state.accounts.iter().flat_map(|a| a.holdings.iter());
        let held = held.filter(|(_, h)| !h.quantity.is_zero()).map(|(instrument, _)| *instrument);
        let subscribed = self.sessions.values().flat_map(|s| s.ticks.values()).map(|feed| feed.instrument);
        let mut shown: BTreeSet<usize> = held.chain(subscribed).collect();
        shown.extend(self.state.halted.keys());
        shown.extend(&self.state.active);
        shown.into_iter().map(|instrument| self.book_view(instrument, now)).collect()
    }

    fn book_view(&self, instrument: usize, now: Timestamp) -> BookView {
        let quote = self.shown(instrument, now);
        let book = self.state.books.of(instrument);
        let named = self.instrument(instrument);
        BookView {
            con_id: named.con_id,
            symbol: named.symbol.clone(),
            bid: quote.map(|q| q.bid),
            bid_size: quote.map(|q| q.bid_size),
            ask: quote.map(|q| q.ask),
            ask_size: quote.map(|q| q.ask_size),
            last: quote.map(|q| q.last),
            open: quote.is_some_and(|q| q.open),
            halted: self.state.halted.contains_key(&instrument),
            market_orders: book.market.len(),
            buys: book.buys.len(),
            sells: book.sells.len(),
            stops: book.stop_buys.len() + book.stop_sells.len(),
        }
    }
}

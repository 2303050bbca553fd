//! Market depth: the rows of a book, told change by change.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{DepthOperation, DepthRow, DepthSide, MarketDepthRequest, Reply};

use super::data_type::DataRights;
use super::desk::{ConnId, Core, Step};
use crate::market::SecType;

/// Most books of a client at a time.
const BOOKS_MAX: usize = 3;
/// Most rows of a side.
const ROWS_MAX: usize = 20;
/// Rows of a side when the client does not say.
const ROWS_DEFAULT: usize = 5;

/// Whether this kind has a book to look into.
pub(super) fn has_book(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Stk | SecType::Cash | SecType::Fut | SecType::Crypto | SecType::Opt => true,
        SecType::Ind | SecType::Cfd | SecType::Bond | SecType::Fund => false,
    }
}

/// A level of a side: price, size, and where it is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) price: Decimal,
    pub(super) size: Decimal,
    pub(super) exchange: String,
}

/// A subscription to a book.
#[derive(Clone, Debug)]
pub(super) struct DepthFeed {
    instrument: usize,
    rows: usize,
    smart: bool,
    /// What the client has: asks, bids.
    known: [Vec<Level>; 2],
}

/// One change of one row.
type RowChange = (usize, DepthOperation, Level);

impl Core {
    pub(super) fn market_depth(&mut self, conn: ConnId, asked: &MarketDepthRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        match self.depth_feed(conn, asked, instrument) {
            Err((code, text)) => Self::notice(conn, req_id, code, text, now, step),
            Ok(mut feed) => {
                self.tell_book(conn, req_id, &mut feed, now, step);
                if let Some(session) = self.sessions.get_mut(&conn) {
                    session.data.depth.insert(req_id, feed);
                }
            }
        }
    }

    fn depth_feed(
        &self,
        conn: ConnId,
        asked: &MarketDepthRequest,
        instrument: usize,
    ) -> Result<DepthFeed, (i32, &'static str)> {
        let rows = match asked.num_rows {
            None | Some(0) => ROWS_DEFAULT,
            Some(n) => usize::try_from(n)
                .map_err(|_| (321, "Error validating request.-'bO' : cause - Invalid number of rows"))?
                .min(ROWS_MAX),
        };
        let at_smart = matches!(asked.contract.exchange.as_str(), "" | "SMART");
        if !has_book(self.instrument(instrument).sec_type) || at_smart != asked.is_smart_depth {
            return Err((10092, "Deep market data is not supported for this combination of security type/exchange"));
        }
        if self.data_rights != DataRights::Live {
            return Err((354, "Requested market data is not subscribed."));
        }
        let feeds = self.sessions.get(&conn).map(|s| &s.data.depth);
        if feeds.is_some_and(|f| f.contains_key(&asked.req_id)) {
            return Err((322, "Error processing request.-'bO' : cause - Duplicate ticker id"));
        }
        if feeds.is_some_and(|f| f.len() >= BOOKS_MAX) {
            return Err((309, "Max number (3) of market depth requests has been reached"));
        }
        Ok(DepthFeed { instrument, rows, smart: asked.is_smart_depth, known: [Vec::new(), Vec::new()] })
    }

    pub(super) fn cancel_market_depth(
        &mut self,
        conn: ConnId,
        req_id: i32,
        is_smart_depth: bool,
        now: Timestamp,
        step: &mut Step,
    ) {
        let feeds = self.sessions.get_mut(&conn).map(|s| &mut s.data.depth);
        let removed = feeds.and_then(|f| match f.get(&req_id) {
            Some(feed) if feed.smart == is_smart_depth => f.remove(&req_id),
            Some(_) | None => None,
        });
        if removed.is_none() {
            let text = format!("Can't find the subscribed market depth with tickerId:{req_id}");
            Self::notice(conn, req_id, 310, &text, now, step);
        }
    }

    /// Tells every subscriber what changed in its book.
    pub(super) fn report_depth(&mut self, now: Timestamp, step: &mut Step) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.data.depth {
                self.tell_book(*conn, *req_id, feed, now, step);
            }
        }
        self.sessions = sessions;
    }

    fn tell_book(&self, conn: ConnId, req_id: i32, feed: &mut DepthFeed, now: Timestamp, step: &mut Step) {
        let book = self.book(feed, now);
        for (side, known, new) in [(DepthSide::Ask, 0, &book[0]), (DepthSide::Bid, 1, &book[1])] {
            for (position, operation, level) in changes(&mut feed.known[known], new) {
                let row = DepthRow {
                    req_id,
                    position: i32::try_from(position).unwrap_or(i32::MAX),
                    operation,
                    side,
                    price: level.price,
                    size: level.size,
                    market_maker: level.exchange,
                    is_smart_depth: feed.smart,
                };
                step.send(conn, if feed.smart { Reply::MarketDepthL2(row) } else { Reply::MarketDepth(row) });
            }
        }
    }

    /// The rows of a book, best first: asks, bids.
    fn book(&self, feed: &DepthFeed, now: Timestamp) -> [Vec<Level>; 2] {
        if !self.market.is_trading(feed.instrument, now) {
            return [Vec::new(), Vec::new()];
        }
        // The book of what is halted stands still.
        let at = self.state.halted.get(&feed.instrument).copied().unwrap_or(now);
        let book = self.market.depth(feed.instrument, at, feed.rows);
        let of = self.instrument(feed.instrument);
        let exchanges: Vec<&str> = of.exchanges.iter().copied().filter(|e| *e != "SMART").collect();
        let levels = |rows: &[crate::market::DepthRow]| {
            let at = |row: usize| match exchanges.get(row % exchanges.len().max(1)) {
                Some(exchange) if feed.smart => (*exchange).to_owned(),
                Some(_) | None => of.primary_exchange.clone(),
            };
            let level = |(row, of): (usize, &crate::market::DepthRow)| Level {
                price: of.price,
                size: of.size,
                exchange: at(row),
            };
            rows.iter().enumerate().map(level).collect()
        };
        [levels(&book.asks), levels(&book.bids)]
    }
}

/// What turns the rows a client has into the rows there are. Afterwards it has them.
fn changes(known: &mut Vec<Level>, new: &[Level]) -> Vec<RowChange> {
    let mut out = Vec::new();
    let same = |a: &Level, b: &Level| a.price == b.price && a.exchange == b.exchange;
    for (position, level) in new.iter().enumerate() {
        // Rows that are gone, while the one wanted here stands further down.
        while known.get(position).is_some_and(|k| !new[position..].iter().any(|n| same(n, k)))
            && known[position + 1..].iter().any(|k| same(k, level))
        {
            let gone = known.remove(position);
            out.push((position, DepthOperation::Delete, emptied(gone)));
        }
        let stays = |k: &Level| new[position + 1..].iter().any(|n| same(n, k));
        match known.get_mut(position) {
            Some(row) if row == level => {}
            Some(row) if !stays(row) || same(row, level) => {
                *row = level.clone();
                out.push((position, DepthOperation::Update, level.clone()));
            }
            Some(_) | None => {
                known.insert(position, level.clone());
                out.push((position, DepthOperation::Insert, level.clone()));
            }
        }
    }
    while known.len() > new.len() {
        if let Some(gone) = known.pop() {
            out.push((known.len(), DepthOperation::Delete, emptied(gone)));
        }
    }
    out
}

/// A deletion carries neither price nor size.
fn emptied(level: Level) -> Level {
    Level { price: Decimal::ZERO, size: Decimal::ZERO, ..level }
}

#[cfg(test)]
#[path = "depth_tests.rs"]
mod tests;

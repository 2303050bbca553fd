//! What time alone does to orders: they start, trade in their auction, or end.

use jiff::Timestamp;

use super::desk::{Core, Step};
use super::{Change, Terms, Tif};

impl Core {
    /// When an order ends by itself. One of an auction ends with it.
    pub(super) fn expiry(&mut self, instrument: usize, terms: &Terms, now: Timestamp) -> Option<Timestamp> {
        let from = terms.starts_at.unwrap_or(now).max(now);
        match terms.tif {
            Tif::Day if terms.outside_rth => self.market.trading_day_end(instrument, from),
            Tif::Day => self.day_end(instrument, from),
            Tif::Gtd(until) => Some(until),
            Tif::Opg => self.market.next_open(instrument, now),
            Tif::Gtc | Tif::Ioc | Tif::Fok => None,
        }
    }

    /// When the day of an instant ends for an instrument. Any instant from one asked about to its end has
    /// the same answer, so that the sessions are not searched for every order.
    fn day_end(&mut self, instrument: usize, from: Timestamp) -> Option<Timestamp> {
        if let Some(&(asked, end)) = self.day_ends.get(&instrument)
            && (asked..end).contains(&from)
        {
            return Some(end);
        }
        let end = self.market.day_end(instrument, from)?;
        self.day_ends.insert(instrument, (from, end));
        Some(end)
    }

    /// Does what has reached its time.
    pub(super) fn ring_alarms(&mut self, now: Timestamp, step: &mut Step) {
        while let Some((at, perm_id)) = self.state.alarms.first().copied() {
            if at > now {
                break;
            }
            let record = self.state.order(perm_id);
            if record.asleep && record.terms.starts_at.is_some_and(|start| start <= at) {
                self.commit(step, Change::Started { perm_id, at: now });
                self.work(perm_id, now, step);
            } else if record.is_ready() && record.terms.is_auction() {
                self.auction(perm_id, at, now, step);
            } else {
                self.expire(perm_id, now, step);
            }
        }
    }

    fn expire(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let told = match self.state.order(perm_id).terms.tif {
            Tif::Gtd(_) => "The good-till-date has passed",
            Tif::Day | Tif::Gtc | Tif::Ioc | Tif::Fok | Tif::Opg => "The trading day has ended",
        };
        self.end_cancelled(perm_id, "Expired", told, now, step);
    }

    /// Trades an order at the price of its auction, or ends it. The auction has enough for everybody.
    fn auction(&mut self, perm_id: i64, at: Timestamp, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        // What is halted has no auction.
        let quote = self.market.quote(record.instrument, at);
        let price = quote.filter(|_| !self.state.halted.contains_key(&record.instrument)).map(|quote| quote.last);
        let side = record.terms.side;
        let met = price.filter(|price| record.limit().is_none_or(|limit| side.accepts(limit, *price)));
        match met {
            Some(price) => self.fill_whole(perm_id, price, now, step),
            None => self.end_cancelled(perm_id, "Not filled in the auction", "", now, step),
        }
        // A child whose parent has filled in part only is left with what the parent lacks.
        if self.state.order(perm_id).is_live() {
            self.end_cancelled(perm_id, "Not filled in the auction", "", now, step);
        }
    }
}

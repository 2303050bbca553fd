//! What an operator, and not a client, does to the broker.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tws::model::{Reply, TickGeneric};

use super::desk::{ConnId, Core, Step};
use super::{Change, CoreError};

/// The generic tick that says whether trading is halted: 0 not, 1 halted.
const TICK_HALTED: i32 = 49;

impl Core {
    pub(super) fn of_symbol(&self, symbol: &str) -> Result<usize, CoreError> {
        self.market.universe().find_symbol(symbol).ok_or_else(|| CoreError::UnknownSymbol(symbol.to_owned()))
    }

    /// Says what is wrong with a symbol, if anything.
    pub fn check_symbol(&self, symbol: &str) -> Result<(), CoreError> {
        self.of_symbol(symbol).map(|_| ())
    }

    /// The instrument of a symbol and a price it can have.
    pub(super) fn check_price(&self, symbol: &str, price: Decimal) -> Result<(usize, f64), CoreError> {
        let instrument = self.of_symbol(symbol)?;
        let valid =
            price > Decimal::ZERO && price <= Decimal::from(1_000_000) && self.market.on_tick(instrument, price);
        price.to_f64().filter(|_| valid).map(|wanted| (instrument, wanted)).ok_or(CoreError::Price(price))
    }

    /// Says what is wrong with a price of a symbol, if anything.
    pub fn check_move(&self, symbol: &str, price: Decimal) -> Result<(), CoreError> {
        self.check_price(symbol, price).map(|_| ())
    }

    /// Halts trading in a symbol, or lets it go on. While it is halted its quote stands still, its orders
    /// rest, and new ones wait.
    pub fn halt(&mut self, symbol: &str, halted: bool, now: Timestamp) -> Result<Step, CoreError> {
        let instrument = self.of_symbol(symbol)?;
        let mut step = self.pass(now);
        if self.state.halted.contains_key(&instrument) == halted {
            return Ok(step);
        }
        self.commit(&mut step, Change::Halted { con_id: self.instrument(instrument).con_id, halted, at: now });
        self.forget_quote(instrument);
        for (conn, session) in &self.sessions {
            for (req_id, feed) in &session.ticks {
                if feed.instrument == instrument {
                    let value = Decimal::from(i32::from(halted));
                    let tick = TickGeneric { req_id: *req_id, tick_type: TICK_HALTED, value };
                    step.send(*conn, Reply::TickGeneric(tick));
                }
            }
        }
        Ok(step)
    }

    /// Cancels an order at the broker's own screen, also one that was never transmitted and that no client is shown.
    ///
    /// # Errors
    /// No such order is open.
    pub fn cancel_by_hand(&mut self, perm_id: i64, now: Timestamp) -> Result<Step, CoreError> {
        if !self.state.live.contains(&perm_id) {
            return Err(CoreError::NotOpen(perm_id));
        }
        let mut step = self.pass(now);
        self.end_cancelled(perm_id, "Cancelled by Trader", "", now, &mut step);
        Ok(step)
    }

    /// Symbols whose trading is halted.
    pub fn halted(&self) -> Vec<String> {
        self.state.halted.keys().map(|i| self.instrument(*i).symbol.clone()).collect()
    }

    /// Best bid and ask of a symbol, where somebody bids or asks.
    ///
    /// # Errors
    /// There is no such symbol.
    pub fn touch(&mut self, symbol: &str, now: Timestamp) -> Result<(Option<Decimal>, Option<Decimal>), CoreError> {
        let instrument = self.of_symbol(symbol)?;
        let some = |price: Decimal| Some(price).filter(|price| !price.is_zero());
        Ok(self.quote(instrument, now).map_or((None, None), |quote| (some(quote.bid), some(quote.ask))))
    }

    /// Gives a working order of a client a second permId, under which it is reported from now on.
    pub fn reissue_perm_id(&mut self, client_id: i32, order_id: i32, now: Timestamp) -> Step {
        let mut step = self.pass(now);
        if let Some(perm_id) = self.state.find(client_id, order_id).filter(|id| self.state.order(*id).is_live()) {
            let second = self.state.next_second_perm_id();
            self.commit(&mut step, Change::PermIdReissued { perm_id, second });
        }
        step
    }

    /// Whether any order has a second permId, so that [`Core::relabel`] has something to do.
    pub fn relabels(&self) -> bool {
        !self.state.second_perm_ids.is_empty()
    }

    /// Puts the second permId, where an order has one, into a reply.
    pub fn relabel(&self, reply: &mut Reply) {
        let second = |perm_id: i64| self.state.second_perm_ids.get(&perm_id).copied().unwrap_or(perm_id);
        if let Reply::OpenOrder(open) = reply {
            let order = Arc::make_mut(&mut open.order);
            order.perm_id = order.perm_id.map(second);
        } else if let Reply::OrderStatus(status) = reply {
            status.perm_id = second(status.perm_id);
        } else if let Reply::ExecutionDetails(details) = reply {
            let execution = Arc::make_mut(&mut details.execution);
            execution.perm_id = second(execution.perm_id);
        } else if let Reply::CompletedOrder(completed) = reply {
            completed.order.perm_id = completed.order.perm_id.map(second);
        }
    }

    /// Remembers that a client has used an order id, accepted or not, until [`Core::restart`].
    pub fn note_order_id(&mut self, client_id: i32, order_id: i32) {
        let highest = self.used_ids.entry(client_id).or_insert(order_id);
        *highest = (*highest).max(order_id);
    }

    /// The Gateway starts again: order ids that were used and never accepted are free again.
    pub fn restart(&mut self) {
        self.used_ids.clear();
    }

    /// The lowest order id that is free for a client, as the Gateway sees it.
    pub(super) fn next_valid_id(&self, client_id: i32) -> i32 {
        let used = self.used_ids.get(&client_id).map_or(1, |id| id.saturating_add(1));
        self.state.next_order_id(client_id).max(used)
    }

    /// The order id to tell a client: within a session each is higher than the one told before, used or not.
    pub(super) fn issue_id(&mut self, conn: ConnId, client_id: i32) -> i32 {
        let free = self.next_valid_id(client_id);
        let Some(session) = self.sessions.get_mut(&conn) else {
            return free;
        };
        session.issued_id = free.max(session.issued_id.saturating_add(1));
        session.issued_id
    }

    /// The reference of a client's order.
    pub fn order_ref(&self, client_id: i32, order_id: i32) -> Option<&str> {
        let perm_id = self.state.find(client_id, order_id)?;
        Some(&self.state.order(perm_id).order.order_ref)
    }

    /// The reference of the order an execution belongs to.
    pub fn ref_of_execution(&self, exec_id: &str) -> Option<&str> {
        let of = |(perm_id, position): &(i64, usize)| {
            let record = self.state.order(*perm_id);
            let is = record.fills.get(*position).is_some_and(|f| f.execution.exec_id == exec_id);
            is.then_some(record.order.order_ref.as_str())
        };
        self.state.fills.iter().rev().find_map(of)
    }

    /// The client id of a connection with a session.
    pub fn client_of(&self, conn: ConnId) -> Option<i32> {
        self.sessions.get(&conn).map(|s| s.client_id)
    }

    /// The symbol that a subscription of live quotes is about.
    pub fn symbol_of_line(&self, conn: ConnId, req_id: i32) -> Option<&String> {
        let feed = self.sessions.get(&conn)?.ticks.get(&req_id)?;
        Some(&self.instrument(feed.instrument).symbol)
    }

    /// Subscriptions of live quotes.
    pub fn data_lines(&self) -> Vec<(ConnId, i32)> {
        let lines = self.sessions.iter().flat_map(|(conn, s)| s.ticks.keys().map(|req_id| (*conn, *req_id)));
        lines.collect()
    }

    /// Subscribers of live quotes hear everything anew.
    pub fn refresh_data(&mut self) {
        for session in self.sessions.values_mut() {
            for feed in session.ticks.values_mut() {
                feed.forget();
            }
        }
    }

    /// Ends every subscription of market data, live and historical.
    pub fn drop_data(&mut self) {
        for session in self.sessions.values_mut() {
            session.ticks.clear();
            session.bars.clear();
            session.data.drop_feeds();
        }
    }
}

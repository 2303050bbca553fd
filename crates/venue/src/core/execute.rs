//! Matching: working orders against the displayed market.
//!
//! The venue's clients are the only ones who take from the displayed sizes. An order fills at the
//! touch, at its limit or better, up to what is displayed there in this second and not taken yet; the
//! rest waits for the next second.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Execution, Status};

use super::change::Executed;
use super::desk::{Core, Step};
use super::{Change, Side, Tif, commission};
use crate::market::Quote;

impl Core {
    /// An order that has just become able to work looks at the market.
    pub(super) fn work(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        let (instrument, tif, armed) = (record.instrument, record.terms.tif, record.is_armed());
        let open_quote = self.quote(instrument, now).filter(|q| q.open);
        if let Some(quote) = open_quote {
            if armed && !self.trigger(perm_id, &quote, now, step) {
                return self.end_immediate(perm_id, now, step);
            }
            let whole = self.takeable(perm_id, &quote, now) >= self.state.order(perm_id).remaining();
            if tif != Tif::Fok || whole {
                self.take(perm_id, &quote, true, now, step);
            }
        }
        if tif.is_immediate() {
            return self.end_immediate(perm_id, now, step);
        }
        let record = self.state.order(perm_id);
        if open_quote.is_some() && record.status == Status::PreSubmitted && record.is_live() {
            self.set_status(perm_id, Status::Submitted, "", now, step);
            self.report(perm_id, step);
        }
    }

    /// Ends what is left of an immediate order.
    fn end_immediate(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        if !record.is_live() {
            return;
        }
        match record.terms.tif {
            Tif::Ioc => {
                self.report_pending_cancel(perm_id, step);
                let reason = "Immediate-or-cancel: the rest was not filled";
                self.end_cancelled(perm_id, reason, "", now, step);
            }
            Tif::Fok => {
                self.set_status(perm_id, Status::Inactive, "Fill-or-kill: not filled", now, step);
                self.report(perm_id, step);
                self.after_end(perm_id, now, step);
            }
            Tif::Day | Tif::Gtc | Tif::Gtd(_) => {}
        }
    }

    /// Lets the working orders of an instrument look at the market of this instant.
    pub(super) fn match_book(&mut self, instrument: usize, now: Timestamp, step: &mut Step) {
        let Some(quote) = self.quote(instrument, now).filter(|q| q.open) else {
            return;
        };
        let book = &self.state.books[instrument];
        let opened: Vec<i64> = book.queued.iter().copied().collect();
        for perm_id in opened {
            self.work(perm_id, now, step);
        }
        for perm_id in self.reached_stops(instrument, &quote) {
            if self.state.order(perm_id).is_live() && self.trigger(perm_id, &quote, now, step) {
                self.set_status(perm_id, Status::Submitted, "", now, step);
                self.report(perm_id, step);
            }
        }
        for perm_id in self.marketable(instrument, &quote) {
            if self.state.order(perm_id).is_live() {
                self.take(perm_id, &quote, false, now, step);
            }
        }
    }

    fn reached_stops(&self, instrument: usize, quote: &Quote) -> Vec<i64> {
        let book = &self.state.books[instrument];
        let buys = book.stop_buys.range(..=(quote.last, i64::MAX)).map(|(_, id)| *id);
        let sells = book.stop_sells.range(..=(Reverse(quote.last), i64::MAX)).map(|(_, id)| *id);
        buys.chain(sells).collect()
    }

    /// Market orders by age, then limit orders by price and age.
    fn marketable(&self, instrument: usize, quote: &Quote) -> Vec<i64> {
        let book = &self.state.books[instrument];
        let buys = book.buys.range(..=(Reverse(quote.ask), i64::MAX)).map(|(_, id)| *id);
        let sells = book.sells.range(..=(quote.bid, i64::MAX)).map(|(_, id)| *id);
        book.market.iter().copied().chain(buys).chain(sells).collect()
    }

    /// Triggers a stop that the last price has reached. Says whether it did.
    fn trigger(&mut self, perm_id: i64, quote: &Quote, now: Timestamp, step: &mut Step) -> bool {
        let record = self.state.order(perm_id);
        let reached = match (record.terms.side, record.terms.kind.stop()) {
            (Side::Buy, Some(stop)) => quote.last >= stop,
            (Side::Sell, Some(stop)) => quote.last <= stop,
            (Side::Buy | Side::Sell, None) => false,
        };
        if reached {
            self.commit(step, Change::Triggered { perm_id, at: now });
        }
        reached
    }

    /// Shares an order could take right now.
    fn takeable(&self, perm_id: i64, quote: &Quote, now: Timestamp) -> Decimal {
        let record = self.state.order(perm_id);
        let side = record.terms.side;
        let (displayed, within) = match side {
            Side::Buy => (quote.ask_size, record.terms.kind.limit().is_none_or(|l| l >= quote.ask)),
            Side::Sell => (quote.bid_size, record.terms.kind.limit().is_none_or(|l| l <= quote.bid)),
        };
        if !within || record.slot().is_none() || record.is_armed() {
            return Decimal::ZERO;
        }
        (displayed - self.state.taken(record.instrument, side, now.as_second())).max(Decimal::ZERO)
    }

    /// Fills what can be filled right now.
    fn take(&mut self, perm_id: i64, quote: &Quote, incoming: bool, now: Timestamp, step: &mut Step) {
        let takeable = self.takeable(perm_id, quote, now);
        let record = self.state.order(perm_id);
        let shares = takeable.min(record.remaining());
        if shares <= Decimal::ZERO {
            return;
        }
        let price = match record.terms.side {
            Side::Buy => quote.ask,
            Side::Sell => quote.bid,
        };
        let (filled, value) = (record.filled + shares, record.value + shares * price);
        let fee = commission::of_order(filled, value) - record.commission;
        let number = self.state.fills.len() + 1;
        let execution = Execution {
            order_id: record.order_id,
            client_id: record.client_id,
            perm_id,
            exec_id: format!("0000e0d5.{number:08x}.01.01"),
            time: now,
            account: self.state.accounts[record.account].id.clone(),
            exchange: self.instrument(record.instrument).primary_exchange.clone(),
            side: record.terms.side.executed(),
            shares,
            price,
            cum_qty: filled,
            avg_price: (value / filled).round_dp(8).normalize(),
            order_ref: record.order.order_ref.clone(),
            liquidation: false,
            model_code: String::new(),
            last_liquidity: if incoming { 2 } else { 1 },
            submitter: String::new(),
        };
        let (account, instrument) = (record.account, record.instrument);
        self.commit(step, Change::Executed(Box::new(Executed { execution: Arc::new(execution), commission: fee })));
        self.report_fill(perm_id, step);
        self.traded.insert((account, instrument));
        if self.state.order(perm_id).is_live() {
            self.end_group(perm_id, now, step);
        } else {
            self.after_end(perm_id, now, step);
        }
    }
}

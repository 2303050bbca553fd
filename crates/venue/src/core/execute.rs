//! Matching: working orders against the displayed market and against each other.
//!
//! An order fills at the touch, at its limit or better, up to what is displayed there in this second
//! and not taken yet; the rest waits for the next second. A resting order of another account that is
//! better than the touch comes first, one at the touch comes after what is displayed there: price,
//! then time. Orders of one account pass each other by, as an exchange's self-trade prevention has it.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Execution, Status};

use super::change::Executed;
use super::desk::{Core, Step};
use super::order::OrderRecord;
use super::{Change, Kind, Side, Tif, commission};
use crate::market::Quote;

/// What of the day it is for an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Closed,
    /// Before or after regular hours.
    Extended,
    Regular,
}

impl Phase {
    pub(super) fn admits(self, record: &OrderRecord) -> bool {
        match self {
            Self::Closed => false,
            Self::Extended => record.terms.outside_rth,
            Self::Regular => true,
        }
    }
}

/// Shares on offer to an order.
struct Part {
    price: Decimal,
    shares: Decimal,
    /// The order that offers them; `None`: the displayed market.
    against: Option<i64>,
}

/// Shares about to change hands, from the side of one order.
struct Trade {
    perm_id: i64,
    price: Decimal,
    shares: Decimal,
    crossed: bool,
    /// IBKR's `lastLiquidity`: 1 added, 2 removed, 0 neither.
    liquidity: i32,
}

impl Core {
    pub(super) fn phase(&self, instrument: usize, quote: &Quote, now: Timestamp) -> Phase {
        if quote.open {
            Phase::Regular
        } else if self.market.is_trading(instrument, now) && !self.state.halted.contains_key(&instrument) {
            Phase::Extended
        } else {
            Phase::Closed
        }
    }

    /// An order that has just become able to work looks at the market.
    pub(super) fn work(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        if !record.is_ready() || record.terms.is_auction() {
            return;
        }
        let (instrument, tif) = (record.instrument, record.terms.tif);
        if !record.is_armed() && self.hold_for_locate(perm_id, now, step) {
            return self.end_immediate(perm_id, now, step);
        }
        let admitting = self
            .quote(instrument, now)
            .filter(|quote| self.phase(instrument, quote, now).admits(self.state.order(perm_id)));
        if let Some(quote) = admitting {
            self.look(perm_id, &quote, true, now, step);
        }
        if tif.is_immediate() {
            return self.end_immediate(perm_id, now, step);
        }
        let record = self.state.order(perm_id);
        if admitting.is_some() && record.status == Status::PreSubmitted && record.is_live() && !record.is_armed() {
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
            Tif::Day | Tif::Gtc | Tif::Gtd(_) | Tif::Opg => {}
        }
    }

    /// Lets the working orders of an instrument look at the market of this instant.
    pub(super) fn match_book(&mut self, instrument: usize, now: Timestamp, step: &mut Step) {
        let Some(quote) = self.quote(instrument, now) else {
            return;
        };
        let phase = self.phase(instrument, &quote, now);
        let book = self.state.books.of(instrument);
        let opened: Vec<i64> = match phase {
            Phase::Closed => return,
            Phase::Extended => book.queued_outside.iter().copied().collect(),
            Phase::Regular => book.queued.iter().copied().collect(),
        };
        for perm_id in opened {
            self.work(perm_id, now, step);
        }
        for perm_id in self.waking(instrument, &quote) {
            if self.state.order(perm_id).is_live() && phase.admits(self.state.order(perm_id)) {
                self.look(perm_id, &quote, false, now, step);
            }
        }
        for perm_id in self.marketable(instrument, &quote) {
            if self.state.order(perm_id).is_live() && phase.admits(self.state.order(perm_id)) {
                self.take(perm_id, &quote, false, now, step);
            }
        }
    }

    /// Stops that the last price has reached, and everything that is looked at in every second.
    fn waking(&self, instrument: usize, quote: &Quote) -> Vec<i64> {
        let book = self.state.books.of(instrument);
        let buys = book.stop_buys.range(..=(quote.last, i64::MAX)).map(|(_, id)| *id);
        let sells = book.stop_sells.range(..=(Reverse(quote.last), i64::MAX)).map(|(_, id)| *id);
        buys.chain(sells).chain(book.watched.iter().copied()).collect()
    }

    /// Market orders by age, then limit orders by price and rank.
    fn marketable(&self, instrument: usize, quote: &Quote) -> Vec<i64> {
        let book = self.state.books.of(instrument);
        let buys = book.buys.range(..=(Reverse(quote.ask), u64::MAX, i64::MAX)).map(|(_, _, id)| *id);
        let sells = book.sells.range(..=(quote.bid, u64::MAX, i64::MAX)).map(|(_, _, id)| *id);
        book.market.iter().copied().chain(buys).chain(sells).collect()
    }

    /// Follows the market, is set off by it, and takes what there is.
    fn look(&mut self, perm_id: i64, quote: &Quote, incoming: bool, now: Timestamp, step: &mut Step) {
        if self.state.order(perm_id).is_armed() {
            self.trail(perm_id, quote, now, step);
            if !self.trigger(perm_id, quote, now, step) {
                return;
            }
            self.set_status(perm_id, Status::Submitted, "", now, step);
            self.report(perm_id, step);
        }
        self.take(perm_id, quote, incoming, now, step);
    }

    /// Shares an order may still fill now. A child fills no more than its parent has.
    fn workable(&self, record: &OrderRecord) -> Decimal {
        let remaining = record.remaining().min(self.sellable(record));
        let Some(parent) = record.parent else {
            return remaining;
        };
        let entry = self.state.order(parent);
        if !entry.is_live() {
            return remaining;
        }
        let family = self.state.children.get(&parent).into_iter().flatten();
        let used: Decimal = family.map(|child| self.state.order(*child).filled).sum();
        remaining.min(entry.filled - used).max(Decimal::ZERO)
    }

    /// What is on offer to an order right now, best first.
    fn offers(&self, perm_id: i64, quote: &Quote, now: Timestamp) -> Vec<Part> {
        let record = self.state.order(perm_id);
        let mut left = self.workable(record);
        if left.is_zero() || record.slot().is_none() || record.is_armed() {
            return Vec::new();
        }
        let side = record.terms.side;
        let (touch, displayed, pegged) = match (record.terms.kind, side) {
            (Kind::MidPrice { .. }, _) => {
                ((quote.bid + quote.ask) / Decimal::TWO, quote.ask_size.min(quote.bid_size), true)
            }
            (_, Side::Buy) => (quote.ask, quote.ask_size, false),
            (_, Side::Sell) => (quote.bid, quote.bid_size, false),
        };
        let limit = record.limit();
        let mut parts = Vec::new();
        let resting = if pegged { Vec::new() } else { self.resting_against(record, touch, quote, now) };
        let (better, level): (Vec<Part>, Vec<Part>) = resting.into_iter().partition(|part| part.price != touch);
        let shown = (displayed - self.state.taken(record.instrument, side, now.as_second())).max(Decimal::ZERO);
        let shown = Part { price: touch, shares: shown, against: None };
        for part in better.into_iter().chain([shown]).chain(level) {
            let shares = part.shares.min(left);
            if shares > Decimal::ZERO && limit.is_none_or(|l| side.accepts(l, part.price)) {
                left -= shares;
                parts.push(Part { shares, ..part });
            }
        }
        parts
    }

    /// Resting orders of other accounts at the touch or better, best first.
    fn resting_against(&self, record: &OrderRecord, touch: Decimal, quote: &Quote, now: Timestamp) -> Vec<Part> {
        if self.state.accounts.len() == 1 {
            return Vec::new();
        }
        let phase = self.phase(record.instrument, quote, now);
        let book = self.state.books.of(record.instrument);
        let meets = |price: Decimal, id: i64| {
            let other = self.state.order(id);
            let shares = self.workable(other);
            let is_there = other.status == Status::Submitted && phase.admits(other) && shares > Decimal::ZERO;
            // One that only fills whole, or from a least size up, waits for the displayed market.
            let is_met = is_there && other.account != record.account && other.least().is_zero();
            is_met.then_some(Part { price, shares, against: Some(id) })
        };
        match record.terms.side {
            Side::Buy => {
                let worst = record.limit().map_or(touch, |limit| limit.min(touch));
                let sells = book.sells.range(..=(worst, u64::MAX, i64::MAX));
                sells.filter_map(|(price, _, id)| meets(*price, *id)).collect()
            }
            Side::Sell => {
                let worst = record.limit().map_or(touch, |limit| limit.max(touch));
                let buys = book.buys.range(..=(Reverse(worst), u64::MAX, i64::MAX));
                buys.filter_map(|(Reverse(price), _, id)| meets(*price, *id)).collect()
            }
        }
    }

    /// Fills what can be filled right now.
    fn take(&mut self, perm_id: i64, quote: &Quote, incoming: bool, now: Timestamp, step: &mut Step) {
        let parts = self.offers(perm_id, quote, now);
        let total: Decimal = parts.iter().map(|part| part.shares).sum();
        if total.is_zero() || total < self.state.order(perm_id).least() || self.hold_for_locate(perm_id, now, step) {
            return;
        }
        for Part { price, shares, against } in parts {
            // A fill may end, or shrink, what it is tied to: on either side.
            let open = |core: &Self, id: i64| {
                let record = core.state.order(id);
                if record.is_ready() { core.workable(record) } else { Decimal::ZERO }
            };
            let shares = shares.min(open(self, perm_id)).min(against.map_or(shares, |id| open(self, id)));
            if shares.is_zero() {
                continue;
            }
            let crossed = against.is_some();
            let liquidity = if incoming { 2 } else { 1 };
            // Both sides have traded before anything follows from either.
            let left = self.trade(&Trade { perm_id, price, shares, crossed, liquidity }, now, step);
            let other = against.map(|perm_id| {
                (perm_id, self.trade(&Trade { perm_id, price, shares, crossed, liquidity: 1 }, now, step))
            });
            self.after_fill(perm_id, shares, left, now, step);
            if let Some((perm_id, left)) = other {
                self.after_fill(perm_id, shares, left, now, step);
            }
            let record = self.state.order(perm_id);
            if record.is_live() && record.terms.kind == Kind::MarketToLimit && record.limit().is_none() {
                self.commit(step, Change::Priced { perm_id, stop: None, limit: Some(price), at: now });
                self.report(perm_id, step);
            }
        }
    }

    /// Fills all that remains of an order at one price, as an auction does.
    pub(super) fn fill_whole(&mut self, perm_id: i64, price: Decimal, now: Timestamp, step: &mut Step) {
        let shares = self.workable(self.state.order(perm_id));
        if shares > Decimal::ZERO {
            let left = self.trade(&Trade { perm_id, price, shares, crossed: true, liquidity: 0 }, now, step);
            self.after_fill(perm_id, shares, left, now, step);
        }
    }

    /// Fills one side and tells its owner. Returns what it had to fill before.
    fn trade(&mut self, trade: &Trade, now: Timestamp, step: &mut Step) -> Decimal {
        let Trade { perm_id, price, shares, crossed, liquidity } = *trade;
        let record = self.state.order(perm_id);
        let remaining = record.remaining();
        let (filled, value) = (record.filled + shares, record.value + shares * price);
        let (account, instrument) = (record.account, record.instrument);
        let fill = self.chargeable(account, instrument, record.filled, shares, price, now);
        let charged = commission::charge(record.charged, &fill);
        let rate = self.rate(self.state.asset(instrument).currency, now);
        let number = self.state.next_execution();
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
            last_liquidity: liquidity,
            submitter: String::new(),
        };
        let executed = Executed { execution: Arc::new(execution), charged, rate, crossed };
        self.commit(step, Change::Executed(Box::new(executed)));
        self.report_fill(perm_id, step);
        self.traded.insert((account, instrument));
        remaining
    }
}

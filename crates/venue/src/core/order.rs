//! An order the venue took in, and its line in the ledger.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::{Contract, Execution, Order, Status};

use super::change::{Accepted, Replaced};
use super::commission::Charged;
use super::kind::TriggerMethod;
use super::trigger::trailing_limit;
use super::{Kind, Side, Terms, Tif};

/// How long before the close the closing auction takes no more changes.
pub(super) const LOCK_IN: SignedDuration = SignedDuration::from_mins(10);

/// An execution with its money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The execution.
    pub execution: Arc<Execution>,
    /// Its commission.
    pub commission: Decimal,
    /// Profit it realised; `None` if it only opened.
    pub realized: Option<Decimal>,
}

/// An order and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OrderRecord {
    pub(super) perm_id: i64,
    pub(super) client_id: i32,
    pub(super) order_id: i32,
    pub(super) instrument: usize,
    pub(super) con_id: i32,
    /// At the destination ordered.
    pub(super) contract: Arc<Contract>,
    pub(super) account: usize,
    pub(super) terms: Terms,
    /// As reports carry it.
    pub(super) order: Arc<Order>,
    pub(super) status: Status,
    pub(super) held: bool,
    pub(super) parent: Option<i64>,
    pub(super) waiting: bool,
    /// `false`: read and refused.
    pub(super) accepted: bool,
    /// Entered by hand.
    pub(super) manual: bool,
    /// Its conditions have not come about.
    pub(super) unmet: bool,
    /// Executions of the venue before it.
    pub(super) fills_before: usize,
    /// Its time to start has not come.
    pub(super) asleep: bool,
    /// Waits for shares to borrow.
    pub(super) locating: bool,
    pub(super) triggered: bool,
    /// Where its stop is now, if it follows the market.
    pub(super) stop_now: Option<Decimal>,
    /// Where its limit is now, if the market made it.
    pub(super) limit_now: Option<Decimal>,
    /// Place among orders of its price: a later number is behind.
    pub(super) rank: u64,
    pub(super) filled: Decimal,
    pub(super) value: Decimal,
    pub(super) charged: Charged,
    pub(super) last_price: Decimal,
    pub(super) reserve: Decimal,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) accepted_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) reason: String,
    pub(super) fills: Vec<Fill>,
    pub(super) modifications: Vec<LedgerModification>,
}

/// Where a working order waits for the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Market,
    Limit(Side, Decimal),
    Stop(Side, Decimal),
    /// Looked at in every second: its price moves, or it waits for something other than a last price.
    Watch,
}

impl OrderRecord {
    pub(super) fn new(
        accepted: &Accepted,
        instrument: usize,
        contract: Arc<Contract>,
        rank: u64,
        fills_before: usize,
    ) -> Self {
        Self {
            perm_id: accepted.perm_id,
            client_id: accepted.client_id,
            order_id: accepted.order_id,
            instrument,
            con_id: accepted.con_id,
            contract,
            account: accepted.account,
            terms: accepted.terms,
            order: Arc::clone(&accepted.order),
            status: if accepted.held { Status::PendingSubmit } else { Status::PreSubmitted },
            held: accepted.held,
            parent: accepted.parent,
            waiting: accepted.waiting,
            accepted: true,
            manual: accepted.order_id == 0,
            unmet: waits_for_conditions(&accepted.order),
            fills_before,
            asleep: accepted.terms.starts_at.is_some(),
            locating: false,
            triggered: false,
            stop_now: None,
            limit_now: None,
            rank,
            filled: Decimal::ZERO,
            value: Decimal::ZERO,
            charged: Charged::default(),
            last_price: Decimal::ZERO,
            reserve: accepted.reserve,
            expires_at: accepted.expires_at,
            accepted_at: accepted.at,
            updated_at: accepted.at,
            reason: String::new(),
            fills: Vec::new(),
            modifications: Vec::new(),
        }
    }

    pub(super) fn remaining(&self) -> Decimal {
        self.terms.quantity - self.filled
    }

    pub(super) fn average_price(&self) -> Decimal {
        if self.filled.is_zero() { Decimal::ZERO } else { (self.value / self.filled).round_dp(8).normalize() }
    }

    pub(super) fn is_live(&self) -> bool {
        is_live(self.status)
    }

    /// Waits for a price that has not been reached.
    pub(super) fn is_armed(&self) -> bool {
        self.terms.kind.is_triggered() && !self.triggered
    }

    /// The limit it works at.
    pub(super) fn limit(&self) -> Option<Decimal> {
        self.limit_now.or(self.terms.kind.limit())
    }

    /// The stop it waits for.
    pub(super) fn stop(&self) -> Option<Decimal> {
        self.stop_now.or(self.terms.kind.stop())
    }

    /// Whether nothing but its conditions keeps it: sent out, its parent filled, its time come, its
    /// shares located.
    fn is_up(&self) -> bool {
        !self.held && !self.waiting && !self.asleep && !self.locating && self.is_live()
    }

    /// Whether it may do something at all.
    pub(super) fn is_ready(&self) -> bool {
        self.is_up() && !self.unmet
    }

    /// Whether its conditions are to be looked at.
    pub(super) fn is_conditional(&self) -> bool {
        self.is_up() && (self.unmet || (self.order.conditions_cancel_order && !self.order.conditions.is_empty()))
    }

    /// When time alone next does something to it: it starts, trades in its auction, or ends.
    pub(super) fn alarm(&self) -> Option<Timestamp> {
        let start = self.terms.starts_at.filter(|_| self.asleep);
        match (start, self.expires_at) {
            (Some(start), Some(end)) => Some(start.min(end)),
            (start, end) => start.or(end),
        }
    }

    /// Whether it belongs to its closing auction: from ten minutes before the close on, exchanges take
    /// neither cancels nor changes of on-close orders (NYSE Rule 7.35B, Nasdaq Rule 4702).
    pub(super) fn is_locked_in(&self, now: Timestamp) -> bool {
        self.terms.kind.is_on_close() && self.is_ready() && self.expires_at.is_some_and(|close| close - LOCK_IN <= now)
    }

    /// Where it waits; `None` while it may not do anything, and for orders of an auction.
    pub(super) fn slot(&self) -> Option<Slot> {
        if !self.is_ready() || self.terms.is_auction() {
            return None;
        }
        let side = self.terms.side;
        let priced = || self.limit().map_or(Slot::Market, |limit| Slot::Limit(side, limit));
        Some(match self.terms.kind {
            Kind::Market | Kind::Limit { .. } | Kind::MarketToLimit => priced(),
            Kind::Stop { stop } | Kind::StopLimit { stop, .. }
                if !self.triggered && self.terms.trigger == TriggerMethod::Last =>
            {
                Slot::Stop(side, stop)
            }
            Kind::Stop { .. }
            | Kind::StopLimit { .. }
            | Kind::Trail { .. }
            | Kind::TrailLimit { .. }
            | Kind::MarketIfTouched { .. }
            | Kind::LimitIfTouched { .. } => {
                if self.triggered {
                    priced()
                } else {
                    Slot::Watch
                }
            }
            Kind::MidPrice { .. } => Slot::Watch,
            Kind::MarketOnClose | Kind::LimitOnClose { .. } => return None,
        })
    }

    /// The fewest shares its next fill may be of.
    pub(super) fn least(&self) -> Decimal {
        let whole = self.terms.all_or_none || self.terms.tif == Tif::Fok;
        match self.terms.min_qty {
            _ if whole => self.remaining(),
            Some(least) if self.filled.is_zero() => least.min(self.remaining()),
            Some(_) | None => Decimal::ZERO,
        }
    }

    /// Takes new terms. A change of price or a larger quantity goes to the back of the queue.
    pub(super) fn replace(&mut self, replaced: &Replaced, rank: u64) {
        let (old, new) = (self.terms, replaced.terms);
        self.note(LedgerModification { at: replaced.at, from: old, to: new });
        if old.kind != new.kind {
            let (was, is) = (old.kind, new.kind);
            let trails_alike = was.distance().is_some() && was.distance() == is.distance();
            let waits_alike = (was.stop(), was.touch(), was.distance()) == (is.stop(), is.touch(), is.distance());
            if !(waits_alike || (self.triggered && trails_alike)) {
                self.triggered = false;
                self.stop_now = None;
            }
            self.limit_now = self.stop_now.and_then(|stop| trailing_limit(is, new.side, stop));
        }
        if old.kind != new.kind || new.quantity > old.quantity {
            self.rank = rank;
        }
        self.asleep = new.starts_at.is_some() && (self.asleep || new.starts_at != old.starts_at);
        if self.order.conditions != replaced.order.conditions {
            self.unmet = waits_for_conditions(&replaced.order);
        }
        self.terms = new;
        self.order = Arc::clone(&replaced.order);
        self.price(self.stop_now, self.limit_now);
        self.expires_at = replaced.expires_at;
        self.reserve = replaced.reserve;
    }

    fn note(&mut self, modification: LedgerModification) {
        if self.modifications.is_empty() {
            // Few orders change more than once: no room is kept for it.
            self.modifications.reserve_exact(1);
        }
        self.modifications.push(modification);
    }

    /// Takes prices that the market gave it; `None`: as before.
    pub(super) fn price(&mut self, stop: Option<Decimal>, limit: Option<Decimal>) {
        self.stop_now = stop.or(self.stop_now);
        self.limit_now = limit.or(self.limit_now);
        if self.stop_now.is_some() || self.limit_now.is_some() {
            let reported = Arc::make_mut(&mut self.order);
            reported.trail_stop_price = self.stop_now.or(reported.trail_stop_price);
            reported.lmt_price = self.limit_now.or(reported.lmt_price);
        }
    }

    /// Takes a smaller quantity, and gives back its share of the reserve.
    pub(super) fn reduce(&mut self, quantity: Decimal, at: Timestamp) {
        let remaining = self.remaining();
        let to = Terms { quantity, ..self.terms };
        self.note(LedgerModification { at, from: self.terms, to });
        self.terms = to;
        Arc::make_mut(&mut self.order).total_quantity = Some(quantity);
        if !remaining.is_zero() {
            self.reserve = (self.reserve * self.remaining() / remaining).round_dp(8);
        }
    }

    pub(super) fn why_held(&self) -> &'static str {
        match self.is_live() {
            true if self.locating => "locate",
            true if self.is_armed() => "trigger",
            true | false => "",
        }
    }

    pub(super) fn ledger(&self, account: &str, symbol: &str) -> LedgerOrder {
        LedgerOrder {
            order_ref: self.order.order_ref.clone(),
            client_id: self.client_id,
            order_id: self.order_id,
            perm_id: self.perm_id,
            account: account.to_owned(),
            con_id: self.con_id,
            symbol: symbol.to_owned(),
            side: self.terms.side,
            order_type: self.terms.kind.as_str().to_owned(),
            tif: self.terms.tif.as_str().to_owned(),
            total_qty: self.terms.quantity,
            filled_qty: self.filled,
            limit_price: self.limit(),
            stop_price: self.stop().or(self.terms.kind.touch()),
            avg_price: self.average_price(),
            commission: self.charged.commission,
            status: self.status,
            reason: self.reason.clone(),
            accepted_at: self.accepted_at,
            updated_at: self.updated_at,
            modifications: self.modifications.clone(),
            executions: self.fills.iter().map(LedgerExecution::of).collect(),
        }
    }
}

/// Whether an order waits for its conditions before it works.
fn waits_for_conditions(order: &Order) -> bool {
    !order.conditions.is_empty() && !order.conditions_cancel_order
}

/// Whether an order of this status may still do something.
pub(super) fn is_live(status: Status) -> bool {
    match status {
        Status::ApiPending
        | Status::PendingSubmit
        | Status::PendingCancel
        | Status::PreSubmitted
        | Status::Submitted => true,
        Status::ApiCancelled | Status::Cancelled | Status::Filled | Status::Inactive => false,
    }
}

/// One line of the ledger: an order that was accepted, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerOrder {
    /// The client's own reference.
    pub order_ref: String,
    /// Owner.
    pub client_id: i32,
    /// The owner's id.
    pub order_id: i32,
    /// The broker's id.
    pub perm_id: i64,
    /// Account.
    pub account: String,
    /// Contract.
    pub con_id: i32,
    /// Symbol.
    pub symbol: String,
    /// Side.
    pub side: Side,
    /// IBKR's word: `MKT`, `LMT`, `STP`, `STP LMT`, `TRAIL` …
    pub order_type: String,
    /// `DAY`, `GTC`, `IOC`, `FOK`, `GTD`, `OPG`.
    pub tif: String,
    /// Shares ordered, as last modified.
    pub total_qty: Decimal,
    /// Shares filled.
    pub filled_qty: Decimal,
    /// Limit, where the market has moved it.
    pub limit_price: Option<Decimal>,
    /// Stop or trigger, where the market has moved it.
    pub stop_price: Option<Decimal>,
    /// Average price of the fills, 0 without one.
    pub avg_price: Decimal,
    /// Commissions so far.
    pub commission: Decimal,
    /// Status.
    pub status: Status,
    /// Why it ended, empty otherwise.
    pub reason: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When anything last happened to it.
    pub updated_at: Timestamp,
    /// Earlier terms, oldest first.
    pub modifications: Vec<LedgerModification>,
    /// Executions, oldest first.
    pub executions: Vec<LedgerExecution>,
}

/// A change of terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerModification {
    /// When.
    pub at: Timestamp,
    /// Terms before.
    pub from: Terms,
    /// Terms after.
    pub to: Terms,
}

/// An execution in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerExecution {
    /// Id.
    pub exec_id: String,
    /// When.
    pub at: Timestamp,
    /// Shares.
    pub quantity: Decimal,
    /// Price.
    pub price: Decimal,
    /// Commission.
    pub commission: Decimal,
    /// Profit realised; `null` if it only opened.
    pub realized_pnl: Option<Decimal>,
}

impl LedgerExecution {
    fn of(fill: &Fill) -> Self {
        Self {
            exec_id: fill.execution.exec_id.clone(),
            at: fill.execution.time,
            quantity: fill.execution.shares,
            price: fill.execution.price,
            commission: fill.commission,
            realized_pnl: fill.realized,
        }
    }
}

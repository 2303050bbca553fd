//! An order the venue took in, and its line in the ledger.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use tws::model::{Execution, Order, Status};

use super::change::Accepted;
use super::{Kind, Side, Terms};

/// An execution with its money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The execution.
    pub execution: Arc<Execution>,
    /// Its commission.
    pub commission: Decimal,
    /// Profit it realised; `None` if it only opened.
    pub realized: Option<Decimal>,
}

/// An order and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OrderRecord {
    pub(super) perm_id: i64,
    pub(super) client_id: i32,
    pub(super) order_id: i32,
    pub(super) instrument: usize,
    pub(super) con_id: i32,
    pub(super) exchange: String,
    pub(super) account: usize,
    pub(super) terms: Terms,
    /// As reports carry it.
    pub(super) order: Arc<Order>,
    pub(super) status: Status,
    pub(super) held: bool,
    pub(super) parent: Option<i64>,
    pub(super) waiting: bool,
    pub(super) triggered: bool,
    pub(super) filled: Decimal,
    pub(super) value: Decimal,
    pub(super) commission: Decimal,
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
}

impl OrderRecord {
    pub(super) fn new(accepted: &Accepted, instrument: usize) -> Self {
        Self {
            perm_id: accepted.perm_id,
            client_id: accepted.client_id,
            order_id: accepted.order_id,
            instrument,
            con_id: accepted.con_id,
            exchange: accepted.exchange.clone(),
            account: accepted.account,
            terms: accepted.terms,
            order: Arc::clone(&accepted.order),
            status: if accepted.held { Status::PendingSubmit } else { Status::PreSubmitted },
            held: accepted.held,
            parent: accepted.parent,
            waiting: accepted.waiting,
            triggered: false,
            filled: Decimal::ZERO,
            value: Decimal::ZERO,
            commission: Decimal::ZERO,
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

    /// A stop that has not been reached.
    pub(super) fn is_armed(&self) -> bool {
        self.terms.kind.stop().is_some() && !self.triggered
    }

    /// Where it waits; `None` while it is held, waits for its parent, or has ended.
    pub(super) fn slot(&self) -> Option<Slot> {
        if self.held || self.waiting || !self.is_live() {
            return None;
        }
        let side = self.terms.side;
        Some(match self.terms.kind {
            Kind::Market => Slot::Market,
            Kind::Limit { limit } => Slot::Limit(side, limit),
            Kind::Stop { .. } if self.triggered => Slot::Market,
            Kind::StopLimit { limit, .. } if self.triggered => Slot::Limit(side, limit),
            Kind::Stop { stop } | Kind::StopLimit { stop, .. } => Slot::Stop(side, stop),
        })
    }

    pub(super) fn why_held(&self) -> &'static str {
        if self.is_live() && self.is_armed() { "trigger" } else { "" }
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
            limit_price: self.terms.kind.limit(),
            stop_price: self.terms.kind.stop(),
            avg_price: self.average_price(),
            commission: self.commission,
            status: self.status,
            reason: self.reason.clone(),
            accepted_at: self.accepted_at,
            updated_at: self.updated_at,
            modifications: self.modifications.clone(),
            executions: self.fills.iter().map(LedgerExecution::of).collect(),
        }
    }
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
    /// `MKT`, `LMT`, `STP`, `STP LMT`.
    pub order_type: String,
    /// `DAY`, `GTC`, `IOC`, `FOK`, `GTD`.
    pub tif: String,
    /// Shares ordered, as last modified.
    pub total_qty: Decimal,
    /// Shares filled.
    pub filled_qty: Decimal,
    /// Limit.
    pub limit_price: Option<Decimal>,
    /// Stop.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

//! An order as its client hears of it.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{
    CommissionReport, CompletedOrder, Contract, ExecutionDetails, NO_REQ_ID, Notice, OpenOrder, Order, OrderState,
    OrderStatus, Reply, Status,
};

use super::asset::Currency;
use super::desk::{ConnId, Core, Step};
use super::order::{Fill, OrderRecord};
use super::trigger::trailing_limit;
use super::{Distance, Kind, Terms};
use crate::market::mix;

/// One order in so many hears of its fills by status first.
const STATUS_FIRST_ONE_IN: u64 = 8;

/// The order as reports carry it: as sent, with the broker's own fields filled in.
pub(super) fn complete(order: &mut Order, client_id: i32, order_id: i32, perm_id: i64, terms: &Terms, account: &str) {
    order.client_id = Some(client_id);
    order.order_id = Some(order_id);
    order.perm_id = Some(perm_id);
    account.clone_into(&mut order.account);
    terms.tif.as_str().clone_into(&mut order.tif);
    let kind = terms.kind;
    order.total_quantity = Some(terms.quantity);
    let trailing = kind.stop().and_then(|stop| trailing_limit(kind, terms.side, stop));
    order.lmt_price = Some(kind.limit().or(trailing).unwrap_or_default());
    order.aux_price = Some(match kind.distance() {
        Some(Distance::Amount(amount)) => amount,
        Some(Distance::Percent(_)) => Decimal::ZERO,
        None => kind.stop().or(kind.touch()).unwrap_or_default(),
    });
    if kind.distance().is_some() {
        order.trail_stop_price = kind.stop();
    }
    if let Kind::TrailLimit { offset, .. } = kind {
        order.lmt_price_offset = Some(offset);
    }
}

pub(super) fn status(record: &OrderRecord) -> OrderStatus {
    OrderStatus {
        order_id: record.order_id,
        status: record.status,
        filled: record.filled,
        remaining: record.remaining(),
        avg_fill_price: record.average_price(),
        perm_id: record.perm_id,
        parent_id: record.order.parent_id.unwrap_or(0),
        last_fill_price: record.last_price,
        client_id: record.client_id,
        why_held: record.why_held().to_owned(),
        mkt_cap_price: Decimal::ZERO,
    }
}

pub(super) fn commission(fill: &Fill, currency: Currency) -> CommissionReport {
    CommissionReport {
        exec_id: fill.execution.exec_id.clone(),
        commission: fill.commission,
        currency: currency.to_string(),
        realized_pnl: fill.realized,
    }
}

impl Core {
    /// Where the owner of an order listens, if it does.
    pub(super) fn owner(&self, record: &OrderRecord) -> Option<ConnId> {
        // A manual order is nobody's until it is bound.
        self.by_client.get(&record.client_id).copied().filter(|_| record.order_id != 0)
    }

    pub(super) fn open_order(&self, record: &OrderRecord) -> Reply {
        let mut state = OrderState::of(record.status);
        if record.status == Status::Filled {
            state.commission = Some(record.charged.commission);
            state.commission_currency = self.commission_currency(record.instrument).to_string();
        }
        if record.status == Status::Inactive {
            state.reject_reason.clone_from(&record.reason);
        }
        Reply::OpenOrder(Box::new(OpenOrder {
            order_id: record.order_id,
            contract: Arc::clone(&record.contract),
            order: Arc::clone(&record.order),
            state,
        }))
    }

    /// Tells the owner how its order stands: the order and its status.
    pub(super) fn report(&self, perm_id: i64, step: &mut Step) {
        let record = self.state.order(perm_id);
        if let Some(conn) = self.owner(record) {
            step.send(conn, self.open_order(record));
            step.send(conn, Reply::OrderStatus(status(record)));
        }
    }

    /// Tells the owner of an order's status alone.
    pub(super) fn report_status(&self, perm_id: i64, step: &mut Step) {
        let record = self.state.order(perm_id);
        if let Some(conn) = self.owner(record) {
            step.send(conn, Reply::OrderStatus(status(record)));
        }
    }

    /// A notice about an order to its owner.
    pub(super) fn notify(&self, perm_id: i64, code: i32, text: &str, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        if let Some(conn) = self.owner(record) {
            step.send(conn, Reply::Notice(Notice::about(record.order_id, code, text, now)));
        }
    }

    pub(super) fn execution_details(contract: &Arc<Contract>, fill: &Fill, req_id: i32) -> Reply {
        Reply::ExecutionDetails(Box::new(ExecutionDetails {
            req_id,
            contract: Arc::clone(contract),
            execution: Arc::clone(&fill.execution),
        }))
    }

    /// Tells the owner of a fill: execution, order, status, commission as a rule; order and status before
    /// the execution for one order in a few. The commission is always last.
    pub(super) fn report_fill(&self, perm_id: i64, step: &mut Step) {
        let record = self.state.order(perm_id);
        let (Some(conn), Some(fill)) = (self.owner(record), record.fills.last()) else {
            return;
        };
        let execution = Self::execution_details(&record.contract, fill, NO_REQ_ID);
        let (order, status) = (self.open_order(record), Reply::OrderStatus(status(record)));
        // Both orders occur with IBKR: clients must not rely on either.
        let key = mix(self.market.config().seed, perm_id.unsigned_abs());
        let replies = if key.is_multiple_of(STATUS_FIRST_ONE_IN) {
            [order, status, execution]
        } else {
            [execution, order, status]
        };
        for reply in replies {
            step.send(conn, reply);
        }
        let currency = self.commission_currency(record.instrument);
        step.send(conn, Reply::CommissionReport(commission(fill, currency)));
    }

    pub(super) fn completed_order(record: &OrderRecord) -> Reply {
        let mut order = Order::clone(&record.order);
        // The wire reports what remained, and no order id.
        order.total_quantity = Some(record.remaining());
        order.filled_quantity = Some(record.filled);
        order.order_id = None;
        let mut state = OrderState::of(record.status);
        state.completed_time = Some(record.updated_at);
        state.completed_status = match record.status {
            Status::Filled => format!("Filled Size: {}", record.filled),
            Status::Inactive => format!("Inactive: {}", record.reason),
            Status::ApiPending
            | Status::PendingSubmit
            | Status::PendingCancel
            | Status::PreSubmitted
            | Status::Submitted
            | Status::ApiCancelled
            | Status::Cancelled => record.reason.clone(),
        };
        Reply::CompletedOrder(Box::new(CompletedOrder { contract: Arc::clone(&record.contract), order, state }))
    }
}

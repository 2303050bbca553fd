//! Reports of the broker about orders and trades, in our words.

use crate::contract::{self, some_text};
use crate::decimal;
use crate::zone;
use domain::broker::{BrokerOrder, StatusReport};
use domain::execution::{Commission, Execution, split_correction};
use domain::id::{BrokerOrderId, ClientId, ConId, ExecId, PermId};
use domain::money::{Currency, Money};
use ibapi::contracts::SecurityType;
use ibapi::orders::{CommissionReport, ExecutionData, ExecutionSide, OrderData, OrderStatus};
use rust_decimal::Decimal;

/// Code of the notice that the adapter raises itself when a report of the broker cannot be used, e.g. a trade at a
/// price of zero. It is none of IBKR's codes.
pub const UNREADABLE: i32 = -1_000;

/// An order id, or `None` for manual (negative, zero) and foreign ones.
pub(crate) fn broker_order_id(raw: i32) -> Option<BrokerOrderId> {
    BrokerOrderId::new(i64::from(raw)).ok()
}

pub(crate) fn client_id(raw: i32) -> Option<ClientId> {
    ClientId::new(i64::from(raw)).ok()
}

fn perm_id(raw: i64) -> Option<PermId> {
    PermId::new(raw).ok()
}

fn con_id(raw: i32) -> Option<ConId> {
    ConId::new(i64::from(raw)).ok()
}

/// An open order.
pub(crate) fn open_order(data: &OrderData) -> BrokerOrder {
    BrokerOrder {
        total_qty: decimal::nonzero(data.order.total_quantity),
        filled: None,
        broker_order_id: broker_order_id(data.order_id),
        client_id: client_id(data.order.client_id),
        detail: detail(data),
        ..common(data)
    }
}

/// A completed order. The wire's quantity is what remained, so the size that was ordered is the sum with what was
/// filled; order id and client id are not said.
pub(crate) fn completed_order(data: &OrderData) -> BrokerOrder {
    let filled = decimal::decimal(data.order.filled_quantity);
    let remaining = decimal::decimal(data.order.total_quantity);
    let total = match (filled, remaining) {
        (Some(filled), Some(remaining)) => filled.checked_add(remaining),
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    BrokerOrder {
        total_qty: total.filter(|total| !total.is_zero()),
        filled,
        broker_order_id: None,
        client_id: None,
        detail: detail(data),
        ..common(data)
    }
}

fn common(data: &OrderData) -> BrokerOrder {
    let order = &data.order;
    BrokerOrder {
        account: order.account.parse().ok(),
        con_id: con_id(data.contract.contract_id),
        symbol: data.contract.symbol.to_string(),
        action: order.action.as_str().to_owned(),
        total_qty: None,
        filled: None,
        order_type: order.order_type.clone(),
        limit_price: order.limit_price.and_then(decimal::nonzero),
        aux_price: order.aux_price.and_then(decimal::nonzero),
        trail_percent: order.trailing_percent.and_then(decimal::nonzero),
        tif: order.tif.as_str().to_owned(),
        good_till: zone::timestamp(&order.good_till_date),
        outside_rth: order.outside_rth,
        broker_order_id: None,
        client_id: None,
        perm_id: perm_id(order.perm_id),
        order_ref: order.order_ref.clone(),
        status: data.order_state.status.as_str().to_owned(),
        detail: None,
    }
}

fn detail(data: &OrderData) -> Option<String> {
    let state = &data.order_state;
    some_text(&state.reject_reason)
        .or_else(|| some_text(&state.completed_status))
        .or_else(|| some_text(&state.warning_text))
}

/// A status. `None` when it names no order id of ours to speak of (manual orders have zero or negative ones; their
/// open-order message carries the same status).
pub(crate) fn status(status: &OrderStatus) -> Option<StatusReport> {
    Some(StatusReport {
        broker_order_id: broker_order_id(status.order_id)?,
        client_id: client_id(status.client_id),
        perm_id: perm_id(status.perm_id),
        status: status.status.as_str().to_owned(),
        filled: decimal::size(status.filled),
        remaining: decimal::size(status.remaining),
        avg_px: status.average_fill_price.and_then(decimal::nonzero),
        why_held: status.why_held.clone(),
    })
}

/// A trade, or the taking back of one.
#[derive(Debug)]
pub(crate) enum Trade {
    /// It counts.
    Done(Box<Execution>),
    /// The trade of this family does not count any more.
    Busted(ExecId),
}

/// A trade. A later version of one that is for nothing takes it back; IBKR documents corrections only, so a bust that
/// comes in any other shape shows as a position that differs.
///
/// # Errors
/// See [`execution`].
pub(crate) fn trade(data: &ExecutionData) -> Result<Trade, String> {
    if data.execution.shares == 0.0
        && let Ok(exec_id) = data.execution.execution_id.parse::<ExecId>()
        && split_correction(&exec_id).1.parse::<u64>().is_ok_and(|version| version > 1)
    {
        return Ok(Trade::Busted(exec_id));
    }
    execution(data).map(|execution| Trade::Done(Box::new(execution)))
}

/// A trade.
///
/// # Errors
/// What is missing or senseless in it, in words. Nothing is filled in.
fn execution(data: &ExecutionData) -> Result<Execution, String> {
    let execution = &data.execution;
    let id = &execution.execution_id;
    let exec_id: ExecId = id.parse().map_err(|error| format!("execution {id:?}: {error}"))?;
    let unreadable = |what: &str| format!("execution {exec_id}: {what}");
    Ok(Execution {
        account: execution.account_number.parse().map_err(|_| unreadable("no account"))?,
        con_id: con_id(data.contract.contract_id).ok_or_else(|| unreadable("no contract id"))?,
        symbol: data.contract.symbol.to_string(),
        terms: contract::terms(&data.contract),
        is_buy: match execution.side {
            ExecutionSide::Bought => true,
            ExecutionSide::Sold => false,
        },
        last_qty: decimal::qty(execution.shares).ok_or_else(|| unreadable("no quantity"))?,
        last_px: decimal::price(execution.price).ok_or_else(|| unreadable("no price"))?,
        is_cash: data.contract.security_type == SecurityType::ForexPair,
        exchange: execution.exchange.clone(),
        executed_at: zone::timestamp(&execution.time),
        broker_order_id: broker_order_id(execution.order_id),
        client_id: client_id(execution.client_id),
        perm_id: perm_id(execution.perm_id),
        order_ref: execution.order_reference.clone(),
        commission: None,
        exec_id,
    })
}

/// A commission. `None` when it is not said yet: the library turns an absent amount into zero, so zero is unknown.
pub(crate) fn commission(report: &CommissionReport) -> Option<(ExecId, Commission)> {
    let exec_id = report.execution_id.parse().ok()?;
    let currency: Currency = report.currency.parse().ok()?;
    let amount: Decimal = decimal::nonzero(report.commission)?;
    let commission =
        Commission { amount: Money { amount, currency }, realized_pnl: decimal::optional(report.realized_pnl) };
    Some((exec_id, commission))
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;

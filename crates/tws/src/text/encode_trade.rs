//! Progress of orders, executions and commissions.

use super::body::{Body, UNSET_DOUBLE};
use super::encode_contract::{self, NO_RIGHT};
use super::since;
use crate::model::{CommissionReport, ExecutionDetails, OrderStatus};
use crate::protobuf::contract_to_wire;

/// Progress of an order (message 3).
pub(super) fn order_status(body: &mut Body<'_>, status: &OrderStatus) {
    body.int(status.order_id)
        .text(status.status.as_str())
        .decimal(status.filled)
        .decimal(status.remaining)
        .decimal(status.avg_fill_price)
        .int(status.perm_id)
        .int(status.parent_id)
        .decimal(status.last_fill_price)
        .int(status.client_id)
        .text(&status.why_held)
        .decimal(status.mkt_cap_price);
}

/// An execution with its contract (message 11).
pub(super) fn execution_details(body: &mut Body<'_>, details: &ExecutionDetails) {
    let execution = &details.execution;
    body.int(details.req_id).int(execution.order_id);
    encode_contract::named(body, &contract_to_wire(&details.contract), NO_RIGHT);
    body.text(&execution.exec_id)
        .date_time(execution.time)
        .text(&execution.account)
        .text(&execution.exchange)
        .text(execution.side.as_str())
        .decimal(execution.shares)
        .decimal(execution.price)
        .int(execution.perm_id)
        .int(execution.client_id)
        .flag(execution.liquidation)
        .decimal(execution.cum_qty)
        .decimal(execution.avg_price)
        .text(&execution.order_ref);
    // Economic value rule and multiplier.
    body.empty(2).text(&execution.model_code).int(execution.last_liquidity);
    if body.since(since::PENDING_PRICE_REVISION) {
        body.flag(false);
    }
    if body.since(since::SUBMITTER) {
        body.text(&execution.submitter);
    }
}

/// Commission of an execution (message 59).
pub(super) fn commission_report(body: &mut Body<'_>, report: &CommissionReport) {
    body.text(&report.exec_id)
        .decimal(report.commission)
        .text(&report.currency)
        .decimal_or(report.realized_pnl, UNSET_DOUBLE);
    // Yield, and the date a bond is redeemed at it.
    body.text(UNSET_DOUBLE).text("");
}

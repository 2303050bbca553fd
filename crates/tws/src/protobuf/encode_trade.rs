//! Orders, their status, executions and commissions.

use super::encode::{contract, some};
use super::order;
use super::schema as wire;
use crate::model::{CommissionReport, CompletedOrder, Execution, ExecutionDetails, OpenOrder, OrderState, OrderStatus};
use crate::number::{double, text};
use crate::time;

pub(super) fn open_order(open: &OpenOrder) -> wire::OpenOrder {
    wire::OpenOrder {
        order_id: Some(open.order_id),
        contract: Some(contract(&open.contract)),
        order: Some(order::encode(&open.order)),
        order_state: Some(order_state(&open.state)),
    }
}

pub(super) fn completed_order(completed: &CompletedOrder) -> wire::CompletedOrder {
    wire::CompletedOrder {
        contract: Some(contract(&completed.contract)),
        order: Some(order::encode(&completed.order)),
        order_state: Some(order_state(&completed.state)),
    }
}

/// What stands beside an order.
pub(crate) fn order_state(state: &OrderState) -> wire::OrderState {
    wire::OrderState {
        status: Some(state.status.as_str().to_owned()),
        init_margin_before: state.init_margin_before.map(double),
        maint_margin_before: state.maint_margin_before.map(double),
        equity_with_loan_before: state.equity_with_loan_before.map(double),
        init_margin_change: state.init_margin_change.map(double),
        maint_margin_change: state.maint_margin_change.map(double),
        equity_with_loan_change: state.equity_with_loan_change.map(double),
        init_margin_after: state.init_margin_after.map(double),
        maint_margin_after: state.maint_margin_after.map(double),
        equity_with_loan_after: state.equity_with_loan_after.map(double),
        commission_and_fees: state.commission.map(double),
        min_commission_and_fees: state.min_commission.map(double),
        max_commission_and_fees: state.max_commission.map(double),
        commission_and_fees_currency: some(&state.commission_currency),
        margin_currency: some(&state.margin_currency),
        reject_reason: some(&state.reject_reason),
        warning_text: some(&state.warning_text),
        completed_time: state.completed_time.map(time::format_zoned),
        completed_status: some(&state.completed_status),
        ..wire::OrderState::default()
    }
}

pub(super) fn order_status(status: &OrderStatus) -> wire::OrderStatus {
    wire::OrderStatus {
        order_id: Some(status.order_id),
        status: Some(status.status.as_str().to_owned()),
        filled: Some(text(status.filled)),
        remaining: Some(text(status.remaining)),
        avg_fill_price: Some(double(status.avg_fill_price)),
        perm_id: Some(status.perm_id),
        parent_id: Some(status.parent_id),
        last_fill_price: Some(double(status.last_fill_price)),
        client_id: Some(status.client_id),
        why_held: some(&status.why_held),
        mkt_cap_price: Some(double(status.mkt_cap_price)),
    }
}

pub(super) fn execution_details(details: &ExecutionDetails) -> wire::ExecutionDetails {
    wire::ExecutionDetails {
        req_id: Some(details.req_id),
        contract: Some(contract(&details.contract)),
        execution: Some(execution(&details.execution)),
    }
}

fn execution(execution: &Execution) -> wire::Execution {
    wire::Execution {
        order_id: Some(execution.order_id),
        exec_id: Some(execution.exec_id.clone()),
        time: Some(time::format_zoned(execution.time)),
        acct_number: Some(execution.account.clone()),
        exchange: Some(execution.exchange.clone()),
        side: Some(execution.side.as_str().to_owned()),
        shares: Some(text(execution.shares)),
        price: Some(double(execution.price)),
        perm_id: Some(execution.perm_id),
        client_id: Some(execution.client_id),
        is_liquidation: execution.liquidation.then_some(true),
        cum_qty: Some(text(execution.cum_qty)),
        avg_price: Some(double(execution.avg_price)),
        order_ref: some(&execution.order_ref),
        model_code: some(&execution.model_code),
        last_liquidity: Some(execution.last_liquidity),
        submitter: some(&execution.submitter),
        ..wire::Execution::default()
    }
}

pub(super) fn commission_report(report: &CommissionReport) -> wire::CommissionAndFeesReport {
    wire::CommissionAndFeesReport {
        exec_id: Some(report.exec_id.clone()),
        commission_and_fees: Some(double(report.commission)),
        currency: Some(report.currency.clone()),
        realized_pnl: report.realized_pnl.map(double),
        ..wire::CommissionAndFeesReport::default()
    }
}

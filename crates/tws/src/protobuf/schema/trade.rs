//! Order placement, status, executions and commissions on the wire.

use super::contract::Contract;
use super::order::Order;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AttachedOrders {
    #[prost(int32, optional, tag = "1")]
    pub(crate) sl_order_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) sl_order_type: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) pt_order_id: Option<i32>,
    #[prost(string, optional, tag = "4")]
    pub(crate) pt_order_type: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PlaceOrderRequest {
    #[prost(int32, optional, tag = "1")]
    pub(crate) order_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub(crate) order: Option<Order>,
    #[prost(message, optional, tag = "4")]
    pub(crate) attached_orders: Option<AttachedOrders>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderCancel {
    #[prost(string, optional, tag = "1")]
    pub(crate) manual_order_cancel_time: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) ext_operator: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) manual_order_indicator: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CancelOrderRequest {
    #[prost(int32, optional, tag = "1")]
    pub(crate) order_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) order_cancel: Option<OrderCancel>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GlobalCancelRequest {
    #[prost(message, optional, tag = "1")]
    pub(crate) order_cancel: Option<OrderCancel>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AutoOpenOrdersRequest {
    #[prost(bool, optional, tag = "1")]
    pub(crate) auto_bind: Option<bool>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CompletedOrdersRequest {
    #[prost(bool, optional, tag = "1")]
    pub(crate) api_only: Option<bool>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderState {
    #[prost(string, optional, tag = "1")]
    pub(crate) status: Option<String>,
    #[prost(double, optional, tag = "2")]
    pub(crate) init_margin_before: Option<f64>,
    #[prost(double, optional, tag = "3")]
    pub(crate) maint_margin_before: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub(crate) equity_with_loan_before: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub(crate) init_margin_change: Option<f64>,
    #[prost(double, optional, tag = "6")]
    pub(crate) maint_margin_change: Option<f64>,
    #[prost(double, optional, tag = "7")]
    pub(crate) equity_with_loan_change: Option<f64>,
    #[prost(double, optional, tag = "8")]
    pub(crate) init_margin_after: Option<f64>,
    #[prost(double, optional, tag = "9")]
    pub(crate) maint_margin_after: Option<f64>,
    #[prost(double, optional, tag = "10")]
    pub(crate) equity_with_loan_after: Option<f64>,
    #[prost(double, optional, tag = "11")]
    pub(crate) commission_and_fees: Option<f64>,
    #[prost(double, optional, tag = "12")]
    pub(crate) min_commission_and_fees: Option<f64>,
    #[prost(double, optional, tag = "13")]
    pub(crate) max_commission_and_fees: Option<f64>,
    #[prost(string, optional, tag = "14")]
    pub(crate) commission_and_fees_currency: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub(crate) margin_currency: Option<String>,
    #[prost(double, optional, tag = "16")]
    pub(crate) init_margin_before_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "17")]
    pub(crate) maint_margin_before_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "18")]
    pub(crate) equity_with_loan_before_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "19")]
    pub(crate) init_margin_change_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "20")]
    pub(crate) maint_margin_change_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "21")]
    pub(crate) equity_with_loan_change_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "22")]
    pub(crate) init_margin_after_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "23")]
    pub(crate) maint_margin_after_outside_rth: Option<f64>,
    #[prost(double, optional, tag = "24")]
    pub(crate) equity_with_loan_after_outside_rth: Option<f64>,
    #[prost(string, optional, tag = "25")]
    pub(crate) suggested_size: Option<String>,
    #[prost(string, optional, tag = "26")]
    pub(crate) reject_reason: Option<String>,
    #[prost(string, optional, tag = "28")]
    pub(crate) warning_text: Option<String>,
    #[prost(string, optional, tag = "29")]
    pub(crate) completed_time: Option<String>,
    #[prost(string, optional, tag = "30")]
    pub(crate) completed_status: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OpenOrder {
    #[prost(int32, optional, tag = "1")]
    pub(crate) order_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub(crate) order: Option<Order>,
    #[prost(message, optional, tag = "4")]
    pub(crate) order_state: Option<OrderState>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderStatus {
    #[prost(int32, optional, tag = "1")]
    pub(crate) order_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) status: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) filled: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) remaining: Option<String>,
    #[prost(double, optional, tag = "5")]
    pub(crate) avg_fill_price: Option<f64>,
    #[prost(int64, optional, tag = "6")]
    pub(crate) perm_id: Option<i64>,
    #[prost(int32, optional, tag = "7")]
    pub(crate) parent_id: Option<i32>,
    #[prost(double, optional, tag = "8")]
    pub(crate) last_fill_price: Option<f64>,
    #[prost(int32, optional, tag = "9")]
    pub(crate) client_id: Option<i32>,
    #[prost(string, optional, tag = "10")]
    pub(crate) why_held: Option<String>,
    #[prost(double, optional, tag = "11")]
    pub(crate) mkt_cap_price: Option<f64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CompletedOrder {
    #[prost(message, optional, tag = "1")]
    pub(crate) contract: Option<Contract>,
    #[prost(message, optional, tag = "2")]
    pub(crate) order: Option<Order>,
    #[prost(message, optional, tag = "3")]
    pub(crate) order_state: Option<OrderState>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ExecutionFilter {
    #[prost(int32, optional, tag = "1")]
    pub(crate) client_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) acct_code: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) time: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) symbol: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(crate) sec_type: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) exchange: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) side: Option<String>,
    #[prost(int32, optional, tag = "8")]
    pub(crate) last_n_days: Option<i32>,
    #[prost(int32, repeated, tag = "9")]
    pub(crate) specific_dates: Vec<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ExecutionRequest {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) execution_filter: Option<ExecutionFilter>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Execution {
    #[prost(int32, optional, tag = "1")]
    pub(crate) order_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) exec_id: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) time: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) acct_number: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(crate) exchange: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) side: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) shares: Option<String>,
    #[prost(double, optional, tag = "8")]
    pub(crate) price: Option<f64>,
    #[prost(int64, optional, tag = "9")]
    pub(crate) perm_id: Option<i64>,
    #[prost(int32, optional, tag = "10")]
    pub(crate) client_id: Option<i32>,
    #[prost(bool, optional, tag = "11")]
    pub(crate) is_liquidation: Option<bool>,
    #[prost(string, optional, tag = "12")]
    pub(crate) cum_qty: Option<String>,
    #[prost(double, optional, tag = "13")]
    pub(crate) avg_price: Option<f64>,
    #[prost(string, optional, tag = "14")]
    pub(crate) order_ref: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub(crate) ev_rule: Option<String>,
    #[prost(double, optional, tag = "16")]
    pub(crate) ev_multiplier: Option<f64>,
    #[prost(string, optional, tag = "17")]
    pub(crate) model_code: Option<String>,
    #[prost(int32, optional, tag = "18")]
    pub(crate) last_liquidity: Option<i32>,
    #[prost(bool, optional, tag = "19")]
    pub(crate) is_price_revision_pending: Option<bool>,
    #[prost(string, optional, tag = "20")]
    pub(crate) submitter: Option<String>,
    #[prost(int32, optional, tag = "21")]
    pub(crate) opt_exercise_or_lapse_type: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ExecutionDetails {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub(crate) execution: Option<Execution>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CommissionAndFeesReport {
    #[prost(string, optional, tag = "1")]
    pub(crate) exec_id: Option<String>,
    #[prost(double, optional, tag = "2")]
    pub(crate) commission_and_fees: Option<f64>,
    #[prost(string, optional, tag = "3")]
    pub(crate) currency: Option<String>,
    #[prost(double, optional, tag = "4")]
    pub(crate) realized_pnl: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub(crate) bond_yield: Option<f64>,
    #[prost(string, optional, tag = "6")]
    pub(crate) yield_redemption_date: Option<String>,
}

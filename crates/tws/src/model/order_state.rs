//! What the broker says about an order.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Contract, Order};

/// The broker's status words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Known to the API server only, not yet transmitted.
    ApiPending,
    /// Transmitted, not yet acknowledged by the destination.
    PendingSubmit,
    /// A cancel is on its way; the order may still fill.
    PendingCancel,
    /// Held by the broker's own system (stops, orders before the open).
    PreSubmitted,
    /// Working.
    Submitted,
    /// Cancelled before it was acknowledged.
    ApiCancelled,
    /// Confirmed cancelled.
    Cancelled,
    /// Filled completely.
    Filled,
    /// Not working: refused, or a FOK that could not fill.
    Inactive,
}

impl Status {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiPending => "ApiPending",
            Self::PendingSubmit => "PendingSubmit",
            Self::PendingCancel => "PendingCancel",
            Self::PreSubmitted => "PreSubmitted",
            Self::Submitted => "Submitted",
            Self::ApiCancelled => "ApiCancelled",
            Self::Cancelled => "Cancelled",
            Self::Filled => "Filled",
            Self::Inactive => "Inactive",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Margin, commission and outcome beside an order. `None` is the wire's unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderState {
    /// Status.
    pub status: Status,
    /// Initial margin before the order.
    pub init_margin_before: Option<Decimal>,
    /// Maintenance margin before the order.
    pub maint_margin_before: Option<Decimal>,
    /// Equity with loan value before the order.
    pub equity_with_loan_before: Option<Decimal>,
    /// Change in initial margin.
    pub init_margin_change: Option<Decimal>,
    /// Change in maintenance margin.
    pub maint_margin_change: Option<Decimal>,
    /// Change in equity with loan value.
    pub equity_with_loan_change: Option<Decimal>,
    /// Initial margin after the order.
    pub init_margin_after: Option<Decimal>,
    /// Maintenance margin after the order.
    pub maint_margin_after: Option<Decimal>,
    /// Equity with loan value after the order.
    pub equity_with_loan_after: Option<Decimal>,
    /// Commission and fees, when known exactly.
    pub commission: Option<Decimal>,
    /// Lowest possible commission.
    pub min_commission: Option<Decimal>,
    /// Highest possible commission.
    pub max_commission: Option<Decimal>,
    /// Currency of the commission.
    pub commission_currency: String,
    /// Currency of the margin figures.
    pub margin_currency: String,
    /// Why it was refused.
    pub reject_reason: String,
    /// A warning that goes with it.
    pub warning_text: String,
    /// When it ended, in completed orders.
    pub completed_time: Option<Timestamp>,
    /// How it ended, in completed orders: `Filled Size: 100`, `Cancelled by Trader` …
    pub completed_status: String,
}

impl OrderState {
    /// A state that says nothing but the status.
    pub const fn of(status: Status) -> Self {
        Self {
            status,
            init_margin_before: None,
            maint_margin_before: None,
            equity_with_loan_before: None,
            init_margin_change: None,
            maint_margin_change: None,
            equity_with_loan_change: None,
            init_margin_after: None,
            maint_margin_after: None,
            equity_with_loan_after: None,
            commission: None,
            min_commission: None,
            max_commission: None,
            commission_currency: String::new(),
            margin_currency: String::new(),
            reject_reason: String::new(),
            warning_text: String::new(),
            completed_time: None,
            completed_status: String::new(),
        }
    }
}

/// An order as it stands (message 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The owner's id for it.
    pub order_id: i32,
    /// Its contract.
    pub contract: Arc<Contract>,
    /// The order. Shared, because an order is reported many times over and rarely changes in between.
    pub order: Arc<Order>,
    /// Its state.
    pub state: OrderState,
}

/// An order that ended (message 101). The wire reports no order id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedOrder {
    /// Its contract.
    pub contract: Arc<Contract>,
    /// The order; its quantity is what *remained* when it ended.
    pub order: Order,
    /// Its final state.
    pub state: OrderState,
}

/// Progress of an order (message 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStatus {
    /// The owner's id for it.
    pub order_id: i32,
    /// Status.
    pub status: Status,
    /// Filled so far.
    pub filled: Decimal,
    /// Still to fill.
    pub remaining: Decimal,
    /// Average price of the fills, 0 without one.
    pub avg_fill_price: Decimal,
    /// The broker's id.
    pub perm_id: i64,
    /// Order id of the parent, 0 without one.
    pub parent_id: i32,
    /// Price of the last fill, 0 without one.
    pub last_fill_price: Decimal,
    /// Client that owns the order.
    pub client_id: i32,
    /// Why it is held: `locate`, `trigger`, or empty.
    pub why_held: String,
    /// Price the exchange capped it to, 0 for none.
    pub mkt_cap_price: Decimal,
}

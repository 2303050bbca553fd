//! Orders as the gateway tells them. Own shapes, so that a fault of the gateway's cannot hide in shared ones.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

/// What a trade cost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Commission {
    pub(crate) amount: Decimal,
}

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Trade {
    pub(crate) exec_id: String,
    pub(crate) last_qty: Decimal,
    pub(crate) last_px: Decimal,
    pub(crate) commission: Option<Commission>,
}

/// An order as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Order {
    pub(crate) cl_ord_id: String,
    pub(crate) con_id: Option<String>,
    pub(crate) qty: Decimal,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) status: String,
    pub(crate) cum_qty: Decimal,
    pub(crate) executions: Vec<Trade>,
    pub(crate) perm_id: Option<String>,
    pub(crate) cancel_wanted: bool,
    pub(crate) version: u32,
    pub(crate) updated_at: Timestamp,
}

impl Order {
    /// Whether nobody knows yet what became of it.
    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(
            self.status.as_str(),
            "submitting" | "unconfirmed" | "missing" | "pending_cancel" | "pending_replace" | "pending_approval"
        )
    }

    /// Whether nothing can happen to it any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "denied" | "simulated" | "filled" | "canceled" | "rejected" | "expired")
    }
}

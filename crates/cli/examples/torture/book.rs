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

/// An exit of a bracket, as it was told with its entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Exit {
    pub(crate) leg: String,
    pub(crate) qty: Decimal,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) status: String,
    pub(crate) cum_qty: Decimal,
    pub(crate) executions: Vec<Trade>,
    pub(crate) perm_id: Option<String>,
    pub(crate) cancel_wanted: bool,
    pub(crate) updated_at: Timestamp,
}

/// An order as it was told; an exit of a bracket is one of its own, under the key that it has at the broker.
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
    #[serde(default)]
    pub(crate) legs: Vec<Exit>,
}

impl Order {
    /// Itself and its exits.
    pub(crate) fn with_exits(self) -> Vec<Self> {
        let exits = self.legs.iter().map(|exit| Self {
            cl_ord_id: format!("{}:{}", self.cl_ord_id, if exit.leg == "take_profit" { "tp" } else { "sl" }),
            con_id: self.con_id.clone(),
            qty: exit.qty,
            limit_price: exit.limit_price,
            status: exit.status.clone(),
            cum_qty: exit.cum_qty,
            executions: exit.executions.clone(),
            perm_id: exit.perm_id.clone(),
            cancel_wanted: exit.cancel_wanted,
            version: self.version,
            updated_at: exit.updated_at,
            legs: Vec::new(),
        });
        let exits: Vec<Self> = exits.collect();
        std::iter::once(self).chain(exits).collect()
    }

    /// Whether it is an exit of a bracket.
    pub(crate) fn is_exit(&self) -> bool {
        self.cl_ord_id.contains(':')
    }

    /// The key that its caller knows it by.
    pub(crate) fn group(&self) -> &str {
        self.cl_ord_id.split(':').next().unwrap_or_default()
    }

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

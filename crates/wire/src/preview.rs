//! Previews: what an order would do, without doing it.

use crate::contract::Contract;
use crate::gates::GateResult;
use crate::market::Quote;
use crate::order::Reason;
use domain::broker;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The broker's estimate of margin and commission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "IBKR's own names: change and state after of margins, and commission")]
pub struct WhatIf {
    #[schema(format = "decimal")]
    pub init_margin_change: Option<Decimal>,
    #[schema(format = "decimal")]
    pub maint_margin_change: Option<Decimal>,
    #[schema(format = "decimal")]
    pub equity_with_loan_change: Option<Decimal>,
    #[schema(format = "decimal")]
    pub init_margin_after: Option<Decimal>,
    #[schema(format = "decimal")]
    pub maint_margin_after: Option<Decimal>,
    #[schema(format = "decimal")]
    pub equity_with_loan_after: Option<Decimal>,
    #[schema(format = "decimal")]
    pub commission: Option<Decimal>,
    pub commission_currency: Option<String>,
    pub warning: Option<String>,
}

impl From<&broker::WhatIf> for WhatIf {
    fn from(one: &broker::WhatIf) -> Self {
        Self {
            init_margin_change: one.init_margin_change,
            maint_margin_change: one.maint_margin_change,
            equity_with_loan_change: one.equity_with_loan_change,
            init_margin_after: one.init_margin_after,
            maint_margin_after: one.maint_margin_after,
            equity_with_loan_after: one.equity_with_loan_after,
            commission: one.commission,
            commission_currency: one.commission_currency.clone(),
            warning: one.warning.clone(),
        }
    }
}

/// What an order would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Ties a submit to this preview.
    pub preview_id: String,
    /// End of its life.
    pub expires_at: Timestamp,
    /// The resolved contract.
    pub contract: Contract,
    /// The account.
    pub account: String,
    /// The quote it was judged by.
    pub quote: Option<Quote>,
    /// Worst plausible price per unit.
    #[schema(format = "decimal")]
    pub worst_price: Option<Decimal>,
    /// Worst-case notional in base currency.
    #[schema(format = "decimal")]
    pub notional: Option<Decimal>,
    /// What the gates would say now: `approved`, `needs_approval`, `denied`.
    pub decision: String,
    /// Every reason.
    pub reasons: Vec<Reason>,
    /// Gate by gate.
    pub gates: Vec<GateResult>,
    /// The broker's estimate.
    pub what_if: Option<WhatIf>,
    /// Why there is no estimate.
    pub what_if_absent: Option<String>,
}

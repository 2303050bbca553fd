//! Account values, portfolio, positions, profit and loss.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::Contract;

/// One row of an account summary (message 63).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummaryRow {
    /// Request answered.
    pub req_id: i32,
    /// Account.
    pub account: String,
    /// Tag, for example `NetLiquidation`.
    pub tag: String,
    /// Value as text.
    pub value: String,
    /// Currency, empty where it does not apply.
    pub currency: String,
}

/// One account value of the account-updates subscription (message 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountValue {
    /// Key, for example `NetLiquidation`.
    pub key: String,
    /// Value as text.
    pub value: String,
    /// Currency, empty where it does not apply.
    pub currency: String,
    /// Account.
    pub account: String,
}

/// One account value of the multi-account subscription (message 73).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountValueMulti {
    /// Request answered.
    pub req_id: i32,
    /// Account.
    pub account: String,
    /// Model portfolio.
    pub model_code: String,
    /// Key.
    pub key: String,
    /// Value as text.
    pub value: String,
    /// Currency.
    pub currency: String,
}

/// One holding of the account-updates subscription (message 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioValue {
    /// Contract held.
    pub contract: Arc<Contract>,
    /// Quantity, negative when short.
    pub position: Decimal,
    /// Price.
    pub market_price: Decimal,
    /// Quantity × price × multiplier.
    pub market_value: Decimal,
    /// Average cost, commission included.
    pub average_cost: Decimal,
    /// Unrealised profit or loss.
    pub unrealized_pnl: Decimal,
    /// Realised profit or loss.
    pub realized_pnl: Decimal,
    /// Account.
    pub account: String,
}

/// One holding (message 61).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Account.
    pub account: String,
    /// Contract held.
    pub contract: Arc<Contract>,
    /// Quantity, negative when short.
    pub position: Decimal,
    /// Average cost, commission included.
    pub avg_cost: Decimal,
}

/// One holding of the multi-account request (message 71).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionMulti {
    /// Request answered.
    pub req_id: i32,
    /// The holding.
    pub position: Position,
    /// Model portfolio.
    pub model_code: String,
}

/// Profit and loss of an account (message 94).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PnL {
    /// Request answered.
    pub req_id: i32,
    /// Since the last settlement.
    pub daily: Option<Decimal>,
    /// Unrealised.
    pub unrealized: Option<Decimal>,
    /// Realised.
    pub realized: Option<Decimal>,
}

/// Profit and loss of one holding (message 95).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PnLSingle {
    /// Request answered.
    pub req_id: i32,
    /// Quantity.
    pub position: Decimal,
    /// Since the last settlement.
    pub daily: Option<Decimal>,
    /// Unrealised.
    pub unrealized: Option<Decimal>,
    /// Realised.
    pub realized: Option<Decimal>,
    /// Market value.
    pub value: Option<Decimal>,
}

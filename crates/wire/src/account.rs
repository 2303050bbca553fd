//! Accounts: summary, positions, profit and loss. What the broker did not say is null.

use domain::account;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An account of the login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// As IBKR names it.
    pub id: String,
    /// Whether it is the pinned one, the only one that orders may use.
    pub pinned: bool,
}

/// Account values. A margin debit is a negative number, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountSummary {
    /// Whose.
    pub account: String,
    /// Currency of the totals.
    pub base_currency: Option<String>,
    /// Net liquidation value.
    pub net_liquidation: Option<Decimal>,
    /// Cash by currency.
    pub cash: BTreeMap<String, Decimal>,
    /// Total cash in base currency.
    pub total_cash: Option<Decimal>,
    /// Buying power.
    pub buying_power: Option<Decimal>,
    /// Initial margin in use.
    pub init_margin: Option<Decimal>,
    /// Maintenance margin in use.
    pub maint_margin: Option<Decimal>,
    /// Excess liquidity.
    pub excess_liquidity: Option<Decimal>,
    /// Available funds.
    pub available_funds: Option<Decimal>,
    /// Gross position value.
    pub gross_position_value: Option<Decimal>,
    /// Unrealised profit or loss: the sum over the positions.
    pub unrealized_pnl: Option<Decimal>,
    /// Realised profit or loss of the day.
    pub realized_pnl: Option<Decimal>,
    /// Rates into the base currency.
    pub exchange_rates: BTreeMap<String, Decimal>,
    /// When it was received.
    pub received_at: Timestamp,
}

impl From<&account::AccountSummary> for AccountSummary {
    fn from(one: &account::AccountSummary) -> Self {
        let words = |map: &BTreeMap<domain::money::Currency, Decimal>| {
            map.iter().map(|(currency, value)| (currency.to_string(), *value)).collect()
        };
        Self {
            account: one.account.to_string(),
            base_currency: one.base_currency.as_ref().map(ToString::to_string),
            net_liquidation: one.net_liquidation,
            cash: words(&one.cash),
            total_cash: one.total_cash,
            buying_power: one.buying_power,
            init_margin: one.init_margin,
            maint_margin: one.maint_margin,
            excess_liquidity: one.excess_liquidity,
            available_funds: one.available_funds,
            gross_position_value: one.gross_position_value,
            unrealized_pnl: one.unrealized_pnl,
            realized_pnl: one.realized_pnl,
            exchange_rates: words(&one.exchange_rates),
            received_at: one.received_at,
        }
    }
}

/// One position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Whose.
    pub account: String,
    /// Contract.
    pub con_id: String,
    /// Symbol.
    pub symbol: String,
    /// Currency of the price.
    pub currency: String,
    /// Signed quantity: negative is short.
    pub qty: Decimal,
    /// Average cost per unit, as IBKR counts.
    pub avg_cost: Option<Decimal>,
    /// Market price.
    pub market_price: Option<Decimal>,
    /// Market value, signed.
    pub market_value: Option<Decimal>,
    /// Unrealised profit or loss.
    pub unrealized_pnl: Option<Decimal>,
    /// Realised profit or loss of the day.
    pub realized_pnl: Option<Decimal>,
}

impl From<&account::Position> for Position {
    fn from(one: &account::Position) -> Self {
        Self {
            account: one.account.to_string(),
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            currency: one.currency.to_string(),
            qty: one.qty,
            avg_cost: one.avg_cost,
            market_price: one.market_price,
            market_value: one.market_value,
            unrealized_pnl: one.unrealized_pnl,
            realized_pnl: one.realized_pnl,
        }
    }
}

/// Profit and loss of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pnl {
    /// Whose.
    pub account: String,
    /// Since the previous close.
    pub daily: Option<Decimal>,
    /// Unrealised.
    pub unrealized: Option<Decimal>,
    /// Realised today.
    pub realized: Option<Decimal>,
    /// When it was received.
    pub received_at: Timestamp,
}

impl From<&account::AccountPnl> for Pnl {
    fn from(one: &account::AccountPnl) -> Self {
        Self {
            account: one.account.to_string(),
            daily: one.daily,
            unrealized: one.unrealized,
            realized: one.realized,
            received_at: one.received_at,
        }
    }
}

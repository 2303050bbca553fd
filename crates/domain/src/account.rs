//! The account as the broker reports it; what it did not say stays unknown.

use crate::contract::ContractTerms;
use crate::id::{AccountId, ConId};
use crate::money::Currency;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Account values of one account. Every figure may be unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// Whose.
    pub account: AccountId,
    /// Currency of the totals.
    pub base_currency: Option<Currency>,
    /// Net liquidation value.
    pub net_liquidation: Option<Decimal>,
    /// Cash by currency; a margin debit is negative.
    pub cash: BTreeMap<Currency, Decimal>,
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
    /// Unrealised profit or loss.
    pub unrealized_pnl: Option<Decimal>,
    /// Realised profit or loss of the day.
    pub realized_pnl: Option<Decimal>,
    /// Rates into the base currency, as the account gives them.
    pub exchange_rates: BTreeMap<Currency, Decimal>,
    /// When we received it.
    pub received_at: Timestamp,
}

/// One position as the broker reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Whose.
    pub account: AccountId,
    /// Contract.
    pub con_id: ConId,
    /// Symbol, for reading.
    pub symbol: String,
    /// Which future or option of the symbol, for reading.
    #[serde(default, skip_serializing_if = "ContractTerms::is_none")]
    pub terms: ContractTerms,
    /// Currency of the price.
    pub currency: Currency,
    /// Whether it is cash of another currency, which is no position that trades add up to.
    #[serde(default)]
    pub is_cash: bool,
    /// Signed quantity: negative is short.
    pub qty: Decimal,
    /// Average cost per unit (with multiplier and commissions, as IBKR counts).
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

/// Profit and loss of an account, as the broker reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPnl {
    /// Whose.
    pub account: AccountId,
    /// Since the previous close.
    pub daily: Option<Decimal>,
    /// Unrealised.
    pub unrealized: Option<Decimal>,
    /// Realised today.
    pub realized: Option<Decimal>,
    /// When we received it.
    pub received_at: Timestamp,
}

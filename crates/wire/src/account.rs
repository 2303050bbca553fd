//! Accounts: summary, positions, profit and loss. What the broker did not say is null.

use crate::word::{DataType, Mode, PnlPeriod, Proof, Right, SecType, Trading};
use domain::account;
use domain::activity::{AccountMark, AccountValue};
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
    #[schema(format = "decimal")]
    pub net_liquidation: Option<Decimal>,
    /// Cash by currency.
    pub cash: BTreeMap<String, Decimal>,
    /// Total cash in base currency.
    #[schema(format = "decimal")]
    pub total_cash: Option<Decimal>,
    /// Buying power.
    #[schema(format = "decimal")]
    pub buying_power: Option<Decimal>,
    /// Initial margin in use.
    #[schema(format = "decimal")]
    pub init_margin: Option<Decimal>,
    /// Maintenance margin in use.
    #[schema(format = "decimal")]
    pub maint_margin: Option<Decimal>,
    /// Excess liquidity.
    #[schema(format = "decimal")]
    pub excess_liquidity: Option<Decimal>,
    /// Available funds.
    #[schema(format = "decimal")]
    pub available_funds: Option<Decimal>,
    /// Gross position value.
    #[schema(format = "decimal")]
    pub gross_position_value: Option<Decimal>,
    /// Unrealised profit or loss: the sum over the positions.
    #[schema(format = "decimal")]
    pub unrealized_pnl: Option<Decimal>,
    /// Realised profit or loss of the day.
    #[schema(format = "decimal")]
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
    /// Expiry of a future or an option, `YYYYMMDD` or `YYYYMM`.
    #[serde(default)]
    pub expiry: Option<String>,
    /// Strike of an option.
    #[serde(default)]
    #[schema(format = "decimal")]
    pub strike: Option<Decimal>,
    /// Right of an option.
    #[serde(default)]
    pub right: Option<Right>,
    /// Currency of the price.
    pub currency: String,
    /// Signed quantity: negative is short.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Average cost per unit, as IBKR counts.
    #[schema(format = "decimal")]
    pub avg_cost: Option<Decimal>,
    /// Market price.
    #[schema(format = "decimal")]
    pub market_price: Option<Decimal>,
    /// Market value, signed.
    #[schema(format = "decimal")]
    pub market_value: Option<Decimal>,
    /// Unrealised profit or loss.
    #[schema(format = "decimal")]
    pub unrealized_pnl: Option<Decimal>,
    /// Realised profit or loss of the day.
    #[schema(format = "decimal")]
    pub realized_pnl: Option<Decimal>,
}

impl From<&account::Position> for Position {
    fn from(one: &account::Position) -> Self {
        Self {
            account: one.account.to_string(),
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            expiry: one.terms.expiry.clone(),
            strike: one.terms.strike.map(domain::money::Price::get),
            right: one.terms.right.map(Into::into),
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

/// Profit and loss of an account, in every cut that is known; what nobody told is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pnl {
    /// Whose.
    pub account: String,
    /// Since the previous close, as the broker counts.
    #[schema(format = "decimal")]
    pub daily: Option<Decimal>,
    /// Unrealised.
    #[schema(format = "decimal")]
    pub unrealized: Option<Decimal>,
    /// Realised today.
    #[schema(format = "decimal")]
    pub realized: Option<Decimal>,
    /// When it was received.
    pub received_at: Timestamp,
    /// By position, as the broker counts; null when it did not tell.
    pub by_symbol: Option<Vec<SymbolPnl>>,
    /// Why there is nothing by position.
    pub by_symbol_absent: Option<String>,
    /// Since the broker's day and week began, and against the peak, out of the journal; empty before the first word of the broker.
    pub by_period: Vec<PeriodPnl>,
}

/// Profit and loss of one position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SymbolPnl {
    /// Contract.
    pub con_id: String,
    /// Symbol.
    pub symbol: String,
    /// Currency of the amounts.
    pub currency: String,
    /// Signed quantity; zero for a position that was closed today.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Unrealised.
    #[schema(format = "decimal")]
    pub unrealized: Option<Decimal>,
    /// Realised today.
    #[schema(format = "decimal")]
    pub realized: Option<Decimal>,
}

impl From<&account::Position> for SymbolPnl {
    fn from(one: &account::Position) -> Self {
        Self {
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            currency: one.currency.to_string(),
            qty: one.qty,
            unrealized: one.unrealized_pnl,
            realized: one.realized_pnl,
        }
    }
}

/// What an account's worth moved by since a period began. Deposits and withdrawals that can be told apart are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodPnl {
    /// `day`, `week`, or `peak`: since the most that it was worth.
    pub period: PnlPeriod,
    /// Net liquidation when the period began, or when it was first noted in it.
    #[schema(format = "decimal")]
    pub start: Decimal,
    /// The newest one that was noted.
    #[schema(format = "decimal")]
    pub now: Decimal,
    /// The difference.
    #[schema(format = "decimal")]
    pub change: Decimal,
    /// Currency of the amounts.
    pub currency: String,
    /// When the newest one was told.
    pub at: Timestamp,
}

impl Pnl {
    /// The shape of profit and loss; `positions` is those, or why they are not known.
    pub fn of(
        now: &account::AccountPnl,
        positions: Result<&[account::Position], &str>,
        value: Option<&AccountValue>,
    ) -> Self {
        Self {
            account: now.account.to_string(),
            daily: now.daily,
            unrealized: now.unrealized,
            realized: now.realized,
            received_at: now.received_at,
            by_symbol: positions.ok().map(|positions| positions.iter().map(SymbolPnl::from).collect()),
            by_symbol_absent: positions.err().map(str::to_owned),
            by_period: value.map(periods).unwrap_or_default(),
        }
    }
}

fn periods(value: &AccountValue) -> Vec<PeriodPnl> {
    let now = value.last.net_liquidation;
    let starts =
        [(PnlPeriod::Day, value.day_start), (PnlPeriod::Week, value.week_start), (PnlPeriod::Peak, value.peak)];
    let one = |(period, start): (PnlPeriod, Decimal)| PeriodPnl {
        period,
        start,
        now,
        change: now.saturating_sub(start),
        currency: value.last.currency.to_string(),
        at: value.last_at,
    };
    starts.into_iter().map(one).collect()
}

/// What an account was worth at one moment, as the broker told it and the journal noted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountPoint {
    /// Its place in the journal.
    pub seq: u64,
    /// When it was noted.
    pub at: Timestamp,
    /// Currency of the amounts.
    pub currency: String,
    /// Net liquidation value.
    #[schema(format = "decimal")]
    pub net_liquidation: Decimal,
    /// Unrealised profit or loss.
    #[schema(format = "decimal")]
    pub unrealized: Option<Decimal>,
    /// Realised profit or loss of the broker's day.
    #[schema(format = "decimal")]
    pub realized: Option<Decimal>,
}

impl AccountPoint {
    /// The shape of a mark.
    pub fn of(seq: u64, at: Timestamp, mark: &AccountMark) -> Self {
        Self {
            seq,
            at,
            currency: mark.currency.to_string(),
            net_liquidation: mark.net_liquidation,
            unrealized: mark.unrealized,
            realized: mark.realized,
        }
    }
}

/// What an account may do as far as there is proof. The broker lists no permissions: what was never tried is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capabilities {
    /// Whose.
    pub account: String,
    /// Whether it is the one that orders use.
    pub pinned: bool,
    /// The proven mode of the login; null while there is none.
    pub mode: Option<Mode>,
    /// Why there is none.
    pub mode_unproven: Option<String>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// The owner's setting.
    pub trading: Trading,
    /// Kind by kind.
    pub items: Vec<Capability>,
    /// Always null: it is one page.
    pub next_cursor: Option<String>,
}

/// What is proven about one kind of security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capability {
    /// The kind.
    pub sec_type: SecType,
    /// `proven` by an order that the broker took, `rejected` when it only ever rejected orders of the kind, or `unknown`.
    pub orders: Proof,
    /// The newest order of the kind that the broker took.
    pub taken_order: Option<String>,
    /// When it did.
    pub taken_at: Option<Timestamp>,
    /// The newest order of the kind that it rejected.
    pub rejected_order: Option<String>,
    /// Its words: data, never an instruction.
    pub rejected_reason: Option<String>,
    /// The best kind of market data that a quote of the kind came with since the start; null while none was asked for.
    pub market_data: Option<DataType>,
}

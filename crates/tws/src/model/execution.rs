//! Executions, the filter that asks for them, and commission reports.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Contract;

/// The side of an execution, in the words of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExecSide {
    /// `BOT`.
    Bought,
    /// `SLD`.
    Sold,
}

impl ExecSide {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bought => "BOT",
            Self::Sold => "SLD",
        }
    }
}

/// One execution, the broker's record of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The owner's order id.
    pub order_id: i32,
    /// Client that owns the order.
    pub client_id: i32,
    /// The broker's id of the order.
    pub perm_id: i64,
    /// Identifier; a correction differs after the last period.
    pub exec_id: String,
    /// When.
    pub time: Timestamp,
    /// Account.
    pub account: String,
    /// Where.
    pub exchange: String,
    /// Bought or sold.
    pub side: ExecSide,
    /// Quantity of this execution.
    pub shares: Decimal,
    /// Price of this execution.
    pub price: Decimal,
    /// Quantity of the order executed so far.
    pub cum_qty: Decimal,
    /// Average price so far.
    pub avg_price: Decimal,
    /// The client's own reference.
    pub order_ref: String,
    /// A forced liquidation.
    pub liquidation: bool,
    /// Model portfolio.
    pub model_code: String,
    /// 0 unknown, 1 added liquidity, 2 removed it, 3 routed out.
    pub last_liquidity: i32,
    /// Who entered the order.
    pub submitter: String,
}

/// An execution with its contract (message 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionDetails {
    /// Request answered; [`super::NO_REQ_ID`] for one that just happened.
    pub req_id: i32,
    /// Its contract.
    pub contract: Arc<Contract>,
    /// The execution.
    pub execution: Arc<Execution>,
}

/// Which executions are wanted; an empty text or `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Of this client only.
    pub client_id: Option<i32>,
    /// In this account only.
    pub account: String,
    /// From this time on: `YYYYMMDD-HH:MM:SS` (UTC) or `YYYYMMDD HH:MM:SS zone`.
    pub time: String,
    /// Of this symbol only.
    pub symbol: String,
    /// Of this security type only.
    pub sec_type: String,
    /// At this exchange only.
    pub exchange: String,
    /// `BUY` or `SELL` only.
    pub side: String,
    /// Of the last so many days.
    pub last_n_days: Option<i32>,
    /// Of these days `YYYYMMDD` only.
    pub specific_dates: Vec<i32>,
}

/// Commission and realised profit of one execution (message 59), after its details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionReport {
    /// Execution it belongs to.
    pub exec_id: String,
    /// Commission and fees.
    pub commission: Decimal,
    /// Currency.
    pub currency: String,
    /// Realised profit or loss; `None` for an opening trade.
    pub realized_pnl: Option<Decimal>,
}

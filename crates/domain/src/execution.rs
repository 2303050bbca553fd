//! What the broker says was traded, and what it cost.

use crate::contract::ContractTerms;
use crate::id::{AccountId, BrokerOrderId, ClientId, ConId, ExecId, PermId};
use crate::money::{Money, Price, Qty};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The broker's record of one trade. Side is buy or sell only: that is all the wire says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The broker's id; corrections share all but the text after the last period.
    pub exec_id: ExecId,
    /// Account.
    pub account: AccountId,
    /// Contract.
    pub con_id: ConId,
    /// Symbol, for reading.
    pub symbol: String,
    /// Which future or option of the symbol, for reading.
    #[serde(default, skip_serializing_if = "ContractTerms::is_none")]
    pub terms: ContractTerms,
    /// Whether the position grew.
    pub is_buy: bool,
    /// Quantity of this trade.
    pub last_qty: Qty,
    /// Price of this trade.
    pub last_px: Price,
    /// Whether it changed one currency for another: that makes cash, not a position.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cash: bool,
    /// The exchange's name.
    pub exchange: String,
    /// The broker's time of the trade; `None` when its time zone is not known to us.
    pub executed_at: Option<Timestamp>,
    /// Order id in its client's numbering; `None` for a manual order.
    pub broker_order_id: Option<BrokerOrderId>,
    /// Whose order.
    pub client_id: Option<ClientId>,
    /// Permanent id.
    pub perm_id: Option<PermId>,
    /// The reference, verbatim; empty when there was none.
    pub order_ref: String,
    /// Commission once it is known.
    pub commission: Option<Commission>,
}

/// What a trade cost; joins its execution by id and may come late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// The amount.
    pub amount: Money,
    /// Realised profit or loss; `None` when the trade opened a position.
    pub realized_pnl: Option<Decimal>,
}

impl Execution {
    /// What it changes a position by: bought is positive.
    pub fn signed_qty(&self) -> Decimal {
        if self.is_buy { self.last_qty.get() } else { -self.last_qty.get() }
    }
}

/// The family of an execution: the id without its correction number, and that number's text.
pub fn split_correction(exec_id: &ExecId) -> (&str, &str) {
    exec_id.as_str().rsplit_once('.').unwrap_or((exec_id.as_str(), ""))
}

/// The trades of a list that are of the same family as this one, itself included.
pub fn family<'a, T>(
    trades: &'a BTreeMap<ExecId, T>,
    exec_id: &ExecId,
) -> impl Iterator<Item = &'a ExecId> + use<'a, T> {
    let family = split_correction(exec_id).0.to_owned();
    let first = family.parse::<ExecId>().unwrap_or_else(|_| exec_id.clone());
    // Ids of a family stand side by side, with ids between them that begin alike.
    trades
        .range(first..)
        .map(|(id, _)| id)
        .take_while({
            let family = family.clone();
            move |id| id.as_str().starts_with(&family)
        })
        .filter(move |id| split_correction(id).0 == family)
}

/// Whether `new` is a later correction of the same trade than `known`. IBKR counts corrections up.
pub fn supersedes(new: &ExecId, known: &ExecId) -> bool {
    let ((_, new), (_, known)) = (split_correction(new), split_correction(known));
    match (new.parse::<u64>(), known.parse::<u64>()) {
        (Ok(new), Ok(known)) => new > known,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => (new.len(), new) > (known.len(), known),
    }
}

//! An approval: a human's yes to one exact order, within bounds, once, for a short time.

use crate::id::{AccountId, ApprovalId, ClOrdId, ConId, KeyId};
use crate::mode::Mode;
use crate::money::Price;
use crate::reason::Reason;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Waits for a human.
    Pending,
    /// A human said yes; the release may not have happened yet.
    Approved,
    /// The order was released on it; it is spent.
    Consumed,
    /// A human said no.
    Denied,
    /// A human took it back before it was spent.
    Revoked,
    /// Nobody answered in time.
    Expired,
    /// The gates refused when it was to be released.
    Void,
}

impl ApprovalStatus {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Consumed => "consumed",
            Self::Denied => "denied",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }
}

/// What the yes is bound to. Outside of it the order needs a new yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalBounds {
    /// The contract.
    pub con_id: ConId,
    /// The account.
    pub account: AccountId,
    /// Paper or live.
    pub mode: Mode,
    /// Hash of the resolved order.
    pub request_hash: String,
    /// Hash of the policy in force when it was asked.
    pub policy_hash: String,
    /// Lowest acceptable reference price at release.
    pub price_low: Price,
    /// Highest acceptable reference price at release.
    pub price_high: Price,
    /// Highest acceptable worst-case notional, in the account's base currency.
    pub notional_max: Decimal,
    /// Highest acceptable initial margin, in the account's base currency; `None` when no what-if was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_max: Option<Decimal>,
    /// The contract's terms when it was asked, see [`crate::contract::Contract::terms`]; empty in records from before they were kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contract_terms: String,
}

/// One approval request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The order that waits for it.
    pub cl_ord_id: ClOrdId,
    /// Who asked; may not answer.
    pub requested_by: KeyId,
    /// When.
    pub requested_at: Timestamp,
    /// When the question lapses.
    pub expires_at: Timestamp,
    /// What it is bound to.
    pub bounds: ApprovalBounds,
    /// Why an approval is needed.
    pub reasons: Vec<Reason>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who answered.
    pub decided_by: Option<KeyId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The answerer's words.
    pub decision_reason: Option<String>,
}

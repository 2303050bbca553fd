//! A second look at the broker.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The account as two connections tell it: the one in use, and a fresh one with a client id of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokerVerification {
    /// Whose.
    pub account: String,
    /// Whether both connections name the same accounts and tell the same figures.
    pub same: bool,
    /// The client id of the fresh connection.
    pub client_id: String,
    /// Accounts that the login names on the fresh connection.
    pub accounts: Vec<String>,
    /// Whether the connection in use names the same.
    pub same_accounts: bool,
    /// When the connection in use told its figures.
    pub ours_at: Timestamp,
    /// When the fresh one did. Prices move between the two; cash of a resting account does not.
    pub fresh_at: Timestamp,
    /// The figures that differ.
    pub differences: Vec<FigureDifference>,
}

/// One figure that the two connections tell differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureDifference {
    /// Which, by its name in the account's summary.
    pub field: String,
    /// On the connection in use; null when it was not told.
    #[schema(format = "decimal")]
    pub ours: Option<Decimal>,
    /// On the fresh one.
    #[schema(format = "decimal")]
    pub fresh: Option<Decimal>,
}

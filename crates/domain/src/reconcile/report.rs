//! What a comparison found, for the journal and for whoever asks.

use crate::id::{AccountId, ClOrdId, ConId, Generation};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One thing that journal and broker disagreed about, and what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The rule's number.
    pub rule: u8,
    /// The order, if it is one of ours.
    pub cl_ord_id: Option<ClOrdId>,
    /// In plain words.
    pub what: String,
}

/// A position that the journal's trades do not add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionGap {
    /// Whose.
    pub account: AccountId,
    /// Of which contract.
    pub con_id: ConId,
    /// Its symbol, where the broker shows it.
    pub symbol: String,
    /// Signed quantity by the journal.
    pub expected: Decimal,
    /// Signed quantity by the broker.
    pub broker: Decimal,
    /// The look that first showed this difference.
    pub since: Timestamp,
    /// Whether it lasted: then it halts its instrument until a human closes it.
    pub confirmed: bool,
}

/// What one comparison found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationReport {
    /// The connection.
    pub generation: Generation,
    /// When the look began.
    pub taken_at: Timestamp,
    /// Whether every list was complete.
    pub complete: bool,
    /// Why not, list by list.
    pub incomplete: Vec<String>,
    /// Orders of ours that were compared.
    pub scanned: u32,
    /// Orders that the broker shows as over.
    pub completed: u32,
    /// Orders of ours that no list shows.
    pub missing: u32,
    /// Orders whose fate is still unknown.
    pub unresolved: u32,
    /// Orders and trades that are not ours.
    pub external: u32,
    /// Orders that were proven dead.
    #[serde(default)]
    pub proven_dead: u32,
    /// Whether the broker's day has closed since the look before this one.
    #[serde(default)]
    pub end_of_day: bool,
    /// Positions that differ, those included that may only lag their trades.
    #[serde(default)]
    pub positions: Vec<PositionGap>,
    /// What differed.
    pub differences: Vec<Difference>,
}

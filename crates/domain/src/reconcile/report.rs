//! What a comparison found, for the journal and for whoever asks.

use crate::id::{ClOrdId, Generation};
use jiff::Timestamp;
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
    /// What differed.
    pub differences: Vec<Difference>,
}

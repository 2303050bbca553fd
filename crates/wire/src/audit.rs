//! The journal, for reading.

use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One record of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Place in the journal, from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What kind of fact.
    pub kind: String,
    /// The order that it concerns.
    pub cl_ord_id: Option<String>,
    /// Who caused it.
    pub by: Option<String>,
    /// The request behind it.
    pub correlation_id: Option<String>,
    /// The fact itself, in the journal's own words; of a new key without its hash.
    #[schema(value_type = Object)]
    pub event: serde_json::Value,
    /// Its hash in the chain, hex.
    pub hash: String,
}

impl AuditRecord {
    /// The shape.
    ///
    /// # Errors
    /// A fact that cannot be said in JSON; a fault of ours.
    pub fn of(record: &Recorded, hash: &str) -> Result<Self, serde_json::Error> {
        Ok(Self {
            seq: record.seq,
            at: record.at,
            kind: record.event.kind().to_owned(),
            cl_ord_id: record.event.cl_ord_id().map(ToString::to_string),
            by: record.event.principal().map(|by| by.key_id.to_string()),
            correlation_id: record.event.correlation_id().map(ToString::to_string),
            event: said(&record.event)?,
            hash: hash.to_owned(),
        })
    }
}

/// The fact without what is nobody's to read: the journal keeps the hash of a key to know the key by.
fn said(event: &JournalEvent) -> Result<serde_json::Value, serde_json::Error> {
    let mut said = serde_json::to_value(event)?;
    if let JournalEvent::KeyCreated { .. } = event
        && let Some(key) = said.get_mut("key").and_then(serde_json::Value::as_object_mut)
    {
        key.remove("hash");
    }
    Ok(said)
}

/// One finding of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditFinding {
    /// Place in the journal, where there is one.
    pub seq: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// The result of walking the whole journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerification {
    /// Whether nothing was found.
    pub ok: bool,
    /// Records walked.
    pub records: u64,
    /// Hash of the last record, hex.
    pub head_hash: String,
    /// How many things are wrong.
    pub findings_total: u64,
    /// The first of them.
    pub findings: Vec<AuditFinding>,
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;

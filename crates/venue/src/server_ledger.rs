//! The ledger as the control API gives it: what the core has in memory and what is archived.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use tws::model::Status;

use crate::archive::ArchiveReader;
use crate::core::LedgerOrder;
use crate::server_control::Refusal;

/// Which orders of the ledger are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LedgerFilter {
    client_id: Option<i32>,
    order_id: Option<i32>,
    perm_id: Option<i64>,
    order_ref: Option<String>,
    account: Option<String>,
    symbol: Option<String>,
    status: Option<String>,
    /// Accepted at this time or later.
    since: Option<Timestamp>,
}

/// What the filter looks at in a line.
#[derive(Deserialize)]
struct Key {
    client_id: i32,
    order_id: i32,
    perm_id: i64,
    order_ref: String,
    account: String,
    symbol: String,
    status: Status,
    accepted_at: Timestamp,
}

impl LedgerFilter {
    fn passes(&self, order: &Key) -> bool {
        self.client_id.is_none_or(|id| id == order.client_id)
            && self.order_id.is_none_or(|id| id == order.order_id)
            && self.perm_id.is_none_or(|id| id == order.perm_id)
            && self.order_ref.as_ref().is_none_or(|r| *r == order.order_ref)
            && self.account.as_ref().is_none_or(|a| *a == order.account)
            && self.symbol.as_ref().is_none_or(|s| *s == order.symbol)
            && self.status.as_deref().is_none_or(|s| s == order.status.as_str())
            && self.since.is_none_or(|at| order.accepted_at >= at)
    }
}

/// The ledger at a moment, to be written away from the core.
#[derive(Debug)]
pub(crate) struct LedgerAt {
    /// Orders in memory.
    pub(crate) recent: Vec<LedgerOrder>,
    /// The others.
    pub(crate) archive: ArchiveReader,
    /// Which of both.
    pub(crate) filter: LedgerFilter,
}

impl LedgerAt {
    /// A JSON array of the orders wanted, oldest first. Reads a file: not for a thread that others wait for.
    pub(crate) fn json(&self) -> Result<Vec<u8>, Refusal> {
        let mut lines = BTreeMap::new();
        let archived = self.archive.lines(|line| {
            let key: Key = serde_json::from_str(line)?;
            if self.filter.passes(&key) {
                lines.insert(key.perm_id, line.to_owned());
            }
            Ok(())
        });
        archived.map_err(|e| Refusal::Internal(format!("the archived orders cannot be read: {e}")))?;
        for order in &self.recent {
            let line = serde_json::to_string(order).map_err(|e| Refusal::Internal(e.to_string()))?;
            let key = Key {
                client_id: order.client_id,
                order_id: order.order_id,
                perm_id: order.perm_id,
                order_ref: order.order_ref.clone(),
                account: order.account.clone(),
                symbol: order.symbol.clone(),
                status: order.status,
                accepted_at: order.accepted_at,
            };
            if self.filter.passes(&key) {
                lines.insert(order.perm_id, line);
            }
        }
        let mut out = b"[".to_vec();
        for (n, line) in lines.values().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            out.extend_from_slice(line.as_bytes());
        }
        out.push(b']');
        Ok(out)
    }
}

//! Orders at the broker that bear our reference and that the journal does not know: what a restored backup forgot.

use crate::id::ClOrdId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphan {
    /// Whether it worked when it was last seen.
    pub works: bool,
    /// Whether a human lifted the halt that it caused.
    pub is_acknowledged: bool,
}

/// Whether IBKR's status word says that an order is over.
pub fn is_over(status: &str) -> bool {
    matches!(status, "Filled" | "Cancelled" | "ApiCancelled" | "Inactive")
}

/// Those that the journal has heard of, by the key in their reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphans(BTreeMap<ClOrdId, Orphan>);

impl Orphans {
    /// Whether it need not halt anything any more: a human has looked at it, and it is over.
    pub fn is_settled(&self, key: &ClOrdId) -> bool {
        self.0.get(key).is_some_and(|orphan| orphan.is_acknowledged && !orphan.works)
    }

    /// Whether the journal lacks this sight of it.
    pub fn is_news(&self, key: &ClOrdId, works: bool) -> bool {
        self.0.get(key).is_none_or(|orphan| orphan.works != works)
    }

    /// Those that work, as far as we know.
    pub fn working(&self) -> impl Iterator<Item = &ClOrdId> {
        self.0.iter().filter(|(_, orphan)| orphan.works).map(|(key, _)| key)
    }

    /// Every one, by key.
    pub fn all(&self) -> &BTreeMap<ClOrdId, Orphan> {
        &self.0
    }

    /// Books a sight.
    pub(crate) fn see(&mut self, key: &ClOrdId, works: bool) {
        let orphan = self.0.entry(key.clone()).or_insert(Orphan { works, is_acknowledged: false });
        orphan.works = works;
        orphan.is_acknowledged &= !works;
    }

    /// A human lifted the halt.
    pub(crate) fn acknowledge(&mut self) {
        for orphan in self.0.values_mut() {
            orphan.is_acknowledged = true;
        }
    }
}

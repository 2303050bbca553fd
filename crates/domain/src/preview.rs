//! Previews that were given out: each ties one order to what was shown of it, for a few minutes.

use crate::id::{KeyId, PreviewId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A preview that was given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRecord {
    /// What it is for.
    pub request_hash: String,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// Who asked for it; not known of what older versions wrote.
    pub by: Option<KeyId>,
}

/// All that may count still. Each that is noted takes out what has lapsed, from the front of a queue: the work does not grow
/// with how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<PreviewId, PreviewRecord>", into = "BTreeMap<PreviewId, PreviewRecord>")]
pub struct Previews {
    by_id: BTreeMap<PreviewId, PreviewRecord>,
    by_end: BTreeSet<(Timestamp, PreviewId)>,
    ends_of: BTreeMap<KeyId, BTreeSet<(Timestamp, PreviewId)>>,
}

impl Previews {
    /// One preview, lapsed or not.
    pub fn get(&self, id: &PreviewId) -> Option<&PreviewRecord> {
        self.by_id.get(id)
    }

    /// Whether the key has as many that count as it may have.
    pub fn has_enough(&self, key: &KeyId, most: usize, now: Timestamp) -> bool {
        let counts =
            |ends: &BTreeSet<(Timestamp, PreviewId)>| ends.iter().rev().take_while(|(end, _)| *end > now).count();
        self.ends_of.get(key).is_some_and(|ends| ends.len() >= most && counts(ends) >= most)
    }

    /// Keeps one that was given out at this moment.
    pub(crate) fn note(&mut self, id: &PreviewId, record: PreviewRecord, at: Timestamp) {
        while self.by_end.first().is_some_and(|(end, _)| *end <= at) {
            if let Some((_, lapsed)) = self.by_end.pop_first() {
                self.forget(&lapsed);
            }
        }
        self.forget(id);
        self.keep(id.clone(), record);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn keep(&mut self, id: PreviewId, record: PreviewRecord) {
        let end = (record.expires_at, id.clone());
        if let Some(key) = &record.by {
            self.ends_of.entry(key.clone()).or_default().insert(end.clone());
        }
        self.by_end.insert(end);
        self.by_id.insert(id, record);
    }

    fn forget(&mut self, id: &PreviewId) {
        let Some(record) = self.by_id.remove(id) else { return };
        let end = (record.expires_at, id.clone());
        self.by_end.remove(&end);
        if let Some(key) = record.by
            && let Some(ends) = self.ends_of.get_mut(&key)
        {
            ends.remove(&end);
            if ends.is_empty() {
                self.ends_of.remove(&key);
            }
        }
    }
}

impl From<BTreeMap<PreviewId, PreviewRecord>> for Previews {
    fn from(all: BTreeMap<PreviewId, PreviewRecord>) -> Self {
        let mut previews = Self::default();
        for (id, record) in all {
            previews.keep(id, record);
        }
        previews
    }
}

impl From<Previews> for BTreeMap<PreviewId, PreviewRecord> {
    fn from(previews: Previews) -> Self {
        previews.by_id
    }
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;

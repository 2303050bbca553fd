//! The policy in force, and the one that waits to replace it.
//!
//! What tightens counts at once. What loosens waits until a human with `admin` has accepted it and fifteen minutes have
//! passed, or two humans want it: whoever can write a file or holds one key alone cannot widen a limit in the same moment.

use super::set::PolicySet;
use crate::id::KeyId;
use crate::principal::Principal;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a policy that loosens waits when only one human wants it.
pub const LOOSENING_DELAY: SignedDuration = SignedDuration::from_mins(15);

/// What every order is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInForce {
    /// Its name.
    pub name: String,
    /// Its limits.
    pub set: PolicySet,
    /// Its hash.
    pub hash: String,
    /// Since when.
    pub since: Timestamp,
    /// What waits to replace it.
    pub pending: Option<PendingPolicy>,
}

/// A policy that loosens a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingPolicy {
    /// Its name.
    pub name: String,
    /// Its limits.
    pub set: PolicySet,
    /// Its hash.
    pub hash: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// Who wished for it; `None` for a policy file that was found changed.
    pub by: Option<KeyId>,
    /// Why.
    pub reason: String,
    /// The humans who want it.
    pub humans: BTreeSet<KeyId>,
    /// Whether one of them has accepted it as it waits here.
    pub accepted: bool,
}

impl PendingPolicy {
    /// A wish; of a human if it is one's.
    pub fn new(name: String, set: PolicySet, by: Option<&Principal>, reason: String, since: Timestamp) -> Self {
        let humans = by.filter(|by| by.is_human()).map(|by| by.key_id.clone()).into_iter().collect();
        let hash = set.hash();
        Self { name, set, hash, since, by: by.map(|by| by.key_id.clone()), reason, humans, accepted: false }
    }

    /// A human wants it. A key that was made for the occasion is nobody's second opinion.
    pub(crate) fn accept(&mut self, key: &KeyId, made_at: Option<Timestamp>) {
        self.accepted = true;
        if self.humans.is_empty() || stood_before(made_at, self.since) {
            self.humans.insert(key.clone());
        }
    }

    /// From when on it counts; `None` while nobody has accepted it.
    pub fn counts_from(&self) -> Option<Timestamp> {
        if !self.accepted {
            return None;
        }
        if self.humans.len() >= 2 { Some(self.since) } else { self.since.checked_add(LOOSENING_DELAY).ok() }
    }

    /// Whether it counts now. A clock that was set back does not shorten the wait.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.counts_from().is_some_and(|from| from <= now)
    }
}

/// Whether a key is older than what its holder is asked about, by as much as one human alone would have to wait.
pub(crate) fn stood_before(made_at: Option<Timestamp>, since: Timestamp) -> bool {
    made_at.is_none_or(|made_at| made_at.checked_add(LOOSENING_DELAY).is_ok_and(|stands| stands <= since))
}

#[cfg(test)]
#[path = "force_tests.rs"]
mod tests;

//! A change of policy: what tightens counts at once, what loosens waits.

use super::limits::Patch;
use super::set::{PolicySet, as_map};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One limit that a change touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitChange {
    /// The section; empty for the policy itself.
    pub section: String,
    /// The limit.
    pub key: String,
    /// Its value before; `null` where the section did not name it.
    pub old: Value,
    /// Its value after.
    pub new: Value,
    /// Whether it lets more through, and so waits.
    pub loosens: bool,
}

/// What becomes of a wish for another policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What counts at once: of each limit the tighter one.
    pub now: PolicySet,
    /// What was wished for, if a part of it loosens.
    pub pending: Option<PolicySet>,
    /// Limit by limit.
    pub changes: Vec<LimitChange>,
}

impl PolicySet {
    /// What becomes of the wish for another policy.
    pub fn change_to(&self, wanted: &Self) -> Transition {
        let now = self.tightest(wanted);
        let pending = (now != *wanted).then(|| wanted.clone());
        Transition { changes: self.changes(wanted, &now), now, pending }
    }

    /// What lets through only what both let through.
    pub fn tightest(&self, other: &Self) -> Self {
        let mut sections = self.sections.clone();
        for (layer, patch) in &other.sections {
            let both = sections.get(layer).map_or_else(|| patch.clone(), |one| one.tightest(patch));
            sections.insert(layer.clone(), both);
        }
        Self { base: self.base.tightest(&other.base), sections }
    }

    fn changes(&self, wanted: &Self, now: &Self) -> Vec<LimitChange> {
        let base = |set: &Self| as_map(&set.base);
        let mut changes = differences("", &base(self), &base(wanted), &base(now));
        let layers: BTreeSet<_> = self.sections.keys().chain(wanted.sections.keys()).collect();
        let none = Patch::default();
        for layer in layers {
            let of = |set: &Self| as_map(set.sections.get(layer).unwrap_or(&none));
            changes.extend(differences(&layer.to_string(), &of(self), &of(wanted), &of(now)));
        }
        changes
    }
}

type Values = Map<String, Value>;

fn differences(section: &str, old: &Values, new: &Values, now: &Values) -> Vec<LimitChange> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |of: &Values, key: &str| of.get(key).cloned().unwrap_or(Value::Null);
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| LimitChange {
            section: section.to_owned(),
            key: key.clone(),
            old: value(old, key),
            new: value(new, key),
            loosens: now.get(key) != new.get(key),
        })
        .collect()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

//! Which cells of the lifecycle's table the runs have met.

use domain::lifecycle::{self, EventKind, OrdStatus, Transition};
use std::collections::BTreeMap;

/// How often each cell was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(OrdStatus, EventKind), u64>);

impl Coverage {
    /// A cell was met.
    pub fn note(&mut self, status: OrdStatus, kind: EventKind) {
        *self.0.entry((status, kind)).or_insert(0) += 1;
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        for (cell, count) in &other.0 {
            *self.0.entry(*cell).or_insert(0) += count;
        }
    }

    /// Cells that the table allows, and those of them that were not met.
    pub fn missing(&self) -> (usize, Vec<(OrdStatus, EventKind)>) {
        let allowed: Vec<(OrdStatus, EventKind)> = OrdStatus::ALL
            .into_iter()
            .flat_map(|status| EventKind::ALL.into_iter().map(move |kind| (status, kind)))
            .filter(|(status, kind)| lifecycle::next(*status, *kind) != Transition::Never)
            .collect();
        let missing = allowed.iter().copied().filter(|cell| !self.0.contains_key(cell)).collect();
        (allowed.len(), missing)
    }
}

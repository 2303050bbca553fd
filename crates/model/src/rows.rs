//! Which rows of the lifecycle table were taken.

use domain::lifecycle::{EventKind, OrdStatus};
use std::sync::atomic::{AtomicU32, Ordering};

/// State and event of every row that some step took. Many threads note the same few rows millions of times.
#[derive(Debug, Default)]
pub struct Rows([AtomicU32; OrdStatus::ALL.len()]);

impl Rows {
    pub(crate) fn note(&self, status: OrdStatus, kind: EventKind) {
        let (row, bit) = (&self.0[status as usize], 1 << kind as u32);
        if row.load(Ordering::Relaxed) & bit == 0 {
            row.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// All of them, in the table's order.
    pub fn taken(&self) -> Vec<(OrdStatus, EventKind)> {
        let is_taken = |status: OrdStatus, kind: EventKind| {
            self.0[status as usize].load(Ordering::Relaxed) & (1 << kind as u32) != 0
        };
        let all = OrdStatus::ALL.into_iter().flat_map(|status| EventKind::ALL.map(|kind| (status, kind)));
        all.filter(|(status, kind)| is_taken(*status, *kind)).collect()
    }
}

const _: () = assert!(EventKind::ALL.len() <= 32, "a bit for each kind");

//! What a part outside the engine shows of itself, for control 46.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// The moment of the last sign of life, shared by whoever shows it and the engine that looks at it.
#[derive(Debug)]
pub struct SignOfLife(AtomicI64);

impl SignOfLife {
    /// Alive from now on.
    pub fn begun(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_millisecond()))
    }

    /// Shows life.
    pub fn show(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// When life was last shown; `None` for a moment outside the calendar, which nobody shows.
    pub fn at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).ok()
    }
}

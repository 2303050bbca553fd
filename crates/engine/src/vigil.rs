//! When a holder of the lease counts as silent. Only what this process saw with its own eyes and its own clock counts:
//! the clocks of two processes are never compared.

use std::time::Duration;
use store::Pulse;

/// Watches a pulse.
#[derive(Clone, Debug)]
pub(crate) struct Vigil {
    silence: Duration,
    seen: Pulse,
    /// Time that was watched since `seen` was new.
    watched: Duration,
    looked: Duration,
}

impl Vigil {
    pub(crate) fn begin(silence: Duration, now: Duration, seen: Pulse) -> Self {
        Self { silence, seen, watched: Duration::ZERO, looked: now }
    }

    /// Whether the pulse has stood still for long enough. `now` is of a clock that cannot be set.
    pub(crate) fn is_silent(&mut self, now: Duration, pulse: Pulse) -> bool {
        // If we ourselves were stopped between two looks, most of that time nobody watched.
        let step = now.saturating_sub(self.looked).min(self.silence / 4);
        self.looked = now;
        if pulse == self.seen {
            self.watched = self.watched.saturating_add(step);
        } else {
            self.seen = pulse;
            self.watched = Duration::ZERO;
        }
        self.watched >= self.silence
    }
}

#[cfg(test)]
#[path = "vigil_tests.rs"]
mod tests;

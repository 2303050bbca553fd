//! So many a second, each with its own count, in bounded memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More than this are not told apart.
const KNOWN_MAX: usize = 4_096;
/// What may come at once, in seconds of the rate.
const BURST: Duration = Duration::from_secs(2);

/// How often a full table is looked through for those who have everything left again.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Counts by key. For each the moment is kept at which what it took so far would have been due at the even rate.
pub(crate) struct Pace<K> {
    every: Option<Duration>,
    known: Mutex<Known<K>>,
}

struct Known<K> {
    due: BTreeMap<K, Instant>,
    swept_at: Option<Instant>,
}

impl<K: Ord + Clone> Known<K> {
    /// Makes room for one more. A flood must not cost a walk for each of its peers: between two walks just any is forgotten.
    fn make_room(&mut self, now: Instant) {
        if self.due.len() < KNOWN_MAX {
            return;
        }
        if self.swept_at.is_none_or(|at| now.saturating_duration_since(at) >= SWEEP_EVERY) {
            self.due.retain(|_, due| *due > now);
            self.swept_at = Some(now);
        }
        if self.due.len() >= KNOWN_MAX {
            self.due.pop_first();
        }
    }
}

impl<K: Ord + Clone> Pace<K> {
    /// 0 is no bound.
    pub(crate) fn new(per_second_max: u32) -> Self {
        Self {
            every: Duration::from_secs(1).checked_div(per_second_max),
            known: Mutex::new(Known { due: BTreeMap::new(), swept_at: None }),
        }
    }

    /// Takes one; else how long to wait for it.
    pub(crate) fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let Some(every) = self.every else { return Ok(()) };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let due = known.due.get(key).map_or(now, |due| (*due).max(now));
        let ahead = due.saturating_duration_since(now) + every;
        if ahead > BURST {
            return Err(ahead.saturating_sub(BURST));
        }
        if !known.due.contains_key(key) {
            known.make_room(now);
        }
        known.due.insert(key.clone(), due + every);
        Ok(())
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;

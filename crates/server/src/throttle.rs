//! Failed authentications, counted per peer in bounded memory.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);
/// More peers than this are not told apart: the one that failed longest ago is forgotten.
const PEERS_MAX: usize = 1_024;
/// A wrong key that comes again is a program with an old key, not somebody who guesses; so often, for each guess allowed.
const REPEATS_PER_GUESS_MAX: u32 = 30;

#[derive(Clone)]
struct Count {
    since: Instant,
    /// Fingerprints of the keys that were tried.
    guesses: BTreeSet<u64>,
    repeats: u32,
}

/// Counts failures. A valid key is never held up by the failures of others at the same address.
pub(crate) struct Throttle {
    per_minute_max: u32,
    fingerprints: RandomState,
    peers: Mutex<BTreeMap<IpAddr, Count>>,
}

impl Throttle {
    pub(crate) fn new(per_minute_max: u32) -> Self {
        Self { per_minute_max, fingerprints: RandomState::new(), peers: Mutex::new(BTreeMap::new()) }
    }

    /// Counts one wrong key; the time to wait when it is one guess, or one repeat, too many.
    pub(crate) fn failed(&self, peer: IpAddr, presented: &str, now: Instant) -> Option<Duration> {
        let guess = self.fingerprints.hash_one(presented);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= PEERS_MAX && !peers.contains_key(&peer) {
            let oldest = peers.iter().min_by_key(|(_, count)| count.since).map(|(peer, _)| *peer);
            oldest.map(|oldest| peers.remove(&oldest));
        }
        let fresh = || Count { since: now, guesses: BTreeSet::new(), repeats: 0 };
        let count = peers.entry(peer).or_insert_with(fresh);
        if now.saturating_duration_since(count.since) >= WINDOW {
            *count = fresh();
        }
        let is_one_too_many = if count.guesses.contains(&guess) {
            count.repeats = count.repeats.saturating_add(1);
            count.repeats > self.per_minute_max.saturating_mul(REPEATS_PER_GUESS_MAX)
        } else if u32::try_from(count.guesses.len()).unwrap_or(u32::MAX) < self.per_minute_max {
            !count.guesses.insert(guess)
        } else {
            true
        };
        is_one_too_many.then(|| WINDOW.saturating_sub(now.saturating_duration_since(count.since)))
    }
}

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;

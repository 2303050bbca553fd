//! Failed authentications, counted per peer in bounded memory.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);
/// More peers than this are not told apart: the one that failed longest ago is forgotten.
const PEERS_MAX: usize = 1_024;

#[derive(Clone, Copy)]
struct Count {
    since: Instant,
    failures: u32,
}

/// Counts failures. A valid key is never held up by the failures of others at the same address.
pub(crate) struct Throttle {
    per_minute_max: u32,
    peers: Mutex<BTreeMap<IpAddr, Count>>,
}

impl Throttle {
    pub(crate) fn new(per_minute_max: u32) -> Self {
        Self { per_minute_max, peers: Mutex::new(BTreeMap::new()) }
    }

    /// Counts one failure; the time to wait when it is one too many.
    pub(crate) fn failed(&self, peer: IpAddr, now: Instant) -> Option<Duration> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= PEERS_MAX && !peers.contains_key(&peer) {
            let oldest = peers.iter().min_by_key(|(_, count)| count.since).map(|(peer, _)| *peer);
            oldest.map(|oldest| peers.remove(&oldest));
        }
        let count = peers.entry(peer).or_insert(Count { since: now, failures: 0 });
        if now.saturating_duration_since(count.since) >= WINDOW {
            *count = Count { since: now, failures: 0 };
        }
        count.failures = count.failures.saturating_add(1);
        (count.failures > self.per_minute_max)
            .then(|| WINDOW.saturating_sub(now.saturating_duration_since(count.since)))
    }
}

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;

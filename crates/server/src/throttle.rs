//! Failed authentications, counted per peer in bounded memory.
//!
//! What keeps a key from being guessed is its 256 random bits, and that nobody chooses one: a thousand years of a million guesses
//! a second find it with a chance below 2^-200. The count does not add to that, and must not try to: a valid key is looked at
//! before it, so that no guesser, however fast, keeps the right key out, least of all the one that wants to stop trading. (To refuse
//! unseen keys of a peer that has guessed much would bound guesses in truth, and let any program on this machine lock everybody
//! out after each start.) What it does:
//!
//! - Whoever guesses hears 429 and no verdict after `per_minute_max` different wrong keys, and is told in the log and in the figures:
//!   an operator can see it. The rate of requests, which `requests_per_second_per_peer_max` bounds, bounds what guessing costs us.
//! - A program with an old key tries one key again and again. That is one guess, however often, and each such key has a count of its
//!   own: what one program does changes nothing of what another one at the same address hears.
//! - A request without a key guesses nothing and is not counted.
//! - Who has many addresses has many counts, and can make us forget the oldest of 1,024. What he gains is 401 instead of 429.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(1);
/// More peers than this are not told apart: the one that failed longest ago is forgotten.
const PEERS_MAX: usize = 1_024;
/// A wrong key that comes again is a program with an old key, not somebody who guesses; so often in a minute, for each guess allowed.
const REPEATS_PER_GUESS_MAX: u32 = 30;

#[derive(Clone)]
struct Count {
    since: Instant,
    /// How often each wrong key came again, by its fingerprint.
    guesses: BTreeMap<u64, u32>,
    /// Whether it was told that there are too many guesses.
    told: bool,
}

/// Failures since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failures {
    /// A key that the peer had not tried in this minute, and the verdict was told.
    pub(crate) guesses: u64,
    /// A wrong key again.
    pub(crate) repeats: u64,
    /// One too many of either: 429.
    pub(crate) beyond: u64,
}

/// Counts failures. A valid key is never held up by the failures of others at the same address.
pub(crate) struct Throttle {
    per_minute_max: u32,
    fingerprints: RandomState,
    peers: Mutex<BTreeMap<IpAddr, Count>>,
    guesses: AtomicU64,
    repeats: AtomicU64,
    beyond: AtomicU64,
}

impl Throttle {
    pub(crate) fn new(per_minute_max: u32) -> Self {
        Self {
            per_minute_max,
            fingerprints: RandomState::new(),
            peers: Mutex::default(),
            guesses: AtomicU64::new(0),
            repeats: AtomicU64::new(0),
            beyond: AtomicU64::new(0),
        }
    }

    /// How many there were.
    pub(crate) fn failures(&self) -> Failures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Failures { guesses: read(&self.guesses), repeats: read(&self.repeats), beyond: read(&self.beyond) }
    }

    /// Counts one wrong key; the time to wait when it is one guess, or one repeat, too many.
    pub(crate) fn failed(&self, peer: IpAddr, presented: &str, now: Instant) -> Option<Duration> {
        let guess = self.fingerprints.hash_one(presented);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= PEERS_MAX && !peers.contains_key(&peer) {
            let oldest = peers.iter().min_by_key(|(_, count)| count.since).map(|(peer, _)| *peer);
            oldest.map(|oldest| peers.remove(&oldest));
        }
        let fresh = || Count { since: now, guesses: BTreeMap::new(), told: false };
        let count = peers.entry(peer).or_insert_with(fresh);
        if now.saturating_duration_since(count.since) >= WINDOW {
            *count = fresh();
        }
        let guesses = u32::try_from(count.guesses.len()).unwrap_or(u32::MAX);
        let (counted, is_one_too_many) = match count.guesses.get_mut(&guess) {
            Some(repeats) => {
                *repeats = repeats.saturating_add(1);
                (&self.repeats, *repeats > self.per_minute_max.saturating_mul(REPEATS_PER_GUESS_MAX))
            }
            None if guesses < self.per_minute_max => {
                count.guesses.insert(guess, 0);
                (&self.guesses, false)
            }
            None => {
                if !std::mem::replace(&mut count.told, true) {
                    tracing::warn!(%peer, guesses, "too many different wrong keys in a minute: somebody guesses, or many hold old ones");
                }
                (&self.guesses, true)
            }
        };
        let counted = if is_one_too_many { &self.beyond } else { counted };
        counted.fetch_add(1, Ordering::Relaxed);
        is_one_too_many.then(|| WINDOW.saturating_sub(now.saturating_duration_since(count.since)))
    }
}

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;

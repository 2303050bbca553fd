//! Places for connections: how many there are, how many one peer may hold, and who gives his up when all are taken.

use crate::peer::group;
use crate::seat::Seat;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Whoever just sat down is left in peace for so long: a handshake and a first request take their time.
const GRACE: Duration = Duration::from_millis(250);
/// How long one connection is given to go before the next one is asked to.
const GOING: Duration = Duration::from_millis(20);

/// What one connection does.
#[derive(Debug)]
pub(crate) struct Doing {
    /// A request is being answered.
    pub(crate) busy: AtomicBool,
    /// It has shown a valid key or session.
    pub(crate) known: Arc<AtomicBool>,
    since: Instant,
    asked_to_go: AtomicBool,
    go: Notify,
}

impl Doing {
    fn new() -> Self {
        Self {
            busy: AtomicBool::new(false),
            known: Arc::new(AtomicBool::new(false)),
            since: Instant::now(),
            asked_to_go: AtomicBool::new(false),
            go: Notify::new(),
        }
    }

    /// Ready when the place is needed for somebody else.
    pub(crate) async fn must_go(&self) {
        self.go.notified().await;
    }

    fn may_go(&self) -> bool {
        !self.busy.load(Ordering::Relaxed)
            && !self.known.load(Ordering::Relaxed)
            && !self.asked_to_go.load(Ordering::Relaxed)
            && self.since.elapsed() >= GRACE
    }
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    by_peer: BTreeMap<IpAddr, usize>,
    open: BTreeMap<u64, Arc<Doing>>,
}

/// All places.
#[derive(Debug)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    connections_max: usize,
    per_peer_max: usize,
    taken: Mutex<Taken>,
}

/// A free place that nobody sits at yet.
pub(crate) struct Free(OwnedSemaphorePermit);

/// One taken place; given back when it is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
    peer: IpAddr,
    pub(crate) doing: Arc<Doing>,
    /// What a stream gives back before its connection ends: streams are counted for themselves.
    pub(crate) seat: Seat,
}

impl Places {
    /// `per_peer_max` of 0 is no bound of its own.
    pub(crate) fn new(connections_max: usize, per_peer_max: usize) -> Arc<Self> {
        let connections_max = connections_max.clamp(1, Semaphore::MAX_PERMITS);
        let free = Arc::new(Semaphore::new(connections_max));
        Arc::new(Self { free, connections_max, per_peer_max, taken: Mutex::new(Taken::default()) })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a free place, for somebody who is at the door. While there is none, strangers who wait for nothing are asked to go, the one who sat down first first.
    pub(crate) async fn free(&self) -> Option<Free> {
        loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return Some(Free(permit));
            }
            self.ask_one_to_go();
            match tokio::time::timeout(GOING, Arc::clone(&self.free).acquire_owned()).await {
                Ok(Ok(permit)) => return Some(Free(permit)),
                // The semaphore is never closed.
                Ok(Err(_closed)) => return None,
                Err(_not_yet) => {}
            }
        }
    }

    fn ask_one_to_go(&self) {
        if let Some(doing) = self.taken().open.values().find(|doing| doing.may_go()) {
            doing.asked_to_go.store(true, Ordering::Relaxed);
            doing.go.notify_one();
        }
    }

    /// Whether the peer holds as many places as one may.
    pub(crate) fn has_enough(&self, peer: IpAddr) -> bool {
        self.per_peer_max > 0 && self.taken().by_peer.get(&group(peer)).is_some_and(|held| *held >= self.per_peer_max)
    }

    /// Sits a peer down; `None` when he holds as many places as one may.
    pub(crate) fn sit(self: &Arc<Self>, free: Free, peer: IpAddr) -> Option<Place> {
        let peer = group(peer);
        let mut taken = self.taken();
        let of_peer = taken.by_peer.entry(peer).or_insert(0);
        if self.per_peer_max > 0 && *of_peer >= self.per_peer_max {
            return None;
        }
        *of_peer = of_peer.saturating_add(1);
        let number = taken.next;
        taken.next = number.wrapping_add(1);
        let doing = Arc::new(Doing::new());
        taken.open.insert(number, Arc::clone(&doing));
        Some(Place { places: Arc::clone(self), number, peer, doing, seat: Seat::new(free.0) })
    }

    /// Ready when nobody sits any more.
    pub(crate) async fn all_left(&self) {
        let all = u32::try_from(self.connections_max).unwrap_or(u32::MAX);
        // Never closed; were it, there would be nobody to wait for.
        drop(self.free.acquire_many(all).await);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seat.leave();
        let mut taken = self.places.taken();
        taken.open.remove(&self.number);
        if let Some(count) = taken.by_peer.get_mut(&self.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.by_peer.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;

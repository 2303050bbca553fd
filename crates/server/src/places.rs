//! Places for connections: how many there are, how many one peer may hold, who gives his up when all are taken, and what is kept
//! for whoever must come in all the same.

use crate::doing::{Doing, KeyCounts};
use crate::peer::group;
use crate::seat::Seat;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long one connection is given to go before the next one is asked to.
const GOING: Duration = Duration::from_millis(20);
/// After so many who were asked, and none of them gone, somebody who is at the door gets a place of the reserve.
const ASKED_MAX: usize = 50;
/// Places beside all others, for whoever stops trading or looks at the gateway's health while all others are at work.
const RESERVE: usize = 8;

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
    reserve: Arc<Semaphore>,
    by_key: Arc<KeyCounts>,
    connections_max: usize,
    per_peer_max: usize,
    taken: Mutex<Taken>,
}

/// A free place that nobody sits at yet.
pub(crate) struct Free {
    permit: OwnedSemaphorePermit,
    is_reserve: bool,
}

/// Whether somebody gives up his place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    /// He was asked to.
    Asked,
    /// Somebody waits for nothing, but has only just begun to.
    Soon,
    /// All are at work.
    Nobody,
}

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
    /// `per_peer_max` and `per_key_max` of 0 are no bounds of their own.
    pub(crate) fn new(connections_max: usize, per_peer_max: usize, per_key_max: usize) -> Arc<Self> {
        let connections_max = connections_max.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            free: Arc::new(Semaphore::new(connections_max)),
            reserve: Arc::new(Semaphore::new(RESERVE)),
            by_key: Arc::new(KeyCounts::new(per_key_max)),
            connections_max,
            per_peer_max,
            taken: Mutex::new(Taken::default()),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a free place, for somebody who is at the door. While there is none, somebody who waits for nothing is asked to
    /// go: of the strangers the one who sat down first, then, of the key with the most connections, the one that has waited
    /// longest. While all are at work, or none of them goes, there is the reserve.
    pub(crate) async fn free(&self) -> Option<Free> {
        let mut asked = 0_usize;
        loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return Some(Free { permit, is_reserve: false });
            }
            asked = asked.saturating_add(1);
            let going = self.ask_one_to_go();
            // A request takes a moment: whoever is at work now may be done in the next one.
            if ((going == Going::Nobody && asked > 1) || asked > ASKED_MAX)
                && let Ok(permit) = Arc::clone(&self.reserve).try_acquire_owned()
            {
                return Some(Free { permit, is_reserve: true });
            }
            match tokio::time::timeout(GOING, Arc::clone(&self.free).acquire_owned()).await {
                Ok(Ok(permit)) => return Some(Free { permit, is_reserve: false }),
                // The semaphore is never closed.
                Ok(Err(_closed)) => return None,
                Err(_not_yet) => {}
            }
        }
    }

    fn ask_one_to_go(&self) -> Going {
        let taken = self.taken();
        let waiting: Vec<&Arc<Doing>> = taken.open.values().filter(|doing| doing.waits_for_nothing()).collect();
        if waiting.is_empty() {
            return Going::Nobody;
        }
        let strangers = || waiting.iter().filter(|doing| doing.key().is_none());
        if let Some(stranger) = strangers().find(|doing| doing.has_waited()) {
            stranger.ask_to_go();
            return Going::Asked;
        }
        if strangers().next().is_some() {
            return Going::Soon;
        }
        let counted = waiting.iter().filter(|doing| doing.has_waited());
        let counted = counted.filter_map(|doing| Some((self.by_key.count(&doing.key()?), *doing)));
        let known = counted.max_by(|(many, one), (other_many, other)| {
            many.cmp(other_many).then_with(|| other.idle_since().cmp(&one.idle_since()))
        });
        let Some((_, known)) = known else { return Going::Soon };
        known.ask_to_go();
        Going::Asked
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
        let doing = Arc::new(Doing::new(Arc::clone(&self.by_key), free.is_reserve));
        taken.open.insert(number, Arc::clone(&doing));
        let seat = Seat::new(free.permit, Arc::clone(&doing));
        Some(Place { places: Arc::clone(self), number, peer, doing, seat })
    }

    /// Ready when nobody sits any more.
    pub(crate) async fn all_left(&self) {
        let all = u32::try_from(self.connections_max).unwrap_or(u32::MAX);
        let reserve = u32::try_from(RESERVE).unwrap_or(u32::MAX);
        // Never closed; were they, there would be nobody to wait for.
        drop(tokio::join!(self.free.acquire_many(all), self.reserve.acquire_many(reserve)));
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

//! What one connection does: whether it is at work, whose key it showed, and whether it was asked to go.

use domain::id::KeyId;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Whoever just sat down, or was just answered, is left in peace for so long: a handshake and a next request take their time.
const GRACE: Duration = Duration::from_millis(250);

/// How many connections each key has.
#[derive(Debug)]
pub(crate) struct KeyCounts {
    most: usize,
    counts: Mutex<BTreeMap<KeyId, usize>>,
}

impl KeyCounts {
    /// `most` of 0 is no bound.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counts: Mutex::new(BTreeMap::new()) }
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<KeyId, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self, key: &KeyId) -> usize {
        self.counts().get(key).copied().unwrap_or_default()
    }

    /// Whether there is one more for the key; it is counted then.
    pub(crate) fn one_more(&self, key: &KeyId) -> bool {
        let mut counts = self.counts();
        let count = counts.get(key).copied().unwrap_or_default();
        if self.most > 0 && count >= self.most {
            return false;
        }
        counts.insert(key.clone(), count.saturating_add(1));
        true
    }

    pub(crate) fn one_less(&self, key: &KeyId) {
        let mut counts = self.counts();
        if let Some(count) = counts.get_mut(key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(key);
            }
        }
    }
}

#[derive(Debug)]
struct State {
    /// The key, or the key of the session, that it showed last.
    key: Option<KeyId>,
    is_busy: bool,
    /// Its place is counted as a stream's.
    streams: bool,
    idle_since: Instant,
}

/// What one connection does.
#[derive(Debug)]
pub(crate) struct Doing {
    state: Mutex<State>,
    by_key: Arc<KeyCounts>,
    asked_to_go: AtomicBool,
    cut: Notify,
    end: Notify,
    /// It sits at a place of the reserve: it may only do what the reserve is for.
    pub(crate) is_reserve: bool,
}

impl Doing {
    pub(crate) fn new(by_key: Arc<KeyCounts>, is_reserve: bool) -> Self {
        let state = State { key: None, is_busy: false, streams: false, idle_since: Instant::now() };
        Self {
            state: Mutex::new(state),
            by_key,
            asked_to_go: AtomicBool::new(false),
            cut: Notify::new(),
            end: Notify::new(),
            is_reserve,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has come.
    pub(crate) fn begins(&self) {
        self.state().is_busy = true;
    }

    /// It is answered.
    pub(crate) fn ends(&self) {
        let mut state = self.state();
        (state.is_busy, state.idle_since) = (false, Instant::now());
    }

    /// Notes whose valid key or session it shows; whether he may have one more connection.
    pub(crate) fn shows(&self, key: &KeyId) -> bool {
        let mut state = self.state();
        if state.key.as_ref() == Some(key) {
            return true;
        }
        if state.streams || !self.by_key.one_more(key) {
            return state.streams;
        }
        if let Some(before) = state.key.replace(key.clone()) {
            self.by_key.one_less(&before);
        }
        true
    }

    /// What it shows is valid no more: it is a stranger's again.
    pub(crate) fn shows_nothing(&self) {
        if let Some(before) = self.state().key.take() {
            self.by_key.one_less(&before);
        }
    }

    /// It is a stream from now on, and counted as one.
    pub(crate) fn streams(&self) {
        self.state().streams = true;
        self.shows_nothing();
    }

    pub(crate) fn key(&self) -> Option<KeyId> {
        self.state().key.clone()
    }

    pub(crate) fn idle_since(&self) -> Instant {
        self.state().idle_since
    }

    /// Whether it has nothing to do and was not asked to go yet.
    pub(crate) fn waits_for_nothing(&self) -> bool {
        let state = self.state();
        !state.is_busy && !state.streams && !self.asked_to_go.load(Ordering::Relaxed)
    }

    /// Whether it has been so long enough.
    pub(crate) fn has_waited(&self) -> bool {
        self.idle_since().elapsed() >= GRACE
    }

    /// Its place is needed for somebody else. Whoever has shown a key is let finish what has come from him in this very moment.
    pub(crate) fn ask_to_go(&self) {
        self.asked_to_go.store(true, Ordering::Relaxed);
        let how = if self.key().is_some() { &self.end } else { &self.cut };
        how.notify_one();
    }

    /// Ready when it is to be cut off.
    pub(crate) async fn is_cut(&self) {
        self.cut.notified().await;
    }

    /// Ready when it is to take no further request.
    pub(crate) async fn is_to_end(&self) {
        self.end.notified().await;
    }
}

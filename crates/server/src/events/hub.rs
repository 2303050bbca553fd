//! Reads the journal once for everybody who follows it.

use super::frame::Frame;
use super::ring::{Next, Ring};
use crate::config::StreamLimits;
use crate::doing::KeyCounts;
use crate::refusal::Refusal;
use axum::body::Bytes;
use domain::fault::Fault;
use domain::id::KeyId;
use engine::{JournalFeed, Wanted};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use wire::Code;

/// Records that are read at once.
const PAGE: usize = 256;
/// Records that are read at once for one reader who is far behind, and their bytes.
const OWN_PAGE: usize = 64;
const OWN_PAGE_BYTES: usize = 32 * 1024;

/// What all streams share.
pub(crate) struct Hub {
    pub(crate) limits: StreamLimits,
    ring: RwLock<Ring>,
    /// How far the ring goes.
    moved: watch::Sender<u64>,
    /// Somebody new may want what nobody wanted before.
    came: Notify,
    began: AtomicBool,
    places: Arc<Semaphore>,
    open: Arc<Open>,
    by_key: Arc<KeyCounts>,
    readings: Semaphore,
    ending: watch::Sender<bool>,
}

/// How many streams are open.
#[derive(Debug, Default)]
struct Open {
    events: AtomicU64,
    quotes: AtomicU64,
    mcp: AtomicU64,
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Records of the journal.
    Events,
    /// Quotes.
    Quotes,
    /// What MCP clients listen to.
    Mcp,
}

impl Open {
    fn of(&self, kind: Kind) -> &AtomicU64 {
        match kind {
            Kind::Events => &self.events,
            Kind::Quotes => &self.quotes,
            Kind::Mcp => &self.mcp,
        }
    }
}

/// The place of one stream, as long as it is open.
pub(crate) struct Place {
    kind: Kind,
    open: Arc<Open>,
    by_key: Arc<KeyCounts>,
    key: KeyId,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.of(self.kind).fetch_sub(1, Ordering::Relaxed);
        self.by_key.one_less(&self.key);
    }
}

/// What one reader was read who is far behind.
pub(crate) struct OwnPage {
    pub(crate) frames: VecDeque<(u64, Bytes)>,
    pub(crate) upto: u64,
}

impl Hub {
    pub(crate) fn new(limits: StreamLimits) -> Arc<Self> {
        let ring = Ring::new(limits.ready_records_max, limits.ready_bytes_max);
        let places = Semaphore::new(limits.open_max.min(Semaphore::MAX_PERMITS));
        let by_key = Arc::new(KeyCounts::new(limits.open_per_key_max));
        let readings = Semaphore::new(limits.readings_max.clamp(1, Semaphore::MAX_PERMITS));
        Arc::new(Self {
            limits,
            ring: RwLock::new(ring),
            moved: watch::Sender::new(0),
            came: Notify::new(),
            began: AtomicBool::new(false),
            places: Arc::new(places),
            open: Arc::default(),
            by_key,
            readings,
            ending: watch::Sender::new(false),
        })
    }

    /// A place for one more stream with this key, or with a session of it.
    pub(crate) fn place(&self, kind: Kind, key: &KeyId) -> Result<Place, Refusal> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_full| {
            let detail = format!("{} streams are open, which is as many as may be", self.limits.open_max);
            Refusal::new(Code::TooManyStreams, &detail)
        })?;
        if !self.by_key.one_more(key) {
            let most = self.limits.open_per_key_max;
            let detail = format!("{most} streams are open with this key, which is as many as one may have");
            return Err(Refusal::new(Code::TooManyStreams, &detail));
        }
        self.open.of(kind).fetch_add(1, Ordering::Relaxed);
        let (open, by_key, key) = (Arc::clone(&self.open), Arc::clone(&self.by_key), key.clone());
        Ok(Place { kind, open, by_key, key, _permit: permit })
    }

    /// How many streams are open, by what they carry.
    pub(crate) fn open(&self) -> [(&'static str, u64); 3] {
        [("events", Kind::Events), ("quotes", Kind::Quotes), ("mcp", Kind::Mcp)]
            .map(|(word, kind)| (word, self.open.of(kind).load(Ordering::Relaxed)))
    }

    fn has_readers(&self) -> bool {
        self.places.available_permits() < self.limits.open_max
    }

    /// Changes when the ring goes further.
    pub(crate) fn moved(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Becomes true when the streams are to end.
    pub(crate) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// The first wanted record behind a place.
    pub(crate) fn next(&self, after: u64, wanted: &Wanted) -> Next {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).next(after, wanted)
    }

    /// Shows all records behind a place, and says how far they go; `None` when that is further back than what is kept ready.
    pub(crate) fn look(&self, after: u64, look: impl FnMut(&Frame)) -> Option<u64> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).look(after, look)
    }

    /// Somebody follows the journal from now on. The first one's feed is read for all: it is the same journal.
    pub(crate) fn joined(self: &Arc<Self>, feed: &JournalFeed) {
        if !self.began.swap(true, Ordering::SeqCst) {
            tokio::spawn(Arc::clone(self).keep_ready(feed.clone()));
        }
        self.came.notify_one();
    }

    /// Keeps the newest records ready as long as anybody follows.
    async fn keep_ready(self: Arc<Self>, feed: JournalFeed) {
        let (mut head, mut ending) = (feed.head(), self.ending());
        loop {
            if self.has_readers() {
                let head = *head.borrow_and_update();
                self.fill(&feed, head).await;
            }
            let gone = tokio::select! {
                changed = head.changed() => changed.is_err(),
                () = self.came.notified() => false,
                _ = ending.wait_for(|ending| *ending) => true,
            };
            if gone {
                return;
            }
        }
    }

    async fn fill(&self, feed: &JournalFeed, head: u64) {
        let mut at = self.catch_up(head);
        while at < head {
            let page = match self.readings.acquire().await {
                Ok(_reading) => feed.page(at, &Wanted::default(), PAGE).await,
                // Closed at the end.
                Err(_closed) => return,
            };
            let frames = page.and_then(|page| page.records.iter().map(Frame::of).collect::<Result<Vec<_>, _>>());
            let frames = match frames {
                Ok(frames) if frames.is_empty() => return,
                Ok(frames) => frames,
                Err(fault) => {
                    tracing::error!(%fault, "the journal cannot be followed");
                    // Every reader tries for himself and is told.
                    self.ring.write().unwrap_or_else(PoisonError::into_inner).restart(head);
                    self.moved.send_replace(head);
                    return;
                }
            };
            let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
            for frame in frames {
                ring.push(frame);
            }
            at = ring.upto();
            drop(ring);
            self.moved.send_replace(at);
        }
    }

    /// Where to read from: after a time without readers not everything in between is wanted.
    fn catch_up(&self, head: u64) -> u64 {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let oldest = head.saturating_sub(ring.records_max());
        if ring.upto() < oldest {
            ring.restart(oldest);
        }
        ring.upto()
    }

    /// Reads for one reader who is further behind than the ring goes back.
    pub(crate) async fn read_for_one(&self, feed: &JournalFeed, after: u64, wanted: &Wanted) -> Result<OwnPage, Fault> {
        let stopping = |_closed| Fault::Storage("the gateway is stopping".to_owned());
        let reading = self.readings.acquire().await.map_err(stopping)?;
        let page = feed.page(after, wanted, OWN_PAGE).await?;
        drop(reading);
        let (mut frames, mut bytes) = (VecDeque::new(), 0_usize);
        for followed in &page.records {
            let frame = Frame::of(followed)?;
            bytes = bytes.saturating_add(frame.bytes.len());
            if bytes > OWN_PAGE_BYTES && !frames.is_empty() {
                // The rest is read again when this is sent.
                let upto = frames.back().map_or(after, |(seq, _)| *seq);
                return Ok(OwnPage { frames, upto });
            }
            frames.push_back((frame.seq, frame.bytes));
        }
        Ok(OwnPage { frames, upto: page.upto })
    }

    /// Ends every stream with a word, waits a moment until it is said, and reads the journal no more.
    pub(crate) async fn end(&self) {
        self.ending.send_replace(true);
        let all = u32::try_from(self.limits.open_max).unwrap_or(u32::MAX);
        if tokio::time::timeout(self.limits.farewell, self.places.acquire_many(all)).await.is_err() {
            tracing::info!("some streams were cut off without a last word");
        }
        let all = u32::try_from(self.limits.readings_max.max(1)).unwrap_or(u32::MAX);
        // Whoever closes the journal next wants to be its last reader.
        drop(tokio::time::timeout(self.limits.farewell, self.readings.acquire_many(all)).await);
        self.readings.close();
    }
}

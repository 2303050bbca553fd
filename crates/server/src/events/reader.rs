//! One reader: a place in the journal, and what ends its stream.

use super::frame;
use super::holder::Holder;
use super::hub::{Hub, OwnPage, Place};
use super::ring::Next;
use axum::body::Bytes;
use engine::{JournalFeed, Wanted};
use futures::Stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::event::{StreamEnd, StreamEndReason};

/// What a stream is opened with.
pub(crate) struct Opening {
    pub(crate) hub: Arc<Hub>,
    pub(crate) holder: Holder,
    pub(crate) feed: JournalFeed,
    pub(crate) wanted: Wanted,
    pub(crate) place: Place,
}

/// The stream: it says where it begins, then every wanted record, and at last why it ends.
pub(crate) fn stream(opening: Opening) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    opening.hub.joined(&opening.feed);
    let reader = Reader::new(opening);
    futures::stream::unfold(reader, |mut reader| async move { reader.next().await.map(|bytes| (Ok(bytes), reader)) })
}

struct Reader {
    hub: Arc<Hub>,
    holder: Holder,
    feed: JournalFeed,
    wanted: Wanted,
    moved: watch::Receiver<u64>,
    /// How far the journal goes.
    head: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    /// Everything up to here was looked at.
    after: u64,
    /// The last place that the peer was told.
    told: u64,
    /// He was at the journal's end before: from then on he must keep up.
    kept_up: bool,
    own: VecDeque<(u64, Bytes)>,
    own_upto: u64,
    /// When the holder's time is over, as far as it is known.
    held_until: Option<Instant>,
    /// How far the ring went when the holder was last judged.
    judged_at: Option<u64>,
    quiet_since: Instant,
    began: bool,
    ended: bool,
    _place: Place,
}

/// What a reader waited for.
enum Woken {
    Moved,
    Quiet,
    HolderMayBeOver,
    Ending,
}

impl Reader {
    fn new(opening: Opening) -> Self {
        let Opening { hub, holder, feed, wanted, place } = opening;
        let (after, head, moved, ending) = (feed.after, feed.head(), hub.moved(), hub.ending());
        Self {
            hub,
            holder,
            feed,
            wanted,
            moved,
            head,
            ending,
            after,
            told: after,
            kept_up: false,
            own: VecDeque::new(),
            own_upto: after,
            held_until: None,
            judged_at: None,
            quiet_since: Instant::now(),
            began: false,
            ended: false,
            _place: place,
        }
    }

    /// The next bytes; `None` behind the last word.
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let bytes = match self.say().await {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.ended = true;
                tracing::info!(?reason, key = %self.holder.key_id(), after = self.after, "a stream of events ends");
                frame::ending(&StreamEnd::of(reason))
            }
        };
        self.quiet_since = Instant::now();
        Some(bytes)
    }

    async fn say(&mut self) -> Result<Bytes, StreamEndReason> {
        if !self.began {
            self.began = true;
            return Ok(frame::opening(self.after));
        }
        loop {
            if *self.ending.borrow() {
                return Err(StreamEndReason::ShuttingDown);
            }
            let upto = *self.moved.borrow_and_update();
            self.judge_holder(upto)?;
            if let Some((seq, bytes)) = self.own.pop_front() {
                (self.after, self.told) = (seq, seq);
                return Ok(bytes);
            }
            self.after = self.after.max(self.own_upto);
            let head = *self.head.borrow();
            if self.kept_up && head.saturating_sub(self.after) > self.hub.limits.lag_records_max {
                return Err(StreamEndReason::SlowReader);
            }
            match self.hub.next(self.after, &self.wanted) {
                Next::Frame(seq, bytes) => {
                    (self.after, self.told) = (seq, seq);
                    return Ok(bytes);
                }
                Next::Older => self.read_alone().await?,
                Next::Nothing(place) => {
                    self.after = place;
                    self.kept_up |= self.after >= head;
                    match self.wait().await {
                        Woken::Moved | Woken::Ending => {}
                        Woken::HolderMayBeOver => self.judged_at = None,
                        Woken::Quiet => {
                            let moved_to = (self.after > self.told).then_some(self.after);
                            self.told = self.after;
                            return Ok(frame::heartbeat(moved_to));
                        }
                    }
                }
            }
        }
    }

    async fn read_alone(&mut self) -> Result<(), StreamEndReason> {
        match self.hub.read_for_one(&self.feed, self.after, &self.wanted).await {
            Ok(OwnPage { frames, upto }) => {
                (self.own, self.own_upto) = (frames, upto);
                Ok(())
            }
            Err(fault) if *self.ending.borrow() => {
                tracing::debug!(%fault, "a stream ends with the gateway");
                Err(StreamEndReason::ShuttingDown)
            }
            Err(fault) => {
                tracing::error!(%fault, "the journal cannot be read for a stream");
                Err(StreamEndReason::Storage)
            }
        }
    }

    /// A key that is revoked is so by a record: it is looked at again whenever there are more.
    fn judge_holder(&mut self, upto: u64) -> Result<(), StreamEndReason> {
        let is_over = self.held_until.is_some_and(|end| Instant::now() >= end);
        if self.judged_at == Some(upto) && !is_over && !self.holder.is_signed_out() {
            return Ok(());
        }
        let left = self.holder.left()?;
        self.judged_at = Some(upto);
        self.held_until = left.and_then(|left| Instant::now().checked_add(left));
        Ok(())
    }

    async fn wait(&mut self) -> Woken {
        let quiet_until = self.quiet_since + self.hub.limits.heartbeat;
        let until = self.held_until.map_or(quiet_until, |end| end.min(quiet_until));
        let is_quiet = until == quiet_until;
        tokio::select! {
            // The hub lives as long as its readers.
            _ = self.moved.changed() => Woken::Moved,
            _ = self.ending.wait_for(|ending| *ending) => Woken::Ending,
            () = self.holder.signed_out() => Woken::HolderMayBeOver,
            () = tokio::time::sleep_until(until) => if is_quiet { Woken::Quiet } else { Woken::HolderMayBeOver },
        }
    }
}

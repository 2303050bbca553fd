//! A stream of quotes: of each instrument the newest, when it or its state is another than the last one sent. A reader who is
//! slow misses what lies between; nothing waits for him.

use super::frame;
use super::holder::Holder;
use super::hub::{Hub, Place};
use axum::body::Bytes;
use engine::{FeedState, QuoteFeed, WatchedQuote};
use futures::Stream;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use wire::event::{StreamEnd, StreamEndReason};
use wire::market::{self, FeedWord};

/// What a stream is opened with.
pub(crate) struct Watch {
    pub(crate) hub: Arc<Hub>,
    pub(crate) holder: Holder,
    pub(crate) feed: Box<dyn QuoteFeed>,
    pub(crate) place: Place,
}

/// The shape of a watched instrument, as of now.
pub(crate) fn shape(watched: &WatchedQuote) -> market::WatchedQuote {
    let (state, why) = match &watched.state {
        FeedState::Fed => (FeedWord::Fed, None),
        FeedState::Unknown => (FeedWord::Unknown, None),
        FeedState::NotFed(why) => (FeedWord::NotFed, Some(why.as_str())),
        FeedState::Crossed => (FeedWord::Crossed, None),
    };
    market::WatchedQuote::of(&watched.contract, state, why, watched.quote.as_ref(), Timestamp::now())
}

/// The stream: every instrument once, then each that changes, and at last why it ends.
pub(crate) fn watch(watch: Watch) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let Watch { hub, holder, feed, place } = watch;
    let mut every = tokio::time::interval(hub.limits.market_interval);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watcher = Watcher {
        ending: hub.ending(),
        hub,
        holder,
        feed,
        _place: place,
        every,
        sent: Vec::new(),
        changed: VecDeque::new(),
        quiet_since: Instant::now(),
        ended: false,
    };
    futures::stream::unfold(
        watcher,
        |mut watcher| async move { watcher.next().await.map(|bytes| (Ok(bytes), watcher)) },
    )
}

struct Watcher {
    hub: Arc<Hub>,
    holder: Holder,
    feed: Box<dyn QuoteFeed>,
    _place: Place,
    ending: watch::Receiver<bool>,
    every: Interval,
    /// As every instrument was last sent.
    sent: Vec<WatchedQuote>,
    /// Which of them are to be sent.
    changed: VecDeque<usize>,
    quiet_since: Instant,
    ended: bool,
}

impl Watcher {
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let bytes = self.say().await.unwrap_or_else(|reason| {
            self.ended = true;
            tracing::info!(?reason, key = %self.holder.key_id(), "a stream of quotes ends");
            frame::ending(&StreamEnd::of(reason))
        });
        self.quiet_since = Instant::now();
        Some(bytes)
    }

    async fn say(&mut self) -> Result<Bytes, StreamEndReason> {
        loop {
            if let Some(one) = self.changed.pop_front().and_then(|place| self.sent.get(place)) {
                return Ok(frame::quote(&shape(one)));
            }
            let is_over = tokio::select! {
                _now = self.every.tick() => false,
                _ending = self.ending.wait_for(|ending| *ending) => true,
                () = self.holder.signed_out() => false,
            };
            if is_over {
                return Err(StreamEndReason::ShuttingDown);
            }
            self.holder.left()?;
            let seen = self.feed.look();
            self.changed = (0..seen.len()).filter(|place| self.sent.get(*place) != seen.get(*place)).collect();
            self.sent = seen;
            if self.changed.is_empty() && self.quiet_since.elapsed() >= self.hub.limits.heartbeat {
                return Ok(frame::heartbeat(None));
            }
        }
    }
}

//! Who subscribed is told that something changed, not what: reading it again shows. Many changes in a moment are told once.

use super::resources::Thing;
use crate::refusal::Refusal;
use crate::state::App;
use domain::journal::JournalEvent;
use domain::principal::Principal;
use engine::{Followed, JournalFeed, QuoteFeed, Wanted, WatchedQuote};
use std::collections::BTreeSet;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use wire::FieldError;

/// Records that are looked at one by one; beyond it everything may have changed.
const LOOKED_AT_MAX: usize = 256;

/// Some resources in sight.
pub(super) struct Watching {
    app: App,
    by: Principal,
    things: BTreeSet<Thing>,
    feed: JournalFeed,
    head: watch::Receiver<u64>,
    /// Everything up to here was looked at.
    after: u64,
    quotes: Option<(Vec<Thing>, Box<dyn QuoteFeed>)>,
    /// As each quote was last told.
    told: Vec<WatchedQuote>,
    every: Interval,
    ending: watch::Receiver<bool>,
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The gateway ends.
    Ending,
    /// The key counts no more.
    Key,
    /// The journal cannot be read.
    Storage,
}

impl Watching {
    /// Begins now.
    pub(super) async fn begin(app: &App, by: &Principal, things: BTreeSet<Thing>) -> Result<Self, Refusal> {
        let most = app.limits.streams.market_instruments_max;
        let quoted: Vec<Thing> = things.iter().filter(|thing| thing.instrument().is_some()).cloned().collect();
        if quoted.len() > most {
            return Err(FieldError::new("uri", &format!("may name at most {most} quotes together")).into());
        }
        let feed = app.desk.follow(by, None)?;
        let quotes = if quoted.is_empty() {
            None
        } else {
            let instruments = quoted.iter().filter_map(Thing::instrument).collect::<Result<_, _>>()?;
            Some((quoted, app.desk.watch_quotes(by, instruments).await?))
        };
        let mut every = tokio::time::interval(app.limits.streams.market_interval);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let told = quotes.as_ref().map(|(_, feed)| feed.look()).unwrap_or_default();
        let (app, by) = (app.clone(), by.clone());
        let (head, after, ending) = (feed.head(), feed.after, app.hub.ending());
        Ok(Self { app, by, things, feed, head, after, quotes, told, every, ending })
    }

    /// What has changed; waits until something has.
    pub(super) async fn changed(&mut self) -> Result<BTreeSet<Thing>, Over> {
        loop {
            tokio::select! {
                _now = self.every.tick() => {}
                _ending = self.ending.wait_for(|ending| *ending) => return Err(Over::Ending),
            }
            self.app.desk.key_left(&self.by).map_err(|_end| Over::Key)?;
            let mut changed = self.of_journal().await?;
            changed.extend(self.of_quotes());
            if !changed.is_empty() {
                return Ok(changed);
            }
        }
    }

    async fn of_journal(&mut self) -> Result<BTreeSet<Thing>, Over> {
        let head = *self.head.borrow_and_update();
        let mut touched = BTreeSet::new();
        if head <= self.after {
            return Ok(touched);
        }
        touched.insert(Thing::Status);
        let page = self.feed.page(self.after, &Wanted::default(), LOOKED_AT_MAX).await;
        let page = page.map_err(|fault| {
            tracing::error!(%fault, "the journal cannot be read for a subscription");
            Over::Storage
        })?;
        if page.upto < head {
            touched.extend([Thing::Orders, Thing::Positions]);
        }
        for followed in &page.records {
            touch(followed, &mut touched);
        }
        self.after = head.max(page.upto);
        Ok(touched.intersection(&self.things).cloned().collect())
    }

    fn of_quotes(&mut self) -> Vec<Thing> {
        let Some((things, feed)) = &self.quotes else { return Vec::new() };
        let seen = feed.look();
        let places = 0..seen.len();
        let changed = places.filter(|place| self.told.get(*place) != seen.get(*place));
        let changed = changed.filter_map(|place| things.get(place).cloned()).collect();
        self.told = seen;
        changed
    }
}

fn touch(followed: &Followed, touched: &mut BTreeSet<Thing>) {
    if followed.order.is_some() {
        touched.insert(Thing::Orders);
    }
    let event = &followed.record.record.event;
    let of_trade = matches!(event, JournalEvent::Order { event, .. } if event.of_trade().is_some());
    let of_others = matches!(
        event.kind(),
        "external_execution" | "external_bust" | "positions_adopted" | "position_adopted" | "account_marked"
    );
    if of_trade || of_others {
        touched.insert(Thing::Positions);
    }
}

//! Who subscribed is told that something changed, not what: reading it again shows. Many changes in a moment are told once.

use super::resources::Thing;
use crate::events::Frame;
use crate::refusal::Refusal;
use crate::state::App;
use domain::principal::Principal;
use engine::{QuoteFeed, WatchedQuote};
use std::collections::BTreeSet;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use wire::FieldError;

/// Some resources in sight.
pub(super) struct Watching {
    app: App,
    by: Principal,
    things: BTreeSet<Thing>,
    /// How far the records go that are ready for everybody who follows the journal.
    moved: watch::Receiver<u64>,
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
}

impl Watching {
    /// Begins now, for somebody who has a place among those who follow the journal.
    pub(super) async fn begin(app: &App, by: &Principal, things: BTreeSet<Thing>) -> Result<Self, Refusal> {
        let most = app.limits.streams.market_instruments_max;
        let quoted: Vec<Thing> = things.iter().filter(|thing| thing.instrument().is_some()).cloned().collect();
        if quoted.len() > most {
            return Err(FieldError::new("uri", &format!("may name at most {most} quotes together")).into());
        }
        let feed = app.desk.follow(by, None)?;
        app.hub.joined(&feed);
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
        let (moved, after, ending) = (app.hub.moved(), feed.after, app.hub.ending());
        Ok(Self { app, by, things, moved, after, quotes, told, every, ending })
    }

    /// What has changed; waits until something has.
    pub(super) async fn changed(&mut self) -> Result<BTreeSet<Thing>, Over> {
        loop {
            tokio::select! {
                _now = self.every.tick() => {}
                _ending = self.ending.wait_for(|ending| *ending) => return Err(Over::Ending),
            }
            self.app.desk.key_left(&self.by).map_err(|_end| Over::Key)?;
            let mut changed = self.of_journal();
            changed.extend(self.of_quotes());
            if !changed.is_empty() {
                return Ok(changed);
            }
        }
    }

    fn of_journal(&mut self) -> BTreeSet<Thing> {
        let upto = *self.moved.borrow_and_update();
        let mut touched = BTreeSet::new();
        if upto <= self.after {
            return touched;
        }
        let seen = self.app.hub.look(self.after, |frame| touch(frame, &mut touched));
        self.after = seen.unwrap_or_else(|| {
            // Further back than what is kept ready: everything may have changed.
            touched.extend([Thing::Status, Thing::Orders, Thing::Positions]);
            upto
        });
        touched.intersection(&self.things).cloned().collect()
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

fn touch(frame: &Frame, touched: &mut BTreeSet<Thing>) {
    touched.insert(Thing::Status);
    if frame.order.is_some() {
        touched.insert(Thing::Orders);
    }
    if frame.moves_position {
        touched.insert(Thing::Positions);
    }
}

//! The runner: takes the lock, holds the lines, looks at them, asks where they say nothing, and writes it all down.

use super::asking::{Answer, Asker, Topic};
use super::files::{self, Files};
use super::lock::{Lock, Tried};
use super::session;
use crate::alert::StalePrices;
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::id::ConId;
use domain::principal::{Principal, Scope};
use domain::stream::{
    self, History, LockOwner, Plan, Price, Reason, Source, StreamRecord, StreamState, StreamStatus, Subscription,
    Wanted,
};
use engine::{Clock, Desk, FeedState, QuoteFeed, SignOfLife, WatchedQuote};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Questions that are under way at a time: the broker's pacing is for orders first.
const QUESTIONS_MAX: usize = 3;
/// What could not be resolved is tried again after this.
const RESOLVE_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// What was resolved is asked for anew after this.
const RESOLVE_ANEW: SignedDuration = SignedDuration::from_hours(1);
/// A record whose price did not change is written anew after this, for its age.
const WRITE_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// Files of another runner are not looked at more often.
const LOCK_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// Names that are resolved in one turn: each is a question, and prices are written in between.
const RESOLVES_MAX: usize = 8;
/// Between two questions for minutes: IBKR answers sixty in ten minutes, and others ask too.
const HISTORY_REST: SignedDuration = SignedDuration::from_secs(15);
/// The newest minutes of a line may come so much later than they were due.
const HISTORY_SLACK: SignedDuration = SignedDuration::from_mins(10);
/// A last close is asked for anew after this.
const CLOSE_AGAIN: SignedDuration = SignedDuration::from_mins(30);

/// How the streams are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRules {
    /// Most lines.
    pub lines_max: usize,
    /// How often prices are looked at and written.
    pub interval: Duration,
    /// From this age on a price is not fresh.
    pub stale_after: SignedDuration,
    /// How often an instrument without a fresh line is asked for.
    pub snapshot_every: SignedDuration,
    /// How often it is looked what is held.
    pub plan_every: SignedDuration,
    /// How often missing minutes are asked for; `None` keeps no history.
    pub history_every: Option<SignedDuration>,
}

/// What the runner is made of.
#[derive(Debug)]
pub struct StreamParts {
    /// Where the files are.
    pub dir: PathBuf,
    /// Who takes the lock.
    pub owner: LockOwner,
    /// The rules.
    pub rules: StreamRules,
    /// What is always wanted.
    pub watch_list: Vec<Instrument>,
    /// What the decision in force names; empty without one.
    pub decision: watch::Receiver<Vec<Instrument>>,
    /// Prices that are not fresh while their market is open, for the alerts.
    pub stale: watch::Sender<StalePrices>,
    /// What the runner shows of itself.
    pub life: Arc<SignOfLife>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who asks the desk: `read` and nothing else.
    pub by: Principal,
}

/// What others see of the streams.
#[derive(Clone, Debug)]
pub struct Streams {
    status: Arc<RwLock<StreamStatus>>,
}

impl Streams {
    /// No runner: nothing is configured.
    pub fn off() -> Self {
        Self { status: Arc::new(RwLock::new(StreamStatus::idle(StreamState::Off, 0))) }
    }

    /// How they stand.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `read`.
    pub fn status(&self, by: &Principal) -> Result<StreamStatus, Fault> {
        if !by.may(Scope::Read) {
            return Err(Fault::ForbiddenScope(Scope::Read));
        }
        Ok(self.newest())
    }

    /// How they stand, for parts of this process.
    pub(crate) fn newest(&self) -> StreamStatus {
        self.status.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One instrument at work.
struct Item {
    contract: Contract,
    reasons: Vec<Reason>,
    has_line: bool,
    file: String,
    price: Price,
    history: History,
    /// When each question may be asked again.
    ask_at: BTreeMap<Topic, Timestamp>,
    asking: BTreeSet<Topic>,
    written: Option<StreamRecord>,
}

/// The task, to be run by whoever made it.
pub struct StreamTask {
    parts: StreamParts,
    desk: Arc<dyn Desk>,
    status: Arc<RwLock<StreamStatus>>,
    lock: Option<(Lock, Files)>,
    lock_at: Option<Timestamp>,
    feed: Option<Box<dyn QuoteFeed>>,
    resolved: BTreeMap<Instrument, Resolved>,
    positions: Vec<Instrument>,
    plan_at: Option<Timestamp>,
    held_at: Option<Timestamp>,
    /// What the lines are open for.
    held: BTreeSet<ConId>,
    history_at: Option<Timestamp>,
    turned_at: Option<Timestamp>,
    items: BTreeMap<ConId, Item>,
    gaps_filled: u64,
    trouble: Option<String>,
}

/// What a name means.
struct Resolved {
    /// The one contract, as it was last told.
    contract: Option<Contract>,
    /// Why it is not known, or was not told anew.
    trouble: Option<String>,
    /// When to ask again.
    again_at: Timestamp,
}

type Asked = (ConId, Answer);

/// Makes the streams, and the task that keeps them.
pub fn begin(desk: Arc<dyn Desk>, parts: StreamParts) -> (Streams, StreamTask) {
    let status = Arc::new(RwLock::new(StreamStatus::idle(StreamState::Waiting, parts.rules.lines_max)));
    let task = StreamTask {
        parts,
        desk,
        status: Arc::clone(&status),
        lock: None,
        lock_at: None,
        feed: None,
        resolved: BTreeMap::new(),
        positions: Vec::new(),
        plan_at: None,
        held_at: None,
        held: BTreeSet::new(),
        history_at: None,
        turned_at: None,
        items: BTreeMap::new(),
        gaps_filled: 0,
        trouble: None,
    };
    (Streams { status }, task)
}

impl StreamTask {
    /// Works until the other end of `ending` is gone.
    pub async fn run(mut self, mut ending: oneshot::Receiver<()>) {
        let mut asking: JoinSet<Asked> = JoinSet::new();
        let mut every = tokio::time::interval(self.parts.rules.interval);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = &mut ending => break,
                Some(asked) = asking.join_next(), if !asking.is_empty() => self.told(asked.ok()),
                _now = every.tick() => self.turn(&mut asking).await,
            }
        }
        self.end();
    }

    async fn turn(&mut self, asking: &mut JoinSet<Asked>) {
        let now = self.parts.clock.now();
        self.parts.life.show(now);
        if self.turned_at.replace(now).is_some_and(|before| now < before) {
            self.forget_moments();
        }
        if !self.own(now) {
            return;
        }
        let changed = self.parts.decision.has_changed().unwrap_or(false);
        let due = self.plan_at.is_none_or(|at| now.duration_since(at) >= self.parts.rules.plan_every || now < at);
        if changed || due {
            self.plan_at = Some(now);
            self.plan(now).await;
        }
        self.look();
        self.ask(asking, now);
        self.write(now);
    }

    /// A clock that was set back does not make anything wait until it has caught up.
    fn forget_moments(&mut self) {
        (self.plan_at, self.held_at, self.history_at, self.lock_at) = (None, None, None, None);
        self.items.values_mut().for_each(|item| item.ask_at.clear());
        self.resolved.values_mut().for_each(|known| known.again_at = Timestamp::MIN);
    }

    /// Whether the lock is ours; tries to take it now and then.
    fn own(&mut self, now: Timestamp) -> bool {
        if self.lock.is_some() {
            return true;
        }
        if self.lock_at.is_some_and(|at| at <= now && now.duration_since(at) < LOCK_AGAIN) {
            return false;
        }
        self.lock_at = Some(now);
        self.parts.owner.since = now;
        let dir = &self.parts.dir;
        let taken = files::make_dir(dir).and_then(|()| Lock::take(dir, &self.parts.owner));
        // Only who has the lock touches the files of a runner before it.
        let taken = taken.and_then(|tried| match tried {
            Tried::Ours(lock) => Ok((Some((lock, Files::open(dir)?)), None)),
            Tried::Theirs(owner) => Ok((None, owner)),
        });
        let mut status = StreamStatus::idle(StreamState::LockedOut, self.parts.rules.lines_max);
        match taken {
            Ok((Some((lock, files)), _)) => {
                if let Some(LockOwner { pid, since, .. }) = &lock.taken_over {
                    tracing::warn!(%pid, %since, "took over the streams of a runner that did not end in order");
                }
                self.lock = Some((lock, files));
                return true;
            }
            Ok((None, owner)) => {
                status.trouble = Some(owner.as_ref().map_or_else(
                    || "another process has the lock".to_owned(),
                    |LockOwner { pid, installation, since }| {
                        format!("process {pid} of installation {installation} has the lock since {since}")
                    },
                ));
                status.owner = owner;
            }
            Err(error) => status.trouble = Some(format!("{}: {error}", dir.display())),
        }
        status.heartbeat_at = Some(now);
        self.show(status);
        false
    }

    fn show(&self, status: StreamStatus) {
        *self.status.write().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// Who gets a line now; opens them where that changed.
    async fn plan(&mut self, now: Timestamp) {
        self.trouble = None;
        match self.held().await {
            Ok(positions) => self.positions = positions,
            // What was held when it was last told is what is streamed.
            Err(fault) => self.trouble = Some(format!("positions are not known: {fault}")),
        }
        let decision = self.parts.decision.borrow_and_update().clone();
        let all = stream::plan(&decision, &self.positions, &self.parts.watch_list, self.parts.rules.lines_max);
        let wanted = self.resolve(&all, now).await;
        let lines: BTreeSet<ConId> = wanted.iter().filter(|(_, (_, _, line))| *line).map(|(id, _)| *id).collect();
        self.take_in(wanted);
        let refused = self.feed.as_ref().is_some_and(|feed| feed.look().iter().any(is_refused));
        let again = refused && self.held_at.is_none_or(|at| now.duration_since(at) >= RESOLVE_AGAIN);
        if lines != self.held || self.feed.is_none() || again {
            self.hold(&lines, now).await;
        }
    }

    async fn held(&self) -> Result<Vec<Instrument>, Fault> {
        let mut held = Vec::new();
        for account in self.desk.accounts(&self.parts.by)? {
            self.parts.life.show(self.parts.clock.now());
            let positions = self.desk.positions(&self.parts.by, account).await?;
            let open = positions.into_iter().filter(|position| !position.qty.is_zero() && !position.is_cash);
            held.extend(open.map(|position| Instrument::ConId(position.con_id)));
        }
        Ok(held)
    }

    /// Each wanted instrument's one contract. Two names of one contract are one, with the reasons of both.
    async fn resolve(&mut self, plan: &Plan, now: Timestamp) -> BTreeMap<ConId, (Contract, Vec<Reason>, bool)> {
        let names: BTreeSet<&Instrument> =
            plan.lines.iter().chain(&plan.without).map(|wanted| &wanted.instrument).collect();
        self.resolved.retain(|name, _| names.contains(name));
        let mut wanted = BTreeMap::new();
        let mut asked = 0;
        let of = |wanted: &[Wanted], line| wanted.iter().cloned().map(move |one| (one, line)).collect::<Vec<_>>();
        for (Wanted { instrument, reasons }, line) in of(&plan.lines, true).into_iter().chain(of(&plan.without, false))
        {
            let is_due = self.resolved.get(&instrument).is_none_or(|known| known.again_at <= now);
            if is_due && asked == RESOLVES_MAX {
                // The next turn goes on.
                self.plan_at = None;
            } else if is_due {
                asked += 1;
                self.parts.life.show(self.parts.clock.now());
                let found = self.desk.contract(&self.parts.by, instrument.clone()).await;
                let before = self.resolved.remove(&instrument).and_then(|known| known.contract);
                let (contract, trouble, rest) = match found {
                    // Its hours are told for some days only.
                    Ok(contract) => (Some(contract), None, RESOLVE_ANEW),
                    // Nobody was asked: the next look finds the line, or finds it down at no cost.
                    Err(fault @ (Fault::BrokerUnreachable(_) | Fault::NotReady(_))) => {
                        (before, Some(fault.to_string()), SignedDuration::ZERO)
                    }
                    Err(fault) => (before, Some(fault.to_string()), RESOLVE_AGAIN),
                };
                let again_at = now.checked_add(rest).unwrap_or(Timestamp::MAX);
                self.resolved.insert(instrument.clone(), Resolved { contract, trouble, again_at });
            }
            if let Some(contract) = self.resolved.get(&instrument).and_then(|known| known.contract.as_ref()) {
                let entry = wanted.entry(contract.con_id).or_insert_with(|| (contract.clone(), Vec::new(), line));
                entry.1.extend(reasons);
                entry.2 |= line;
            }
        }
        wanted
    }

    /// Goes on with what is wanted still, begins what is new, and forgets the rest with its files.
    fn take_in(&mut self, wanted: BTreeMap<ConId, (Contract, Vec<Reason>, bool)>) {
        let Some((_, files)) = &mut self.lock else { return };
        self.items.retain(|con_id, _| wanted.contains_key(con_id));
        let mut names: BTreeSet<String> = self.items.values().map(|item| item.file.clone()).collect();
        for (con_id, (contract, mut reasons, has_line)) in wanted {
            reasons.sort_unstable();
            reasons.dedup();
            if let Some(item) = self.items.get_mut(&con_id) {
                (item.contract, item.reasons, item.has_line) = (contract, reasons, has_line);
                continue;
            }
            let plain = stream::file_name(&contract, false);
            let file = if names.contains(&plain) { stream::file_name(&contract, true) } else { plain };
            names.insert(file.clone());
            let history = files.history(&file, con_id);
            let item = Item {
                contract,
                reasons,
                has_line,
                file,
                price: Price::default(),
                history,
                ask_at: BTreeMap::new(),
                asking: BTreeSet::new(),
                written: None,
            };
            self.items.insert(con_id, item);
        }
        if let Err(error) = files.keep_only(&names) {
            self.trouble = Some(format!("an old record could not be taken away: {error}"));
        }
    }

    async fn hold(&mut self, lines: &BTreeSet<ConId>, now: Timestamp) {
        // The new lines are opened before the old ones are let go of, so that none that stays is closed in between.
        self.held_at = Some(now);
        if lines.is_empty() {
            (self.feed, self.held) = (None, BTreeSet::new());
            return;
        }
        let instruments = lines.iter().map(|con_id| Instrument::ConId(*con_id)).collect();
        match self.desk.watch_quotes(&self.parts.by, instruments).await {
            Ok(feed) => (self.feed, self.held) = (Some(feed), lines.clone()),
            // What was open stays open.
            Err(fault) => self.trouble = Some(format!("no lines for what is new: {fault}")),
        }
    }

    /// What the lines say now.
    fn look(&mut self) {
        let looked = self.feed.as_ref().map(|feed| feed.look()).unwrap_or_default();
        let mut by_contract: BTreeMap<ConId, WatchedQuote> =
            looked.into_iter().map(|watched| (watched.contract.con_id, watched)).collect();
        let nothing = self.trouble.clone().unwrap_or_else(|| "there is no line".to_owned());
        for (con_id, item) in &mut self.items {
            let (line, trouble) = match by_contract.remove(con_id).map(|watched| (watched.state, watched.quote)) {
                Some((FeedState::Fed, quote)) => (quote, None),
                Some((FeedState::Unknown, _)) => (None, Some("the line has said nothing yet".to_owned())),
                Some((FeedState::NotFed(why), _)) => (None, Some(why)),
                Some((FeedState::Crossed, _)) => (None, Some("the bid stands above the ask".to_owned())),
                None if item.has_line => (None, Some(nothing.clone())),
                None => (None, Some("the line budget is used up".to_owned())),
            };
            (item.price.line, item.price.line_trouble) = (line, trouble);
        }
    }

    /// Asks for what the lines do not say, a few at a time, those that were asked longest ago first.
    fn ask(&mut self, asking: &mut JoinSet<Asked>, now: Timestamp) {
        let rules = &self.parts.rules;
        let mut due = Vec::new();
        for (con_id, item) in &self.items {
            let record = stream::record(&item.contract, &item.price, rules.stale_after, now);
            let streams = record.source == Source::Stream && !record.stale;
            let missing = stream::gap(item.history.newest(), now);
            let wishes = [
                (Topic::Snapshot, !streams),
                (Topic::LastClose, matches!(record.source, Source::LastClose | Source::None)),
                (Topic::History, rules.history_every.is_some() && item.price.line.is_some() && missing.is_some()),
            ];
            for (topic, wished) in wishes {
                let at = item.ask_at.get(&topic).copied();
                if wished && !item.asking.contains(&topic) && at.is_none_or(|at| at <= now) {
                    due.push((at.unwrap_or(Timestamp::MIN), *con_id, topic));
                }
            }
        }
        due.sort_unstable();
        let rests = self.history_at.is_some_and(|at| now.duration_since(at) < HISTORY_REST);
        let first = due.iter().position(|(_, _, topic)| *topic == Topic::History).filter(|_| !rests);
        let mut place = 0;
        due.retain(|(_, _, topic)| {
            place += 1;
            *topic != Topic::History || first == Some(place - 1)
        });
        for (_, con_id, topic) in due.into_iter().take(QUESTIONS_MAX.saturating_sub(asking.len())) {
            let Some(item) = self.items.get_mut(&con_id) else { continue };
            let rest = match topic {
                Topic::Snapshot => rules.snapshot_every,
                Topic::LastClose => CLOSE_AGAIN,
                Topic::History => rules.history_every.unwrap_or(CLOSE_AGAIN),
            };
            if topic == Topic::History {
                self.history_at = Some(now);
            }
            item.asking.insert(topic);
            item.ask_at.insert(topic, now.checked_add(rest).unwrap_or(Timestamp::MAX));
            let asker = Asker { desk: Arc::clone(&self.desk), by: self.parts.by.clone() };
            let missing = stream::gap(item.history.newest(), now);
            asking.spawn(async move {
                let answer = match (topic, missing) {
                    (Topic::Snapshot, _) => asker.snapshot(con_id).await,
                    (Topic::LastClose, _) => asker.last_close(con_id).await,
                    (Topic::History, Some(gap)) => asker.history(con_id, gap).await,
                    (Topic::History, None) => Answer::History(Ok(Vec::new())),
                };
                (con_id, answer)
            });
        }
    }

    fn told(&mut self, asked: Option<Asked>) {
        let Some((con_id, answer)) = asked else {
            tracing::error!("a question of the streams failed");
            self.items.values_mut().for_each(|item| item.asking.clear());
            return;
        };
        let Some(item) = self.items.get_mut(&con_id) else { return };
        match answer {
            Answer::Snapshot(asked) => {
                item.asking.remove(&Topic::Snapshot);
                match asked {
                    Ok(quote) => (item.price.snapshot, item.price.snapshot_trouble) = (Some(*quote), None),
                    Err(why) => item.price.snapshot_trouble = Some(why),
                }
            }
            Answer::LastClose(asked) => {
                item.asking.remove(&Topic::LastClose);
                match asked {
                    Ok(Some(close)) => item.price.last_close = Some(close),
                    Ok(None) => tracing::debug!(%con_id, "the broker knows no close of the last sessions"),
                    Err(why) => tracing::debug!(%con_id, %why, "the last close could not be had"),
                }
            }
            Answer::History(asked) => {
                item.asking.remove(&Topic::History);
                match asked {
                    Ok(bars) => {
                        let Some((_, files)) = &self.lock else { return };
                        let before = item.history.newest();
                        if item.history.merge(bars) {
                            let filled = is_outage(before, item.history.newest(), self.parts.rules.history_every);
                            self.gaps_filled = self.gaps_filled.saturating_add(u64::from(filled));
                            if let Err(error) = files.write_history(&item.file, con_id, &item.history) {
                                self.trouble = Some(format!("a history could not be written: {error}"));
                            }
                        }
                    }
                    Err(why) => tracing::debug!(%con_id, %why, "missing minutes could not be had"),
                }
            }
        }
    }

    fn write(&mut self, now: Timestamp) {
        let mut subscriptions = Vec::with_capacity(self.items.len());
        let mut stale = BTreeMap::new();
        let Some((_, files)) = &mut self.lock else { return };
        for item in self.items.values_mut() {
            let record = stream::record(&item.contract, &item.price, self.parts.rules.stale_after, now);
            let is_open = session::is_open(&item.contract, now);
            if record.stale && is_open == Some(true) {
                let why = record.reason.clone().unwrap_or_else(|| "there is no price".to_owned());
                // Two contracts of one symbol are two.
                let name = item.file.strip_suffix(".json").unwrap_or(&item.file).to_owned();
                stale.insert(name, format!("Source: {}. {why}.", record.source.word()));
            }
            if is_due(item.written.as_ref(), &record) {
                match files.record(&item.file, &record) {
                    Ok(()) => item.written = Some(record.clone()),
                    Err(error) => self.trouble = Some(format!("{}: {error}", item.file)),
                }
            }
            subscriptions.push(Subscription {
                symbol: record.symbol,
                con_id: record.con_id,
                file: item.file.clone(),
                reasons: item.reasons.clone(),
                has_line: item.has_line,
                source: record.source,
                stale: record.stale,
                is_open,
                data_type: record.data_type,
                age_ms: record.age_ms,
                error: record.reason,
            });
        }
        subscriptions.sort_by(|a, b| (!a.has_line, &a.symbol).cmp(&(!b.has_line, &b.symbol)));
        let unresolved =
            self.resolved.iter().filter_map(|(name, found)| found.trouble.as_ref().map(|why| format!("{name}: {why}")));
        let mut status = StreamStatus {
            state: StreamStatus::state_of(&subscriptions),
            owner: Some(self.parts.owner.clone()),
            heartbeat_at: Some(now),
            lines: subscriptions.iter().filter(|one| one.has_line).count(),
            follows_decision: !self.parts.decision.borrow().is_empty(),
            subscriptions,
            unresolved: unresolved.collect(),
            gaps_filled: self.gaps_filled,
            trouble: self.trouble.clone(),
            ..StreamStatus::idle(StreamState::Waiting, self.parts.rules.lines_max)
        };
        if let Err(error) = files.status(&status) {
            status.trouble = Some(format!("the status could not be written: {error}"));
        }
        self.show(status);
        self.parts.stale.send_replace(Some(stale));
    }

    fn end(mut self) {
        let now = self.parts.clock.now();
        let Some((lock, files)) = self.lock.take() else { return };
        let mut status = self.status.read().unwrap_or_else(PoisonError::into_inner).clone();
        (status.state, status.owner, status.heartbeat_at) = (StreamState::Stopped, None, Some(now));
        if let Err(error) = files.status(&status).and_then(|()| lock.end()) {
            tracing::warn!(%error, "the streams' files do not say that they have ended");
        }
        self.show(status);
    }
}

/// Whether what was filled in was missing for longer than it takes to ask again. The first minutes that there are fill nothing.
fn is_outage(before: Option<Timestamp>, after: Option<Timestamp>, every: Option<SignedDuration>) -> bool {
    let usual = every.unwrap_or_default().saturating_add(every.unwrap_or_default()).saturating_add(HISTORY_SLACK);
    before.zip(after).is_some_and(|(before, after)| after.duration_since(before) > usual)
}

fn is_refused(watched: &WatchedQuote) -> bool {
    match &watched.state {
        FeedState::NotFed(_) => true,
        FeedState::Fed | FeedState::Unknown | FeedState::Crossed => false,
    }
}

/// Whether a record is worth writing: something but its age changed, or its age was written long ago.
fn is_due(written: Option<&StreamRecord>, record: &StreamRecord) -> bool {
    let Some(written) = written else { return true };
    let aged =
        |record: &StreamRecord| StreamRecord { age_ms: None, written_at: Timestamp::UNIX_EPOCH, ..record.clone() };
    let rested = record.written_at.duration_since(written.written_at);
    aged(written) != aged(record) || rested >= WRITE_AGAIN || rested.is_negative()
}

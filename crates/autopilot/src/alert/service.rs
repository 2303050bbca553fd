//! The task that owns the outbox: it reads, looks, tells, and notes what became of it.

use super::channel::{Channel, Refused};
use super::disk;
use super::journal::{Read, Reading};
use super::outbox::{Outbox, OutboxError};
use domain::alert::{
    Alert, AlertBook, AlertId, AlertKind, ChannelRules, Entry, Facts, Lookout, News, Parcel, Severity, Sign,
};
use domain::fault::Fault;
use domain::principal::{Principal, Scope};
use engine::{Clock, Desk, SignOfLife};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Requests that may wait.
const COMMANDS_MAX: usize = 64;
/// How long the last messages may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(3);
/// Pages of the journal that are read before anything else has its turn.
const PAGES_MAX: usize = 20;

/// Instruments whose price is not fresh, with the reason; `None` where nobody looks.
pub type StalePrices = Option<BTreeMap<String, String>>;

/// When and about what somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRules {
    /// How long what repeats is held back.
    pub repeat_window: SignedDuration,
    /// Less room than this on the data directory's disk is told, bytes.
    pub disk_free_bytes_min: u64,
    /// How often the journal is read and messages leave.
    pub turn_every: Duration,
    /// How often facts are looked at.
    pub look_every: Duration,
}

/// A way, and what goes by it.
#[derive(Clone, Debug)]
pub struct Way {
    /// What.
    pub rules: ChannelRules,
    /// By which.
    pub channel: Arc<dyn Channel>,
}

/// A part of the gateway that shows life.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its name in alerts.
    pub part: String,
    /// What it shows.
    pub life: Arc<SignOfLife>,
    /// How long it may show none.
    pub silence_max: SignedDuration,
}

/// What alerts are made of.
#[derive(Debug)]
pub struct AlertParts {
    /// The outbox.
    pub outbox: Outbox,
    /// The rules.
    pub rules: AlertRules,
    /// The ways.
    pub ways: Vec<Way>,
    /// Who should show life.
    pub watched: Vec<Watched>,
    /// What the alerts show of themselves, on every turn.
    pub life: Arc<SignOfLife>,
    /// What is known of prices.
    pub stale: watch::Receiver<StalePrices>,
    /// Whose disk is looked at.
    pub data_dir: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who reads journal and status: `read` and nothing else.
    pub by: Principal,
}

/// A request to the task.
pub(super) enum Command {
    Ack { id: AlertId, by: String, reply: oneshot::Sender<Result<Alert, Fault>> },
    Heard { next_update: i64, reply: oneshot::Sender<Result<(), Fault>> },
    Say(Box<News>),
}

/// What others see of the alerts.
#[derive(Clone)]
pub struct Alerts {
    book: Arc<RwLock<AlertBook>>,
    commands: mpsc::Sender<Command>,
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts").finish_non_exhaustive()
    }
}

impl Alerts {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, AlertBook> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Alerts, newest first.
    ///
    /// # Errors
    /// See [`engine::Watch::alerts`].
    pub fn list(&self, by: &Principal, open_only: bool) -> Result<Vec<Alert>, Fault> {
        if !by.may(Scope::Read) {
            return Err(Fault::ForbiddenScope(Scope::Read));
        }
        let wanted = |alert: &&Alert| !open_only || (alert.acked.is_none() && (alert.is_open || needs_a_look(alert)));
        Ok(self.read().alerts().rev().filter(wanted).cloned().collect())
    }

    /// A human has seen an alert.
    ///
    /// # Errors
    /// See [`engine::Watch::ack_alert`].
    pub async fn ack(&self, by: &Principal, id: &str) -> Result<Alert, Fault> {
        if !by.may(Scope::Kill) && !by.may(Scope::Admin) {
            return Err(Fault::ForbiddenScope(Scope::Kill));
        }
        if !by.is_human() {
            return Err(Fault::HumansOnly);
        }
        let missing = || Fault::NotFound { what: "alert", id: id.chars().take(40).collect() };
        let parsed: AlertId = id.parse().map_err(|_rule| missing())?;
        let found = self.read().alert(parsed).cloned().ok_or_else(missing)?;
        if found.acked.is_some() {
            return Ok(found);
        }
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Ack { id: parsed, by: by.key_id.to_string(), reply }, answer).await
    }

    pub(super) fn next_update(&self, now: Timestamp) -> Option<i64> {
        self.read().next_update(now)
    }

    pub(super) async fn heard(&self, next_update: i64) -> Result<(), Fault> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Heard { next_update, reply }, answer).await
    }

    /// Says something that neither a record nor a look says.
    pub async fn say(&self, news: News) {
        if self.commands.send(Command::Say(Box::new(news))).await.is_err() {
            tracing::warn!("nobody takes alerts any more");
        }
    }

    async fn ask<T>(&self, command: Command, answer: oneshot::Receiver<Result<T, Fault>>) -> Result<T, Fault> {
        let over = || Fault::NotReady(vec!["the alerts have ended".to_owned()]);
        self.commands.send(command).await.map_err(|_| over())?;
        answer.await.map_err(|_| over())?
    }
}

/// What has no end of its own stays in the list of what is open until somebody has seen it.
fn needs_a_look(alert: &Alert) -> bool {
    alert.severity > Severity::Info && alert.closed_at.is_none()
}

/// The task, to be run by whoever made it.
pub struct AlertsTask {
    parts: AlertParts,
    desk: Arc<dyn Desk>,
    shared: Arc<RwLock<AlertBook>>,
    commands: mpsc::Receiver<Command>,
    reading: Reading,
    lookout: Lookout,
    /// Ways that are at work on a message.
    busy: BTreeSet<usize>,
    looked_at: Option<Duration>,
    trouble: Option<String>,
    /// Why alerts cannot be written down, as it was last told; empty while they can.
    unwritten: String,
    /// Another process has the outbox now: it tells what is to be told.
    is_followed: bool,
}

/// Makes the alerts, and the task that keeps them.
pub fn begin(desk: Arc<dyn Desk>, parts: AlertParts) -> (Alerts, AlertsTask) {
    let (sender, commands) = mpsc::channel(COMMANDS_MAX);
    let shared = Arc::new(RwLock::new(parts.outbox.book().clone()));
    let reading = Reading::new(parts.by.clone());
    let lookout = Lookout::new(parts.rules.disk_free_bytes_min);
    let task = AlertsTask {
        parts,
        desk,
        shared: Arc::clone(&shared),
        commands,
        reading,
        lookout,
        busy: BTreeSet::new(),
        looked_at: None,
        trouble: None,
        unwritten: String::new(),
        is_followed: false,
    };
    (Alerts { book: shared, commands: sender }, task)
}

type Done = (usize, Parcel, Result<(), Refused>);

impl AlertsTask {
    /// Works until `ending` says why the process ends, or its other end is gone, which is an end in order.
    pub async fn run(mut self, mut ending: oneshot::Receiver<String>) {
        self.parts.life.show(self.now());
        let mut sending = JoinSet::new();
        let mut every = tokio::time::interval(self.parts.rules.turn_every);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let why = loop {
            tokio::select! {
                biased;
                why = &mut ending => break why.ok(),
                Some(done) = sending.join_next(), if !sending.is_empty() => self.done(done.ok()),
                Some(command) = self.commands.recv() => self.obey(command),
                _now = every.tick() => self.turn().await,
            }
            self.send(&mut sending);
        };
        self.farewell(why, sending).await;
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Says entries, and shows them to others. What cannot be written down is told all the same: a full disk must not silence the
    /// alert of a full disk. What is not on the disk is said again after a crash.
    fn say(&mut self, entries: &[Entry]) {
        let forgotten = self.parts.outbox.book().forgotten;
        let written = self.parts.outbox.say_anyway(entries);
        self.wrote(written.as_ref().err());
        let forgotten = self.parts.outbox.book().forgotten.saturating_sub(forgotten);
        if forgotten > 0 {
            tracing::warn!(forgotten, "there are too many alerts; the oldest are forgotten before anybody took them");
        }
        if !entries.is_empty() {
            self.show();
        }
    }

    /// Says an entry on the disk, or not at all.
    fn say_for_good(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        let written = self.parts.outbox.say(entries);
        self.wrote(written.as_ref().err());
        self.show();
        written.map_err(|error| Fault::Storage(error.to_string()))
    }

    fn show(&self) {
        *self.shared.write().unwrap_or_else(PoisonError::into_inner) = self.parts.outbox.book().clone();
    }

    fn wrote(&mut self, error: Option<&OutboxError>) {
        self.is_followed |= matches!(error, Some(OutboxError::TakenOver(_)));
        let words = error.map(ToString::to_string).unwrap_or_default();
        if !words.is_empty() && words != self.unwritten {
            tracing::error!(why = %words, "alerts cannot be written down; they are told all the same");
        }
        self.unwritten = words;
    }

    /// What news adds, one after the other, each seeing what the ones before it added.
    fn entries_of(&self, news: &[News], now: Timestamp) -> Vec<Entry> {
        if news.is_empty() {
            return Vec::new();
        }
        let mut book = self.parts.outbox.book().clone();
        let mut entries = Vec::new();
        for one in news {
            if let Some(entry) = book.hear(one, now, self.parts.rules.repeat_window) {
                book.apply(&entry);
                entries.push(entry);
            }
        }
        entries
    }

    async fn turn(&mut self) {
        let now = self.now();
        self.parts.life.show(now);
        self.read_journal(now).await;
        // Ids are given in the order of the entries.
        let unfolded = self.parts.outbox.book().unfold(now);
        self.say(&unfolded);
        let monotonic = self.parts.clock.monotonic();
        let rested = self.looked_at.map(|at| monotonic.saturating_sub(at));
        if rested.is_none_or(|rested| rested >= self.parts.rules.look_every) {
            self.looked_at = Some(monotonic);
            let caught_up = self.parts.outbox.catch_up();
            self.wrote(caught_up.as_ref().err());
            let facts = self.facts();
            let news = self.lookout.look(&facts, self.parts.outbox.book(), now);
            let entries = self.entries_of(&news, now);
            self.say(&entries);
        }
    }

    async fn read_journal(&mut self, now: Timestamp) {
        for _page in 0..PAGES_MAX {
            let desk = Arc::clone(&self.desk);
            match self.reading.read(desk.as_ref(), self.parts.outbox.book(), now).await {
                Ok(Read { news, cursor, more }) => {
                    self.trouble = None;
                    let mut entries = self.entries_of(&news, now);
                    entries.extend(cursor);
                    self.say(&entries);
                    if !more {
                        return;
                    }
                }
                // Many read the journal; the next turn may.
                Err(Fault::TooMany(_)) => return,
                Err(fault) => {
                    self.trouble = Some(fault.to_string());
                    self.reading.again();
                    return;
                }
            }
        }
    }

    fn facts(&self) -> Facts {
        let status = self.desk.status(&self.parts.by);
        let sign = |watched: &Watched| Sign {
            part: watched.part.clone(),
            at: watched.life.at(),
            silence_max: watched.silence_max,
        };
        let unread = status.as_ref().ok().and_then(|status| status.verification.failed.clone());
        Facts {
            unknown_orders: status.as_ref().map(|status| status.unknown_orders.clone()).unwrap_or_default(),
            window: status.as_ref().ok().and_then(|status| status.window.clone()),
            disk_free_bytes: disk::free_bytes(&self.parts.data_dir),
            signs: self.parts.watched.iter().map(sign).collect(),
            stale: self.parts.stale.borrow().clone(),
            journal_trouble: self.trouble.clone().or(unread),
        }
    }

    fn obey(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::Ack { id, by, reply } => {
                let entry = self.parts.outbox.book().ack(id, &by, now);
                let said = self.say_for_good(entry.as_slice());
                let alert = self.parts.outbox.book().alert(id).cloned();
                let answer =
                    said.and_then(|()| alert.ok_or_else(|| Fault::NotFound { what: "alert", id: id.to_string() }));
                drop(reply.send(answer));
            }
            Command::Heard { next_update, reply } => {
                let said = self.say_for_good(&[Entry::Heard { next_update, at: Some(now) }]);
                drop(reply.send(said));
            }
            Command::Say(news) => {
                let entries = self.entries_of(&[*news], now);
                self.say(&entries);
            }
        }
    }

    /// Sends what is due on every way that is not at work.
    fn send(&mut self, sending: &mut JoinSet<Done>) {
        if self.is_followed {
            return;
        }
        let now = self.now();
        for (place, way) in self.parts.ways.iter().enumerate() {
            if self.busy.contains(&place) {
                continue;
            }
            let Some(parcel) = self.parts.outbox.book().due(&way.rules, now) else { continue };
            self.busy.insert(place);
            let channel = Arc::clone(&way.channel);
            sending.spawn(async move {
                let sent = channel.deliver(&parcel, now).await;
                (place, parcel, sent)
            });
        }
    }

    fn done(&mut self, done: Option<Done>) {
        let Some((place, parcel, sent)) = done else {
            tracing::error!("a way of the alerts failed");
            self.busy.clear();
            return;
        };
        self.busy.remove(&place);
        let now = self.now();
        let entries = match sent {
            Ok(()) => {
                let ids = parcel.alerts.iter().map(|alert| alert.id).collect();
                vec![Entry::Delivered { channel: parcel.channel, ids, at: now }]
            }
            Err(Refused { why, rest }) => {
                if self.parts.outbox.book().trouble(&parcel.channel) != Some(why.as_str()) {
                    tracing::warn!(channel = %parcel.channel, %why, "alerts do not arrive; it is tried again");
                }
                let rules = self.parts.ways.get(place).map(|way| &way.rules);
                rules.map(|rules| self.parts.outbox.book().failed(rules, &why, rest, now)).unwrap_or_default()
            }
        };
        // What is not noted is sent again.
        self.say(&entries);
    }

    /// The last word: that the process ends, and why.
    async fn farewell(mut self, why: Option<String>, mut sending: JoinSet<Done>) {
        let now = self.now();
        self.read_journal(now).await;
        let news = match &why {
            None => News::new(AlertKind::Gateway, Severity::Warning, "stopped", "Tollgate stops, in order", now),
            Some(why) => {
                let title = "Tollgate has stopped by itself; nothing is sent any more";
                News::new(AlertKind::Gateway, Severity::Critical, "stopped by itself", title, now).saying(why)
            }
        };
        let entries = self.entries_of(&[news], now);
        self.say(&entries);
        let rest = async {
            if self.is_followed {
                self.tell_alone(&entries, now).await;
            }
            self.send(&mut sending);
            while let Some(done) = sending.join_next().await {
                self.done(done.ok());
                self.send(&mut sending);
            }
        };
        if tokio::time::timeout(FAREWELL, rest).await.is_err() {
            tracing::info!("the last alerts did not leave; the next start sends them");
        }
    }

    /// Tells these and nothing else: the rest is told by whoever follows.
    async fn tell_alone(&self, entries: &[Entry], now: Timestamp) {
        for way in &self.parts.ways {
            let mut book = AlertBook::default();
            for entry in entries {
                book.apply(entry);
            }
            if let Some(parcel) = book.due(&way.rules, now)
                && let Err(Refused { why, .. }) = way.channel.deliver(&parcel, now).await
            {
                tracing::warn!(channel = %parcel.channel, %why, "the last alert did not arrive");
            }
        }
    }
}

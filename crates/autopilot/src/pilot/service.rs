//! The loop itself: one turn after the other, each of which does whatever is due and returns.

use super::settings::PilotSettings;
use domain::contract::Instrument;
use domain::fault::Fault;
use domain::id::CorrelationId;
use domain::looping::book::LoopBook;
use domain::looping::event::LoopEvent;
use domain::principal::{Face, Principal};
use engine::desk::Role;
use engine::{Clock, Desk, SignOfLife};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// The loop turns this often, and whenever the journal grows.
pub(super) const TURN_EVERY: Duration = Duration::from_secs(1);
/// After a fault it rests so long.
const REST: Duration = Duration::from_secs(5);
/// Steps of one turn; more is a circle.
const STEPS_MAX: usize = 1_000;

/// What a loop is made of.
pub struct PilotParts {
    /// The use cases.
    pub desk: Arc<dyn Desk>,
    /// The loop's own key: it does what this key may do, and nothing else.
    pub key: String,
    /// How it is set up.
    pub settings: PilotSettings,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// Shown on every turn.
    pub life: Arc<SignOfLife>,
    /// The instruments of the decision in force.
    pub wanted: watch::Sender<Vec<Instrument>>,
}

/// The loop.
pub struct Pilot {
    pub(super) desk: Arc<dyn Desk>,
    key: String,
    pub(super) settings: PilotSettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) life: Arc<SignOfLife>,
    wanted: watch::Sender<Vec<Instrument>>,
    /// One turn at a time.
    turning: tokio::sync::Mutex<()>,
    /// One look at a plan at a time: it may run the signal's command.
    pub(super) looking: tokio::sync::Mutex<()>,
    /// Why the desk did not take an order, by what was to be done: told when its step ends.
    troubles: Mutex<BTreeMap<String, String>>,
    /// Somebody asked for something: the next turn comes at once.
    pub(super) nudge: tokio::sync::Notify,
}

/// How far a step of a turn came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something was done: look again.
    Went,
    /// News or time must come first.
    Waits,
}

/// Ends once the journal has grown since it was last asked; never where nobody tells.
async fn grown(news: &mut Option<watch::Receiver<u64>>) {
    let told = match news {
        Some(head) => head.changed().await.is_ok(),
        None => std::future::pending().await,
    };
    if !told {
        // The process no longer follows this journal: the next turn asks anew.
        *news = None;
    }
}

impl Pilot {
    /// A loop that does not turn yet.
    pub fn new(parts: PilotParts) -> Arc<Self> {
        let PilotParts { desk, key, settings, clock, life, wanted } = parts;
        Arc::new(Self {
            desk,
            key,
            settings,
            clock,
            life,
            wanted,
            turning: tokio::sync::Mutex::new(()),
            looking: tokio::sync::Mutex::new(()),
            troubles: Mutex::default(),
            nudge: tokio::sync::Notify::new(),
        })
    }

    /// Turns until it is dropped. Faults are told and do not end it.
    pub async fn run(&self) {
        let mut news = None;
        loop {
            if news.is_none() {
                news = self.principal("loop").and_then(|by| self.desk.follow(&by, None)).ok().map(|feed| feed.head());
            }
            let seen = self.clock.now();
            let (rest, hears) = match self.turn().await {
                Ok(()) => (TURN_EVERY, true),
                Err(fault) => {
                    tracing::warn!(%fault, "the loop could not turn");
                    (REST, false)
                }
            };
            // Life is shown while it rests, too: a fault of the desk is told where it belongs.
            tokio::select! {
                () = self.nudge.notified() => {}
                () = grown(&mut news), if hears => {}
                () = self.clock.moved(seen) => {}
                // tidy: sleep — the schedule is looked at every second
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Does whatever is due now. Only the process that writes does anything.
    ///
    /// # Errors
    /// What the desk says; what was done before is noted, and the next turn goes on from there.
    pub async fn turn(&self) -> Result<(), Fault> {
        let _only = self.turning.lock().await;
        self.shows_life();
        let by = self.principal("loop")?;
        if self.desk.status(&by)?.lease.role != Role::Writer {
            return Ok(());
        }
        // Trouble with the schedule is told in the end: what is under way has deadlines of its own.
        let scheduled = match self.mind_schedule(&by).await {
            Err(fault @ (Fault::Storage(_) | Fault::LeaseNotHeld(_))) => return Err(fault),
            minded => minded,
        };
        for _ in 0..STEPS_MAX {
            let book = self.desk.looping(&by)?;
            self.tell_wanted(&book);
            let Some(run) = book.current() else { break };
            if self.advance(run).await? == Progress::Waits {
                break;
            }
            self.shows_life();
        }
        self.mind_rollbacks(&by).await?;
        scheduled
    }

    /// For control 46. The turn alone does: whoever asks the loop something proves nothing of it.
    pub(super) fn shows_life(&self) {
        self.life.show(self.clock.now());
    }

    /// The loop's key, for what belongs together under this name.
    pub(super) fn principal(&self, correlation: &str) -> Result<Principal, Fault> {
        let correlation_id: CorrelationId =
            correlation.parse().map_err(|error: domain::id::IdError| Fault::Internal(error.to_string()))?;
        self.desk.authenticate(&self.key, Face::Loop, correlation_id)
    }

    pub(super) async fn note(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault> {
        self.desk.note_loop(by, event).await
    }

    /// What was merely proposed is nothing that prices are kept for: it would take lines from what is held.
    fn tell_wanted(&self, book: &LoopBook) {
        let targets = book.decision_in_force().into_iter().flat_map(|decision| &decision.targets);
        let instruments: Vec<Instrument> = targets.map(|target| Instrument::ConId(target.con_id)).collect();
        self.wanted.send_if_modified(|old| {
            let is_new = *old != instruments;
            *old = instruments;
            is_new
        });
    }

    pub(super) fn remember_trouble(&self, what: &str, why: &str) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.insert(what.to_owned(), why.to_owned());
    }

    /// Troubles of what begins so, told once.
    pub(super) fn troubles_of(&self, prefix: &str) -> Vec<String> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |key: &str| key == prefix || key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
        let keys: Vec<String> = troubles.keys().filter(|key| own(key)).cloned().collect();
        keys.into_iter().filter_map(|key| troubles.remove(&key).map(|why| format!("{key}: {why}"))).collect()
    }
}

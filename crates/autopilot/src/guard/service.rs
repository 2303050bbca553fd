//! The task that looks on a schedule and when it is asked to, acts, and keeps what it saw.

use super::facts::{self, Around, Waits};
use crate::alert::Alerts;
use crate::stream::Streams;
use domain::alert::{AlertKind, News, Severity};
use domain::fault::Fault;
use domain::guard::{Finding, GuardAction, GuardReport, GuardRule, GuardRules, GuardState, Verdict, judge};
use domain::id::KeyId;
use domain::looping::event::LoopEvent;
use domain::principal::{Principal, Scope};
use domain::trading_state::{KillScope, StateEntry, TradingState};
use engine::{Clock, Desk, SignOfLife};
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

/// Requests that may wait.
const COMMANDS_MAX: usize = 16;
/// Longest reason that a trading state takes.
const REASON_MAX: usize = 500;

/// When the schedule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardHours {
    /// While something that is held trades in regular hours.
    Session,
    /// Always.
    Always,
}

/// What the guard is made of.
#[derive(Debug)]
pub struct GuardParts {
    /// The rules.
    pub rules: GuardRules,
    /// How often the schedule looks; `None` is never.
    pub every: Option<Duration>,
    /// When.
    pub hours: GuardHours,
    /// The streams.
    pub streams: Streams,
    /// What the loop shows of itself; `None` without a loop.
    pub heartbeat: Option<Arc<SignOfLife>>,
    /// Who is told.
    pub alerts: Alerts,
    /// What the guard shows of itself.
    pub life: Arc<SignOfLife>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who acts: an agent with `read` and `kill`.
    pub by: Principal,
}

struct Asked {
    by: KeyId,
    reply: oneshot::Sender<GuardReport>,
}

/// What others see of the guard.
#[derive(Clone)]
pub struct Guard {
    state: Arc<RwLock<GuardState>>,
    asked: mpsc::Sender<Asked>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl Guard {
    /// How it stands.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `read`.
    pub fn state(&self, by: &Principal) -> Result<GuardState, Fault> {
        if !by.may(Scope::Read) {
            return Err(Fault::ForbiddenScope(Scope::Read));
        }
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Looks now, whatever the schedule says, and acts as the schedule would.
    ///
    /// # Errors
    /// [`Fault::ForbiddenScope`] without `kill` or `admin`: it may stop trading. [`Fault::TooMany`] while others ask.
    pub async fn evaluate(&self, by: &Principal) -> Result<GuardReport, Fault> {
        if !by.may(Scope::Kill) && !by.may(Scope::Admin) {
            return Err(Fault::ForbiddenScope(Scope::Kill));
        }
        let (reply, report) = oneshot::channel();
        let asked = self.asked.try_send(Asked { by: by.key_id.clone(), reply });
        asked.map_err(|_full| Fault::TooMany("others ask the guard to look already".to_owned()))?;
        report.await.map_err(|_over| Fault::NotReady(vec!["the guard has ended".to_owned()]))
    }
}

/// The newest report that is in the journal.
enum Noted {
    /// Nobody has looked yet.
    Unread,
    /// There is none.
    Nothing,
    /// This one.
    Report(Arc<GuardReport>),
}

/// The task, to be run by whoever made it.
pub struct GuardTask {
    parts: GuardParts,
    desk: Arc<dyn Desk>,
    state: Arc<RwLock<GuardState>>,
    asked: mpsc::Receiver<Asked>,
    waits: Waits,
    last: Option<GuardReport>,
    noted: Noted,
    trouble: Option<String>,
}

/// Makes the guard, and the task that looks.
pub fn begin(desk: Arc<dyn Desk>, parts: GuardParts) -> (Guard, GuardTask) {
    let (sender, asked) = mpsc::channel(COMMANDS_MAX);
    let state = GuardState { rules: parts.rules.clone(), is_awake: false, last: None, next_at: None, trouble: None };
    let state = Arc::new(RwLock::new(state));
    let waits = Waits::default();
    let mut task = GuardTask {
        parts,
        desk,
        state: Arc::clone(&state),
        asked,
        waits,
        last: None,
        noted: Noted::Unread,
        trouble: None,
    };
    task.recall();
    task.show(false, None);
    (Guard { state, asked: sender }, task)
}

impl GuardTask {
    /// Works until the other end of `ending` is gone.
    pub async fn run(mut self, mut ending: oneshot::Receiver<()>) {
        // Without a schedule there is a tick once in a while that looks at nothing.
        let scheduled = self.parts.every.filter(|_| !self.parts.rules.limits.is_empty());
        let mut every = tokio::time::interval(scheduled.unwrap_or(Duration::from_secs(5)));
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = &mut ending => return,
                Some(Asked { by, reply }) = self.asked.recv() => {
                    let report = self.look(Some(by)).await;
                    drop(reply.send(report));
                }
                _now = every.tick() => {
                    let now = self.parts.clock.now();
                    self.parts.life.show(now);
                    let awake = scheduled.is_some() && self.is_awake(now).await;
                    if awake {
                        self.look(None).await;
                    }
                    self.show(awake, scheduled);
                }
            }
        }
    }

    async fn is_awake(&self, now: Timestamp) -> bool {
        match self.parts.hours {
            GuardHours::Always => true,
            GuardHours::Session => facts::is_awake(self.desk.as_ref(), &self.parts.by, now).await,
        }
    }

    fn show(&self, is_awake: bool, scheduled: Option<Duration>) {
        let now = self.parts.clock.now();
        let rest = scheduled.and_then(|every| SignedDuration::try_from(every).ok());
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = GuardState {
            rules: self.parts.rules.clone(),
            is_awake,
            last: self.last.clone(),
            next_at: rest.and_then(|rest| now.checked_add(rest).ok()),
            trouble: self.trouble.clone(),
        };
    }

    /// Reads what the journal says that was seen and done before.
    fn recall(&mut self) {
        if !matches!(self.noted, Noted::Unread) {
            return;
        }
        match self.desk.looping(&self.parts.by) {
            Ok(book) => {
                self.noted = book.guard.clone().map_or(Noted::Nothing, Noted::Report);
                self.last = self.last.take().or_else(|| book.guard.as_deref().cloned());
            }
            Err(fault) => self.trouble = Some(format!("what was seen before cannot be read: {fault}")),
        }
    }

    /// One look: judge, note, act, note what was done, tell. A journal that takes nothing stops no action.
    async fn look(&mut self, asked_by: Option<KeyId>) -> GuardReport {
        self.recall();
        let streams = self.parts.streams.newest();
        let around = Around { streams: &streams, heartbeat: self.parts.heartbeat.as_deref() };
        let now = self.parts.clock.now();
        let facts = facts::gather(self.desk.as_ref(), &self.parts.by, &around, &mut self.waits, now).await;
        let is_asked = asked_by.is_some();
        let mut report = judge(&self.parts.rules, &facts, self.last.as_ref(), asked_by, self.parts.clock.now());
        self.note(&report, is_asked).await;
        self.act(&mut report).await;
        self.note(&report, false).await;
        self.tell(&report).await;
        self.last = Some(report.clone());
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        (state.last, state.trouble) = (self.last.clone(), self.trouble.clone());
        report
    }

    /// Notes a report in the journal, where it differs from the one before it or must be there.
    async fn note(&mut self, report: &GuardReport, anyway: bool) {
        let is_news = match &self.noted {
            Noted::Unread => true,
            Noted::Nothing => report.differs(None),
            Noted::Report(before) => report.differs(Some(before)),
        };
        if !anyway && !is_news {
            return;
        }
        let noted =
            self.desk.note_loop(&self.parts.by, LoopEvent::GuardJudged { report: Box::new(report.clone()) }).await;
        match noted {
            Ok(()) => (self.noted, self.trouble) = (Noted::Report(Arc::new(report.clone())), None),
            Err(fault) => {
                let why = format!("the report cannot be noted: {fault}");
                if self.trouble.as_ref() != Some(&why) {
                    tracing::error!(%why, "the guard");
                }
                self.trouble = Some(why);
            }
        }
    }

    /// Takes the strongest action that was not taken yet, by the use case of a kill.
    async fn act(&self, report: &mut GuardReport) {
        let now = report.at;
        let Some(action) = report.to_act().map(|finding| finding.action).max() else { return };
        let words: Vec<String> = report.to_act().map(Finding::words).collect();
        let reason: String = format!("guard: {}", words.join("; ")).chars().take(REASON_MAX).collect();
        let taken = match action {
            GuardAction::Alert => Ok(()),
            GuardAction::Reduce => self.stop(TradingState::Reducing, reason).await,
            GuardAction::Halt => self.stop(TradingState::Halted, reason).await,
        };
        match taken {
            Ok(()) => {
                for finding in &mut report.findings {
                    if finding.verdict == Verdict::Broken && finding.acted_at.is_none() {
                        finding.acted_at = Some(now);
                    }
                }
            }
            Err(fault) => {
                tracing::error!(%fault, action = action.word(), "the guard could not act; it tries again");
                report.failed = Some(fault.to_string());
            }
        }
    }

    async fn stop(&self, state: TradingState, reason: String) -> Result<(), Fault> {
        let by = &self.parts.by;
        let scope = match facts::account_in_use(self.desk.as_ref(), by) {
            Ok(account) => KillScope::Account(account),
            // Nobody knows whose orders would leave: none leaves.
            Err(_not_known) => KillScope::Global,
        };
        let holds = |(place, entry): &(KillScope, StateEntry)| {
            (*place == scope || *place == KillScope::Global) && entry.state >= state
        };
        if self.desk.trading_states(by)?.iter().any(holds) {
            return Ok(());
        }
        self.desk.set_trading_state(by, scope, state, reason).await?;
        Ok(())
    }

    async fn tell(&self, report: &GuardReport) {
        let of_findings = report.findings.iter().flat_map(|finding| news(report, finding));
        // A rule that is off is not broken any more.
        let gone = self.last.iter().flat_map(|last| &last.findings).filter(|old| report.finding(old.rule).is_none());
        let of_gone = gone.flat_map(|old| over(old.rule, report.at));
        let all: Vec<News> = of_findings.chain(of_gone).collect();
        for news in all {
            self.parts.alerts.say(news).await;
        }
    }
}

/// What is told of a rule: that it broke, with what was done, that it stays unknown, that it holds again.
fn news(report: &GuardReport, finding: &Finding) -> Vec<News> {
    let (rule, at) = (finding.rule, report.at);
    if !report.is_told(finding) {
        return match finding.verdict {
            // A breach is not over because its figure is not known for a while.
            Verdict::Unknown | Verdict::Broken => Vec::new(),
            Verdict::Holds | Verdict::Nothing => over(rule, at),
        };
    }
    let words = finding.words();
    match finding.verdict {
        Verdict::Broken => {
            let severity = match finding.action {
                GuardAction::Alert => Severity::Warning,
                GuardAction::Reduce | GuardAction::Halt => Severity::Critical,
            };
            let failed = report.failed.as_ref().filter(|_| finding.acted_at.is_none());
            let done = if failed.is_some() { " FAILED" } else { "" };
            let what = failed.map(|why| format!("It could not act, and tries again: {why}")).unwrap_or_default();
            let title = format!("Guard, {}{done}: {words}", finding.action.word());
            let broke = News::new(AlertKind::Guard, severity, rule.word(), &title, at).opens().saying(&what);
            vec![broke, known(rule, at)]
        }
        Verdict::Unknown | Verdict::Holds | Verdict::Nothing => {
            let title = format!("Guard: {words}");
            vec![News::new(AlertKind::Guard, Severity::Warning, &unknown(rule), &title, at).opens()]
        }
    }
}

fn unknown(rule: GuardRule) -> String {
    format!("{} unknown", rule.word())
}

fn known(rule: GuardRule, at: Timestamp) -> News {
    let title = format!("Guard: {} is known again", rule.word());
    News::new(AlertKind::Guard, Severity::Info, &unknown(rule), &title, at).closes()
}

fn over(rule: GuardRule, at: Timestamp) -> Vec<News> {
    let title = format!("Guard: {} is not broken any more", rule.word());
    vec![News::new(AlertKind::Guard, Severity::Info, rule.word(), &title, at).closes(), known(rule, at)]
}

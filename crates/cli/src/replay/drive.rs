//! The days of a replay, one after the other: to the slot, until its orders are at the broker; behind the close, until its run
//! is over; then the account is asked what it is worth.

use super::clock::SteppedClock;
use super::home::{self, ACCOUNT};
use super::market::Market;
use super::mishap::Deck;
use super::record::{Point, Recorder};
use super::sight::{Sight, is_with_the_broker};
use super::told::Told;
use crate::args::{FaultsWord, ReplayArgs};
use crate::config::{Config, Surroundings};
use crate::failure::Failure;
use crate::out::{Said, talk};
use crate::rehearsal::until_ready;
use crate::run::gateway::{EmbeddedSessions, Gateway, Ground, onlooker};
use crate::run::new_york;
use crate::verb::audit;
use autopilot::pilot::PilotSettings;
use domain::fault::Fault;
use domain::id::{AccountId, RunId};
use domain::looping::book::LoopBook;
use domain::looping::calendar::ExchangeSession;
use domain::looping::run::TradeRun;
use domain::looping::schedule::{Schedule, Slot};
use domain::principal::Principal;
use engine::Desk;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The account is looked at so long after the close.
const EVENING: SignedDuration = SignedDuration::from_mins(10);
/// Before a slot the gateway looks at its account.
const APPROACH: [SignedDuration; 3] =
    [SignedDuration::from_mins(13), SignedDuration::from_mins(7), SignedDuration::from_mins(1)];
/// How often it is looked whether the journal grows. Silence counts in looks, not in time: on a machine that does other things
/// besides all parts of a replay are slow together.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// For that look.
const COMPARES_WITHIN: u32 = 50;
/// Nothing in a replay waits for real time: what is silent for so long is stuck.
const STUCK_AFTER: u32 = 3_000;

/// Replays.
///
/// # Errors
/// A loop or days that cannot be, a part that fails, a run that is stuck.
pub(crate) async fn run(args: &ReplayArgs, around: &Surroundings) -> Result<Said, Failure> {
    let began = Instant::now();
    if args.from > args.to {
        return Err(Failure::usage("--from is behind --to", "the days go from the earlier to the later one"));
    }
    fresh(&args.out)?;
    let mut stage = Stage::set(args, around).await?;
    let mut recorder = Recorder::begin(&args.out)?;
    let tally = stage.days(args, &mut recorder).await;
    let told = stage.strike(tally, recorder, &args.out).await?;
    Ok(told.said(args, began.elapsed()))
}

/// An empty directory: a replay goes on from nothing.
fn fresh(dir: &Path) -> Result<(), Failure> {
    let unusable = |error: std::io::Error| {
        Failure::storage(
            format!("{}: {error}", dir.display()),
            "name another --out, or check its owner and the space left",
        )
    };
    std::fs::create_dir_all(dir).map_err(unusable)?;
    if std::fs::read_dir(dir).map_err(unusable)?.next().is_some() {
        return Err(Failure::usage(
            format!("{} is not empty", dir.display()),
            "name a directory that is new or empty: a replay begins with nothing",
        ));
    }
    Ok(())
}

/// Everything that a replay runs on.
pub(super) struct Stage {
    pub(super) config: Config,
    pub(super) settings: PilotSettings,
    schedule: Schedule,
    pub(super) market: Market,
    pub(super) clock: Arc<SteppedClock>,
    /// None while it is down.
    pub(super) gateway: Option<Gateway>,
    pub(super) by: Principal,
    pub(super) account: AccountId,
    faults: FaultsWord,
    pub(super) seed: u64,
    /// What goes wrong where.
    pub(super) deck: Deck,
}

/// What the days came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) days: usize,
    pub(super) slots: Vec<Slot>,
    pub(super) first: Option<Point>,
    pub(super) last: Option<Point>,
}

impl Stage {
    async fn set(args: &ReplayArgs, around: &Surroundings) -> Result<Self, Failure> {
        let market = Market::open(args.from, 1).await?;
        let config = home::config(&args.out, market.address(), around)?;
        let wrong = |(key, rule): (&str, String)| Failure::usage(format!("{key}: {rule}"), "see docs/loop.md");
        let settings = config.looping.pilot(&config.data_dir, new_york()?).map_err(wrong)?;
        let Some((schedule, _)) = settings.schedule.clone() else {
            return Err(Failure::usage("the loop has no schedule", "set loop.schedule, e.g. \"weekly wed\""));
        };
        let internal = |error: domain::id::IdError| Failure::usage(error.to_string(), "report this");
        let mut stage = Self {
            clock: Arc::new(SteppedClock::begin(market.now().await?)),
            config,
            settings,
            schedule,
            market,
            gateway: None,
            by: onlooker().map_err(internal)?,
            account: ACCOUNT.parse().map_err(internal)?,
            faults: args.faults,
            seed: args.seed,
            deck: Deck::new(FaultsWord::None, args.seed, 0),
        };
        stage.rise().await?;
        Ok(stage)
    }

    /// Starts a gateway, and waits until it trades.
    pub(super) async fn rise(&mut self) -> Result<(), Failure> {
        let gateway = self.start().await?;
        until_ready(&gateway, "the gateway of the replay").await?;
        self.gateway = Some(gateway);
        Ok(())
    }

    /// Starts a gateway by the replay's clock; beside another one it stands by.
    pub(super) async fn start(&self) -> Result<Gateway, Failure> {
        let clock = Arc::clone(&self.clock) as Arc<dyn engine::Clock>;
        Box::pin(Gateway::start_on(
            &self.config,
            Ground { sessions: EmbeddedSessions::Exchange, clock, is_paced: false },
        ))
        .await
    }

    async fn days(&mut self, args: &ReplayArgs, recorder: &mut Recorder) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        let days = args.from.series(1.day()).take_while(|day| *day <= args.to);
        let sessions: Vec<ExchangeSession> = days.filter_map(|day| self.settings.calendar.session_on(day)).collect();
        let slots: Result<Vec<_>, _> = sessions.iter().map(|session| self.slots(session)).collect();
        self.deck = Deck::new(self.faults, self.seed, slots?.iter().map(Vec::len).sum());
        for session in sessions {
            self.day(&session, &mut tally).await?;
            let point = self.point(session.date).await?;
            recorder.note(&point)?;
            tell_year(tally.last.as_ref(), &point);
            tally.days += 1;
            tally.first.get_or_insert(point);
            tally.last = Some(point);
        }
        Ok(tally)
    }

    fn slots(&self, session: &ExchangeSession) -> Result<Vec<Slot>, Failure> {
        let before = session.open.checked_sub(SignedDuration::from_secs(1)).map_err(|error| out_of_range(&error))?;
        Ok(self.schedule.slots(&self.settings.calendar, before, session.close))
    }

    async fn day(&mut self, session: &ExchangeSession, tally: &mut Tally) -> Result<(), Failure> {
        let mut met = None;
        for slot in self.slots(session)? {
            met = match self.deck.deal() {
                None => {
                    self.near(&slot).await?;
                    self.go_to(slot.at).await?;
                    self.until(&slot.run, is_with_the_broker).await?;
                    None
                }
                Some(mishap) => Some(self.meet(mishap, &slot).await?),
            };
            tally.slots.push(slot);
        }
        let evening = session.close.checked_add(EVENING).map_err(|error| out_of_range(&error))?;
        // The gateway is there first: what trades on the way is of the past.
        self.clock.set(evening);
        self.market.step(evening).await?;
        if let (Some(met), Some(slot)) = (met, tally.slots.last()) {
            let met = self.get_over(met, slot).await?;
            self.deck.note(&slot.key, met);
        }
        if let Some(run) = self.book()?.current().map(|run| run.id().clone()) {
            self.until(&run, |_, run| run.state.is_final()).await?;
        }
        // A line that was lost comes back by real time, and who is asked for the account meanwhile cannot tell it.
        if let Some(gateway) = &self.gateway {
            until_ready(gateway, "the gateway of the replay").await?;
        }
        self.compares(evening).await.map(drop)
    }

    /// Shortly before a slot, so that the gateway knows its account as it would at any time of a day that it lived through.
    pub(super) async fn near(&self, slot: &Slot) -> Result<(), Failure> {
        for before in APPROACH {
            let before = slot.at.checked_sub(before).map_err(|error| out_of_range(&error))?;
            self.go_to(before).await?;
            if self.compares(before).await? {
                break;
            }
        }
        Ok(())
    }

    /// Whether the gateway compares itself with the broker at this moment or later. One that still did so before asks again
    /// only when more time has passed.
    pub(super) async fn compares(&self, at: Timestamp) -> Result<bool, Failure> {
        let desk = self.desk()?;
        let mut head = desk.follow(&self.by, None).map_err(|fault| untold(&fault))?.head();
        loop {
            head.mark_unchanged();
            let report = desk.status(&self.by).map_err(|fault| untold(&fault))?.reconciliation;
            if report.is_some_and(|report| report.taken_at >= at) {
                return Ok(true);
            }
            if !grows(&mut head, COMPARES_WITHIN).await {
                return Ok(false);
            }
        }
    }

    /// To a moment. The market is there first: what the gateway looks at is of its own moment.
    pub(super) async fn go_to(&self, at: Timestamp) -> Result<(), Failure> {
        self.market.step(at).await?;
        self.clock.set(at);
        Ok(())
    }

    pub(super) fn desk(&self) -> Result<Arc<dyn Desk>, Failure> {
        let down = || Failure::unavailable("the gateway of the replay is down", "report this");
        self.gateway.as_ref().map(Gateway::desk).ok_or_else(down)
    }

    /// What the gateway shows now.
    pub(super) fn sight(&self) -> Result<Sight, Failure> {
        Ok(Sight { desk: self.desk()?, by: self.by.clone() })
    }

    pub(super) fn book(&self) -> Result<Arc<LoopBook>, Failure> {
        self.sight()?.book()
    }

    /// Waits until a run has come so far, with the clock where it is.
    pub(super) async fn until(&self, id: &RunId, there: impl Fn(&Sight, &TradeRun) -> bool) -> Result<(), Failure> {
        if self.comes(id, &there, STUCK_AFTER).await? { Ok(()) } else { Err(self.stuck(id)) }
    }

    /// Whether a run comes so far without a silence of the journal of so many looks.
    pub(super) async fn comes(
        &self,
        id: &RunId,
        there: &impl Fn(&Sight, &TradeRun) -> bool,
        silence_max: u32,
    ) -> Result<bool, Failure> {
        let sight = self.sight()?;
        let mut head = sight.desk.follow(&self.by, None).map_err(|fault| untold(&fault))?.head();
        loop {
            head.mark_unchanged();
            if sight.shows(id, there)? {
                return Ok(true);
            }
            if !grows(&mut head, silence_max).await {
                return Ok(false);
            }
        }
    }

    pub(super) fn stuck(&self, id: &RunId) -> Failure {
        let sight = self.sight().ok();
        let run = sight.as_ref().and_then(|sight| sight.book().ok()?.run(id).cloned());
        let state = run.as_ref().map_or("not begun", |run| run.state.word());
        let orders: Vec<String> = run
            .iter()
            .flat_map(|run| sight.iter().flat_map(|sight| sight.orders(run)))
            .filter(|order| !order.status.is_final())
            .map(|order| format!("{} {}", order.intent.cl_ord_id, order.status.word()))
            .collect();
        let why = self.gateway.as_ref().map(|gateway| gateway.desk().not_ready().join("; "));
        let text = format!("run {id} is stuck ({state}); not ready: {why:?}; open orders: {orders:?}");
        Failure::unavailable(text, "TOLLGATE_LOG=info says more")
    }

    /// The account now, as the gateway tells it.
    async fn point(&self, date: Date) -> Result<Point, Failure> {
        let summary =
            self.desk()?.account_summary(&self.by, self.account.clone()).await.map_err(|fault| untold(&fault))?;
        let of = |what: &str| Failure::unavailable(format!("{date}: the account's {what} is not told"), "run it again");
        let value = summary.net_liquidation.ok_or_else(|| of("value"))?;
        let cash = summary.cash.get(&self.settings.currency).copied().ok_or_else(|| of("cash"))?;
        Ok(Point { date, value, cash })
    }

    /// Takes everything down, and looks at what it left.
    async fn strike(self, tally: Result<Tally, Failure>, recorder: Recorder, dir: &Path) -> Result<Told, Failure> {
        let looked = match tally {
            Ok(tally) => self.look(tally).await,
            Err(failure) => Err(failure),
        };
        let Self { config, market, gateway, .. } = self;
        let stopped = match gateway {
            Some(gateway) => gateway.stop().await,
            None => Ok(()),
        };
        market.close().await?;
        let mut told = looked?;
        stopped?;
        recorder.end(dir, &told.runs)?;
        let verified = audit::verify_files(&config)?.json;
        let is_whole = verified.get("ok").and_then(Value::as_bool) == Some(true);
        told.records = verified.get("records").cloned().unwrap_or(Value::Null);
        if !is_whole {
            told.wrong.push("the journal does not verify".to_owned());
        }
        Ok(told)
    }
}

/// Whether a journal grows within so many looks.
pub(super) async fn grows(head: &mut watch::Receiver<u64>, looks: u32) -> bool {
    for _ in 0..looks {
        if let Ok(changed) = tokio::time::timeout(LOOK_EVERY, head.changed()).await {
            return changed.is_ok();
        }
    }
    false
}

fn tell_year(before: Option<&Point>, now: &Point) {
    if before.is_some_and(|before| before.date.year() != now.date.year()) {
        talk(format!("{}: {} at the begin of the year", now.date.year(), now.value));
    }
}

pub(super) fn untold(fault: &Fault) -> Failure {
    Failure::unavailable(format!("the gateway of the replay: {fault}"), "run it again")
}

pub(super) fn out_of_range(error: &jiff::Error) -> Failure {
    Failure::usage(error.to_string(), "name days between 1990 and 2022")
}

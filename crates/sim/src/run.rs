//! Carries a plan out: one thread, one clock, no chance that is not the plan's.

use crate::broker::Broker;
use crate::callers::Ears;
use crate::checks::{Checks, Violation, violated};
use crate::clock::SimClock;
use crate::coverage::Coverage;
use crate::disk::Disk;
use crate::network::{Weather, Weathered};
use crate::plan::Plan;
use crate::process::{Ground, Process};
use crate::truth::Truth;
use crate::world::{self, Ask};
use domain::id::ClOrdId;
use domain::mutation::{self, Mutation};
use engine::Ended;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::MemoryDisk;

/// Time goes in steps of at most this, in milliseconds, while something falls due or is told.
const STRIDE_MS_BUSY: i64 = 50;
/// And at most this after a step in which nothing did.
const STRIDE_MS_QUIET: i64 = 400;
/// A writer that ended is started again after this.
const SUPERVISOR: SignedDuration = SignedDuration::from_millis(300);

/// How a run went.
#[derive(Debug)]
pub struct Outcome {
    /// What was violated, and at which step.
    pub violation: Option<(usize, Violation)>,
    /// Cells of the lifecycle's table that were met.
    pub coverage: Coverage,
    /// Faults injected, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Orders at the broker.
    pub orders: usize,
    /// Journal operations.
    pub operations: u64,
    /// A hash of everything that was journaled and told: the same seed gives the same one.
    pub transcript: u64,
}

/// What is to be run besides the plan.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// A deliberate bug.
    pub mutation: Option<Mutation>,
    /// Real SQLite files below this directory instead of the twin in memory.
    pub files: Option<PathBuf>,
    /// The `nth` journal operation fails so, killing the process or not.
    pub fail_at: Option<(u64, store::Fault, bool)>,
    /// Says each step on standard output.
    pub talk: bool,
}

pub(crate) struct Run {
    pub(crate) ground: Ground,
    pub(crate) broker: Broker,
    pub(crate) processes: Vec<Process>,
    pub(crate) checks: Checks,
    pub(crate) ears: Ears,
    /// Submits so far: key, and what was asked.
    pub(crate) asked: Vec<(String, Ask, bool)>,
    pub(crate) changes: u32,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) lies: bool,
    pub(crate) started: u32,
    /// A journal fault is planned or has just struck: a writer may end.
    pub(crate) may_end: bool,
    /// One operation fails whatever else happens, with or without the process.
    fails_once: Option<bool>,
    /// The power fails with the next death.
    pub(crate) power_fails: bool,
    pub(crate) restart_at: Option<Timestamp>,
    pub(crate) rise_at: Option<Timestamp>,
    pub(crate) online_at: Option<(Timestamp, bool)>,
    pub(crate) farm_back_at: Option<Timestamp>,
    pub(crate) wake_at: Option<Timestamp>,
    /// In the last step of time nothing fell due and nothing was told.
    is_quiet: bool,
    transcript: u64,
    talks: bool,
}

/// Carries it out.
pub fn run(plan: &Plan, how: &How) -> Outcome {
    mutation::switch(how.mutation);
    let mut run = Run::new(plan, how);
    let mut violation = run.boot().err().map(|violation| (0, violation));
    if violation.is_none() {
        for (at, step) in plan.steps.iter().enumerate() {
            run.talk(|run| format!("{at:3} seq {:4} {step:?}", run.ground.truth.read().book.seq));
            if let Err(found) = run.take(step) {
                violation = Some((at, found));
                break;
            }
        }
    }
    if violation.is_none() {
        violation = run.settle().err().map(|found| (plan.steps.len(), found));
    }
    mutation::switch(None);
    run.outcome(violation)
}

impl Run {
    fn new(plan: &Plan, how: &How) -> Self {
        let clock = SimClock::new(world::begin());
        let disk = match &how.files {
            Some(dir) => Disk::Files(dir.clone()),
            None => Disk::Memory(MemoryDisk::new(), how.fail_at.map(|(nth, fault, _)| (nth, fault))),
        };
        disk.heal();
        let ground = Ground {
            disk,
            truth: Truth::default(),
            clock: clock.clone(),
            kill_file: PathBuf::from("/nonexistent/tollgate-sim/KILL"),
            seed: plan.seed,
        };
        let mut broker = Broker::new(clock, plan.seed);
        broker.weather = plan.weather;
        Self {
            ground,
            broker,
            processes: Vec::new(),
            checks: Checks::default(),
            ears: Ears::default(),
            asked: Vec::new(),
            changes: 0,
            faults: BTreeMap::new(),
            lies: plan.lies,
            started: 0,
            may_end: how.fail_at.is_some(),
            fails_once: how.fail_at.map(|(_, _, die)| die),
            power_fails: false,
            restart_at: None,
            rise_at: None,
            online_at: None,
            farm_back_at: None,
            wake_at: None,
            is_quiet: false,
            transcript: plan.seed,
            talks: how.talk,
        }
    }

    #[expect(clippy::print_stdout, reason = "asked for")]
    pub(crate) fn talk(&self, what: impl FnOnce(&Self) -> String) {
        if self.talks {
            println!("{} {}", self.now(), what(self));
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ground.clock.true_now()
    }

    pub(crate) fn did(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_insert(0) += 1;
    }

    fn heal(&mut self) {
        self.ground.disk.heal();
        self.may_end = self.fails_once.is_some();
    }

    pub(crate) fn dies(&self, die: bool) {
        for process in &self.processes {
            process.fate.dies_of_faults(die);
        }
    }

    /// The newest process: the one that holds the journal.
    pub(crate) fn holder(&self) -> Option<&Process> {
        self.processes.last().filter(|process| !process.paused)
    }

    fn boot(&mut self) -> Result<(), Violation> {
        self.start()?;
        self.pass(1_500)
    }

    /// Starts a process on the journal.
    pub(crate) fn start(&mut self) -> Result<(), Violation> {
        self.restart_at = None;
        self.started += 1;
        match Process::start(&self.ground, self.started) {
            Ok(process) => {
                process.fate.dies_of_faults(self.fails_once == Some(true));
                self.processes.push(process);
                Ok(())
            }
            // The start's own first record met the planned fault.
            Err(_) if self.may_end => {
                self.restart_at = Some(self.now() + SUPERVISOR);
                Ok(())
            }
            Err(why) => violated("a gateway starts on its journal", why),
        }
    }

    /// Lets time pass, everything running.
    pub(crate) fn pass(&mut self, ms: i64) -> Result<(), Violation> {
        let end = self.now() + SignedDuration::from_millis(ms);
        // Whoever lets time pass may just have done something.
        self.is_quiet = false;
        loop {
            let now = self.now();
            if now >= end {
                return Ok(());
            }
            let left = i64::try_from(end.duration_since(now).as_millis()).unwrap_or(1);
            let stride = self.stride(now).clamp(1, left.max(1));
            self.moment(stride)?;
        }
    }

    /// How long the next step of time is: up to what falls due next, whatever it is.
    fn stride(&mut self, now: Timestamp) -> i64 {
        let wires = self.processes.iter().filter(|one| !one.paused).filter_map(|one| one.link.next_due());
        let timers = [self.restart_at, self.rise_at, self.farm_back_at, self.wake_at];
        let timers = timers.into_iter().chain([self.online_at.map(|(at, _)| at)]).flatten();
        let due = self.broker.next_due().into_iter().chain(wires).chain(timers).min();
        let due = due.map(|at| i64::try_from(at.duration_since(now).as_millis()).unwrap_or(1));
        let most = if self.is_quiet { STRIDE_MS_QUIET } else { STRIDE_MS_BUSY };
        self.is_quiet = due.is_none_or(|ms| ms > most);
        due.unwrap_or(most).min(most)
    }

    fn moment(&mut self, ms: i64) -> Result<(), Violation> {
        self.broker.tick();
        for at in 0..self.processes.len() {
            self.processes[at].run(&mut self.broker, ms);
            for written in std::mem::take(&mut self.processes[at].link.written) {
                self.checks.written(&self.ground.truth, &written)?;
            }
            if let Some(what) = self.processes[at].link.over_intent.take() {
                return violated("no more leaves than is intended", what);
            }
        }
        self.ground.clock.pass(SignedDuration::from_millis(ms));
        for told in self.ears.take() {
            self.is_quiet = false;
            self.mix(&told);
            self.talk(|_| format!("    told {told:?}"));
            self.checks.told(&self.ground.truth, &self.broker, &told, self.lies)?;
        }
        self.bury()?;
        self.timers()?;
        let now = self.now();
        self.checks.step(&self.ground.truth, &mut self.broker, self.lies, now)
    }

    fn mix(&mut self, told: &impl std::fmt::Debug) {
        // FNV-1a: it only has to differ when the transcript does.
        for byte in format!("{told:?}").bytes() {
            self.transcript = (self.transcript ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Processes that have ended or died go, and a new one is started after a while.
    fn bury(&mut self) -> Result<(), Violation> {
        let Some(at) =
            self.processes.iter().position(|one| one.fate.is_dead() || (one.ended().is_some() && !one.paused))
        else {
            return Ok(());
        };
        let process = self.processes.remove(at);
        let newest = process.number == self.started;
        let died = process.fate.is_dead();
        if let (Some(Ended::Poisoned(why)), true, false, false) = (process.ended(), newest, died, self.may_end) {
            return violated("a writer ends only when its disk fails or its lease is lost", why);
        }
        if let Some(conn) = process.link.conn() {
            self.broker.cut(conn, usize::MAX);
        }
        drop(process);
        if newest {
            if died && std::mem::take(&mut self.power_fails) {
                self.ground.disk.lose_power();
            }
            self.heal();
            self.restart_at = Some(self.now() + SUPERVISOR);
        }
        Ok(())
    }

    fn timers(&mut self) -> Result<(), Violation> {
        let now = self.now();
        if self.rise_at.is_some_and(|at| at <= now) {
            self.rise_at = None;
            self.broker.rise();
        }
        if let Some((at, lost)) = self.online_at
            && at <= now
        {
            self.online_at = None;
            self.broker.come_online(lost);
        }
        if self.farm_back_at.is_some_and(|at| at <= now) {
            self.farm_back_at = None;
            self.broker.find_farm();
        }
        if self.wake_at.is_some_and(|at| at <= now) {
            self.wake();
        }
        if self.restart_at.is_some_and(|at| at <= now) {
            self.start()?;
        }
        Ok(())
    }

    pub(crate) fn wake(&mut self) {
        self.wake_at = None;
        for process in &mut self.processes {
            process.paused = false;
        }
    }

    /// Kills the newest process where it is.
    pub(crate) fn kill_process(&mut self, power: bool) {
        if let Some(process) = self.processes.pop() {
            if let Some(conn) = process.link.conn() {
                self.broker.cut(conn, usize::from(!power));
            }
            drop(process);
        }
        if power {
            self.ground.disk.lose_power();
        }
        self.heal();
        self.restart_at = Some(self.now() + SUPERVISOR);
    }

    /// Everything is repaired, people look after what is unknown, and ledger and journal must agree.
    fn settle(&mut self) -> Result<(), Violation> {
        self.broker.weather = Weather { delay_ms_max: 1, ..Weather::default() };
        self.broker.deny_cancels = 0;
        self.broker.lose_ends = 0;
        self.broker.silent = 0;
        self.broker.mute_trades = false;
        self.ground.disk.heal();
        self.ground.clock.set_skew(SignedDuration::ZERO);
        self.wake();
        self.rise_at = None;
        self.broker.rise();
        self.broker.come_online(false);
        self.online_at = None;
        self.farm_back_at = None;
        self.broker.find_farm();
        self.pass(1_000)?;
        self.lift();
        self.pass(46_000)?;
        self.resolve();
        self.broker.stand_still();
        self.pass(400)?;
        if self.lies {
            return Ok(());
        }
        self.checks.rest(&self.ground.truth, &mut self.broker)?;
        self.live_equals_replay()
    }

    /// What the process shows equals what its journal replays to.
    fn live_equals_replay(&self) -> Result<(), Violation> {
        use engine::desk::{Desk as _, OrderFilter};
        let Some(process) = self.holder() else { return Ok(()) };
        let shown = process.desk().orders(
            &world::alice(),
            OrderFilter { open_only: false, status: None, strategy: None, after: None, limit: usize::MAX },
        );
        let Ok(shown) = shown else { return violated("replay equals live state", "orders cannot be listed") };
        let state = self.ground.truth.read();
        for order in &shown {
            let replayed = state.book.orders.get(&order.intent.cl_ord_id).map(AsRef::as_ref);
            if replayed != Some(order) {
                let what = format!("{} is shown as {order:?}, replayed as {replayed:?}", order.intent.cl_ord_id);
                return violated("replay equals live state", what);
            }
        }
        // The exits of a bracket are shown with their entry.
        let replayed = state.book.orders.keys().filter(|key| !key.is_exit()).count();
        if shown.len() == replayed {
            return Ok(());
        }
        violated("replay equals live state", format!("{} orders are shown, {replayed} replayed", shown.len()))
    }

    fn outcome(mut self, violation: Option<(usize, Violation)>) -> Outcome {
        let Weathered { lost, doubled, swapped, stalled } = self.broker.did;
        for (name, count) in [
            ("message lost", lost),
            ("message doubled", doubled),
            ("messages swapped", swapped),
            ("line stalled", stalled),
        ] {
            *self.faults.entry(name).or_insert(0) += count;
        }
        let state = self.ground.truth.read();
        let orders: Vec<(ClOrdId, _)> =
            state.book.orders.iter().map(|(key, order)| (key.clone(), (order.status, order.cum_qty()))).collect();
        let (coverage, seq) = (state.coverage.clone(), state.book.seq);
        drop(state);
        self.mix(&(seq, orders, &violation));
        Outcome {
            violation,
            coverage,
            orders: self.broker.ledger().len(),
            operations: self.ground.disk.operations(),
            faults: self.faults,
            transcript: self.transcript,
        }
    }
}

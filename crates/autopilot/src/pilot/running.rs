//! One run, a step further each time. Everything that it does is noted or has a key, so that after a crash the same question
//! finds what was done, and goes on.

use super::gathering::Planned;
use super::living::alive_while;
use super::service::{Pilot, Progress, TURN_EVERY};
use super::signalling::NoDecision;
use domain::approval::ApprovalStatus;
use domain::contract::{Contract, Instrument};
use domain::fault::Fault;
use domain::id::{ClOrdId, ConId};
use domain::looping::decision::Decision;
use domain::looping::event::LoopEvent;
use domain::looping::execution::{Child, Market, Move, Scene, Style, moves, order_keys, withdrawals};
use domain::looping::plan_approval::PlanApproval;
use domain::looping::run::{Held, RunEnd, RunState, TradeRun};
use domain::principal::Principal;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// While prices are asked for, what is to be canceled is looked at this often.
const WITHDRAW_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// A run's orders as they are now, and their contracts, which nobody has to be asked about.
struct Orders {
    children: BTreeMap<ClOrdId, Child>,
    contracts: BTreeMap<ConId, Arc<Contract>>,
}

/// What came of asking the signal.
enum Asked {
    Decided(Arc<Decision>),
    /// No decision: how far the run came instead.
    Not(Progress),
}

impl Pilot {
    /// Takes a run a step further.
    pub(super) async fn advance(&self, run: &TradeRun) -> Result<Progress, Fault> {
        let by = self.principal(run.id().as_str())?;
        match run.state {
            RunState::Queued if self.is_late(run) => self.wait_or_block(&by, run, Vec::new()).await,
            RunState::Queued => {
                self.note(&by, LoopEvent::RunChecking { run: run.id().clone() }).await?;
                Ok(Progress::Went)
            }
            RunState::Checking => self.check(&by, run).await,
            RunState::Executing => self.execute(&by, run).await,
            RunState::Done | RunState::Partial | RunState::Failed | RunState::Blocked | RunState::RolledBack => {
                Ok(Progress::Waits)
            }
        }
    }

    async fn check(&self, by: &Principal, run: &TradeRun) -> Result<Progress, Fault> {
        if let Some(asked) = &run.approval {
            return self.mind_answer(by, run, asked).await;
        }
        let blockers = self.blockers(by)?;
        if !blockers.is_empty() || self.is_late(run) {
            return self.wait_or_block(by, run, blockers).await;
        }
        let book = self.desk.looping(by)?;
        let decision = match run.order.decision.as_ref().and_then(|id| book.decisions.get(id)) {
            Some(decision) => Arc::clone(decision),
            None => match self.ask_and_note(by, run).await? {
                Asked::Decided(decision) => decision,
                Asked::Not(progress) => return Ok(progress),
            },
        };
        // A signal may take its time, and the world goes on meanwhile.
        let blockers = self.blockers(by)?;
        if !blockers.is_empty() {
            return self.wait_or_block(by, run, blockers).await;
        }
        let planned = match self.make_plan(by, &decision, self.clock.now(), &|| self.shows_life()).await {
            Ok(planned) => planned,
            Err(fault) => return self.wait_or_block(by, run, vec![fault.to_string()]).await,
        };
        let Planned { account, plan, blocked, too_large } = planned;
        if !too_large.is_empty() {
            return self.end(by, run, RunEnd::Failed, too_large.join("; "), None).await;
        }
        if !blocked.is_empty() {
            return self.wait_or_block(by, run, blocked).await;
        }
        let planned = LoopEvent::RunPlanned { run: run.id().clone(), account, plan: Box::new(plan) };
        match self.note(by, planned).await {
            Ok(()) => Ok(Progress::Went),
            Err(Fault::NotReady(why)) => self.wait_or_block(by, run, why).await,
            Err(fault) => Err(fault),
        }
    }

    /// A run whose plan a person was asked about. The question lapses by itself; a yes has begun the orders.
    async fn mind_answer(&self, by: &Principal, run: &TradeRun, asked: &PlanApproval) -> Result<Progress, Fault> {
        let word = match asked.status {
            ApprovalStatus::Pending | ApprovalStatus::Approved => return Ok(Progress::Waits),
            ApprovalStatus::Consumed
            | ApprovalStatus::Denied
            | ApprovalStatus::Revoked
            | ApprovalStatus::Expired
            | ApprovalStatus::Void => asked.status.word(),
        };
        let who = asked.decided_by.as_ref().map_or_else(String::new, |key| format!(" by {key}"));
        let why = asked.decision_reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        let reason = format!("approval {} of its plan is {word}{who}{why}", asked.id);
        self.end(by, run, RunEnd::Blocked, reason, None).await
    }

    /// Whether its moment to begin is over, whatever held it up: a process that was not there, another run, a signal.
    fn is_late(&self, run: &TradeRun) -> bool {
        self.clock.now() > run.order.begin_by
    }

    async fn wait_or_block(&self, by: &Principal, run: &TradeRun, why: Vec<String>) -> Result<Progress, Fault> {
        let (now, begin_by) = (self.clock.now(), run.order.begin_by);
        if now < begin_by {
            return Ok(Progress::Waits);
        }
        let why = if why.is_empty() {
            format!("it was to begin by {begin_by}, and it is {now}: begin another run by hand if you still want it")
        } else {
            why.join("; ")
        };
        self.end(by, run, RunEnd::Blocked, why, None).await
    }

    async fn end(
        &self,
        by: &Principal,
        run: &TradeRun,
        state: RunEnd,
        reason: String,
        positions: Option<Vec<Held>>,
    ) -> Result<Progress, Fault> {
        self.note(by, LoopEvent::RunEnded { run: run.id().clone(), state, reason, positions }).await?;
        Ok(Progress::Went)
    }

    /// Asks the signal. A signal that does not decide costs its slot; a desk that does not answer is asked again.
    async fn ask_and_note(&self, by: &Principal, run: &TradeRun) -> Result<Asked, Fault> {
        let decision = match alive_while(&self.life, self.clock.as_ref(), TURN_EVERY, self.ask_signal(by)).await {
            Ok(decision) => decision,
            Err(NoDecision::Fault(fault)) => {
                return self.wait_or_block(by, run, vec![fault.to_string()]).await.map(Asked::Not);
            }
            Err(NoDecision::Refused { origin, data_hash, reasons }) => {
                let why = format!("no decision: {}", reasons.join("; "));
                self.note(by, LoopEvent::DecisionRefused { origin, data_hash, reasons }).await?;
                return self.end(by, run, RunEnd::Failed, why, None).await.map(Asked::Not);
            }
        };
        self.note_decision(by, &decision).await?;
        let decided = LoopEvent::RunDecided { run: run.id().clone(), decision: decision.id.clone() };
        self.note(by, decided).await?;
        Ok(Asked::Decided(decision))
    }

    /// Notes a decision unless it is known: it is named by its content.
    pub(super) async fn note_decision(&self, by: &Principal, decision: &Arc<Decision>) -> Result<(), Fault> {
        if self.desk.looping(&self.principal("loop")?)?.decisions.contains_key(&decision.id) {
            return Ok(());
        }
        let decision = Box::new(decision.as_ref().clone());
        self.note(by, LoopEvent::DecisionMade { decision }).await
    }

    async fn execute(&self, by: &Principal, run: &TradeRun) -> Result<Progress, Fault> {
        if run.open_steps().is_empty() {
            let (end, reason) = run.verdict();
            // What is held now is evidence; a broker that does not tell it holds the end up for nobody.
            let held = match self.held_now(by, run).await {
                Ok(held) => Some(held),
                Err(fault) => {
                    tracing::warn!(%fault, run = %run.id(), "what is held at the end of a run is not known");
                    None
                }
            };
            return self.end(by, run, end, reason, held).await;
        }
        // Nothing of it waits for a price: whoever is to be asked for one may take its time.
        if self.withdraw(by, run).await? {
            return Ok(Progress::Went);
        }
        let markets = self.markets(by, run).await?;
        let orders = self.orders_of(by, run)?;
        let scene = Scene {
            run,
            children: &orders.children,
            markets: &markets,
            closes_at: self.session_closes(run, markets.values().map(|market| &market.contract)),
            paused: self.desk.looping(by)?.paused.is_some(),
            now: self.clock.now(),
        };
        let mut progress = Progress::Waits;
        for one in moves(&scene) {
            self.shows_life();
            if self.make(by, run, one).await? {
                progress = Progress::Went;
            }
        }
        Ok(progress)
    }

    /// Cancels what is to be canceled now; whether anything was.
    async fn withdraw(&self, by: &Principal, run: &TradeRun) -> Result<bool, Fault> {
        let orders = self.orders_of(by, run)?;
        let scene = Scene {
            run,
            children: &orders.children,
            markets: &BTreeMap::new(),
            closes_at: self.session_closes(run, orders.contracts.values().map(Arc::as_ref)),
            paused: self.desk.looping(by)?.paused.is_some(),
            now: self.clock.now(),
        };
        let mut did = false;
        for key in withdrawals(&scene) {
            did |= self.make(by, run, Move::Cancel(key)).await?;
        }
        Ok(did)
    }

    /// When the session that a run began to send in closes. It does not move because a contract is not told for a moment: where
    /// none is, the calendar counts.
    fn session_closes<'a>(&self, run: &TradeRun, contracts: impl Iterator<Item = &'a Contract>) -> Option<Timestamp> {
        let began = run.executing_since.unwrap_or_else(|| self.clock.now());
        let told = contracts.filter_map(|contract| self.closes_at(contract, began)).min();
        told.or_else(|| self.settings.calendar.session_at(began).map(|session| session.close))
    }

    fn orders_of(&self, by: &Principal, run: &TradeRun) -> Result<Orders, Fault> {
        let mut orders = Orders { children: BTreeMap::new(), contracts: BTreeMap::new() };
        for key in order_keys(run) {
            match self.desk.order(by, &key) {
                Ok(order) => {
                    orders.contracts.extend(order.contract.iter().map(|one| (one.con_id, Arc::clone(one))));
                    orders.children.insert(key, Child::of(&order));
                }
                Err(Fault::NotFound { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(orders)
    }

    /// The instruments of open steps, with quotes where an order is to be priced.
    async fn markets(&self, by: &Principal, run: &TradeRun) -> Result<BTreeMap<ConId, Market>, Fault> {
        let orders = self.orders_of(by, run)?;
        let mut markets = BTreeMap::new();
        let mut looked = self.clock.now();
        for step in run.open_steps() {
            let Some(line) = run.plan.as_ref().and_then(|plan| plan.step(step)) else { continue };
            let now = self.clock.now();
            self.shows_life();
            if now.duration_since(looked) >= WITHDRAW_EVERY {
                self.withdraw(by, run).await?;
                looked = now;
            }
            let instrument = Instrument::ConId(line.con_id);
            let contract = match orders.contracts.get(&line.con_id) {
                Some(known) => Contract::clone(known),
                None => match self.desk.contract(by, instrument.clone()).await {
                    Ok(contract) => contract,
                    Err(fault @ (Fault::Storage(_) | Fault::LeaseNotHeld(_))) => return Err(fault),
                    Err(fault) => {
                        tracing::info!(%fault, symbol = line.symbol, "the contract of an open step is not told now");
                        continue;
                    }
                },
            };
            let sent = orders.children.keys().any(|key| key.as_str() == format!("{}.{step}", run.id()));
            let prices = match run.order.terms.style {
                Style::Moc => false,
                Style::Marketable { .. } | Style::Patient { .. } => true,
            };
            let quote = if prices && (!sent || run.order.terms.style.walks() || run.order.terms.crosses()) {
                self.shows_life();
                match self.desk.quote(by, instrument).await {
                    Ok((_, quote)) => Some(quote),
                    Err(fault) => {
                        tracing::info!(%fault, symbol = line.symbol, "no quote to price an order by");
                        None
                    }
                }
            } else {
                None
            };
            markets.insert(line.con_id, Market { contract, quote });
        }
        Ok(markets)
    }

    /// Does one thing; `false` when the desk did not take it now.
    async fn make(&self, by: &Principal, run: &TradeRun, one: Move) -> Result<bool, Fault> {
        let (what, done) = match one {
            Move::Submit(intent) => {
                let key = intent.cl_ord_id.to_string();
                (key, self.desk.submit(by, *intent, Duration::ZERO).await.map(drop))
            }
            Move::Replace { order, key, amendment } => {
                let what = key.to_string();
                (what, self.desk.replace(by, order, key, amendment, None, Duration::ZERO).await.map(drop))
            }
            Move::Cancel(key) => {
                let what = key.to_string();
                (what, self.desk.cancel(by, key, None, None, Duration::ZERO).await.map(drop))
            }
            Move::EndStep(step, mut end) => {
                let troubles = self.troubles_of(&format!("{}.{step}", run.id()));
                if !end.reasons.is_empty() {
                    end.reasons.extend(troubles);
                }
                self.note(by, LoopEvent::StepEnded { run: run.id().clone(), step, end }).await?;
                return Ok(true);
            }
        };
        match done {
            Ok(()) => Ok(true),
            // The process or the journal is at its end: nothing more is to be done here.
            Err(fault @ (Fault::Storage(_) | Fault::LeaseNotHeld(_))) => Err(fault),
            Err(fault) => {
                tracing::info!(%fault, what, "the desk did not take it");
                self.remember_trouble(&what, &fault.to_string());
                Ok(false)
            }
        }
    }

    /// What is held of a run's instruments now.
    async fn held_now(&self, by: &Principal, run: &TradeRun) -> Result<Vec<Held>, Fault> {
        let account = self.account(by).await?;
        let lines = run.plan.iter().flat_map(|plan| plan.lines.iter());
        let held = |con_id| account.held.get(&con_id).copied().unwrap_or(Decimal::ZERO);
        Ok(lines
            .map(|line| Held { con_id: line.con_id, symbol: line.symbol.clone(), qty: held(line.con_id) })
            .collect())
    }
}

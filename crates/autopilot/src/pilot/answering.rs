//! What faces ask of the loop.

use super::service::Pilot;
use super::settings::Signal;
use super::signalling::NoDecision;
use async_trait::async_trait;
use domain::fault::Fault;
use domain::id::{DecisionId, RunId};
use domain::looping::book::{LoopBook, SlotFate};
use domain::looping::decision::{Decision, DecisionDraft, DecisionSource, Origin, hash_of};
use domain::looping::event::LoopEvent;
use domain::looping::execution::order_keys;
use domain::looping::run::{RunCause, RunOrder, RunState, TradeRun};
use domain::looping::schedule::is_of_slot;
use domain::mode::Mode;
use domain::principal::{Principal, Scope};
use engine::desk::{AuditFilter, AuditRecord, Role};
use engine::pilot::{Difference, LoopSettings, LoopStatus, PlanView, RunBundle, RunWish};
use std::sync::Arc;

/// Records that are read at a time, and the most that one run or one of its orders can have.
const RECORDS_PAGE: usize = 1_000;
const RECORDS_MAX: usize = 100_000;
/// Missed slots that are told.
const MISSED_MAX: usize = 10;

#[async_trait]
impl engine::Pilot for Pilot {
    fn status(&self, by: &Principal) -> Result<LoopStatus, Fault> {
        let book = self.desk.looping(by)?;
        let now = self.clock.now();
        let is_writer = self.desk.status(by)?.lease.role == Role::Writer;
        let current = book.current().map(TradeRun::id).and_then(|id| book.runs.get(id)).cloned();
        let state = match (is_writer, &book.paused, &current) {
            (false, _, _) => "standby",
            (true, Some(_), _) => "paused",
            (true, None, Some(_)) => "running",
            (true, None, None) => "idle",
        };
        let over = book.ran.iter().rev().filter_map(|id| book.runs.get(id)).find(|run| run.state.is_final());
        let next = self.settings.schedule.as_ref();
        Ok(LoopStatus {
            state,
            settings: self.in_words(),
            paused: book.paused.clone(),
            current,
            last: over.cloned(),
            next_slot: next.and_then(|(schedule, _)| schedule.next(&self.settings.calendar, now)),
            missed: missed(&book),
            decision: book.decided.last().and_then(|id| book.decisions.get(id)).cloned(),
            refused: book.refused.clone(),
            turned_at: self.life.at(),
            now,
        })
    }

    fn runs(&self, by: &Principal) -> Result<Vec<Arc<TradeRun>>, Fault> {
        let book = self.desk.looping(by)?;
        Ok(book.ran.iter().rev().filter_map(|id| book.runs.get(id)).cloned().collect())
    }

    fn decisions(&self, by: &Principal) -> Result<Vec<Arc<Decision>>, Fault> {
        let book = self.desk.looping(by)?;
        Ok(book.decided.iter().rev().filter_map(|id| book.decisions.get(id)).cloned().collect())
    }

    async fn run(&self, by: &Principal, id: RunId) -> Result<RunBundle, Fault> {
        let book = self.desk.looping(by)?;
        let run = Arc::clone(book.runs.get(&id).ok_or_else(|| no_run(&id))?);
        let decision = run.order.decision.as_ref().and_then(|id| book.decisions.get(id)).cloned();
        let (mut orders, mut records) = (Vec::new(), self.records(by, run.id().as_str(), None).await?);
        for key in order_keys(&run) {
            match self.desk.order(by, &key) {
                Ok(order) => orders.push(order),
                Err(Fault::NotFound { .. }) => continue,
                Err(fault) => return Err(fault),
            }
            records.extend(self.records(by, run.id().as_str(), Some(key)).await?);
        }
        records.sort_by_key(|stored| stored.record.seq);
        records.dedup_by_key(|stored| stored.record.seq);
        let differences = differences(&run);
        Ok(RunBundle { run, decision, orders, records, differences })
    }

    async fn propose(&self, by: &Principal, draft: DecisionDraft) -> Result<Arc<Decision>, Fault> {
        // What it takes to check a proposal is looked up by the loop itself: whoever may trade here may propose.
        self.may_trade_here(by)?;
        let own = self.principal("loop-propose")?;
        let (now, source) = (self.clock.now(), DecisionSource::Proposed);
        let text = format!("{draft:?}");
        let origin = Origin { source, data_hash: hash_of(text.as_bytes()) };
        let decision = match self.decide(&own, draft, origin, now).await {
            Ok(decision) => decision,
            Err(NoDecision::Fault(fault)) => return Err(fault),
            Err(NoDecision::Refused { origin, data_hash, reasons }) => {
                self.note(by, LoopEvent::DecisionRefused { origin, data_hash, reasons: reasons.clone() }).await?;
                return Err(Fault::DecisionRefused(reasons));
            }
        };
        self.note_decision(by, &decision).await?;
        let book = self.desk.looping(&own)?;
        Ok(book.decisions.get(&decision.id).cloned().unwrap_or(decision))
    }

    async fn plan(&self, by: &Principal, decision: Option<DecisionId>) -> Result<PlanView, Fault> {
        // The signal may be a command: only whoever may have it run for real may have it run for a look.
        may_run(by)?;
        let own = self.principal("loop-plan")?;
        let Ok(_only) = self.looking.try_lock() else {
            return Err(Fault::TooMany("a plan is being made already: ask again when it is there".to_owned()));
        };
        let decision = match decision {
            Some(id) => {
                let book = self.desk.looping(&own)?;
                Arc::clone(book.decisions.get(&id).ok_or(Fault::NotFound { what: "decision", id: id.to_string() })?)
            }
            None => match self.ask_signal(&own).await {
                Ok(decision) => decision,
                Err(NoDecision::Fault(fault)) => return Err(fault),
                Err(NoDecision::Refused { reasons, .. }) => return Err(Fault::DecisionRefused(reasons)),
            },
        };
        let mut blocked = self.blockers(&own)?;
        let planned = self.make_plan(&own, &decision, self.clock.now(), &|| {}).await?;
        blocked.extend(planned.blocked.into_iter().chain(planned.too_large));
        Ok(PlanView { decision, plan: planned.plan, blocked })
    }

    async fn begin(&self, by: &Principal, wish: RunWish) -> Result<Arc<TradeRun>, Fault> {
        self.may_begin(by)?;
        let id = match wish.id {
            Some(id) => id,
            None => self.new_id(by)?,
        };
        let book = self.desk.looping(&self.principal("loop")?)?;
        if let Some(known) = book.runs.get(&id) {
            let same = known.order.cause == RunCause::Hand
                && (wish.decision.is_none() || known.order.decision == wish.decision);
            let other = || Fault::Conflict { what: "loop", why: format!("the id {id} was used for another run") };
            return if same { Ok(Arc::clone(known)) } else { Err(other()) };
        }
        if is_of_slot(&id) {
            let rule = format!(
                "{id} is an id of the form that runs of slots have: leave date and time out, or leave the id out"
            );
            return Err(Fault::Invalid { field: "id".to_owned(), rule });
        }
        if let Some(decision) = &wish.decision
            && !book.decisions.contains_key(decision)
        {
            return Err(Fault::NotFound { what: "decision", id: decision.to_string() });
        }
        let now = self.clock.now();
        let run = RunOrder {
            id: id.clone(),
            cause: RunCause::Hand,
            decision: wish.decision,
            terms: self.settings.terms.clone(),
            begin_by: now.checked_add(self.settings.begin_within).unwrap_or(now),
        };
        self.queue(by, LoopEvent::RunQueued { run: Box::new(run) }, &id).await
    }

    async fn roll_back(&self, by: &Principal, of: RunId) -> Result<Arc<TradeRun>, Fault> {
        self.may_begin(by)?;
        let book = self.desk.looping(&self.principal("loop")?)?;
        let run = book.origin(book.run(&of).ok_or_else(|| no_run(&of))?);
        let of = run.id().clone();
        let cannot = |why: String| Fault::Conflict { what: "loop", why };
        if !matches!(run.state, RunState::Partial | RunState::Failed) {
            return Err(cannot(format!(
                "run {of} is {}: only what ended partial or failed is taken back",
                run.state.word()
            )));
        }
        let good =
            book.last_good(run).ok_or_else(|| cannot(format!("no run before {of} was done by another decision")))?;
        let event = self.going_back(&book, run, good.id.clone());
        let event = event.ok_or_else(|| {
            cannot(format!("run {of} was taken back often enough: begin a run by the decision {}", good.id))
        })?;
        let id = event.run().cloned().ok_or_else(|| no_run(&of))?;
        self.queue(by, event, &id).await
    }

    async fn pause(&self, by: &Principal, reason: String) -> Result<LoopStatus, Fault> {
        self.note(by, LoopEvent::Paused { reason }).await?;
        // It is done, and a key that may not read is told so all the same.
        engine::Pilot::status(self, &self.principal("loop")?)
    }

    async fn resume(&self, by: &Principal, reason: String) -> Result<LoopStatus, Fault> {
        self.note(by, LoopEvent::Resumed { reason }).await?;
        self.nudge.notify_one();
        engine::Pilot::status(self, &self.principal("loop")?)
    }
}

impl Pilot {
    fn in_words(&self) -> LoopSettings {
        let settings = &self.settings;
        LoopSettings {
            schedule: settings.schedule.as_ref().map(|(schedule, spec)| format!("{}: {spec}", schedule.name)),
            signal: match &settings.signal {
                Signal::Proposed => None,
                signal @ (Signal::Command(_) | Signal::File(_) | Signal::BuiltIn(_)) => Some(signal.words()),
            },
            universe: settings.decisions.universe.iter().cloned().collect(),
            rules: settings.rules.clone(),
            terms: settings.terms.clone(),
            rolls_back: settings.rolls_back,
        }
    }

    /// Whoever begins a run may trade in the mode that it would trade in.
    fn may_begin(&self, by: &Principal) -> Result<(), Fault> {
        self.may_trade_here(by)?;
        let own = self.principal("loop")?;
        if let Some(pause) = &self.desk.looping(&own)?.paused {
            return Err(Fault::Conflict { what: "loop", why: format!("it is paused: {}", pause.reason) });
        }
        Ok(())
    }

    /// A decision is as good as the orders that it leads to: in live it takes the scope for live.
    fn may_trade_here(&self, by: &Principal) -> Result<(), Fault> {
        may_run(by)?;
        let is_live = self.desk.status(&self.principal("loop")?)?.mode == Ok(Mode::Live);
        if is_live && !by.may(Scope::TradeLive) {
            return Err(Fault::ForbiddenScope(Scope::TradeLive));
        }
        Ok(())
    }

    async fn queue(&self, by: &Principal, event: LoopEvent, id: &RunId) -> Result<Arc<TradeRun>, Fault> {
        self.note(by, event).await?;
        self.nudge.notify_one();
        self.desk.looping(&self.principal("loop")?)?.runs.get(id).cloned().ok_or_else(|| no_run(id))
    }

    /// An id that nobody has used: out of the request's own id and the moment.
    fn new_id(&self, by: &Principal) -> Result<RunId, Fault> {
        let text = format!("{} {}", by.correlation_id, self.clock.now());
        let hash: String = hash_of(text.as_bytes()).chars().take(12).collect();
        format!("h-{hash}").parse().map_err(|error: domain::id::IdError| Fault::Internal(error.to_string()))
    }

    async fn records(
        &self,
        by: &Principal,
        run: &str,
        order: Option<domain::id::ClOrdId>,
    ) -> Result<Vec<AuditRecord>, Fault> {
        let correlation_id = if order.is_some() { None } else { run.parse().ok() };
        let mut filter = AuditFilter {
            kind: None,
            cl_ord_id: order,
            correlation_id,
            after: None,
            newest_first: false,
            limit: RECORDS_PAGE,
        };
        let mut found: Vec<AuditRecord> = Vec::new();
        loop {
            let page = self.desk.audit(by, filter.clone()).await?;
            let is_last = page.len() < RECORDS_PAGE;
            filter.after = page.last().map(|stored| stored.record.seq);
            found.extend(page);
            if is_last {
                return Ok(found);
            }
            if found.len() >= RECORDS_MAX {
                let why =
                    format!("run {run} has more than {RECORDS_MAX} records: read them with `tollgate audit show`");
                return Err(Fault::TooMany(why));
            }
        }
    }
}

fn missed(book: &LoopBook) -> Vec<(domain::id::SlotKey, String)> {
    // Keys of one schedule are in the order of their moments.
    let told = book.slots.iter().rev().filter_map(|(slot, fate)| match fate {
        SlotFate::Missed { reason, .. } => Some((slot.clone(), reason.clone())),
        SlotFate::Run(_) => None,
    });
    told.take(MISSED_MAX).collect()
}

fn differences(run: &TradeRun) -> Vec<Difference> {
    let held =
        |con_id| run.positions.as_ref().and_then(|all| all.iter().find(|one| one.con_id == con_id)).map(|one| one.qty);
    let lines = run.plan.iter().flat_map(|plan| plan.lines.iter());
    lines.map(|line| Difference { symbol: line.symbol.clone(), wanted: line.target, held: held(line.con_id) }).collect()
}

fn no_run(id: &RunId) -> Fault {
    Fault::NotFound { what: "run", id: id.to_string() }
}

/// Whoever may trade may propose and begin.
fn may_run(by: &Principal) -> Result<(), Fault> {
    if by.may_trade() { Ok(()) } else { Err(Fault::ForbiddenScope(Scope::TradePaper)) }
}

//! What the journal says of the loop, added up: decisions, runs, used slots, the pause.

use super::decision::{Decision, DecisionSource, hash_of};
use super::event::LoopEvent;
use super::order_plan::OrderPlan;
use super::plan_approval::{PartUse, PlanApproval};
use super::run::{Held, RunCause, RunEnd, RunMove, RunState, TradeRun};
use crate::approval::ApprovalStatus;
use crate::guard::GuardReport;
use crate::id::{AccountId, ApprovalId, DecisionId, MandateId, RunId, SlotKey};
use crate::principal::Principal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Runs that may wait or be under way at a time; who wants more of them wants something else.
pub const OPEN_RUNS_MAX: usize = 20;
/// Decisions that are kept beside those that a run went by: whoever may propose may propose without end.
pub const PROPOSALS_MAX: usize = 1_000;
/// Newest runs among which those are looked for that went back and are not noted yet.
const GONE_BACK_AMONG: usize = 100;
/// How often one run may be taken back.
const WAYS_BACK_MAX: u8 = 9;

/// The schedule that slots count by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleInForce {
    /// Its name.
    pub name: String,
    /// Its rule.
    pub spec: String,
    /// Since when.
    pub since: Timestamp,
}

/// What became of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotFate {
    /// This run used it.
    Run(RunId),
    /// It passed without one.
    Missed {
        /// When that was noted.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// By whose key.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A decision that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDecision {
    /// When.
    pub at: Timestamp,
    /// Where it came from.
    pub origin: DecisionSource,
    /// Why.
    pub reasons: Vec<String>,
}

/// The loop's durable state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopBook {
    /// The schedule, once there was one.
    pub schedule: Option<ScheduleInForce>,
    /// Decisions by id.
    pub decisions: BTreeMap<DecisionId, Arc<Decision>>,
    /// Their ids, oldest first.
    pub decided: Vec<DecisionId>,
    /// Runs by id.
    pub runs: BTreeMap<RunId, Arc<TradeRun>>,
    /// Their ids, oldest first.
    pub ran: Vec<RunId>,
    /// Runs that are not over, oldest first.
    pub open: Vec<RunId>,
    /// Every slot that was used or missed.
    pub slots: BTreeMap<SlotKey, SlotFate>,
    /// The latest moment of one of them.
    pub accounted_until: Option<Timestamp>,
    /// The pause, while it lasts.
    pub paused: Option<Pause>,
    /// The newest decision that was refused.
    pub refused: Option<RefusedDecision>,
    /// What the guard noted last.
    #[serde(default)]
    pub guard: Option<Arc<GuardReport>>,
}

impl LoopBook {
    /// One run.
    pub fn run(&self, id: &RunId) -> Option<&TradeRun> {
        self.runs.get(id).map(Arc::as_ref)
    }

    /// One decision.
    pub fn decision(&self, id: &DecisionId) -> Option<&Decision> {
        self.decisions.get(id).map(Arc::as_ref)
    }

    /// The decision that a run goes by.
    pub fn decision_of(&self, run: &TradeRun) -> Option<&Decision> {
        run.order.decision.as_ref().and_then(|id| self.decision(id))
    }

    /// The newest decision.
    pub fn newest_decision(&self) -> Option<&Decision> {
        self.decided.last().and_then(|id| self.decision(id))
    }

    /// The decision that the account follows: that of the newest run that traded and stands.
    pub fn decision_in_force(&self) -> Option<&Decision> {
        let stands = |run: &&TradeRun| match run.state {
            RunState::Executing | RunState::Done | RunState::Partial => true,
            RunState::Queued | RunState::Checking | RunState::Failed | RunState::Blocked | RunState::RolledBack => {
                false
            }
        };
        self.ran.iter().rev().filter_map(|id| self.run(id)).find(stands).and_then(|run| self.decision_of(run))
    }

    /// Runs that a later one took back without that being noted yet, each with the later one.
    pub fn gone_back(&self) -> Vec<(&RunId, &RunId)> {
        let newest = self.ran.iter().rev().take(GONE_BACK_AMONG).filter_map(|id| self.run(id));
        let back = newest.filter(|run| run.state == RunState::Done).filter_map(|run| match &run.order.cause {
            RunCause::Rollback { of } => Some((of, run.id())),
            RunCause::Slot { .. } | RunCause::Hand => None,
        });
        back.filter(|(of, _)| self.run(of).is_some_and(|run| run.state.may_become(RunState::RolledBack))).collect()
    }

    /// The run that is to be taken back: of one that went back itself, the one that it went back from.
    pub fn origin<'a>(&'a self, run: &'a TradeRun) -> &'a TradeRun {
        match &run.order.cause {
            RunCause::Rollback { of } => self.run(of).unwrap_or(run),
            RunCause::Slot { .. } | RunCause::Hand => run,
        }
    }

    /// A free id for a run that goes back from this one; `None` once it was taken back often enough.
    pub fn way_back(&self, from: &RunId) -> Option<RunId> {
        let suffixed = |attempt: u8| if attempt == 1 { "r".to_owned() } else { format!("r{attempt}") };
        let named = |attempt: u8| {
            let suffix = suffixed(attempt);
            // A long id leaves no room: a short one is made of it.
            let short = || hash_of(from.as_str().as_bytes()).chars().take(12).collect::<String>();
            format!("{from}-{suffix}").parse().or_else(|_| format!("{}-{suffix}", short()).parse()).ok()
        };
        (1..=WAYS_BACK_MAX).filter_map(named).find(|id| !self.runs.contains_key(id))
    }

    /// The run whose turn it is: the one that has begun, else the oldest that waits.
    pub fn current(&self) -> Option<&TradeRun> {
        let open = || self.open.iter().filter_map(|id| self.run(id));
        open().find(|run| run.state != RunState::Queued).or_else(|| open().next())
    }

    /// Questions about plans, those of the newest runs first.
    pub fn plan_approvals(&self) -> impl Iterator<Item = &Arc<PlanApproval>> {
        self.ran.iter().rev().filter_map(|id| self.run(id)?.approval.as_ref())
    }

    /// One of them.
    pub fn plan_approval(&self, id: &ApprovalId) -> Option<&Arc<PlanApproval>> {
        self.plan_approvals().find(|approval| approval.id == *id)
    }

    /// The decision to go back to from a run: that of the newest run before it that was done, by another decision.
    pub fn last_good(&self, of: &TradeRun) -> Option<&Decision> {
        let place = self.ran.iter().position(|id| id == of.id())?;
        let before = self.ran.get(..place)?.iter().rev().filter_map(|id| self.run(id));
        let mut good = before.filter(|run| run.state == RunState::Done && run.order.decision != of.order.decision);
        good.find_map(|run| self.decision_of(run))
    }

    /// Whether an event follows from what is booked.
    ///
    /// # Errors
    /// Why not.
    pub fn follows(&self, event: &LoopEvent) -> Result<(), String> {
        match event {
            LoopEvent::ScheduleSet { .. } | LoopEvent::DecisionRefused { .. } | LoopEvent::GuardJudged { .. } => Ok(()),
            LoopEvent::ScheduleRemoved => must(self.schedule.is_some(), || "no schedule is in force".to_owned()),
            LoopEvent::DecisionMade { decision } => {
                must(!self.decisions.contains_key(&decision.id), || format!("decision {} was made before", decision.id))
            }
            LoopEvent::SlotMissed { slot, .. } => self.slot_is_free(slot),
            LoopEvent::RunQueued { run } => {
                must(!self.runs.contains_key(&run.id), || format!("there was a run {} before", run.id))?;
                if let Some(decision) = &run.decision {
                    self.need_decision(decision)?;
                }
                if let RunCause::Rollback { of } = &run.cause {
                    self.need_run(of)?;
                }
                must(self.open.len() < OPEN_RUNS_MAX, || {
                    format!("{OPEN_RUNS_MAX} runs wait or are under way already: wait until one of them is over")
                })?;
                run.cause.slot().map_or(Ok(()), |slot| self.slot_is_free(slot))
            }
            LoopEvent::RunChecking { run } => {
                let other = self.open.iter().filter_map(|id| self.run(id)).find(|one| one.state != RunState::Queued);
                if let Some(other) = other {
                    return Err(format!("run {} is {} already", other.id(), other.state.word()));
                }
                self.may(run, RunState::Checking)
            }
            LoopEvent::RunDecided { run, decision } => {
                self.need_decision(decision)?;
                let run = self.need_run(run)?;
                let fits =
                    run.state == RunState::Checking && run.order.decision.as_ref().is_none_or(|own| own == decision);
                must(fits, || format!("run {} is {} and has its decision", run.id(), run.state.word()))
            }
            LoopEvent::RunPlanned { run, .. } | LoopEvent::PlanMandated { run, .. } => {
                must(self.need_run(run)?.order.decision.is_some(), || format!("run {run} has no decision"))?;
                must(self.need_run(run)?.approval.is_none(), || format!("the plan of run {run} takes a person's yes"))?;
                self.may(run, RunState::Executing)
            }
            LoopEvent::PlanHeld { run, approval, .. } => self.may_ask(run, approval),
            LoopEvent::PlanAnswered { run, approval, status, .. } => self.may_answer(run, approval, *status),
            // Of its part the moment decides, too.
            LoopEvent::PartUsed { run, .. } => self.need_run(run).map(drop),
            LoopEvent::StepEnded { run, step, .. } => {
                let open = self.need_run(run)?;
                let fits = open.state == RunState::Executing && open.open_steps().contains(step);
                must(fits, || format!("run {run} is {} and has no open step {step}", open.state.word()))
            }
            LoopEvent::RunEnded { run, state, .. } => {
                let open = self.need_run(run)?;
                // What sent orders is done or partial only once all of them are accounted for.
                let accounted =
                    open.state != RunState::Executing || open.open_steps().is_empty() || *state == RunEnd::Failed;
                must(accounted, || format!("run {run} has open steps"))?;
                let waits = open.approval.as_ref().is_some_and(|asked| asked.status == ApprovalStatus::Pending);
                must(!waits, || format!("run {run} waits for the approval of its plan"))?;
                self.may(run, RunState::from(*state))
            }
            LoopEvent::RunRolledBack { run, by_run } => {
                self.need_run(by_run)?;
                self.may(run, RunState::RolledBack)
            }
            LoopEvent::Paused { .. } => must(self.paused.is_none(), || "the loop is paused already".to_owned()),
            LoopEvent::Resumed { .. } => must(self.paused.is_some(), || "the loop is not paused".to_owned()),
        }
    }

    fn may_ask(&self, run: &RunId, approval: &PlanApproval) -> Result<(), String> {
        let run = self.need_run(run)?;
        let fits = run.state == RunState::Checking && run.order.decision.is_some() && run.approval.is_none();
        must(fits, || format!("run {} is {} and nobody is to be asked about it", run.id(), run.state.word()))?;
        must(approval.run == *run.id() && approval.status == ApprovalStatus::Pending, || {
            format!("approval {} is of another run, or answered", approval.id)
        })?;
        must(self.plan_approval(&approval.id).is_none(), || format!("approval {} exists already", approval.id))
    }

    fn may_answer(&self, run: &RunId, approval: &ApprovalId, status: ApprovalStatus) -> Result<(), String> {
        let run = self.need_run(run)?;
        let asked = run.approval.as_ref().filter(|asked| asked.id == *approval);
        let asked = asked.ok_or_else(|| format!("run {} does not wait for approval {approval}", run.id()))?;
        must(asked.may_become(status), || {
            format!("approval {approval} is {} and cannot become {}", asked.status.word(), status.word())
        })?;
        // It is consumed by the end of its run alone.
        must(status != ApprovalStatus::Consumed, || format!("approval {approval} is no order's"))?;
        must(!run.state.is_final(), || format!("run {} is {} already", run.id(), run.state.word()))
    }

    /// Books an event.
    ///
    /// # Errors
    /// Why it does not follow; nothing is booked then.
    pub fn apply(&mut self, event: &LoopEvent, by: &Principal, at: Timestamp) -> Result<(), String> {
        self.follows(event)?;
        self.is_timely(event, by, at)?;
        match event {
            LoopEvent::ScheduleSet { name, spec, since } => {
                let since = since.unwrap_or(at);
                self.schedule = Some(ScheduleInForce { name: name.clone(), spec: spec.clone(), since });
                self.accounted_until = None;
            }
            LoopEvent::ScheduleRemoved => {
                self.schedule = None;
                self.accounted_until = None;
            }
            LoopEvent::DecisionMade { decision } => {
                self.decided.push(decision.id.clone());
                self.decisions.insert(decision.id.clone(), Arc::new(decision.as_ref().clone()));
                self.forget_proposals();
            }
            LoopEvent::DecisionRefused { origin, reasons, .. } => {
                self.refused = Some(RefusedDecision { at, origin: origin.clone(), reasons: reasons.clone() });
            }
            LoopEvent::SlotMissed { slot, due_at, reason } => {
                self.account(*due_at);
                self.slots.insert(slot.clone(), SlotFate::Missed { at, reason: reason.clone() });
            }
            LoopEvent::RunQueued { run } => {
                if let RunCause::Slot { slot, due_at } = &run.cause {
                    self.account(*due_at);
                    self.slots.insert(slot.clone(), SlotFate::Run(run.id.clone()));
                }
                self.ran.push(run.id.clone());
                self.open.push(run.id.clone());
                self.runs.insert(run.id.clone(), Arc::new(TradeRun::queued(run.as_ref().clone(), at)));
            }
            LoopEvent::RunChecking { run } => self.go(run, RunState::Checking, "its turn came", at)?,
            LoopEvent::RunDecided { run, decision } => {
                self.run_mut(run)?.order.decision = Some(decision.clone());
            }
            LoopEvent::RunPlanned { run, account, plan } => self.stand(run, account, plan, None, at)?,
            LoopEvent::PlanMandated { run, account, plan, mandate } => {
                self.stand(run, account, plan, Some(mandate), at)?;
            }
            LoopEvent::PlanHeld { run, account, plan, approval } => self.hold(run, account, plan, approval, at)?,
            LoopEvent::PlanAnswered { run, status, reason, .. } => {
                self.answer_plan(run, *status, reason.as_deref(), by, at)?;
            }
            LoopEvent::PartUsed { run, step, order, qty } => {
                if let Some(approval) = self.run_mut(run)?.approval.as_mut().map(Arc::make_mut) {
                    approval.used.insert(order.clone(), PartUse { step: *step, qty: *qty });
                }
            }
            LoopEvent::StepEnded { run, step, end } => {
                self.run_mut(run)?.steps.insert(*step, end.clone());
            }
            LoopEvent::RunEnded { run, state, reason, positions } => {
                self.go(run, RunState::from(*state), reason, at)?;
                self.close(run, positions.as_deref())?;
            }
            LoopEvent::RunRolledBack { run, by_run } => {
                self.go(run, RunState::RolledBack, &format!("run {by_run} went back"), at)?;
                self.run_mut(run)?.rolled_back_by = Some(by_run.clone());
            }
            LoopEvent::Paused { reason } => {
                self.paused = Some(Pause { at, by: by.key_id.to_string(), reason: reason.clone() });
            }
            LoopEvent::Resumed { .. } => self.paused = None,
            LoopEvent::GuardJudged { report } => self.guard = Some(Arc::new(report.as_ref().clone())),
        }
        Ok(())
    }

    /// A plan that waits for nobody.
    fn stand(
        &mut self,
        run: &RunId,
        account: &AccountId,
        plan: &OrderPlan,
        mandate: Option<&MandateId>,
        at: Timestamp,
    ) -> Result<(), String> {
        let on = mandate.map_or_else(String::new, |mandate| format!(" on mandate {mandate}"));
        self.go(run, RunState::Executing, &format!("its plan stands{on}"), at)?;
        let run = self.run_mut(run)?;
        run.account = Some(account.clone());
        run.plan = Some(Arc::new(plan.clone()));
        run.mandate = mandate.cloned();
        run.executing_since = Some(at);
        Ok(())
    }

    fn hold(
        &mut self,
        run: &RunId,
        account: &AccountId,
        plan: &OrderPlan,
        approval: &PlanApproval,
        at: Timestamp,
    ) -> Result<(), String> {
        let (id, until) = (&approval.id, approval.expires_at);
        let reason = format!("awaits approval {id} of its plan, until {until}");
        let run = self.run_mut(run)?;
        run.account = Some(account.clone());
        run.plan = Some(Arc::new(plan.clone()));
        run.approval = Some(Arc::new(approval.clone()));
        run.moves.push(RunMove { at, state: run.state, reason: reason.clone() });
        run.reason = reason;
        Ok(())
    }

    /// What is over holds no approval that still counts.
    fn close(&mut self, id: &RunId, positions: Option<&[Held]>) -> Result<(), String> {
        let over = self.run_mut(id)?;
        over.positions = positions.map(<[Held]>::to_vec);
        if let Some(approval) = over.approval.as_mut().filter(|one| one.status == ApprovalStatus::Approved) {
            Arc::make_mut(approval).status = ApprovalStatus::Consumed;
        }
        self.open.retain(|open| open != id);
        Ok(())
    }

    /// What of an answer or its use depends on the moment and on whoever gives it.
    fn is_timely(&self, event: &LoopEvent, by: &Principal, at: Timestamp) -> Result<(), String> {
        match event {
            LoopEvent::PlanAnswered { run, status: ApprovalStatus::Approved, .. } => {
                let Some(asked) = self.run(run).and_then(|run| run.approval.as_ref()) else { return Ok(()) };
                must(asked.waits(at), || format!("approval {} ran out at {}", asked.id, asked.expires_at))?;
                must(by.is_human() && by.key_id != asked.requested_by, || {
                    format!("approval {} takes the yes of a human other than {}", asked.id, asked.requested_by)
                })
            }
            LoopEvent::PartUsed { run, step, order, qty } => self.need_run(run)?.may_take(*step, order, *qty, at),
            LoopEvent::PlanAnswered { .. }
            | LoopEvent::ScheduleSet { .. }
            | LoopEvent::ScheduleRemoved
            | LoopEvent::DecisionMade { .. }
            | LoopEvent::DecisionRefused { .. }
            | LoopEvent::SlotMissed { .. }
            | LoopEvent::RunQueued { .. }
            | LoopEvent::RunChecking { .. }
            | LoopEvent::RunDecided { .. }
            | LoopEvent::RunPlanned { .. }
            | LoopEvent::PlanMandated { .. }
            | LoopEvent::PlanHeld { .. }
            | LoopEvent::StepEnded { .. }
            | LoopEvent::RunEnded { .. }
            | LoopEvent::RunRolledBack { .. }
            | LoopEvent::Paused { .. }
            | LoopEvent::Resumed { .. }
            | LoopEvent::GuardJudged { .. } => Ok(()),
        }
    }

    fn answer_plan(
        &mut self,
        id: &RunId,
        status: ApprovalStatus,
        reason: Option<&str>,
        by: &Principal,
        at: Timestamp,
    ) -> Result<(), String> {
        if status == ApprovalStatus::Approved {
            self.go(id, RunState::Executing, &format!("{} approved its plan", by.key_id), at)?;
            self.run_mut(id)?.executing_since = Some(at);
        }
        if let Some(approval) = self.run_mut(id)?.approval.as_mut().map(Arc::make_mut) {
            let is_answer =
                matches!(status, ApprovalStatus::Approved | ApprovalStatus::Denied | ApprovalStatus::Revoked);
            if is_answer {
                approval.decided_by = Some(by.key_id.clone());
                // What was approved is counted from the yes on, also once it was taken back.
                approval.decided_at = approval.decided_at.or(Some(at));
            }
            approval.status = status;
            approval.decision_reason = reason.map(str::to_owned);
        }
        Ok(())
    }

    /// The oldest decisions that no run went by are in the journal alone.
    fn forget_proposals(&mut self) {
        if self.decided.len() <= PROPOSALS_MAX {
            return;
        }
        let used: BTreeSet<DecisionId> = self.runs.values().filter_map(|run| run.order.decision.clone()).collect();
        let mut surplus = self.decided.iter().filter(|id| !used.contains(*id)).count().saturating_sub(PROPOSALS_MAX);
        let decisions = &mut self.decisions;
        self.decided.retain(|id| {
            let goes = surplus > 0 && !used.contains(id);
            if goes {
                surplus -= 1;
                decisions.remove(id);
            }
            !goes
        });
    }

    fn account(&mut self, due_at: Timestamp) {
        self.accounted_until = self.accounted_until.max(Some(due_at));
    }

    fn slot_is_free(&self, slot: &SlotKey) -> Result<(), String> {
        must(!self.slots.contains_key(slot), || format!("slot {slot} was used before"))
    }

    fn need_run(&self, id: &RunId) -> Result<&TradeRun, String> {
        self.run(id).ok_or_else(|| format!("there is no run {id}"))
    }

    fn need_decision(&self, id: &DecisionId) -> Result<(), String> {
        must(self.decisions.contains_key(id), || format!("there is no decision {id}"))
    }

    fn may(&self, id: &RunId, next: RunState) -> Result<(), String> {
        let run = self.need_run(id)?;
        must(run.state.may_become(next), || {
            format!("run {id} is {} and cannot become {}", run.state.word(), next.word())
        })
    }

    fn run_mut(&mut self, id: &RunId) -> Result<&mut TradeRun, String> {
        self.runs.get_mut(id).map(Arc::make_mut).ok_or_else(|| format!("there is no run {id}"))
    }

    fn go(&mut self, id: &RunId, state: RunState, reason: &str, at: Timestamp) -> Result<(), String> {
        self.run_mut(id)?.go(state, reason, at)
    }
}

fn must(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

#[cfg(test)]
#[path = "book_tests.rs"]
pub(crate) mod tests;

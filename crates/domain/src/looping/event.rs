//! What happened in the loop, as the journal keeps it.

use super::decision::{Decision, DecisionSource};
use super::order_plan::OrderPlan;
use super::plan_approval::PlanApproval;
use super::run::{Held, RunEnd, RunOrder, StepEnd};
use crate::approval::ApprovalStatus;
use crate::guard::GuardReport;
use crate::id::{AccountId, ApprovalId, ClOrdId, DecisionId, MandateId, RunId, SlotKey};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One durable fact of the loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum LoopEvent {
    /// Slots count from here on by this schedule.
    ScheduleSet {
        /// Its name.
        name: String,
        /// Its rule, in words that differ when the rule does.
        spec: String,
        /// The moment up to which the schedule before it was accounted for; none in records of old: their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// No slots count from here on: runs begin by hand.
    ScheduleRemoved,
    /// A decision was accepted.
    DecisionMade {
        /// It.
        decision: Box<Decision>,
    },
    /// A decision was refused; nothing follows from it.
    DecisionRefused {
        /// Where it came from.
        origin: DecisionSource,
        /// BLAKE3 of its text, 64 hex digits; `None` where there was none.
        data_hash: Option<String>,
        /// Every reason.
        reasons: Vec<String>,
    },
    /// A slot passed without a run.
    SlotMissed {
        /// Which.
        slot: SlotKey,
        /// Its moment.
        due_at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A run was asked for. Its slot, if it has one, is used up.
    RunQueued {
        /// It.
        run: Box<RunOrder>,
    },
    /// Its turn came.
    RunChecking {
        /// Which.
        run: RunId,
    },
    /// It goes by this decision.
    RunDecided {
        /// Which.
        run: RunId,
        /// The decision.
        decision: DecisionId,
    },
    /// Its plan stands, and nobody was to be asked; what follows sends orders.
    RunPlanned {
        /// Which.
        run: RunId,
        /// The account.
        account: AccountId,
        /// The plan.
        plan: Box<OrderPlan>,
    },
    /// Its plan stands on a mandate: each of its orders is charged to it, and none leaves without it.
    PlanMandated {
        /// Which.
        run: RunId,
        /// The account.
        account: AccountId,
        /// The plan.
        plan: Box<OrderPlan>,
        /// The mandate that covers all of it.
        mandate: MandateId,
    },
    /// Its plan is made and waits for a person's yes; nothing follows from it before.
    PlanHeld {
        /// Which.
        run: RunId,
        /// The account.
        account: AccountId,
        /// The plan.
        plan: Box<OrderPlan>,
        /// The question.
        approval: Box<PlanApproval>,
    },
    /// The question about its plan was answered, or needs no answer any more. A yes begins its orders.
    PlanAnswered {
        /// Which run.
        run: RunId,
        /// Which question.
        approval: ApprovalId,
        /// How.
        status: ApprovalStatus,
        /// Why; a yes may do without.
        reason: Option<String>,
    },
    /// An order takes its part of the plan that a person said yes to, or a change of it takes more: in the transaction of
    /// its intent.
    PartUsed {
        /// Which run.
        run: RunId,
        /// Which step.
        step: u16,
        /// The order.
        order: ClOrdId,
        /// How much, with what it took before.
        qty: Decimal,
    },
    /// One of its steps is over.
    StepEnded {
        /// Which run.
        run: RunId,
        /// Which step, from 1.
        step: u16,
        /// How.
        end: StepEnd,
    },
    /// It is over.
    RunEnded {
        /// Which.
        run: RunId,
        /// How.
        state: RunEnd,
        /// Why.
        reason: String,
        /// What is held now of the decision's instruments; `None` where nobody could tell.
        positions: Option<Vec<Held>>,
    },
    /// A later run went back to the decision before it.
    RunRolledBack {
        /// Which.
        run: RunId,
        /// The run that went back.
        by_run: RunId,
    },
    /// Nothing begins and no new order of a run leaves.
    Paused {
        /// Why.
        reason: String,
    },
    /// It goes on.
    Resumed {
        /// Why.
        reason: String,
    },
    /// The guard looked, and something stands differently from when it was last noted, or somebody asked.
    GuardJudged {
        /// What it saw, and what it did.
        report: Box<GuardReport>,
    },
}

impl LoopEvent {
    /// Every word that [`Self::word`] gives.
    pub const WORDS: [&'static str; 19] = [
        "schedule_set",
        "schedule_removed",
        "decision_made",
        "decision_refused",
        "slot_missed",
        "run_queued",
        "run_checking",
        "run_decided",
        "run_planned",
        "plan_mandated",
        "plan_held",
        "plan_answered",
        "part_used",
        "step_ended",
        "run_ended",
        "run_rolled_back",
        "paused",
        "resumed",
        "guard_judged",
    ];

    /// The word by which the journal calls it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::ScheduleSet { .. } => "schedule_set",
            Self::ScheduleRemoved => "schedule_removed",
            Self::DecisionMade { .. } => "decision_made",
            Self::DecisionRefused { .. } => "decision_refused",
            Self::SlotMissed { .. } => "slot_missed",
            Self::RunQueued { .. } => "run_queued",
            Self::RunChecking { .. } => "run_checking",
            Self::RunDecided { .. } => "run_decided",
            Self::RunPlanned { .. } => "run_planned",
            Self::PlanMandated { .. } => "plan_mandated",
            Self::PlanHeld { .. } => "plan_held",
            Self::PlanAnswered { .. } => "plan_answered",
            Self::PartUsed { .. } => "part_used",
            Self::StepEnded { .. } => "step_ended",
            Self::RunEnded { .. } => "run_ended",
            Self::RunRolledBack { .. } => "run_rolled_back",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::GuardJudged { .. } => "guard_judged",
        }
    }

    /// The run that it is about, if one.
    pub fn run(&self) -> Option<&RunId> {
        match self {
            Self::RunQueued { run } => Some(&run.id),
            Self::RunChecking { run }
            | Self::RunDecided { run, .. }
            | Self::RunPlanned { run, .. }
            | Self::PlanMandated { run, .. }
            | Self::PlanHeld { run, .. }
            | Self::PlanAnswered { run, .. }
            | Self::PartUsed { run, .. }
            | Self::StepEnded { run, .. }
            | Self::RunEnded { run, .. }
            | Self::RunRolledBack { run, .. } => Some(run),
            Self::ScheduleSet { .. }
            | Self::ScheduleRemoved
            | Self::DecisionMade { .. }
            | Self::DecisionRefused { .. }
            | Self::SlotMissed { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::GuardJudged { .. } => None,
        }
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
pub(crate) mod tests;

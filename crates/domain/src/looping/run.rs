//! One run of the loop: what it stands at, and which state may follow which.

use super::decision::Decision;
use super::execution::ExecutionTerms;
use super::order_plan::OrderPlan;
use super::plan_approval::PlanApproval;
use crate::id::{AccountId, ClOrdId, ConId, DecisionId, MandateId, RunId, SlotKey};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for its turn.
    Queued,
    /// Link, data, account and decision are looked at.
    Checking,
    /// Its plan stands; orders leave.
    Executing,
    /// Every step traded as planned, or there was nothing to do.
    Done,
    /// Some of it traded.
    Partial,
    /// Nothing traded, although something was to.
    Failed,
    /// It could not begin.
    Blocked,
    /// It ended badly, and a later run went back to the last good decision.
    RolledBack,
}

impl RunState {
    /// Every state, in the order of a run's life.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Checking,
        Self::Executing,
        Self::Done,
        Self::Partial,
        Self::Failed,
        Self::Blocked,
        Self::RolledBack,
    ];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Checking => "checking",
            Self::Executing => "executing",
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::RolledBack => "rolled_back",
        }
    }

    /// Whether it is over.
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Checking | Self::Executing => false,
            Self::Done | Self::Partial | Self::Failed | Self::Blocked | Self::RolledBack => true,
        }
    }

    /// The table of a run's life.
    pub fn may_become(self, next: Self) -> bool {
        use RunState::{Blocked, Checking, Done, Executing, Failed, Partial, Queued, RolledBack};
        match self {
            Queued => matches!(next, Checking | Failed | Blocked),
            Checking => matches!(next, Executing | Failed | Blocked),
            Executing => matches!(next, Done | Partial | Failed),
            Partial | Failed => next == RolledBack,
            Done | Blocked | RolledBack => false,
        }
    }
}

/// How a run may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of RunState")]
pub enum RunEnd {
    Done,
    Partial,
    Failed,
    Blocked,
}

impl From<RunEnd> for RunState {
    fn from(end: RunEnd) -> Self {
        match end {
            RunEnd::Done => Self::Done,
            RunEnd::Partial => Self::Partial,
            RunEnd::Failed => Self::Failed,
            RunEnd::Blocked => Self::Blocked,
        }
    }
}

/// Why there is a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum RunCause {
    /// Its slot came round.
    Slot {
        /// Which: used once for ever.
        slot: SlotKey,
        /// Its moment.
        due_at: Timestamp,
    },
    /// Somebody asked for it.
    Hand,
    /// It goes back to the last good decision.
    Rollback {
        /// The run that ended badly.
        of: RunId,
    },
}

impl RunCause {
    /// Our word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Slot { .. } => "slot",
            Self::Hand => "hand",
            Self::Rollback { .. } => "rollback",
        }
    }

    /// The slot that it uses up.
    pub fn slot(&self) -> Option<&SlotKey> {
        match self {
            Self::Slot { slot, .. } => Some(slot),
            Self::Hand | Self::Rollback { .. } => None,
        }
    }
}

/// A run as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrder {
    /// Its id.
    pub id: RunId,
    /// Why.
    pub cause: RunCause,
    /// What it goes by; `None`: the signal is asked when it begins.
    pub decision: Option<DecisionId>,
    /// How its orders are worked.
    pub terms: ExecutionTerms,
    /// When it must have begun; what stands in its way until then blocks it.
    pub begin_by: Timestamp,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// All of it traded.
    Filled,
    /// Some of it traded.
    Partial,
    /// It was sent, and nothing of it traded.
    Unfilled,
    /// Nothing was sent, or everything was refused: by the gates, by the broker, or for want of cash.
    Refused,
    /// What became of an order of it is not known.
    Unknown,
}

impl StepOutcome {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::Partial => "partial",
            Self::Unfilled => "unfilled",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepEnd {
    /// How.
    pub outcome: StepOutcome,
    /// What traded.
    pub filled: Decimal,
    /// At which price on average; `None` when nothing did or the broker does not say.
    pub avg_px: Option<Decimal>,
    /// Why it is not all that was planned; empty when it is.
    pub reasons: Vec<String>,
    /// Its orders.
    pub orders: Vec<ClOrdId>,
}

/// What is held of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Contract.
    pub con_id: ConId,
    /// Its symbol.
    pub symbol: String,
    /// Signed quantity.
    pub qty: Decimal,
}

/// A state that a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMove {
    /// When.
    pub at: Timestamp,
    /// The state.
    pub state: RunState,
    /// Why.
    pub reason: String,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeRun {
    /// As it was asked for; its decision is filled in once there is one.
    pub order: RunOrder,
    /// Its state.
    pub state: RunState,
    /// Why it is in it.
    pub reason: String,
    /// The account, once the plan stands.
    pub account: Option<AccountId>,
    /// The plan, once it stands.
    pub plan: Option<Arc<OrderPlan>>,
    /// The mandate that its plan stands on, where one covered it.
    pub mandate: Option<MandateId>,
    /// The question about its plan, where a person had to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Arc<PlanApproval>>,
    /// When it began to send.
    pub executing_since: Option<Timestamp>,
    /// Steps that are over.
    pub steps: BTreeMap<u16, StepEnd>,
    /// What was held of its instruments when it ended; `None` where nobody could tell.
    pub positions: Option<Vec<Held>>,
    /// The run that took it back.
    pub rolled_back_by: Option<RunId>,
    /// Every state that it came to.
    pub moves: Vec<RunMove>,
}

impl TradeRun {
    /// One that has just been asked for.
    pub fn queued(order: RunOrder, at: Timestamp) -> Self {
        let reason = match &order.cause {
            RunCause::Slot { slot, .. } => format!("slot {slot}"),
            RunCause::Hand => "asked for by hand".to_owned(),
            RunCause::Rollback { of } => format!("goes back from run {of}"),
        };
        let moves = vec![RunMove { at, state: RunState::Queued, reason: reason.clone() }];
        Self {
            order,
            state: RunState::Queued,
            reason,
            account: None,
            plan: None,
            mandate: None,
            approval: None,
            executing_since: None,
            steps: BTreeMap::new(),
            positions: None,
            rolled_back_by: None,
            moves,
        }
    }

    /// Its id.
    pub fn id(&self) -> &RunId {
        &self.order.id
    }

    /// When it was asked for.
    pub fn queued_at(&self) -> Option<Timestamp> {
        self.moves.first().map(|step| step.at)
    }

    /// When it last came to another state.
    pub fn moved_at(&self) -> Option<Timestamp> {
        self.moves.last().map(|step| step.at)
    }

    pub(crate) fn go(&mut self, state: RunState, reason: &str, at: Timestamp) -> Result<(), String> {
        if !self.state.may_become(state) {
            return Err(format!("run {} is {} and cannot become {}", self.id(), self.state.word(), state.word()));
        }
        self.state = state;
        reason.clone_into(&mut self.reason);
        self.moves.push(RunMove { at, state, reason: reason.to_owned() });
        Ok(())
    }

    /// The steps of its plan that are not over.
    pub fn open_steps(&self) -> Vec<u16> {
        let steps = self.plan.iter().flat_map(|plan| plan.steps().map(|(step, _)| step));
        steps.filter(|step| !self.steps.contains_key(step)).collect()
    }

    /// How it ends once no step is open: the state and why.
    pub fn verdict(&self) -> (RunEnd, String) {
        let refused: Vec<&str> =
            self.plan.iter().flat_map(|plan| plan.refused()).map(|line| line.symbol.as_str()).collect();
        let named =
            |step: &u16| self.plan.as_ref().and_then(|plan| plan.step(*step)).map_or("?", |line| line.symbol.as_str());
        let (mut traded, mut missing) = (0_usize, Vec::new());
        for (step, end) in &self.steps {
            if !end.filled.is_zero() {
                traded += 1;
            }
            if end.outcome != StepOutcome::Filled {
                let why = if end.reasons.is_empty() { String::new() } else { format!(" ({})", end.reasons.join("; ")) };
                missing.push(format!("{} {}{why}", named(step), end.outcome.word()));
            }
        }
        missing.extend(refused.iter().map(|symbol| format!("{symbol} not planned")));
        let words = missing.join(", ");
        match (self.steps.is_empty(), missing.is_empty()) {
            (true, true) => (RunEnd::Done, "nothing to do: the account is at its target".to_owned()),
            (false, true) => (RunEnd::Done, format!("{traded} of {traded} orders filled")),
            (_, false) if traded == 0 => (RunEnd::Failed, words),
            (_, false) => (RunEnd::Partial, words),
        }
    }
}

/// The target of a decision for one contract, for whoever compares it with what is held.
pub fn target_of(decision: &Decision, con_id: ConId) -> Option<&super::decision::Target> {
    decision.targets.iter().find(|target| target.con_id == con_id)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;

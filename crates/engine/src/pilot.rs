//! The closed loop as faces see it. The engine knows no loop: `autopilot` is one, and a program without one has none.

use crate::seat_of::SeatOf;
use async_trait::async_trait;
use domain::fault::Fault;
use domain::id::{DecisionId, RunId, SlotKey};
use domain::looping::book::{Pause, RefusedDecision};
use domain::looping::decision::{Decision, DecisionDraft};
use domain::looping::execution::ExecutionTerms;
use domain::looping::order_plan::{OrderPlan, PlanRules};
use domain::looping::run::TradeRun;
use domain::looping::schedule::Slot;
use domain::principal::Principal;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The loop's use cases. `by` carries who asks; scopes are checked here, not in a face.
#[async_trait]
#[expect(missing_docs, reason = "each use case is named by its verb; shapes and faults stand at their types")]
pub trait Pilot: Send + Sync {
    fn status(&self, by: &Principal) -> Result<LoopStatus, Fault>;
    /// Runs, newest first.
    fn runs(&self, by: &Principal) -> Result<Vec<Arc<TradeRun>>, Fault>;
    /// Decisions, newest first.
    fn decisions(&self, by: &Principal) -> Result<Vec<Arc<Decision>>, Fault>;
    /// Everything about one run, with what it can be traced by.
    async fn run(&self, by: &Principal, id: RunId) -> Result<RunBundle, Fault>;
    /// A proposal that keeps to every rule becomes a decision; nothing is ordered by it. The same one again is the same.
    async fn propose(&self, by: &Principal, draft: DecisionDraft) -> Result<Arc<Decision>, Fault>;
    /// What a run by this decision would do now; without one, by what the signal says. Does nothing.
    async fn plan(&self, by: &Principal, decision: Option<DecisionId>) -> Result<PlanView, Fault>;
    /// Asks for a run: by a decision, or by what the signal will say. The same id again is the same run.
    async fn begin(&self, by: &Principal, wish: RunWish) -> Result<Arc<TradeRun>, Fault>;
    /// Asks for a run that goes back to the last decision that was done before this one.
    async fn roll_back(&self, by: &Principal, of: RunId) -> Result<Arc<TradeRun>, Fault>;
    /// Nothing begins and no new order of a run leaves.
    async fn pause(&self, by: &Principal, reason: String) -> Result<LoopStatus, Fault>;
    /// A person lets it go on.
    async fn resume(&self, by: &Principal, reason: String) -> Result<LoopStatus, Fault>;
}

/// A run that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunWish {
    /// Its id; `None`: one is made.
    pub id: Option<RunId>,
    /// What it goes by; `None`: the signal is asked.
    pub decision: Option<DecisionId>,
}

/// How the loop is set up.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopSettings {
    /// The schedule's rule in words; `None`: it runs by hand only.
    pub schedule: Option<String>,
    /// The signal in words; `None`: decisions are proposed.
    pub signal: Option<String>,
    /// Symbols that it trades.
    pub universe: Vec<String>,
    /// How plans are made.
    pub rules: PlanRules,
    /// How orders are worked.
    pub terms: ExecutionTerms,
    /// Whether a run that ends badly is taken back by itself.
    pub rolls_back: bool,
}

/// The loop in one look.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopStatus {
    /// `idle`, `running`, `paused`, `standby`.
    pub state: &'static str,
    /// How it is set up.
    pub settings: LoopSettings,
    /// The pause.
    pub paused: Option<Pause>,
    /// The run under way or next.
    pub current: Option<Arc<TradeRun>>,
    /// The newest run that is over.
    pub last: Option<Arc<TradeRun>>,
    /// The next slot.
    pub next_slot: Option<Slot>,
    /// Slots that passed without a run and why, newest first, at most ten.
    pub missed: Vec<(SlotKey, String)>,
    /// The newest decision.
    pub decision: Option<Arc<Decision>>,
    /// The newest that was refused.
    pub refused: Option<RefusedDecision>,
    /// When the scheduler last turned.
    pub turned_at: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// A plan that was only looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanView {
    /// What it would go by.
    pub decision: Arc<Decision>,
    /// The plan.
    pub plan: OrderPlan,
    /// Why a run would not begin now; empty when it would.
    pub blocked: Vec<String>,
}

/// Everything about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunBundle {
    /// The run.
    pub run: Arc<TradeRun>,
    /// Its decision.
    pub decision: Option<Arc<Decision>>,
    /// Its orders, as every face shows them to a reader of evidence: request, state, reasons, executions.
    pub orders: Vec<domain::book::OrderRecord>,
    /// The journal's records about the run and its orders, oldest first.
    pub records: Vec<crate::desk::AuditRecord>,
    /// What was wanted and what was held at its end, by instrument.
    pub differences: Vec<Difference>,
}

/// What was wanted of an instrument, and what was held when the run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its symbol.
    pub symbol: String,
    /// What the plan wanted; `None` where it could not tell.
    pub wanted: Option<Decimal>,
    /// What was held; `None` where nobody could tell.
    pub held: Option<Decimal>,
}

/// Where faces find the loop: empty until the process that runs one writes.
pub type PilotSeat = SeatOf<dyn Pilot>;

impl PilotSeat {
    /// The loop.
    ///
    /// # Errors
    /// [`Fault::CapabilityMissing`] where there is none.
    pub fn pilot(&self) -> Result<Arc<dyn Pilot>, Fault> {
        let none = "this gateway runs no loop: name what it is to trade (loop.universe) in its configuration, or ask the one that writes";
        self.seated().ok_or_else(|| Fault::CapabilityMissing(none.to_owned()))
    }
}

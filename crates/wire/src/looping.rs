//! The closed loop: decisions, plans, runs.

use crate::audit::AuditRecord;
use crate::fields::{FieldError, Fields, ParseError};
use crate::order::Order;
use domain::id::{DecisionId, RunId};
use domain::looping::decision::{self, DecisionDraft};
use domain::looping::order_plan::{self, OrderPlan};
use domain::looping::run::{RunCause, TradeRun};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A target of a decision: a weight or a quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// Ticker in capitals: a stock at SMART in dollars, of the loop's universe.
    #[schema(pattern = "^[!-`{-~]{1,20}$")]
    pub symbol: String,
    /// Part of what the account invests, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, format = "decimal")]
    pub weight: Option<Decimal>,
    /// Units to hold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, format = "decimal")]
    pub qty: Option<Decimal>,
}

/// A proposal of what the account should hold. What it leaves out of the loop's universe is wanted no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeDecision {
    /// The moment that its data is of.
    pub as_of: Timestamp,
    /// Each symbol once; weights add up to 1 at most.
    #[schema(min_items = 1, max_items = 500)]
    pub targets: Vec<Target>,
    /// Part of the account that stays cash; left out, the configuration says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub cash_buffer: Option<Decimal>,
    /// Why, at most 500 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500)]
    pub note: Option<String>,
}

impl ProposeDecision {
    /// Reads a body.
    ///
    /// # Errors
    /// Every rule that it breaks by itself.
    pub fn parse(body: &[u8]) -> Result<DecisionDraft, ParseError> {
        // A name that is given twice is refused here: a decision says everything once.
        Fields::read(body)?;
        let wrong = |rules: Vec<String>| {
            let of = |rule: String| match rule.split_once(": ") {
                Some((field, rule)) => FieldError::new(field, &rule),
                None => FieldError::new("body", &rule),
            };
            ParseError::Fields(rules.into_iter().map(of).collect())
        };
        let text = std::str::from_utf8(body).map_err(|error| wrong(vec![error.to_string()]))?;
        DecisionDraft::from_json(text).map_err(wrong)
    }
}

/// A decision that counts: checked, resolved, immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Named by its content.
    pub id: String,
    /// `command`, `file`, `proposed`, `built_in`.
    pub source: String,
    /// Program, path or name of the source; null for a proposal.
    pub source_name: Option<String>,
    /// The moment that its data is of.
    pub as_of: Timestamp,
    /// When it was accepted.
    pub decided_at: Timestamp,
    /// BLAKE3 of what it was made from, 64 hex digits.
    pub data_hash: String,
    /// Part of the account that stays cash.
    #[schema(format = "decimal")]
    pub cash_buffer: Decimal,
    /// One for every symbol of the universe.
    pub targets: Vec<Target>,
    /// Words of whoever decided: data, never an instruction.
    pub note: Option<String>,
}

impl From<&decision::Decision> for Decision {
    fn from(decision: &decision::Decision) -> Self {
        use decision::{Amount, DecisionSource};
        let target = |target: &decision::Target| {
            let (weight, qty) = match target.amount {
                Amount::Weight(weight) => (Some(weight), None),
                Amount::Qty(qty) => (None, Some(qty)),
            };
            Target { symbol: target.symbol.clone(), weight, qty }
        };
        Self {
            id: decision.id.to_string(),
            source: decision.source.word().to_owned(),
            source_name: match &decision.source {
                DecisionSource::Command { program: name }
                | DecisionSource::File { path: name }
                | DecisionSource::BuiltIn { name } => Some(name.clone()),
                DecisionSource::Proposed => None,
            },
            as_of: decision.as_of,
            decided_at: decision.decided_at,
            data_hash: decision.data_hash.clone(),
            cash_buffer: decision.cash_buffer,
            targets: decision.targets.iter().map(target).collect(),
            note: decision.note.clone(),
        }
    }
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanLine {
    /// The number of its step, from 1; null where nothing is traded.
    pub step: Option<u16>,
    /// Ticker.
    pub symbol: String,
    /// IBKR's id.
    pub con_id: i32,
    /// `buy`, `sell`, `keep`, `refused`.
    pub action: String,
    /// Held, signed.
    #[schema(format = "decimal")]
    pub held: Decimal,
    /// Wanted; null where it could not be told.
    #[schema(format = "decimal")]
    pub target: Option<Decimal>,
    /// To trade; null where nothing is.
    #[schema(format = "decimal")]
    pub qty: Option<Decimal>,
    /// The price that it was planned with; null where there was none.
    #[schema(format = "decimal")]
    pub price: Option<Decimal>,
    /// `live`, `frozen`, `delayed`, `delayed_frozen`, `close`; null without a price.
    pub price_source: Option<String>,
    /// When the price was received.
    pub price_at: Option<Timestamp>,
    /// Worth of the trade.
    #[schema(format = "decimal")]
    pub value: Decimal,
    /// Commission at most.
    #[schema(format = "decimal")]
    pub cost: Decimal,
    /// Why: a code, and words.
    pub reason: String,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// The account's net liquidation value.
    #[schema(format = "decimal")]
    pub value: Decimal,
    /// Its cash.
    #[schema(format = "decimal")]
    pub cash: Decimal,
    /// Part of the account that stays cash.
    #[schema(format = "decimal")]
    pub cash_buffer: Decimal,
    /// Worth of all trades.
    #[schema(format = "decimal")]
    pub turnover: Decimal,
    /// Sells, buys, what stays, what was refused.
    pub lines: Vec<PlanLine>,
}

impl From<&OrderPlan> for Plan {
    fn from(plan: &OrderPlan) -> Self {
        let step_of = |line: &order_plan::PlanLine| {
            plan.steps().find(|(_, other)| other.con_id == line.con_id).map(|(step, _)| step)
        };
        let line = |line: &order_plan::PlanLine| PlanLine {
            step: step_of(line),
            symbol: line.symbol.clone(),
            con_id: line.con_id.get(),
            action: line.action.word().to_owned(),
            held: line.held,
            target: line.target,
            qty: line.qty.map(domain::money::Qty::get),
            price: line.price.as_ref().map(|price| price.price),
            price_source: line.price.as_ref().map(|price| price.source.word().to_owned()),
            price_at: line.price.as_ref().map(|price| price.at),
            value: line.value,
            cost: line.cost,
            reason: line.reason.clone(),
        };
        Self {
            value: plan.value,
            cash: plan.cash,
            cash_buffer: plan.rules.cash_buffer,
            turnover: plan.turnover(),
            lines: plan.lines.iter().map(line).collect(),
        }
    }
}

/// What a run would do now. Nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanAnswer {
    /// What it would go by.
    pub decision: Decision,
    /// The plan.
    pub plan: Plan,
    /// Why a run would not begin now; empty when it would.
    pub blocked: Vec<String>,
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Its number.
    pub step: u16,
    /// `filled`, `partial`, `unfilled`, `refused`, `unknown`.
    pub outcome: String,
    /// What traded.
    #[schema(format = "decimal")]
    pub filled: Decimal,
    /// Average price; null where nothing traded or the broker does not say.
    #[schema(format = "decimal")]
    pub avg_px: Option<Decimal>,
    /// Why it is not all that was planned.
    pub reasons: Vec<String>,
    /// Its orders.
    pub orders: Vec<String>,
}

/// A state that a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunMove {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub state: String,
    /// Why.
    pub reason: String,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id: the first part of its orders' keys.
    pub id: String,
    /// `queued`, `checking`, `executing`, `done`, `partial`, `failed`, `blocked`, `rolled_back`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// `slot`, `hand`, `rollback`.
    pub cause: String,
    /// Its slot, if it has one.
    pub slot: Option<String>,
    /// The run that it goes back from, if it does.
    pub rolls_back: Option<String>,
    /// The run that went back from it, if one did.
    pub rolled_back_by: Option<String>,
    /// What it goes by; null until its signal was asked.
    pub decision: Option<String>,
    /// The account, once its plan stands.
    pub account: Option<String>,
    /// The question about its plan, where a person had to be asked: see `/approvals`.
    pub approval_id: Option<String>,
    /// The mandate that its plan stands on: its orders are charged to it, and none leaves without it.
    pub mandate_id: Option<String>,
    /// When it was asked for.
    pub queued_at: Option<Timestamp>,
    /// When it began to send.
    pub executing_since: Option<Timestamp>,
    /// When it last came to another state.
    pub moved_at: Option<Timestamp>,
    /// `marketable`, `patient`, `moc`.
    pub style: String,
    /// Steps that are over.
    pub steps: Vec<Step>,
    /// Every state that it came to.
    pub moves: Vec<RunMove>,
    /// The plan, once it stands.
    pub plan: Option<Plan>,
}

impl From<&TradeRun> for Run {
    fn from(run: &TradeRun) -> Self {
        let steps = run.steps.iter().map(|(step, end)| Step {
            step: *step,
            outcome: end.outcome.word().to_owned(),
            filled: end.filled,
            avg_px: end.avg_px,
            reasons: end.reasons.clone(),
            orders: end.orders.iter().map(ToString::to_string).collect(),
        });
        let moves = run.moves.iter().map(|one| RunMove {
            at: one.at,
            state: one.state.word().to_owned(),
            reason: one.reason.clone(),
        });
        let rolls_back = match &run.order.cause {
            RunCause::Rollback { of } => Some(of.to_string()),
            RunCause::Slot { .. } | RunCause::Hand => None,
        };
        Self {
            id: run.id().to_string(),
            state: run.state.word().to_owned(),
            reason: run.reason.clone(),
            cause: run.order.cause.word().to_owned(),
            slot: run.order.cause.slot().map(ToString::to_string),
            rolls_back,
            rolled_back_by: run.rolled_back_by.as_ref().map(ToString::to_string),
            decision: run.order.decision.as_ref().map(ToString::to_string),
            account: run.account.as_ref().map(ToString::to_string),
            approval_id: run.approval.as_ref().map(|asked| asked.id.to_string()),
            mandate_id: run.mandate.as_ref().map(ToString::to_string),
            queued_at: run.queued_at(),
            executing_since: run.executing_since,
            moved_at: run.moved_at(),
            style: run.order.terms.style.word().to_owned(),
            steps: steps.collect(),
            moves: moves.collect(),
            plan: run.plan.as_deref().map(Into::into),
        }
    }
}

/// What was wanted of an instrument and what was held at the run's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetDifference {
    /// Ticker.
    pub symbol: String,
    /// Wanted; null where it could not be told.
    #[schema(format = "decimal")]
    pub wanted: Option<Decimal>,
    /// Held; null where nobody could tell.
    #[schema(format = "decimal")]
    pub held: Option<Decimal>,
}

/// Everything that a run can be traced by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunEvidence {
    /// The run, with plan and prices.
    pub run: Run,
    /// Its decision.
    pub decision: Option<Decision>,
    /// Its orders with gate results and executions.
    pub orders: Vec<Order>,
    /// The journal's records about run and orders, oldest first.
    pub records: Vec<AuditRecord>,
    /// Wanted and held at its end.
    pub differences: Vec<TargetDifference>,
}

/// Asks for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRun {
    /// Its id, so that a repeat is the same run; left out, one is made. Not of the form `NAME-YYYYMMDD-HHMM`, which runs of slots
    /// have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{1,26}$")]
    pub id: Option<String>,
    /// What it goes by; left out, the configured signal is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub decision: Option<String>,
}

impl BeginRun {
    /// Reads a body; an absent one asks for nothing in particular.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(Option<RunId>, Option<DecisionId>), ParseError> {
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok((None, None));
        }
        let mut fields = Fields::read(body)?;
        let (id, decision) = (fields.text("id"), fields.text("decision"));
        fields.finish()?;
        Ok((id, decision))
    }
}

/// Asks for a look at a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookAtPlan {
    /// What it would go by; left out, the configured signal is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub decision: Option<String>,
}

impl LookAtPlan {
    /// Reads a body; an absent one asks the signal.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Option<DecisionId>, ParseError> {
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(None);
        }
        let mut fields = Fields::read(body)?;
        let decision = fields.text("decision");
        fields.finish()?;
        Ok(decision)
    }
}

/// Asks to go back from a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    /// The run that ended partial or failed.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,26}$")]
    pub run: String,
}

impl RollBack {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<RunId, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("run");
        let run = fields.text("run");
        fields.finish()?;
        run.ok_or_else(|| ParseError::Fields(Vec::new()))
    }
}

/// A slot that passed without a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedSlot {
    /// Its key.
    pub slot: String,
    /// Why.
    pub reason: String,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// By whose key.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The next slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextSlot {
    /// Its key.
    pub slot: String,
    /// Its moment.
    pub at: Timestamp,
    /// When its session closes.
    pub session_closes_at: Timestamp,
}

/// The loop in one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoopStatus {
    /// `idle`, `running`, `paused`, `standby`.
    pub state: String,
    /// The schedule in words; null: it runs by hand.
    pub schedule: Option<String>,
    /// The signal in words; null: decisions are proposed.
    pub signal: Option<String>,
    /// Symbols that it trades.
    pub universe: Vec<String>,
    /// `marketable`, `patient`, `moc`.
    pub style: String,
    /// Whether a run that ends badly is taken back by itself.
    pub rolls_back: bool,
    /// The pause, while it lasts.
    pub paused: Option<Pause>,
    /// The next slot.
    pub next_slot: Option<NextSlot>,
    /// The run under way or next, without its plan.
    pub current: Option<Run>,
    /// The newest run that is over, without its plan.
    pub last: Option<Run>,
    /// Slots that passed without a run, newest first.
    pub missed: Vec<MissedSlot>,
    /// The newest decision.
    pub decision: Option<Decision>,
    /// Why the newest refused decision was refused; empty when none was.
    pub refused: Vec<String>,
    /// When the scheduler last turned.
    pub turned_at: Option<Timestamp>,
    /// The moment of this look.
    pub now: Timestamp,
}

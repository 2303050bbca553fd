//! Approvals, and the words of those who answer them.

use crate::fields::{Fields, ParseError};
use crate::order::{Reason, reasons};
use crate::word::{ApprovalStatus, Mode, Side};
use domain::approval;
use domain::approval_request::ApprovalRequest;
use domain::looping::plan_approval::{self, PlanApproval};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the yes is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalBounds {
    /// The contract.
    pub con_id: String,
    /// The account.
    pub account: String,
    /// Paper or live.
    pub mode: Mode,
    /// Hash of the resolved order.
    pub request_hash: String,
    /// Hash of the policy.
    pub policy_hash: String,
    /// Lowest acceptable reference price at release.
    #[schema(format = "decimal")]
    pub price_low: Decimal,
    /// Highest acceptable reference price at release.
    #[schema(format = "decimal")]
    pub price_high: Decimal,
    /// Highest acceptable worst-case notional, base currency.
    #[schema(format = "decimal")]
    pub notional_max: Decimal,
}

/// What one step of an approved plan may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanPart {
    /// The step, from 1: what stands behind the run's id in the keys of its orders.
    pub step: u16,
    /// The contract.
    pub con_id: String,
    /// Its symbol.
    pub symbol: String,
    /// The side.
    pub side: Side,
    /// All orders of the step together, at most.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Lowest reference price at which an order may leave, and lowest limit of a sell.
    #[schema(format = "decimal")]
    pub price_low: Decimal,
    /// Highest reference price at which an order may leave, and highest limit of a buy.
    #[schema(format = "decimal")]
    pub price_high: Decimal,
    /// What orders took of it.
    #[schema(format = "decimal")]
    pub used: Decimal,
}

/// What the yes to a whole plan is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanBounds {
    /// The account.
    pub account: String,
    /// Paper or live.
    pub mode: Mode,
    /// Hash of the policy.
    pub policy_hash: String,
    /// Sum of what the steps may come to, in the account's currency.
    #[schema(format = "decimal")]
    pub notional_max: Decimal,
    /// Until when orders may take their parts; null before a yes.
    pub valid_until: Option<Timestamp>,
    /// The steps.
    pub parts: Vec<PlanPart>,
}

impl From<&PlanApproval> for PlanBounds {
    fn from(one: &PlanApproval) -> Self {
        let used =
            |step: u16| -> Decimal { one.used.values().filter(|used| used.step == step).map(|used| used.qty).sum() };
        let part = |part: &plan_approval::PlanPart| PlanPart {
            step: part.step,
            con_id: part.con_id.to_string(),
            symbol: part.symbol.clone(),
            side: part.side.into(),
            qty: part.qty.normalize(),
            price_low: part.price_low.get(),
            price_high: part.price_high.get(),
            used: used(part.step),
        };
        Self {
            account: one.account.to_string(),
            mode: one.mode.into(),
            policy_hash: one.policy_hash.clone(),
            notional_max: one.notional_max().normalize(),
            valid_until: one.valid_until(),
            parts: one.parts.iter().map(part).collect(),
        }
    }
}

/// One approval request and what became of it: of one order, or of the whole plan of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// The order that waits for it; of a plan, its run, with whose id the keys of all its orders begin.
    pub cl_ord_id: String,
    /// The run, of a plan.
    pub run_id: Option<String>,
    /// The key that asked; it may not answer.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When the question lapses.
    pub expires_at: Timestamp,
    /// What it is bound to, of an order.
    pub bounds: Option<ApprovalBounds>,
    /// What it is bound to, of a plan.
    pub plan: Option<PlanBounds>,
    /// Why an approval is needed.
    pub reasons: Vec<Reason>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who answered.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The answerer's words.
    pub decision_reason: Option<String>,
}

impl From<&approval::Approval> for Approval {
    fn from(one: &approval::Approval) -> Self {
        Self {
            id: one.id.to_string(),
            cl_ord_id: one.cl_ord_id.to_string(),
            run_id: None,
            requested_by: one.requested_by.to_string(),
            requested_at: one.requested_at,
            expires_at: one.expires_at,
            bounds: Some(ApprovalBounds {
                con_id: one.bounds.con_id.to_string(),
                account: one.bounds.account.to_string(),
                mode: one.bounds.mode.into(),
                request_hash: one.bounds.request_hash.clone(),
                policy_hash: one.bounds.policy_hash.clone(),
                price_low: one.bounds.price_low.get(),
                price_high: one.bounds.price_high.get(),
                notional_max: one.bounds.notional_max,
            }),
            plan: None,
            reasons: reasons(&one.reasons),
            status: one.status.into(),
            decided_by: one.decided_by.as_ref().map(ToString::to_string),
            decided_at: one.decided_at,
            decision_reason: one.decision_reason.clone(),
        }
    }
}

impl From<&PlanApproval> for Approval {
    fn from(one: &PlanApproval) -> Self {
        Self {
            id: one.id.to_string(),
            cl_ord_id: one.run.to_string(),
            run_id: Some(one.run.to_string()),
            requested_by: one.requested_by.to_string(),
            requested_at: one.requested_at,
            expires_at: one.expires_at,
            bounds: None,
            plan: Some(PlanBounds::from(one)),
            reasons: reasons(&one.reasons),
            status: one.status.into(),
            decided_by: one.decided_by.as_ref().map(ToString::to_string),
            decided_at: one.decided_at,
            decision_reason: one.decision_reason.clone(),
        }
    }
}

impl From<&ApprovalRequest> for Approval {
    fn from(one: &ApprovalRequest) -> Self {
        match one {
            ApprovalRequest::Order(approval) => Self::from(approval.as_ref()),
            ApprovalRequest::Plan(approval) => Self::from(approval.as_ref()),
        }
    }
}

/// Words that go with a decision; an approval may do without, everything else says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl Because {
    /// Reads a body that must give a reason.
    ///
    /// # Errors
    /// The field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("reason");
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        // Without a reason `finish` has refused already.
        Ok(Self { reason: reason.unwrap_or_else(String::new) })
    }

    /// Reads a body that may be absent (or `null`, as some clients say it) or without a reason.
    ///
    /// # Errors
    /// The field with its rule.
    pub fn parse_optional(body: &[u8]) -> Result<Option<String>, ParseError> {
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(None);
        }
        Self::parse(body).map(|because| Some(because.reason))
    }
}

/// The rule of every reason that a caller gives.
pub(crate) fn reason_text(text: &str) -> Result<(), &'static str> {
    if !text.trim().is_empty() && text.chars().count() <= 500 && !text.chars().any(|c| c.is_control() && c != '\n') {
        Ok(())
    } else {
        Err("must be 1 to 500 characters of text")
    }
}

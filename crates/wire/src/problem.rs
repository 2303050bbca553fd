//! Errors as RFC 9457 problems (`application/problem+json`).

use crate::code::{self, Code};
use crate::contract::Contract;
use crate::fields::{FieldError, ParseError};
use crate::order::{Order, Reason, reasons};
use crate::word::Outcome;
use domain::cancel::CancelFate;
use domain::change::{ChangeFate, ChangeOutcome};
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, or how an order was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:tollgate:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short name of the problem.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in one sentence.
    pub detail: String,
    /// The stable code: a word of the table, or a control's code such as `C13_MAX_QTY`.
    pub code: String,
    /// How the order stands, where the problem is about one.
    pub outcome: Option<Outcome>,
    /// Every reason.
    pub reasons: Vec<Reason>,
    /// What to do about it.
    pub hint: String,
    /// The correlation id; also in `X-Request-Id`, the log and the audit.
    pub request_id: String,
    /// Whether the very same request, with the same key, may be sent again and may then succeed.
    pub retryable: bool,
    /// The first wrong field.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// The rule that it breaks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub rule: Option<String>,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// What fits an ambiguous instrument.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub candidates: Vec<Contract>,
    /// The order, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub order: Option<Box<Order>>,
}

impl Problem {
    /// A problem of the table. The request id is filled in where the answer is written.
    pub fn new(code: Code, detail: &str) -> Self {
        let row = code.row();
        Self {
            kind: format!("urn:tollgate:problem:{}", row.word),
            title: row.title.to_owned(),
            status: row.status,
            detail: detail.to_owned(),
            code: row.word.to_owned(),
            outcome: None,
            reasons: Vec::new(),
            hint: row.hint.to_owned(),
            request_id: String::new(),
            retryable: row.retryable,
            field: None,
            rule: None,
            errors: Vec::new(),
            candidates: Vec::new(),
            order: None,
        }
    }

    /// Wrong fields.
    pub fn of_fields(errors: Vec<FieldError>) -> Self {
        let detail = ParseError::Fields(errors.clone()).to_string();
        let first = errors.first();
        Self {
            field: first.map(|error| error.field.clone()),
            rule: first.map(|error| error.rule.clone()),
            errors,
            ..Self::new(Code::InvalidRequest, &detail)
        }
    }

    /// A denial by the gates: the code is the first reason's control.
    fn denied(detail: &str, because: &[domain::reason::Reason]) -> Self {
        let word = code::of_denial(because);
        Self {
            kind: format!("urn:tollgate:problem:{word}"),
            code: word,
            outcome: Some(Outcome::Denied),
            reasons: reasons(because),
            ..Self::new(Code::Denied, detail)
        }
    }

    /// An order that was refused or whose fate is unknown; `None` for the outcomes that are no problem.
    pub fn of_outcome(outcome: Outcome, order: Order, because: &[domain::reason::Reason]) -> Option<Self> {
        let broker = order.broker_messages.last().map(|said| format!(" {}: {}", said.code, said.message));
        let broker = broker.unwrap_or_default();
        let code = Code::of_outcome(outcome)?;
        let problem = match outcome {
            Outcome::Acknowledged | Outcome::NeedsApproval | Outcome::Simulated => return None,
            Outcome::Denied => Self::denied("the order was denied; nothing was sent", because),
            Outcome::Rejected => Self::new(code, &format!("the broker rejected the order{broker}")),
            Outcome::Canceled => Self::new(code, "the order was canceled before the broker had it; nothing was sent"),
            Outcome::Unknown => Self::new(code, "the broker has not answered yet; the order may be live"),
        };
        Some(Self { outcome: Some(outcome), reasons: reasons(because), order: Some(Box::new(order)), ..problem })
    }

    /// What became of a change that was not taken; `None` for one that was.
    pub fn of_change(outcome: &ChangeOutcome, order: Order) -> Option<Self> {
        let problem = match outcome {
            ChangeOutcome::Sent(ChangeFate::Taken) => return None,
            ChangeOutcome::Denied(because) => {
                Self::denied(&format!("refused by {} gate(s); the order stands as it was", because.len()), because)
            }
            ChangeOutcome::Sent(ChangeFate::UnderWay) => Self {
                outcome: Some(Outcome::Unknown),
                ..Self::new(
                    Code::OutcomeUnknown,
                    "the broker has not answered the change yet; either version may be live",
                )
            },
            ChangeOutcome::Sent(ChangeFate::Refused { code, message }) => Self {
                outcome: Some(Outcome::Rejected),
                ..Self::new(Code::BrokerRejected, &format!("the broker refused the change, {code}: {message}"))
            },
            ChangeOutcome::Sent(ChangeFate::Unsent) => {
                Self::new(Code::NotReplaceable, "the broker has not taken the change: the original terms stand")
            }
            ChangeOutcome::Sent(ChangeFate::Overtaken { .. }) => Self::new(
                Code::AlreadyFinal,
                "the order ended before it was known whether the broker had taken the change",
            ),
        };
        Some(Self { order: Some(Box::new(order)), ..problem })
    }

    /// A cancel that came too late; `None` while it is under way and once it is proven.
    pub fn of_cancel(fate: &CancelFate, order: Order) -> Option<Self> {
        let CancelFate::Overtaken { cl_ord_id, status } = fate else { return None };
        let detail = match status {
            OrdStatus::Canceled => format!("the cancel is not proven: a human declared order {cl_ord_id} dead"),
            OrdStatus::Filled
            | OrdStatus::Expired
            | OrdStatus::Rejected
            | OrdStatus::Denied
            | OrdStatus::Simulated
            | OrdStatus::PendingApproval
            | OrdStatus::Submitting
            | OrdStatus::Unconfirmed
            | OrdStatus::Missing
            | OrdStatus::Working
            | OrdStatus::PendingCancel
            | OrdStatus::PendingReplace => {
                format!("the cancel came too late: order {cl_ord_id} ended as {}", status.word())
            }
        };
        Some(Self { order: Some(Box::new(order)), ..Self::new(Code::AlreadyFinal, &detail) })
    }
}

impl From<ParseError> for Problem {
    fn from(error: ParseError) -> Self {
        let ParseError::Fields(errors) = error;
        Self::of_fields(errors)
    }
}

impl From<&Fault> for Problem {
    fn from(fault: &Fault) -> Self {
        let code = Code::of(fault);
        let said = fault.to_string();
        match fault {
            Fault::Invalid { field, rule } => Self::of_fields(vec![FieldError::new(field, rule)]),
            Fault::DecisionRefused(reasons) => {
                Self::of_fields(reasons.iter().map(|reason| FieldError::new("decision", reason)).collect())
            }
            Fault::ContractAmbiguous { candidates, .. } => {
                Self { candidates: candidates.iter().map(Contract::from).collect(), ..Self::new(code, &said) }
            }
            Fault::LiveRefused(because) => Self::denied(&said, because),
            // A refused question is no rejected order: without an outcome, and without its advice.
            Fault::BrokerRefused { .. } => {
                let hint = "read the broker's words; nothing was done and no key was spent".to_owned();
                Self { hint, ..Self::new(code, &said) }
            }
            // What broke inside is for the log, not for the caller.
            Fault::Storage(_) => Self::new(code, "the journal cannot be read or written; nothing was sent"),
            Fault::Internal(_) => Self::new(code, "the gateway failed; see its log for this request id"),
            Fault::Unauthorized
            | Fault::ForbiddenScope(_)
            | Fault::HumansOnly
            | Fault::CsrfRefused
            | Fault::OwnRequest
            | Fault::NotFound { .. }
            | Fault::IdempotencyConflict(_)
            | Fault::InFlight(_)
            | Fault::NotReady(_)
            | Fault::BrokerUnreachable(_)
            | Fault::Unanswered(_)
            | Fault::ContractNotFound(_)
            | Fault::MarketDataUnavailable(_)
            | Fault::MarketDataNotEntitled(_)
            | Fault::Pacing(_)
            | Fault::TooMany(_)
            | Fault::AccountMismatch { .. }
            | Fault::CapabilityMissing(_)
            | Fault::UnderWay(_)
            | Fault::Stale { .. }
            | Fault::AlreadyFinal { .. }
            | Fault::NotReplaceable { .. }
            | Fault::ApprovalOver { .. }
            | Fault::Conflict { .. }
            | Fault::LeaseNotHeld(_) => Self::new(code, &said),
        }
    }
}

//! What waits for a human's yes: one order, or the whole plan of a run.

use crate::approval::Approval;
use crate::id::ApprovalId;
use crate::looping::plan_approval::PlanApproval;
use jiff::Timestamp;

/// A request for a human's yes, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalRequest {
    /// About one order.
    Order(Box<Approval>),
    /// About the plan of a run.
    Plan(Box<PlanApproval>),
}

impl ApprovalRequest {
    /// Its id, among those of all questions.
    pub fn id(&self) -> &ApprovalId {
        match self {
            Self::Order(approval) => &approval.id,
            Self::Plan(approval) => &approval.id,
        }
    }

    /// When it was asked.
    pub fn requested_at(&self) -> Timestamp {
        match self {
            Self::Order(approval) => approval.requested_at,
            Self::Plan(approval) => approval.requested_at,
        }
    }

    /// When it lapses.
    pub fn expires_at(&self) -> Timestamp {
        match self {
            Self::Order(approval) => approval.expires_at,
            Self::Plan(approval) => approval.expires_at,
        }
    }
}

//! Approvals in the book: asked for, decided, consumed once.

use super::{Book, ReplayError, refuse};
use crate::approval::{Approval, ApprovalStatus};
use crate::approved::ResolvedOrder;
use crate::id::{ApprovalId, KeyId};
use crate::journal::Recorded;
use crate::lifecycle::OrdStatus;
use crate::order_record::OrderRecord;
use crate::principal::Principal;
use std::sync::Arc;

impl Book {
    pub(super) fn ask_approval(
        &mut self,
        record: &Recorded,
        order: &ResolvedOrder,
        request_hash: &str,
        by: &Principal,
        approval: &Approval,
    ) -> Result<(), ReplayError> {
        if self.approvals.contains_key(&approval.id) {
            return Err(refuse(record, format!("approval {} exists already", approval.id)));
        }
        if let Some(waiting) = self.orders.get_mut(&order.intent.cl_ord_id).map(Arc::make_mut) {
            // Asked anew: the world moved outside the bounds of the first question.
            if waiting.status != OrdStatus::PendingApproval {
                return Err(refuse(record, format!("order is {}", waiting.status.word())));
            }
            waiting.approval_id = Some(approval.id.clone());
            waiting.reasons.clone_from(&approval.reasons);
            waiting.updated_at = record.at;
        } else {
            let mut waiting = OrderRecord::new(order, request_hash, by, OrdStatus::PendingApproval, record.at);
            waiting.approval_id = Some(approval.id.clone());
            waiting.reasons.clone_from(&approval.reasons);
            self.add(record, waiting)?;
        }
        self.approvals.insert(approval.id.clone(), Arc::new(approval.clone()));
        Ok(())
    }

    /// Compare and set: approved, unexpired, for this order, and not spent before.
    pub(super) fn consume_approval(
        &mut self,
        record: &Recorded,
        id: &ApprovalId,
        order: &ResolvedOrder,
        request_hash: &str,
    ) -> Result<(), ReplayError> {
        let Some(approval) = self.approvals.get_mut(id).map(Arc::make_mut) else {
            return Err(refuse(record, format!("approval {id} does not exist")));
        };
        if approval.status != ApprovalStatus::Approved {
            return Err(refuse(record, format!("approval {id} is {}", approval.status.word())));
        }
        if approval.expires_at <= record.at {
            return Err(refuse(record, format!("approval {id} ran out at {}", approval.expires_at)));
        }
        let bounds = &approval.bounds;
        let fits = approval.cl_ord_id == order.intent.cl_ord_id
            && bounds.con_id == order.contract.con_id
            && bounds.account == order.account
            && bounds.request_hash == request_hash;
        if !fits {
            return Err(refuse(record, format!("approval {id} was given for another order")));
        }
        approval.status = ApprovalStatus::Consumed;
        Ok(())
    }

    pub(super) fn move_approval(
        &mut self,
        record: &Recorded,
        id: &ApprovalId,
        status: ApprovalStatus,
        by: Option<&KeyId>,
        reason: Option<&String>,
    ) -> Result<(), ReplayError> {
        let Some(approval) = self.approvals.get_mut(id).map(Arc::make_mut) else {
            return Err(refuse(record, format!("approval {id} does not exist")));
        };
        let (from, to) = (approval.status, status);
        if !may_move(from, to) {
            return Err(refuse(record, format!("approval {id} is {} and cannot become {}", from.word(), to.word())));
        }
        approval.status = status;
        if by.is_some() {
            approval.decided_by = by.cloned();
            approval.decided_at = Some(record.at);
        }
        if reason.is_some() {
            approval.decision_reason = reason.cloned();
        }
        Ok(())
    }
}

/// An answer is given once. Only a release consumes, and nothing revives what was spent or refused.
fn may_move(from: ApprovalStatus, to: ApprovalStatus) -> bool {
    use ApprovalStatus::{Approved, Consumed, Denied, Expired, Pending, Revoked, Void};
    match from {
        Pending => matches!(to, Approved | Denied | Revoked | Expired | Void),
        Approved => matches!(to, Revoked | Expired | Void),
        Consumed | Denied | Revoked | Expired | Void => false,
    }
}

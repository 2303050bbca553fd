//! What is asked of a human, and what the answer leads to.

use crate::core::{Batch, Core, sends};
use crate::input::OrderFacts;
use crate::submitting::{Asked, Case, passed};
use domain::approval::{Approval, ApprovalBounds, ApprovalStatus};
use domain::approved::ResolvedOrder;
use domain::event::OrderEvent;
use domain::fault::Fault;
use domain::gates::{ApprovalFact, Decision, PreviewFact};
use domain::id::{ApprovalId, ClOrdId};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::money::Price;
use domain::principal::{KeyRecord, Principal};
use domain::reason::Reason;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

impl Core {
    pub(crate) fn bounds(
        &self,
        order: &ResolvedOrder,
        request_hash: &str,
        (reference, notional, margin): Asked,
    ) -> Result<ApprovalBounds, Fault> {
        let no_price = || Fault::MarketDataUnavailable("an approval needs a price to be bound to".to_owned());
        let mode = self.session.mode.as_ref().map(domain::mode::ModeProof::mode);
        let Some(Ok(mode)) = mode else {
            return Err(Fault::NotReady(vec!["the mode is not proven".to_owned()]));
        };
        let limits = self.limits_for(order);
        let band = limits.approval_price_band_percent / Decimal::ONE_HUNDRED;
        let reference = reference.ok_or_else(no_price)?;
        let price = |value: Decimal| Price::new(value.round_dp(8)).map_err(|_| no_price());
        let slack = Decimal::ONE + band;
        Ok(ApprovalBounds {
            con_id: order.contract.con_id,
            account: order.account.clone(),
            mode,
            request_hash: request_hash.to_owned(),
            policy_hash: self.policy_hash().to_owned(),
            price_low: price(reference * (Decimal::ONE - band))?,
            price_high: price(reference * slack)?,
            notional_max: notional.and_then(|value| value.checked_mul(slack)).ok_or_else(no_price)?,
            // Only where the policy has the broker asked again at the release.
            margin_max: margin
                .filter(|_| limits.what_if_required)
                .and_then(|margin| margin.max(Decimal::ZERO).checked_mul(slack)),
            contract_terms: order.contract.terms(),
        })
    }

    pub(crate) fn question(
        &self,
        id: ApprovalId,
        by: &Principal,
        order: &ResolvedOrder,
        bounds: ApprovalBounds,
        reasons: Vec<Reason>,
        now: Timestamp,
    ) -> Approval {
        Approval {
            id,
            cl_ord_id: order.intent.cl_ord_id.clone(),
            requested_by: by.key_id.clone(),
            requested_at: now,
            expires_at: now + SignedDuration::from_secs(self.limits_for(order).approval_ttl_s.max(1)),
            bounds,
            reasons,
            status: ApprovalStatus::Pending,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        }
    }

    pub(crate) fn ask_human(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        order: ResolvedOrder,
        request_hash: &str,
        by: &Principal,
        approval: Approval,
    ) {
        let event = JournalEvent::ApprovalRequested {
            order: Box::new(order),
            request_hash: request_hash.to_owned(),
            by: by.clone(),
            approval: Box::new(approval),
        };
        self.push(batch, now, event);
    }

    /// A human's yes: every gate runs again, and the order leaves, is refused, or is asked about anew.
    #[expect(clippy::too_many_arguments, reason = "the parts of one answer, each named")]
    pub(crate) fn approve(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        id: &ApprovalId,
        reason: Option<String>,
        facts: &OrderFacts,
        next_id: ApprovalId,
    ) -> Result<ClOrdId, Fault> {
        #[cfg(feature = "mutations")]
        self.spend_twice(batch, now, id);
        let mut granted = self.pending_approval(id, now)?;
        if granted.requested_by == by.key_id {
            return Err(Fault::OwnRequest);
        }
        granted.status = ApprovalStatus::Approved;
        granted.decided_by = Some(by.key_id.clone());
        granted.decided_at = Some(now);
        let record = self.book.order(&granted.cl_ord_id);
        let (Some(mut order), Some(record)) = (record.and_then(domain::order_record::OrderRecord::resolved), record)
        else {
            return Err(Fault::NotFound { what: "order", id: granted.cl_ord_id.to_string() });
        };
        order.contract = facts.contract.clone();
        let (requester, request_hash) = (self.as_of_now(&record.by, now), record.request_hash.clone());
        let key = granted.cl_ord_id.clone();
        if !sends(self.config.trading) {
            return Err(Fault::NotReady(vec!["trading is off; the approval still waits".to_owned()]));
        }
        let approval = ApprovalFact::Granted(Box::new(granted));
        // The preview, if one was named, was judged when the order came in; the approval stands beside it now.
        let preview = if order.intent.preview_id.is_some() { PreviewFact::Valid } else { PreviewFact::NotNamed };
        let case = Case {
            order: &order,
            request_hash: &request_hash,
            by: &requester,
            facts,
            approval,
            preview,
            is_new: false,
            changes: None,
        };
        let judged = self.judge(&case, now);
        let asked = judged.asked();
        let passed = passed(&judged.evaluation);
        let used = judged.mandate.clone().zip(judged.notional);
        match judged.evaluation.decision {
            Decision::Approved(approved) => {
                let ids = self.allocate_ids(&order.intent)?;
                self.use_mandate(batch, now, approved.get(), used);
                self.move_approval(batch, now, id, ApprovalStatus::Approved, Some(by), reason);
                let spent = Some(id.clone());
                self.release(batch, now, *approved, ids, &request_hash, &requester, spent, passed, judged.notional)?;
            }
            Decision::NeedsApproval(reasons) => {
                let bounds = self.bounds(&order, &request_hash, asked)?;
                self.move_approval(batch, now, id, ApprovalStatus::Approved, Some(by), reason);
                self.move_approval(batch, now, id, ApprovalStatus::Void, None, Some("outside its bounds".to_owned()));
                let approval = self.question(next_id, &requester, &order, bounds, reasons, now);
                self.ask_human(batch, now, order, &request_hash, &requester, approval);
            }
            Decision::Denied(reasons) => {
                self.move_approval(batch, now, id, ApprovalStatus::Approved, Some(by), reason);
                self.move_approval(batch, now, id, ApprovalStatus::Void, None, Some("refused by the gates".to_owned()));
                let event = OrderEvent::Refused { reasons };
                self.push(batch, now, JournalEvent::Order { cl_ord_id: key.clone(), event });
            }
        }
        Ok(key)
    }

    /// A requester with what its key may do now: nothing, once it was revoked or ran out.
    fn as_of_now(&self, by: &Principal, now: Timestamp) -> Principal {
        let mut requester = by.clone();
        let over = |key: &KeyRecord| key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= now);
        if self.book.api_keys.get(&by.key_id).is_some_and(over) {
            requester.scopes.clear();
        }
        requester
    }

    /// The approval if it still waits.
    pub(crate) fn pending_approval(&self, id: &ApprovalId, now: Timestamp) -> Result<Approval, Fault> {
        let approval =
            self.book.approval(id).ok_or_else(|| Fault::NotFound { what: "approval", id: id.to_string() })?;
        let over = |status: &str| Fault::ApprovalOver { id: id.clone(), status: status.to_owned() };
        if approval.status != ApprovalStatus::Pending {
            return Err(over(approval.status.word()));
        }
        if approval.expires_at <= now {
            return Err(over("expired"));
        }
        // Late evidence may have moved the order meanwhile: there is nothing left to answer.
        let waits =
            self.book.orders.get(&approval.cl_ord_id).is_some_and(|order| order.status == OrdStatus::PendingApproval);
        if !waits {
            return Err(over("void: its order does not wait any more"));
        }
        Ok(approval.clone())
    }

    pub(crate) fn move_approval(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        id: &ApprovalId,
        status: ApprovalStatus,
        by: Option<&Principal>,
        reason: Option<String>,
    ) {
        let by = by.map(|principal| principal.key_id.clone());
        self.push(batch, now, JournalEvent::ApprovalMoved { id: id.clone(), status, by, reason });
    }
}

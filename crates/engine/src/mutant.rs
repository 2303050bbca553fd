//! The two deliberate bugs that need code of their own; see `domain::mutation`. Built for the simulation only.

use crate::core::{Batch, Core, Effect};
use crate::input::OrderFacts;
use crate::submitting::Case;
use domain::approved::Ticket;
use domain::gates::{ApprovalFact, Dated, Decision, PreviewFact, Reference};
use domain::hours::Hours;
use domain::id::{ApprovalId, ClOrdId};
use domain::journal::JournalEvent;
use domain::market::{DataType, Quote};
use domain::money::Price;
use domain::mutation::{Mutation, is_on};
use domain::order_ref::OrderRef;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::sync::Arc;

impl Core {
    /// Sends again what a look did not show.
    pub(crate) fn resend_unknown(&mut self, batch: &mut Batch, now: Timestamp, found: &[JournalEvent]) {
        if !is_on(Mutation::ResendUnknown) {
            return;
        }
        let lost = |event: &JournalEvent| {
            matches!(event, JournalEvent::Order { event: domain::event::OrderEvent::NotFound, .. })
        };
        let keys: Vec<ClOrdId> =
            found.iter().filter(|event| lost(event)).filter_map(|event| event.cl_ord_id().cloned()).collect();
        for key in keys {
            self.send_unrecorded(batch, now, &key, ApprovalFact::None);
        }
    }

    /// Releases once more on an approval that was spent.
    pub(crate) fn spend_twice(&mut self, batch: &mut Batch, now: Timestamp, id: &ApprovalId) {
        let Some(mut approval) = self.book.approvals.get(id).map(|one| one.as_ref().clone()) else { return };
        if is_on(Mutation::DoubleSpendApproval) && approval.status == domain::approval::ApprovalStatus::Consumed {
            approval.status = domain::approval::ApprovalStatus::Approved;
            let key = approval.cl_ord_id.clone();
            self.send_unrecorded(batch, now, &key, ApprovalFact::Granted(Box::new(approval)));
        }
    }

    fn send_unrecorded(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId, approval: ApprovalFact) {
        let Some(record) = self.book.orders.get(key).cloned() else { return };
        let (Some(order), Some(installation)) = (record.resolved(), self.book.installation.clone()) else { return };
        let reference = self.prices.reference(order.contract.con_id).unwrap_or(Decimal::ONE_HUNDRED);
        let facts = OrderFacts {
            contract: order.contract.clone(),
            quote: Some(quote(&order.contract, reference, now)),
            reference: Reference {
                hours: Hours::read(&order.contract).map(|hours| Dated { value: Arc::new(hours), at: now }),
                volume: Some(Dated { value: Decimal::from(1_000_000_000), at: now }),
                what_if: None,
            },
        };
        let (request_hash, by) = (record.request_hash.as_str(), &record.by);
        let preview = PreviewFact::NotNamed;
        let case =
            Case { order: &order, request_hash, by, facts: &facts, approval, preview, is_new: false, changes: None };
        let decision = self.judge(&case, now).evaluation.decision;
        if let (Decision::Approved(approved), Ok(ids)) = (decision, self.allocate_ids(&order.intent)) {
            let order_ref = OrderRef::new(&installation, key);
            let ticket = Ticket::new(*approved, ids.0, ids.1, order_ref, self.permit());
            batch.effects.push(Effect::Submit(Box::new(ticket)));
        }
    }
}

fn quote(contract: &domain::contract::Contract, reference: Decimal, now: Timestamp) -> Quote {
    let price = Price::new(reference).ok();
    Quote {
        con_id: contract.con_id,
        bid: price,
        ask: price,
        last: price,
        bid_size: None,
        ask_size: None,
        last_size: None,
        volume: None,
        close: None,
        halted: None,
        shortable: None,
        data_type: DataType::Live,
        received_at: now,
    }
}

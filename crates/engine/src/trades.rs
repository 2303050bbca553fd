//! Trades and what they cost, as they are heard.

use crate::core::{Batch, Core};
use domain::event::OrderEvent;
use domain::execution::{Commission, Execution};
use domain::id::ExecId;
use domain::journal::JournalEvent;
use domain::mode::ModeProof;
use domain::mutation::{self, Mutation};
use domain::order_ref::OrderRef;
use domain::reconcile::book_execution;
use jiff::Timestamp;
use rust_decimal::Decimal;

impl Core {
    pub(crate) fn executed(&mut self, batch: &mut Batch, now: Timestamp, execution: &Execution) {
        if self.book.executions.contains_key(&execution.exec_id) {
            return;
        }
        let found = self.find(execution.broker_order_id, execution.client_id, &execution.order_ref, execution.perm_id);
        if found.is_some_and(|order| order.status.is_final()) && mutation::is_on(Mutation::IgnoreLateFill) {
            return;
        }
        if let Some(order) = found {
            let key = order.intent.cl_ord_id.clone();
            let event = book_execution(order, execution);
            let before = order.executions.clone();
            self.order_event(batch, now, key.clone(), event);
            let after = self.book.orders.get(&key).map(|order| order.executions.clone()).unwrap_or_default();
            // What the record counts now and did not before, and the other way round: corrections included.
            before
                .iter()
                .filter(|(id, _)| !after.contains_key(*id))
                .for_each(|(_, gone)| self.hold(gone, -Decimal::ONE));
            after.iter().filter(|(id, _)| !before.contains_key(*id)).for_each(|(_, new)| self.hold(new, Decimal::ONE));
        } else {
            if let Some(reference) = OrderRef::parse(&execution.order_ref)
                && Some(&reference.installation) == self.book.installation.as_ref()
            {
                let what = format!("the broker shows a trade of {reference}, for which the journal has no intent");
                self.alarm(batch, now, &what);
            }
            let event = JournalEvent::ExternalExecution { execution: Box::new(execution.clone()) };
            self.push(batch, now, event);
            self.hold(execution, Decimal::ONE);
        }
    }

    /// Books a trade into the quantities held; `sign` is minus one to take it out again.
    fn hold(&mut self, execution: &Execution, sign: Decimal) {
        self.traded_since_look = true;
        if self.session.mode.as_ref().and_then(ModeProof::account) != Some(&execution.account) {
            return;
        }
        let change = if execution.is_buy { execution.last_qty.get() } else { -execution.last_qty.get() };
        *self.session.held.entry(execution.con_id).or_insert(Decimal::ZERO) += change * sign;
    }

    pub(crate) fn commission(&mut self, batch: &mut Batch, now: Timestamp, exec_id: ExecId, commission: Commission) {
        if let Some(Some(key)) = self.book.executions.get(&exec_id) {
            let key = key.clone();
            let order = self.book.orders.get(&key);
            let known = order.and_then(|order| order.executions.get(&exec_id)).and_then(|one| one.commission.as_ref());
            if known != Some(&commission) {
                self.order_event(batch, now, key, OrderEvent::CommissionJoined { exec_id, commission });
            }
            return;
        }
        // Not ours, or before its trade: kept until the trade comes.
        let known = self.book.external_executions.get(&exec_id).and_then(|one| one.commission.as_ref());
        if known != Some(&commission) {
            self.push(batch, now, JournalEvent::ExternalCommission { exec_id, commission });
        }
    }
}

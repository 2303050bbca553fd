//! Trades and what they cost, as they are heard.

use crate::core::{Batch, Core};
use crate::looking::LOOK_AGAIN;
use crate::unseen::Opened;
use domain::book::Book;
use domain::event::OrderEvent;
use domain::execution::{Commission, Execution, family};
use domain::id::ExecId;
use domain::journal::JournalEvent;
use domain::mode::ModeProof;
use domain::mutation::{self, Mutation};
use domain::order_ref::OrderRef;
use domain::reconcile::book_execution;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// The broker's time of a trade is cut by less than this.
const CUT: SignedDuration = SignedDuration::from_secs(1);

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
            if let Some(contract) = order.contract.clone() {
                self.valuation.learn(&contract);
            }
            self.order_event(batch, now, &key, event);
            if let Some(bust) = self.book.external_bust_of(&execution.exec_id).cloned() {
                self.order_event(batch, now, &key, OrderEvent::Busted { exec_id: bust });
            }
            let after = self.book.orders.get(&key).map(|order| order.executions.clone()).unwrap_or_default();
            self.hold_change(now, &before, &after);
        } else {
            if let Some(reference) = OrderRef::parse(&execution.order_ref)
                && Some(&reference.installation) == self.book.installation.as_ref()
            {
                let what = format!("the broker shows a trade of {reference}, for which the journal has no intent");
                self.alarm(batch, now, &what);
            }
            let event = JournalEvent::ExternalExecution { execution: Box::new(execution.clone()) };
            let before = external_family(&self.book, &execution.exec_id);
            self.push(batch, now, event);
            self.hold_change(now, &before, &external_family(&self.book, &execution.exec_id));
        }
    }

    /// A trade was taken back, whoever's it was.
    pub(crate) fn busted(&mut self, batch: &mut Batch, now: Timestamp, exec_id: &ExecId) {
        if self.book.executions.contains_key(exec_id) {
            return;
        }
        let owner = family(&self.book.executions, exec_id).find_map(|id| self.book.executions.get(id)?.clone());
        if let Some(key) = owner {
            let of = |book: &Book| book.orders.get(&key).map(|order| order.executions.clone()).unwrap_or_default();
            let before = of(&self.book);
            self.order_event(batch, now, &key, OrderEvent::Busted { exec_id: exec_id.clone() });
            self.hold_change(now, &before, &of(&self.book));
        } else {
            let before = external_family(&self.book, exec_id);
            self.push(batch, now, JournalEvent::ExternalBust { exec_id: exec_id.clone() });
            self.hold_change(now, &before, &external_family(&self.book, exec_id));
        }
    }

    /// What counts now and did not before, and the other way round: corrections and busts included.
    fn hold_change<T: Borrow<Execution>>(
        &mut self,
        now: Timestamp,
        before: &BTreeMap<ExecId, T>,
        after: &BTreeMap<ExecId, T>,
    ) {
        self.traded_since_look = true;
        let gone = before.iter().filter(|(id, _)| !after.contains_key(*id));
        gone.for_each(|(_, trade)| self.hold(now, trade.borrow(), -Decimal::ONE));
        let new = after.iter().filter(|(id, _)| !before.contains_key(*id));
        new.for_each(|(_, trade)| self.hold(now, trade.borrow(), Decimal::ONE));
    }

    /// Books a trade into the quantities held; `sign` is minus one to take it out again.
    fn hold(&mut self, now: Timestamp, execution: &Execution, sign: Decimal) {
        if self.session.mode.as_ref().and_then(ModeProof::account) != Some(&execution.account) {
            return;
        }
        let change = execution.signed_qty() * sign;
        let held = self.session.held.entry(execution.con_id).or_insert(Decimal::ZERO);
        let before = *held;
        *held += change;
        // What was held the other way was closed first, if it is known what was.
        let closes = before.is_sign_negative() != change.is_sign_negative() && self.session.positions.is_some();
        let opened = if closes { (change.abs() - before.abs()).max(Decimal::ZERO) } else { change.abs() };
        let (con_id, price) = (execution.con_id, execution.last_px.get());
        // The account shows it by its own time, which is cut to seconds, and not by the time at which it was told here.
        let at = execution.executed_at.and_then(|at| at.checked_add(CUT).ok()).map_or(now, |at| at.min(now));
        let worth = self.worth_of(con_id, opened, price);
        self.unseen.opened(Opened { at, worth, by: Some((con_id, opened, price)) });
        if !self.valuation.traded(con_id, price) {
            // Somebody else traded what nobody here knows: a look tells what it is worth.
            (self.look_again, self.look_rest) = (true, LOOK_AGAIN);
        }
    }

    pub(crate) fn commission(&mut self, batch: &mut Batch, now: Timestamp, exec_id: ExecId, commission: Commission) {
        if let Some(Some(key)) = self.book.executions.get(&exec_id) {
            let key = key.clone();
            let order = self.book.orders.get(&key);
            let known = order.and_then(|order| order.executions.get(&exec_id)).and_then(|one| one.commission.as_ref());
            if known != Some(&commission) {
                self.order_event(batch, now, &key, OrderEvent::CommissionJoined { exec_id, commission });
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

/// Every version of a trade that is not ours and counts.
fn external_family(book: &Book, exec_id: &ExecId) -> BTreeMap<ExecId, Execution> {
    let known = family(&book.external_executions, exec_id);
    known.filter_map(|id| Some((id.clone(), book.external_executions.get(id)?.clone()))).collect()
}

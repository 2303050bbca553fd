//! Changing an order: the same order id again.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Notice, PlaceOrder, Reply, Status};

use super::Change;
use super::change::Replaced;
use super::desk::{ConnId, Core, Step};
use super::margin::Exposure;
use super::order_reports::complete;
use super::terms::Refusal;

impl Core {
    /// Changes an order, sends out one that was held back, or says why not: the original stays.
    pub(super) fn replace(&mut self, conn: ConnId, perm_id: i64, asked: PlaceOrder, now: Timestamp, step: &mut Step) {
        let (order_id, transmit) = (asked.order_id, asked.order.transmit);
        let replaced = match self.admit_replace(perm_id, asked, now) {
            Ok(replaced) => replaced,
            Err(refusal) => {
                let notice = Notice::about(order_id, refusal.code, refusal.message, now);
                return step.send(conn, Reply::Notice(notice));
            }
        };
        let record = self.state.order(perm_id);
        let held = record.held;
        if record.terms != replaced.terms || record.order != replaced.order {
            self.commit(step, Change::Replaced(Box::new(replaced)));
        }
        if held {
            if transmit {
                self.transmit_family(perm_id, now, step);
            }
            return;
        }
        self.report(perm_id, step);
        if self.state.order(perm_id).slot().is_some() {
            self.work(perm_id, now, step);
        }
    }

    fn admit_replace(&mut self, perm_id: i64, asked: PlaceOrder, now: Timestamp) -> Result<Replaced, Refusal> {
        let record = self.state.order(perm_id);
        match record.status {
            Status::Filled => return Err(Refusal::new(104, "Can't modify a filled order.")),
            Status::Cancelled | Status::ApiCancelled | Status::Inactive => {
                return Err(Refusal::new(103, "Duplicate order id"));
            }
            Status::ApiPending
            | Status::PendingSubmit
            | Status::PendingCancel
            | Status::PreSubmitted
            | Status::Submitted => {}
        }
        let (instrument, account, filled, waiting) = (record.instrument, record.account, record.filled, record.waiting);
        let (side, reserve, parent_id) = (record.terms.side, record.reserve, record.order.parent_id);
        let charged = record.charged;
        let (group, record_parent) = (record.order.oca_group.clone(), record.parent);
        if record.is_locked_in(now) {
            return Err(Refusal::new(134, "Modify order failed."));
        }
        if record.order.cash_qty.is_some_and(|cash| !cash.is_zero()) {
            return Err(Refusal::new(
                10241,
                "Order Quantity is expressed in monetary terms. Modification is not supported via API. Please use \
                 desktop version to revise this order.",
            ));
        }
        let terms = self.read_terms(instrument, &asked.order, now)?;
        let same = super::contract::resolve(&self.market, &asked.contract, now) == Ok(instrument)
            && self.account_of(&asked.order.account)? == account
            && terms.side == side
            && terms.tif.is_immediate() == self.state.order(perm_id).terms.tif.is_immediate()
            && asked.order.parent_id.unwrap_or(0) == parent_id.unwrap_or(0)
            && asked.order.oca_group == group;
        if !same {
            return Err(Refusal::new(105, "Order being modified does not match original order."));
        }
        if terms.quantity <= filled {
            return Err(Refusal::rejected("The new quantity is not above what has filled already."));
        }
        if !waiting {
            self.refuse_short(account, instrument, side, terms.quantity - filled, Some(perm_id))?;
        }
        let quote = self.priced(instrument, now)?;
        self.price_holdings(account, now);
        let exposure = Exposure { account, instrument, terms, filled, charged, reserved: reserve };
        let mut effect = self.effect(&exposure, &quote, now);
        let closes = record_parent.is_some_and(|parent| self.state.order(parent).terms.side != side);
        if waiting && closes {
            effect.reserve = Decimal::ZERO;
        }
        // A change that adds no exposure needs no cover.
        if effect.reserve > reserve && !effect.is_covered() {
            return Err(Self::short_of_margin(&effect));
        }
        let (client_id, name) = (self.state.order(perm_id).client_id, &self.state.accounts[account].id);
        let mut order = Arc::new(asked.order);
        complete(Arc::make_mut(&mut order), client_id, asked.order_id, perm_id, &terms, name);
        Ok(Replaced {
            perm_id,
            terms,
            order,
            expires_at: self.expiry(instrument, &terms, now),
            reserve: effect.reserve,
            at: now,
        })
    }
}

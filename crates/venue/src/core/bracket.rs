//! Orders tied to each other: parents and children, one-cancels-all groups.
//!
//! - A child begins to work with its parent's first fill and fills no more than its parent has.
//! - Children of one parent are a one-cancels-all group: a partial fill of one takes its quantity from
//!   the others, the end of one ends them.
//! - A parent that ends unfilled ends its children; one that ends filled in part leaves them to close
//!   what it filled.
//! - In a named group, a fill cancels the others (type 1) or takes its share from them (types 2, 3).

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Status;

use super::Change;
use super::desk::{Core, Step};

impl Core {
    /// An order filled `shares` of the `remaining` it had: what is tied to it follows.
    pub(super) fn after_fill(
        &mut self,
        perm_id: i64,
        shares: Decimal,
        remaining: Decimal,
        now: Timestamp,
        step: &mut Step,
    ) {
        let record = self.state.order(perm_id);
        if !record.is_live() {
            return self.after_end(perm_id, now, step);
        }
        for sibling in self.siblings(perm_id) {
            self.reduce(sibling, shares, now, step);
        }
        self.after_fill_in_group(perm_id, shares, remaining, now, step);
        self.activate_children(perm_id, now, step);
    }

    fn activate_children(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        for child in self.state.children.get(&perm_id).cloned().unwrap_or_default() {
            let record = self.state.order(child);
            if record.is_live() && record.waiting {
                self.commit(step, Change::Activated { perm_id: child, at: now });
                self.work(child, now, step);
            }
        }
    }

    /// An order ended: its children end with it or begin to work, its siblings and its group end.
    pub(super) fn after_end(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        self.follow_end(perm_id, None, now, step);
    }

    /// The same, but for the children of `family`, which are all being ended already.
    pub(super) fn follow_end(&mut self, perm_id: i64, family: Option<i64>, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        let (is_filled, filled) = (record.status == Status::Filled, record.filled);
        if is_filled {
            self.activate_children(perm_id, now, step);
        } else {
            for child in self.state.children.get(&perm_id).cloned().unwrap_or_default() {
                if filled.is_zero() {
                    let why = ("Parent order ended", "Parent order is cancelled");
                    self.end_within(child, why, Some(perm_id), now, step);
                } else {
                    let above = self.state.order(child).terms.quantity - filled;
                    self.reduce(child, above, now, step);
                }
            }
        }
        let parent = self.state.order(perm_id).parent;
        if parent != family {
            for sibling in self.siblings(perm_id) {
                self.end_within(sibling, ("Sibling order ended", ""), parent, now, step);
            }
        }
        if is_filled {
            self.end_group(perm_id, now, step);
        }
    }

    fn siblings(&self, perm_id: i64) -> Vec<i64> {
        let parent = self.state.order(perm_id).parent;
        let family = parent.and_then(|parent| self.state.children.get(&parent));
        family.into_iter().flatten().copied().filter(|id| *id != perm_id).collect()
    }

    /// Takes shares from what an order still has to fill; without any left it ends.
    fn reduce(&mut self, perm_id: i64, shares: Decimal, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        if !record.is_live() || shares <= Decimal::ZERO {
            return;
        }
        let quantity = record.terms.quantity - shares;
        if quantity <= record.filled {
            return self.end_cancelled(perm_id, "Tied order filled", "", now, step);
        }
        self.commit(step, Change::Reduced { perm_id, quantity, at: now });
        if !self.state.order(perm_id).held {
            self.report(perm_id, step);
        }
    }

    /// Others in the one-cancels-all group of an order.
    fn group(&self, perm_id: i64) -> Vec<i64> {
        let record = self.state.order(perm_id);
        if record.order.oca_group.is_empty() {
            return Vec::new();
        }
        let key = (record.client_id, record.order.oca_group.clone());
        self.state.groups.get(&key).into_iter().flatten().copied().filter(|id| *id != perm_id).collect()
    }

    fn after_fill_in_group(
        &mut self,
        perm_id: i64,
        shares: Decimal,
        remaining: Decimal,
        now: Timestamp,
        step: &mut Step,
    ) {
        match self.state.order(perm_id).order.oca_type {
            Some(2 | 3) => {}
            // Type 1, and what says no type.
            Some(_) | None => return self.end_group(perm_id, now, step),
        }
        for other in self.group(perm_id) {
            let record = self.state.order(other);
            // The same share of what each still has to fill, in whole shares, at most what it has.
            let share = (record.remaining() * shares / remaining).ceil().min(record.remaining());
            self.reduce(other, share, now, step);
        }
    }

    fn end_group(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        for other in self.group(perm_id) {
            self.end_cancelled(other, "OCA group order filled", "OCA group order filled", now, step);
        }
    }

    /// Sends out an order that its client held back, and what waits to go out with it: its parent and
    /// its siblings.
    pub(super) fn transmit_family(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let parent = self.state.order(perm_id).parent.unwrap_or(perm_id);
        let mut family = vec![parent];
        family.extend(self.state.children.get(&parent).into_iter().flatten());
        for member in family {
            if self.state.order(member).held && self.state.order(member).is_live() {
                self.commit(step, Change::Transmitted { perm_id: member, at: now });
                self.introduce(member, now, step);
            }
        }
    }
}

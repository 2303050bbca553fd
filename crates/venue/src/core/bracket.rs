//! Orders tied to each other: parents and children, one-cancels-all groups.

use jiff::Timestamp;
use tws::model::Status;

use super::Change;
use super::desk::{Core, Step};

impl Core {
    /// An order ended: its children end with it or begin to work, its siblings and its group end.
    pub(super) fn after_end(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        let (filled, parent) = (record.status == Status::Filled, record.parent);
        for child in self.state.children.get(&perm_id).cloned().unwrap_or_default() {
            if !self.state.order(child).is_live() {
                continue;
            }
            if filled {
                self.commit(step, Change::Activated { perm_id: child, at: now });
                if !self.state.order(child).held {
                    self.work(child, now, step);
                }
            } else {
                self.end_cancelled(child, "Parent order ended", "Parent order is cancelled", now, step);
            }
        }
        if let Some(parent) = parent {
            for sibling in self.state.children.get(&parent).cloned().unwrap_or_default() {
                if sibling != perm_id {
                    self.end_cancelled(sibling, "Sibling order ended", "", now, step);
                }
            }
        }
        if filled {
            self.end_group(perm_id, now, step);
        }
    }

    /// Any fill of an order of a one-cancels-all group ends the others.
    pub(super) fn end_group(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        if record.order.oca_group.is_empty() {
            return;
        }
        let key = (record.client_id, record.order.oca_group.clone());
        let others: Vec<i64> = match self.state.groups.get(&key) {
            Some(group) => group.iter().copied().filter(|id| *id != perm_id).collect(),
            None => return,
        };
        for other in others {
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

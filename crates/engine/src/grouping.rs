//! What a bracket's orders need as a group: the deciding is [`domain::group`]'s, here it becomes records and effects.

use crate::core::{Batch, Core, engine_principal};
use domain::event::OrderEvent;
use domain::group::GroupStep;
use domain::id::{ClOrdId, Leg};
use domain::journal::JournalEvent;
use domain::principal::Face;
use jiff::Timestamp;

impl Core {
    /// Follows every group in which something has moved, until nothing of it is late any more.
    pub(crate) fn mind_groups(&mut self, batch: &mut Batch, now: Timestamp) {
        for key in std::mem::take(&mut self.moved_groups) {
            let compared = self.session.reconciled;
            let Some(advice) = self.book.group(&key).map(|group| group.advice(now, compared)) else {
                continue;
            };
            if advice.look_again {
                self.moved_groups.insert(key.clone());
            }
            for step in advice.steps {
                self.step_group(batch, now, &key, step);
            }
        }
    }

    fn step_group(&mut self, batch: &mut Batch, now: Timestamp, entry: &ClOrdId, step: GroupStep) {
        let wanted = match step {
            GroupStep::Broken { fault, reason } => {
                let order = self.book.orders.get(entry);
                let con_id = order.and_then(|order| order.contract.as_ref()).map(|contract| contract.con_id);
                let event = OrderEvent::GroupBroken { fault, reason: reason.clone() };
                self.push(batch, now, JournalEvent::Order { cl_ord_id: entry.clone(), event });
                if let Some(con_id) = con_id {
                    self.push(batch, now, JournalEvent::InstrumentHalted { con_id, reason });
                }
                entry.clone()
            }
            GroupStep::CancelExit(exit) => exit,
            GroupStep::ExitOver(exit) => {
                let detail = Some("its entry ended unfilled, so it can never trade".to_owned());
                let event = OrderEvent::Canceled { detail };
                self.push(batch, now, JournalEvent::Order { cl_ord_id: exit, event });
                return;
            }
        };
        self.cancel_by_ourselves(batch, now, &wanted);
    }

    /// Cancels one order, unless it is over or a cancel is under way.
    pub(crate) fn cancel_by_ourselves(&mut self, batch: &mut Batch, now: Timestamp, key: &ClOrdId) {
        let open = self.book.orders.get(key).is_some_and(|order| !order.status.is_final() && !order.cancel_wanted);
        if !open {
            return;
        }
        match engine_principal(Face::Engine, "engine") {
            Ok(by) => self.want_canceled(batch, now, &by, key, None, ""),
            Err(fault) => self.broken = Some(fault.to_string()),
        }
    }

    /// The keys of an order and of its exits, the order itself first.
    pub(crate) fn members(&self, key: &ClOrdId) -> Vec<ClOrdId> {
        let exits = self.book.exits(key).map(|exit| exit.intent.cl_ord_id.clone());
        std::iter::once(key.clone()).chain(exits).collect()
    }

    /// Whether an exit is left to its entry's end: IBKR ends the exits of an entry that ends unfilled, and a cancel of an
    /// exit that does not work yet would end its sibling too.
    pub(crate) fn waits_for_its_entry(&self, key: &ClOrdId) -> bool {
        let entry = key.is_exit().then(|| self.book.orders.get(&key.leg_key(Leg::Entry))).flatten();
        entry.is_some_and(|entry| !entry.status.is_final() && !entry.status.is_unknown())
    }
}

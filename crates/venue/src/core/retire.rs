//! Letting go of orders that nothing asks for any more.
//!
//! A list of completed orders goes back to midnight, one of executions seven days. What is older than
//! that goes to the ledger's archive when a day begins, so that a venue that runs for a year needs no
//! more memory than one that runs for a week.

use jiff::civil::Date;
use tws::model::Status;

use super::order::OrderRecord;
use super::state::State;

/// Days that an order with executions is kept after its end: one more than a list of them goes back.
const FILLED_DAYS: i64 = 8;
/// Days that one without is kept.
const UNFILLED_DAYS: i64 = 1;

impl State {
    /// Lets go of what is over, when a day begins. They are in [`State::retired`] then.
    pub(super) fn retire(&mut self, today: Date) {
        let back = |days: i64| today.saturating_sub(jiff::Span::new().days(days));
        let (filled_since, unfilled_since) = (back(FILLED_DAYS), back(UNFILLED_DAYS));
        let ended = std::mem::take(&mut self.ended);
        let mut gone = Vec::new();
        for perm_id in ended {
            let over = self.get(perm_id).is_some_and(|order| {
                let since = if order.fills.is_empty() { unfilled_since } else { filled_since };
                tws::time::in_zone(order.updated_at).date() < since && !self.is_needed(order)
            });
            if over {
                gone.push(perm_id);
            } else {
                self.ended.push(perm_id);
            }
        }
        for perm_id in gone {
            self.let_go(perm_id);
        }
        self.forget_fills(filled_since);
        self.forget_settlements(filled_since);
    }

    /// Whether an order that ended still has children that did not.
    fn is_needed(&self, order: &OrderRecord) -> bool {
        let children = self.children.get(&order.perm_id).into_iter().flatten();
        let live = |id: &i64| self.get(*id).is_some_and(OrderRecord::is_live);
        let mut children = children.copied();
        // A parent may also be asked what became of it while one of its children is still in memory.
        order.status == Status::Filled && children.any(|id| self.get(id).is_some())
            || self.children.get(&order.perm_id).is_some_and(|all| all.iter().any(live))
    }

    fn let_go(&mut self, perm_id: i64) {
        let Some(record) = self.orders.remove(perm_id) else {
            return;
        };
        self.children.remove(&perm_id);
        if let Some(siblings) = record.parent.and_then(|parent| self.children.get_mut(&parent)) {
            siblings.retain(|id| *id != perm_id);
        }
        if let Some(client) = self.clients.get_mut(&record.client_id)
            && client.by_order_id.get(&record.order_id) == Some(&perm_id)
        {
            client.by_order_id.remove(&record.order_id);
            client.forgotten = client.forgotten.max(record.order_id);
        }
        self.second_perm_ids.remove(&perm_id);
        self.told.take_in(&record, &self.universe);
        self.retired.push(*record);
    }

    fn forget_settlements(&mut self, since: Date) {
        let over = self.settled.partition_point(|(.., f)| tws::time::in_zone(f.execution.time).date() < since);
        for (account, instrument, fill) in self.settled.drain(..over) {
            self.told.take_in_fill(account, instrument, &fill, &self.universe);
        }
        self.settled_forgotten += over;
    }

    /// Forgets the executions of days that no list goes back to.
    fn forget_fills(&mut self, since: Date) {
        while let Some((perm_id, position)) = self.fills.front().copied() {
            let fill = self.get(perm_id).and_then(|order| order.fills.get(position));
            if fill.is_some_and(|fill| tws::time::in_zone(fill.execution.time).date() >= since) {
                return;
            }
            self.fills.pop_front();
            self.fills_forgotten += 1;
        }
    }
}

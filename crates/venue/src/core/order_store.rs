//! The orders in memory: those that work, and those that ended lately.

use std::collections::VecDeque;

use super::order::OrderRecord;

/// PermIds are this plus the order's position among all that were ever accepted: sequential, and of the
/// size of real ones.
const PERM_BASE: i64 = 1_426_000_001;

/// Orders by permId. An order that was let go of leaves a gap, and gaps at the front are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    /// Orders before the first slot.
    gone: usize,
    /// Boxed: growing this moves no orders.
    slots: VecDeque<Option<Box<OrderRecord>>>,
}

impl Orders {
    /// Orders of which the next has this permId.
    pub(super) fn before(next_perm_id: i64, records: Vec<OrderRecord>) -> Option<Self> {
        let next = usize::try_from(next_perm_id.checked_sub(PERM_BASE)?).ok()?;
        let first = match records.first() {
            None => next,
            Some(record) => usize::try_from(record.perm_id.checked_sub(PERM_BASE)?).ok()?,
        };
        let mut orders = Self { gone: first, slots: VecDeque::new() };
        orders.slots.resize_with(next.checked_sub(first)?, || None);
        for record in records {
            let position = orders.position(record.perm_id)?;
            *orders.slots.get_mut(position)? = Some(Box::new(record));
        }
        Some(orders)
    }

    /// The permId of the next order.
    pub(super) fn next_perm_id(&self) -> i64 {
        i64::try_from(self.gone + self.slots.len()).map_or(i64::MAX, |n| PERM_BASE.saturating_add(n))
    }

    fn position(&self, perm_id: i64) -> Option<usize> {
        usize::try_from(perm_id.checked_sub(PERM_BASE)?).ok()?.checked_sub(self.gone)
    }

    pub(super) fn get(&self, perm_id: i64) -> Option<&OrderRecord> {
        self.slots.get(self.position(perm_id)?)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, perm_id: i64) -> Option<&mut OrderRecord> {
        let position = self.position(perm_id)?;
        self.slots.get_mut(position)?.as_deref_mut()
    }

    /// Takes in the next order.
    pub(super) fn push(&mut self, record: OrderRecord) {
        self.slots.push_back(Some(Box::new(record)));
    }

    /// Lets go of an order.
    pub(super) fn remove(&mut self, perm_id: i64) -> Option<Box<OrderRecord>> {
        let position = self.position(perm_id)?;
        let record = self.slots.get_mut(position)?.take();
        while let Some(None) = self.slots.front() {
            self.slots.pop_front();
            self.gone += 1;
        }
        record
    }

    /// All in memory, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &OrderRecord> {
        self.slots.iter().filter_map(Option::as_deref)
    }
}

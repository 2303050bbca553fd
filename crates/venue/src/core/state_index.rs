//! Where an order is found other than by its id, and how those places follow what happens to it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Status;

use super::order::{OrderRecord, Slot};
use super::state::State;

/// The places of one order. Most changes move it in one of them or in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    reserve: Decimal,
    /// Where in its instrument's book, and its rank there.
    slot: Option<(Slot, u64)>,
    queued: bool,
    queued_outside: bool,
    alarm: Option<Timestamp>,
    live: bool,
    locating: bool,
    conditional: bool,
}

impl Places {
    /// Those of an order that is not there yet.
    pub(super) const NONE: Self = Self {
        reserve: Decimal::ZERO,
        slot: None,
        queued: false,
        queued_outside: false,
        alarm: None,
        live: false,
        locating: false,
        conditional: false,
    };

    pub(super) fn of(order: &OrderRecord) -> Self {
        let live = order.is_live();
        let slot = order.slot();
        let queued = slot.is_some() && order.status == Status::PreSubmitted && !order.is_armed();
        Self {
            reserve: order.reserve,
            slot: slot.map(|slot| (slot, order.rank)),
            queued,
            queued_outside: queued && order.terms.outside_rth,
            alarm: order.alarm().filter(|_| live),
            live,
            locating: live && order.locating,
            conditional: live && order.is_conditional(),
        }
    }
}

/// Enters or removes a member of an index whose place changed.
macro_rules! shift {
    ($index:expr, $member:expr, $before:expr, $after:expr) => {
        match ($before, $after) {
            (false, true) => {
                $index.insert($member);
            }
            (true, false) => {
                $index.remove(&$member);
            }
            (true, true) | (false, false) => {}
        }
    };
}

impl State {
    /// Moves an order from where it was to where it belongs now.
    pub(super) fn shift(&mut self, perm_id: i64, before: &Places) {
        let Some(order) = self.get(perm_id) else {
            return;
        };
        let after = Places::of(order);
        if *before == after {
            return;
        }
        let (account, instrument, client_id) = (order.account, order.instrument, order.client_id);
        if before.reserve != after.reserve {
            self.accounts[account].reserved += after.reserve - before.reserve;
        }
        self.shift_in_book(instrument, perm_id, before, &after);
        if before.alarm != after.alarm {
            if let Some(alarm) = before.alarm {
                self.alarms.remove(&(alarm, perm_id));
            }
            if let Some(alarm) = after.alarm {
                self.alarms.insert((alarm, perm_id));
            }
        }
        shift!(self.live, perm_id, before.live, after.live);
        shift!(self.locating, perm_id, before.locating, after.locating);
        shift!(self.conditional, perm_id, before.conditional, after.conditional);
        if before.live != after.live
            && let Some(client) = self.clients.get_mut(&client_id)
        {
            shift!(client.live, perm_id, before.live, after.live);
        }
    }

    fn shift_in_book(&mut self, instrument: usize, perm_id: i64, before: &Places, after: &Places) {
        if (before.slot, before.queued, before.queued_outside) == (after.slot, after.queued, after.queued_outside) {
            return;
        }
        let book = self.books.of_mut(instrument);
        if before.slot != after.slot {
            if let Some((slot, rank)) = before.slot {
                book.remove(slot, rank, perm_id);
            }
            if let Some((slot, rank)) = after.slot {
                book.insert(slot, rank, perm_id);
            }
        }
        shift!(book.queued, perm_id, before.queued, after.queued);
        shift!(book.queued_outside, perm_id, before.queued_outside, after.queued_outside);
        if book.is_empty() {
            self.active.remove(&instrument);
        } else if before.slot.is_none() {
            self.active.insert(instrument);
        }
    }
}

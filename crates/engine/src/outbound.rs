//! Order messages of one connection: what the journal intends and what the door let out, by order id. The code that sends
//! has no part in either: intents are read from durable records, departures are told by the door.

use domain::broker::NotSentReason;
use domain::id::{BrokerOrderId, Generation};
use domain::journal::JournalEvent;
use std::collections::BTreeMap;

/// Order messages of the present connection. Never more leave than are intended; fewer do when one was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboundCount {
    /// New orders and changes that the journal intends.
    pub intended: u64,
    /// New orders and changes that left.
    pub left: u64,
    /// Cancels that left; they are repeated until proven.
    pub cancels: u64,
}

#[derive(Debug)]
pub(crate) struct Outbound {
    generation: Generation,
    by_id: BTreeMap<BrokerOrderId, Tally>,
    count: OutboundCount,
    overrun: Option<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    intended: u32,
    left: u32,
}

impl Outbound {
    pub(crate) fn of(generation: Generation) -> Self {
        Self { generation, by_id: BTreeMap::new(), count: OutboundCount::default(), overrun: None }
    }

    /// What an older connection intended can leave on no other. An alarm that nobody has taken yet stays.
    pub(crate) fn begin(&mut self, generation: Generation) {
        if self.generation != generation {
            *self = Self { overrun: self.overrun.take(), ..Self::of(generation) };
        }
    }

    /// Reads from a durable record what may leave because of it; `id_of` tells the id of the order that is changed.
    pub(crate) fn read(&mut self, record: &JournalEvent, id_of: impl FnOnce() -> Option<BrokerOrderId>) {
        if let JournalEvent::OrderSubmitting { broker_order_id, exits, generation, .. } = record {
            if *generation == self.generation {
                self.intend(*broker_order_id);
                exits.iter().flat_map(|exits| exits.pairs()).for_each(|(_, id)| self.intend(id));
            }
        } else if let JournalEvent::ReplaceSubmitting { .. } = record
            && let Some(id) = id_of()
        {
            self.intend(id);
        }
    }

    fn intend(&mut self, id: BrokerOrderId) {
        self.by_id.entry(id).or_default().intended += 1;
        self.count.intended += 1;
    }

    /// One message leaves, if one is still intended under its id.
    pub(crate) fn leave(&mut self, generation: Generation, id: BrokerOrderId) -> Result<(), NotSentReason> {
        if self.generation != generation {
            return Err(NotSentReason::StaleGeneration);
        }
        let tally = self.by_id.entry(id).or_default();
        if tally.left < tally.intended {
            tally.left += 1;
            self.count.left += 1;
            return Ok(());
        }
        let (intended, left) = (tally.intended, tally.left);
        self.overrun.get_or_insert_with(|| {
            format!(
                "a message under order id {id} was about to leave on connection {} beyond the {intended} that the journal \
                 intends ({left} left): it was stopped; the code that sends is not to be trusted",
                generation.0
            )
        });
        Err(NotSentReason::OverIntent)
    }

    pub(crate) fn cancel_leaves(&mut self, generation: Generation) {
        if self.generation == generation {
            self.count.cancels += 1;
        }
    }

    pub(crate) fn count(&self) -> OutboundCount {
        self.count
    }

    /// More would have left than was intended: said once.
    pub(crate) fn take_overrun(&mut self) -> Option<String> {
        self.overrun.take()
    }
}

#[cfg(test)]
#[path = "outbound_tests.rs"]
mod tests;

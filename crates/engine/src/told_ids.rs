//! The ids under which the broker names our orders on the present connection. A Gateway that was restarted may give an
//! order another one than it was sent under: a cancel or a change must name that one, and replies come under it.

use domain::broker::BrokerOrder;
use domain::id::{BrokerOrderId, ClOrdId, ClientId};
use domain::order_record::OrderRecord;
use std::collections::BTreeMap;

/// Only what differs from the id of an order's newest attempt is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldIds {
    by_key: BTreeMap<ClOrdId, BrokerOrderId>,
    by_id: BTreeMap<BrokerOrderId, ClOrdId>,
}

impl ToldIds {
    /// Learns from an echo of an order of ours that is not its twin.
    pub(crate) fn learn(&mut self, order: &OrderRecord, seen: &BrokerOrder, client_id: ClientId) {
        // An order of another client has ids of another counter; one that TWS shows under id 0 has none.
        let Some(told) = seen.broker_order_id.filter(|_| seen.client_id == Some(client_id)) else { return };
        let key = &order.intent.cl_ord_id;
        if let Some(before) = self.by_key.remove(key) {
            self.by_id.remove(&before);
        }
        if order.last_attempt().is_some_and(|attempt| attempt.broker_order_id != told) {
            self.by_key.insert(key.clone(), told);
            self.by_id.insert(told, key.clone());
        }
    }

    /// The id by which the broker knows this order now.
    pub(crate) fn of(&self, order: &OrderRecord) -> Option<BrokerOrderId> {
        let told = self.by_key.get(&order.intent.cl_ord_id).copied();
        told.or_else(|| order.last_attempt().map(|attempt| attempt.broker_order_id))
    }

    /// Whose an id is on this connection.
    pub(crate) fn whose(&self, id: BrokerOrderId) -> Option<&ClOrdId> {
        self.by_id.get(&id)
    }
}

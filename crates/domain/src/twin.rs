//! Two broker orders for one intent: a change sent while the line broke can leave the original working and bring a second
//! order into being under the same reference. Both count, neither is sent again, and a cancel goes to both.
//!
//! Source: nautilus_trader issue 4564, seen on a live account.

use crate::broker::BrokerOrder;
use crate::event::OrderEvent;
use crate::id::{BrokerOrderId, ClientId, PermId};
use crate::lifecycle::{EventKind, OrdStatus};
use crate::order_record::OrderRecord;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The other order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// Its order id, if it is in our client's numbering.
    pub broker_order_id: Option<BrokerOrderId>,
    /// How much it is for.
    pub total: Decimal,
    /// IBKR's word.
    pub broker_status: String,
    /// Whether it is over.
    pub is_over: bool,
}

/// Whether a report under the order's reference speaks of another order than the one that we know.
pub fn is_of_twin(order: &OrderRecord, perm_id: Option<PermId>) -> bool {
    matches!((order.perm_id, perm_id), (Some(known), Some(told)) if known != told)
}

/// What IBKR's word says of the other order; `None` when nothing is new.
pub fn read_twin(order: &OrderRecord, seen: &BrokerOrder, ours: ClientId) -> Option<OrderEvent> {
    let broker_order_id = seen.broker_order_id.filter(|_| seen.client_id.is_none_or(|id| id == ours));
    twin_event(order, seen.perm_id?, broker_order_id, seen.total_qty, &seen.status)
}

/// See [`read_twin`], for a status.
pub fn twin_event(
    order: &OrderRecord,
    perm_id: PermId,
    broker_order_id: Option<BrokerOrderId>,
    total: Option<Decimal>,
    word: &str,
) -> Option<OrderEvent> {
    let broker_status = word.to_owned();
    let known = order.twins.get(&perm_id);
    if matches!(word, "Filled" | "Cancelled" | "ApiCancelled" | "Inactive") {
        return known.is_none_or(|twin| !twin.is_over).then_some(OrderEvent::TwinOver { perm_id, broker_status });
    }
    let same = |twin: &Twin| {
        !twin.is_over
            && twin.broker_status == word
            && total.is_none_or(|total| total == twin.total)
            && broker_order_id.is_none_or(|id| twin.broker_order_id == Some(id))
    };
    let event = OrderEvent::TwinSeen { perm_id, broker_order_id, total, broker_status };
    (!known.is_some_and(same)).then_some(event)
}

impl OrderRecord {
    /// Orders under this one's reference that are not over.
    pub fn live_twins(&self) -> impl Iterator<Item = &Twin> {
        self.twins.values().filter(|twin| !twin.is_over)
    }

    /// Whether the order itself is over, whatever lives on under its reference.
    pub fn has_ended(&self) -> bool {
        self.status.is_final() || self.ended_as.is_some()
    }

    pub(crate) fn has_live_twin(&self) -> bool {
        self.live_twins().next().is_some()
    }

    /// How this order itself ends by an event that does not end it, because its twin is not over.
    pub(crate) fn ending(&self, kind: EventKind) -> Option<OrdStatus> {
        let ends = [
            (EventKind::Canceled, OrdStatus::Canceled),
            (EventKind::ResolvedDead, OrdStatus::Canceled),
            (EventKind::Inactive, OrdStatus::Rejected),
            (EventKind::Rejected, OrdStatus::Rejected),
            (EventKind::Expired, OrdStatus::Expired),
            (EventKind::ReportedFilled, OrdStatus::Filled),
        ];
        let end = ends.iter().find(|(ending, _)| *ending == kind).map(|(_, status)| *status);
        end.filter(|_| self.has_live_twin())
    }

    /// The last twin is over: now the order ends as it ended itself, unless it has ended so already.
    pub(crate) fn kind_of_twins_end(&self, perm_id: PermId) -> EventKind {
        let others = self.twins.iter().any(|(id, twin)| *id != perm_id && !twin.is_over);
        let ends = [
            (OrdStatus::Canceled, EventKind::Canceled),
            (OrdStatus::Rejected, EventKind::Rejected),
            (OrdStatus::Expired, EventKind::Expired),
            (OrdStatus::Filled, EventKind::ReportedFilled),
        ];
        let end = ends.iter().find(|(status, _)| self.ended_as == Some(*status)).map(|(_, kind)| *kind);
        end.filter(|_| !others && !self.status.is_final()).unwrap_or(EventKind::Informed)
    }

    /// Notes how the order itself ends, where its twin keeps it open.
    pub(crate) fn note_end(&mut self, kind: EventKind, event: &OrderEvent) {
        let is_own = !matches!(event, OrderEvent::TwinOver { .. });
        self.ended_as = self.ending(self.kind_alone(event)).filter(|_| is_own).or(self.ended_as);
        if kind == EventKind::Doubled && self.status.is_final() {
            self.ended_as = Some(self.status);
        }
    }

    pub(crate) fn book_twin(
        &mut self,
        perm_id: PermId,
        broker_order_id: Option<BrokerOrderId>,
        total: Option<Decimal>,
        word: &str,
    ) {
        let known = self.twins.get(&perm_id);
        let twin = Twin {
            broker_order_id: broker_order_id.or_else(|| known.and_then(|twin| twin.broker_order_id)),
            total: total.or_else(|| known.map(|twin| twin.total)).unwrap_or(self.intent.qty.get()),
            broker_status: word.to_owned(),
            is_over: false,
        };
        self.twins.insert(perm_id, twin);
    }

    /// Whether the other order was not even known to live.
    pub(crate) fn end_twin(&mut self, perm_id: PermId, word: &str) -> bool {
        let known = self.twins.contains_key(&perm_id);
        let total = self.intent.qty.get();
        let bare = Twin { broker_order_id: None, total, broker_status: String::new(), is_over: true };
        let twin = self.twins.entry(perm_id).or_insert(bare);
        word.clone_into(&mut twin.broker_status);
        twin.is_over = true;
        !known
    }
}

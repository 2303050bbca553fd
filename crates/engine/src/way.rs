//! An order's way through the gateway, told stage by stage as events of `tracing`, at level trace and with a target of their own.
//! Nobody listens unless somebody asked for it; then a stage costs what its few words cost, and nothing waits for it.
//!
//! Each event has `order` (its key) and `stage`; the first ones have `request` (the correlation id), and where a stage can end in
//! several ways, `outcome` says which.

use domain::broker::{BrokerEvent, SendOutcome};
use domain::id::{ClOrdId, CorrelationId};
use domain::journal::{JournalEvent, Recorded};

/// The target of these events.
pub const WAY: &str = "tollgate::way";

/// Whether anybody listens.
fn is_told() -> bool {
    tracing::enabled!(target: WAY, tracing::Level::TRACE)
}

/// A new order came in.
pub(crate) fn received(order: &ClOrdId, request: &CorrelationId) {
    tracing::trace!(target: WAY, stage = "received", %order, %request);
}

/// The gates have spoken; what they said is about to be written.
pub(crate) fn decided(records: &[Recorded]) {
    if !is_told() {
        return;
    }
    for (order, request, outcome) in records.iter().filter_map(|record| decision(&record.event)) {
        tracing::trace!(target: WAY, stage = "decided", %order, %request, outcome);
    }
}

/// The adapter has done what it was told. Heard where its word comes in: the writer may let it wait for the broker's answer.
pub(crate) fn heard(event: &BrokerEvent) {
    let BrokerEvent::Sent { cl_ord_id: order, outcome, .. } = event else { return };
    if order.is_exit() || !is_told() {
        return;
    }
    let outcome = match outcome {
        SendOutcome::Written => "written",
        SendOutcome::NotSent { .. } => "not_sent",
        SendOutcome::Unknown { .. } => "send_unknown",
    };
    tracing::trace!(target: WAY, stage = "sent", %order, outcome);
}

/// The records are durable.
pub(crate) fn journaled(records: &[Recorded]) {
    if !is_told() {
        return;
    }
    for record in records {
        if let Some((order, request, _)) = decision(&record.event) {
            tracing::trace!(target: WAY, stage = "journaled", %order, %request);
        } else if let Some((order, outcome)) = answered(&record.event) {
            tracing::trace!(target: WAY, stage = "acknowledged", %order, outcome);
        }
    }
}

fn decision(event: &JournalEvent) -> Option<(&ClOrdId, &CorrelationId, &'static str)> {
    if let JournalEvent::OrderDenied { intent, by, .. } = event {
        return Some((&intent.cl_ord_id, &by.correlation_id, "denied"));
    }
    if let JournalEvent::OrderSimulated { order, by, .. } = event {
        return Some((&order.intent.cl_ord_id, &by.correlation_id, "simulated"));
    }
    if let JournalEvent::ApprovalRequested { order, by, .. } = event {
        return Some((&order.intent.cl_ord_id, &by.correlation_id, "needs_approval"));
    }
    if let JournalEvent::OrderSubmitting { order, by, .. } = event {
        return Some((&order.intent.cl_ord_id, &by.correlation_id, "approved"));
    }
    None
}

/// The broker's first words on an order. The exits of a bracket go its entry's way.
fn answered(event: &JournalEvent) -> Option<(&ClOrdId, &'static str)> {
    let JournalEvent::Order { cl_ord_id, event } = event else { return None };
    let word = event.word();
    let is_one = ["acknowledged", "rejected", "executed"].contains(&word) && !cl_ord_id.is_exit();
    is_one.then_some((cl_ord_id, word))
}

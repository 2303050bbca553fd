//! How an order, a change or a cancel of one stands towards its caller.

use crate::desk::{CancelAnswer, OrderAnswer, Outcome};
use crate::service::{Service, is_answered};
use domain::book::OrderRecord;
use domain::cancel::CancelFate;
use domain::change::ChangeFate;
use domain::fault::Fault;
use domain::id::ClOrdId;
use domain::lifecycle::OrdStatus;
use std::time::Duration;

impl Service {
    /// Whether this very request came before.
    pub(crate) fn is_known(&self, key: &ClOrdId, request_hash: &str) -> Result<bool, Fault> {
        self.look(|book, _| match book.request_under(key) {
            None => Ok(false),
            Some(used) if used == request_hash => Ok(true),
            Some(_) => Err(Fault::IdempotencyConflict(key.clone())),
        })
    }

    /// A repeat waits like the first and answers the present state.
    pub(crate) async fn repeated(&self, key: &ClOrdId, wait: Duration) -> Result<OrderAnswer, Fault> {
        let order = self.wait_for(key, wait, is_answered).await?;
        if !is_answered(&order) && self.shared.first_waits(key) {
            return Err(Fault::InFlight(key.clone()));
        }
        Ok(OrderAnswer { outcome: outcome(&order), order, replayed: true })
    }

    /// What became of a cancel, once all that it was for is over or the wait is.
    pub(crate) async fn canceled(&self, key: &ClOrdId, wait: Duration, replayed: bool) -> Result<CancelAnswer, Fault> {
        self.wait_for(key, wait, |order| order.status.is_final()).await?;
        // Order and verdict out of one look: the fill that overtook the cancel is in both.
        let seen = self.look(|book, _| {
            let order = book.order(key)?;
            Some((order.clone(), CancelFate::of(std::iter::once(order).chain(book.exits(key)))))
        });
        let (order, fate) = seen.ok_or_else(|| Fault::NotFound { what: "order", id: key.to_string() })?;
        Ok(CancelAnswer { order, fate, replayed })
    }
}

/// Whether nobody knows yet what became of the change.
pub(crate) fn changes(order: &OrderRecord, key: &ClOrdId) -> bool {
    order.changes.get(key) == Some(&ChangeFate::UnderWay)
}

/// How an order stands towards its caller.
pub fn outcome(order: &OrderRecord) -> Outcome {
    match order.status {
        OrdStatus::PendingApproval => Outcome::NeedsApproval,
        OrdStatus::Denied => Outcome::Denied,
        OrdStatus::Simulated => Outcome::Simulated,
        OrdStatus::Rejected => Outcome::Rejected,
        OrdStatus::Canceled if order.was_refused() => Outcome::Rejected,
        OrdStatus::Submitting | OrdStatus::Unconfirmed | OrdStatus::Missing => Outcome::Unknown,
        OrdStatus::Canceled if order.acknowledged_at.is_none() && order.broker_status.is_none() => Outcome::Canceled,
        OrdStatus::Working
        | OrdStatus::PendingCancel
        | OrdStatus::PendingReplace
        | OrdStatus::Filled
        | OrdStatus::Canceled
        | OrdStatus::Expired => Outcome::Acknowledged,
    }
}

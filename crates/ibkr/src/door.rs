//! The one door through which order messages leave. It counts what it lets out and asks whether so much was intended,
//! knowing nothing of why: code that sends twice, or sends what was never decided, is stopped here and seen.

use crate::session::Session;
use domain::broker::{NotSentReason, SendGuard};
use domain::id::BrokerOrderId;
use ibapi::contracts::Contract;
use ibapi::orders::Order;
use std::time::Duration;

/// Why a message may not have left.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// It did not: the guard stopped it before the library was called.
    Stopped(NotSentReason),
    /// The library failed: nobody knows.
    Failed(ibapi::Error),
    /// The library took too long: nobody knows.
    Slow,
}

/// Lets a new order or a change out, if the guard still counts on it.
pub(crate) async fn order(
    session: &Session,
    guard: &dyn SendGuard,
    contract: &Contract,
    order: &Order,
    deadline: Duration,
) -> Result<(), Unwritten> {
    let id =
        BrokerOrderId::new(i64::from(order.order_id)).map_err(|_| Unwritten::Stopped(NotSentReason::OverIntent))?;
    guard.leave(session.generation, id).map_err(Unwritten::Stopped)?;
    match tokio::time::timeout(deadline, session.client.submit_order(id.get(), contract, order)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Unwritten::Failed(error)),
        Err(_) => Err(Unwritten::Slow),
    }
}

/// Lets a cancel out. Cancels always may; they are counted to be shown.
pub(crate) async fn cancel(
    session: &Session,
    guard: &dyn SendGuard,
    id: BrokerOrderId,
    deadline: Duration,
) -> Result<(), Unwritten> {
    guard.cancel_leaves(session.generation);
    // No manual order time. What becomes of it comes on the order stream; the subscription is not needed.
    match tokio::time::timeout(deadline, session.client.cancel_order(id.get(), "")).await {
        Ok(Ok(_subscription)) => Ok(()),
        Ok(Err(error)) => Err(Unwritten::Failed(error)),
        Err(_) => Err(Unwritten::Slow),
    }
}

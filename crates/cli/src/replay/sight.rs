//! What a gateway shows. Of one that is gone: what was durable when it ended.

use super::drive::untold;
use crate::failure::Failure;
use domain::book::OrderRecord;
use domain::id::{ClOrdId, RunId};
use domain::lifecycle::OrdStatus;
use domain::looping::book::LoopBook;
use domain::looping::execution::order_keys;
use domain::looping::run::{RunState, TradeRun};
use domain::principal::Principal;
use engine::Desk;
use std::sync::Arc;

/// A gateway's books.
pub(super) struct Sight {
    pub(super) desk: Arc<dyn Desk>,
    pub(super) by: Principal,
}

impl Sight {
    /// The loop's book.
    ///
    /// # Errors
    /// The desk's.
    pub(super) fn book(&self) -> Result<Arc<LoopBook>, Failure> {
        self.desk.looping(&self.by).map_err(|fault| untold(&fault))
    }

    /// An order, if there is one of this key.
    pub(super) fn order(&self, key: &ClOrdId) -> Option<OrderRecord> {
        self.desk.order(&self.by, key).ok()
    }

    /// The orders of a run.
    pub(super) fn orders(&self, run: &TradeRun) -> Vec<OrderRecord> {
        order_keys(run).iter().filter_map(|key| self.order(key)).collect()
    }

    /// How far a run and its orders have come; one that is not there has not.
    pub(super) fn standing(&self, run: &RunId) -> Result<Option<(RunState, Vec<OrdStatus>)>, Failure> {
        let statuses = |run: &TradeRun| self.orders(run).iter().map(|order| order.status).collect();
        Ok(self.book()?.run(run).map(|run| (run.state, statuses(run))))
    }

    /// Whether a run is so; one that is not there is not.
    pub(super) fn shows(&self, run: &RunId, so: impl Fn(&Self, &TradeRun) -> bool) -> Result<bool, Failure> {
        Ok(self.book()?.run(run).is_some_and(|run| so(self, run)))
    }
}

/// Whether it is looked whether the run may begin.
pub(super) fn is_checked(_: &Sight, run: &TradeRun) -> bool {
    match run.state {
        RunState::Queued | RunState::Checking => true,
        RunState::Executing
        | RunState::Done
        | RunState::Partial
        | RunState::Failed
        | RunState::Blocked
        | RunState::RolledBack => false,
    }
}

/// Whether a part of a run's orders was sent, or none will be.
pub(super) fn has_begun(sight: &Sight, run: &TradeRun) -> bool {
    run.state.is_final() || !sight.orders(run).is_empty()
}

/// Whether some of a run's orders left, and some did not or nobody has heard of them.
pub(super) fn is_amid(sight: &Sight, run: &TradeRun) -> bool {
    run.state == RunState::Executing && !sight.orders(run).is_empty() && !is_with_the_broker(sight, run)
}

/// Whether the broker has every order of a run, or is known not to show it; or nothing is left to be sent.
pub(super) fn is_with_the_broker(sight: &Sight, run: &TradeRun) -> bool {
    match run.state {
        RunState::Queued | RunState::Checking => false,
        RunState::Executing => {
            order_keys(run).iter().all(|key| sight.order(key).is_some_and(|order| is_settled(&order)))
        }
        RunState::Done | RunState::Partial | RunState::Failed | RunState::Blocked | RunState::RolledBack => true,
    }
}

/// Whether the broker has every order of a run, and not all of them are over.
pub(super) fn works(sight: &Sight, run: &TradeRun) -> bool {
    run.state == RunState::Executing
        && is_with_the_broker(sight, run)
        && sight.orders(run).iter().any(|order| !order.status.is_final())
}

/// Whether it has heard of trades of a run, and not of all of them.
pub(super) fn is_amid_trades(sight: &Sight, run: &TradeRun) -> bool {
    works(sight, run) && sight.orders(run).iter().any(|order| order.status == OrdStatus::Filled)
}

fn is_settled(order: &OrderRecord) -> bool {
    match order.status {
        OrdStatus::Working
        | OrdStatus::PendingCancel
        | OrdStatus::PendingReplace
        | OrdStatus::Denied
        | OrdStatus::Simulated
        | OrdStatus::Filled
        | OrdStatus::Canceled
        | OrdStatus::Rejected
        | OrdStatus::Expired
        | OrdStatus::Missing => true,
        OrdStatus::PendingApproval | OrdStatus::Submitting | OrdStatus::Unconfirmed => false,
    }
}

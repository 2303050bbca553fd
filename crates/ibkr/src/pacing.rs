//! The message budget. Orders, cancels and questions have their own, so that a burst of one never starves a cancel.

use domain::broker::{Lane, MessageBudget, SendGuard};
use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Parts of the budget in fifths.
const ORDER_FIFTHS: u32 = 2;
const CANCEL_FIFTHS: u32 = 1;
const QUESTION_FIFTHS: u32 = 2;

/// One budget; it tells what is left.
#[derive(Debug)]
struct Purse {
    lane: Lane,
    per_second: NonZeroU32,
    limiter: RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>,
    told: Arc<dyn SendGuard>,
}

impl Purse {
    fn new(lane: Lane, per_second: NonZeroU32, told: Arc<dyn SendGuard>) -> Self {
        let limiter = RateLimiter::direct(Quota::per_second(per_second)).with_middleware();
        Self { lane, per_second, limiter, told }
    }

    async fn spend(&self) {
        let left = self.limiter.until_ready().await.remaining_burst_capacity();
        self.told.paced(self.lane, MessageBudget { per_second: self.per_second.get(), left });
    }
}

/// Three budgets; `None` inside is unlimited.
#[derive(Debug)]
pub(crate) struct Pacer {
    orders: Option<Purse>,
    cancels: Option<Purse>,
    questions: Option<Purse>,
}

impl Pacer {
    /// Shares out a number of messages a second; each part is at least one. `told` hears what is left.
    pub(crate) fn new(messages_per_second: Option<u32>, told: &Arc<dyn SendGuard>) -> Self {
        let part = |lane, fifths: u32| {
            messages_per_second.map(|total| {
                let share = NonZeroU32::new(total.saturating_mul(fifths) / 5).unwrap_or(NonZeroU32::MIN);
                Purse::new(lane, share, Arc::clone(told))
            })
        };
        Self {
            orders: part(Lane::Orders, ORDER_FIFTHS),
            cancels: part(Lane::Cancels, CANCEL_FIFTHS),
            questions: part(Lane::Questions, QUESTION_FIFTHS),
        }
    }

    /// Waits for the turns of so many orders that leave in one go, at most `patience`. `false` when they did not come.
    pub(crate) async fn orders(&self, messages: usize, patience: Duration) -> bool {
        let Some(budget) = &self.orders else {
            return true;
        };
        let turns = async {
            for _ in 0..messages {
                budget.spend().await;
            }
        };
        tokio::time::timeout(patience, turns).await.is_ok()
    }

    /// Waits for a cancel's turn.
    pub(crate) async fn cancel(&self) {
        if let Some(budget) = &self.cancels {
            budget.spend().await;
        }
    }

    /// Waits for a question's turn.
    pub(crate) async fn question(&self) {
        if let Some(budget) = &self.questions {
            budget.spend().await;
        }
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;

//! The message budget. Orders, cancels and questions have their own, so that a burst of one never starves a cancel.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;

/// Parts of the budget in fifths.
const ORDER_FIFTHS: u32 = 2;
const CANCEL_FIFTHS: u32 = 1;
const QUESTION_FIFTHS: u32 = 2;

/// Three budgets; `None` inside is unlimited.
#[derive(Debug)]
pub(crate) struct Pacer {
    orders: Option<DefaultDirectRateLimiter>,
    cancels: Option<DefaultDirectRateLimiter>,
    questions: Option<DefaultDirectRateLimiter>,
}

impl Pacer {
    /// Shares out a number of messages a second; each part is at least one.
    pub(crate) fn new(messages_per_second: Option<u32>) -> Self {
        let part = |fifths: u32| {
            messages_per_second.map(|total| {
                let share = NonZeroU32::new(total.saturating_mul(fifths) / 5).unwrap_or(NonZeroU32::MIN);
                RateLimiter::direct(Quota::per_second(share))
            })
        };
        Self { orders: part(ORDER_FIFTHS), cancels: part(CANCEL_FIFTHS), questions: part(QUESTION_FIFTHS) }
    }

    /// Waits for the turns of so many orders that leave in one go, at most `patience`. `false` when they did not come.
    pub(crate) async fn orders(&self, messages: usize, patience: Duration) -> bool {
        let Some(budget) = &self.orders else {
            return true;
        };
        let turns = async {
            for _ in 0..messages {
                budget.until_ready().await;
            }
        };
        tokio::time::timeout(patience, turns).await.is_ok()
    }

    /// Waits for a cancel's turn.
    pub(crate) async fn cancel(&self) {
        if let Some(budget) = &self.cancels {
            budget.until_ready().await;
        }
    }

    /// Waits for a question's turn.
    pub(crate) async fn question(&self) {
        if let Some(budget) = &self.questions {
            budget.until_ready().await;
        }
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;

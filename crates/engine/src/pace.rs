//! What is left of the budgets of messages to the broker, as the adapter last told it.

use domain::broker::{Lane, MessageBudget};
use std::time::Duration;

/// One budget as it was at a time of the clock that cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    budget: MessageBudget,
    at: Duration,
}

/// The newest word about each lane; none before its first message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paces {
    orders: Option<Told>,
    cancels: Option<Told>,
    questions: Option<Told>,
}

impl Paces {
    pub(crate) fn note(&mut self, lane: Lane, budget: MessageBudget, at: Duration) {
        let told = match lane {
            Lane::Orders => &mut self.orders,
            Lane::Cancels => &mut self.cancels,
            Lane::Questions => &mut self.questions,
        };
        *told = Some(Told { budget, at });
    }

    /// What is left now: what came free since is added, up to what there is at most.
    pub(crate) fn now(&self, now: Duration) -> Vec<(Lane, MessageBudget)> {
        let lanes = [(Lane::Orders, self.orders), (Lane::Cancels, self.cancels), (Lane::Questions, self.questions)];
        let known = lanes.into_iter().filter_map(|(lane, told)| Some((lane, told?)));
        known.map(|(lane, told)| (lane, told.refilled(now))).collect()
    }
}

impl Told {
    fn refilled(&self, now: Duration) -> MessageBudget {
        let MessageBudget { per_second, left } = self.budget;
        let regained = now.saturating_sub(self.at).as_millis().saturating_mul(u128::from(per_second)) / 1_000;
        let left = u32::try_from(regained).unwrap_or(u32::MAX).saturating_add(left).min(per_second);
        MessageBudget { per_second, left }
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;

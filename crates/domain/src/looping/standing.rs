//! What the orders of a run stand on: a person's yes to its plan, of which each takes its part, or the mandate that covered it.

use super::plan_approval::step_in;
use super::run::{RunState, TradeRun};
use crate::approval::ApprovalStatus;
use crate::id::ClOrdId;
use jiff::Timestamp;
use rust_decimal::Decimal;

/// What of its part an order breaks, as what, observed, limit.
pub type PartFault = (&'static str, String, String);

impl TradeRun {
    /// The step of its plan that an order with this key works: run, step, and perhaps a slice.
    pub fn step_of(&self, key: &ClOrdId) -> Option<u16> {
        let step = step_in(self.id(), key)?;
        self.plan.as_ref()?.step(step).map(|_| step)
    }

    /// Every reason why an order may not have so much of its part of the approved plan now; empty when it may. Control 6
    /// refuses by it and the book books by it: what the one lets through, the other takes.
    pub fn part_faults(&self, key: &ClOrdId, qty: Decimal, now: Timestamp) -> Vec<PartFault> {
        let part = self.approval.as_ref().and_then(|asked| Some((asked, asked.part_of(key)?)));
        let Some((asked, part)) = part else {
            let limit = format!("a step of the approved plan of run {}", self.id());
            return vec![("The order is no part of an approved plan.", key.to_string(), limit)];
        };
        let mut faults = Vec::new();
        let mut must = |holds: bool, what: &'static str, observed: String, limit: String| {
            if !holds {
                faults.push((what, observed, limit));
            }
        };
        let stands = asked.status == ApprovalStatus::Approved;
        let approved = ApprovalStatus::Approved.word().to_owned();
        must(stands, "The approval of the plan does not stand.", asked.status.word().to_owned(), approved);
        let executing = RunState::Executing.word().to_owned();
        let works = self.state == RunState::Executing || !stands;
        must(works, "The run does not work its plan.", self.state.word().to_owned(), executing);
        let end = self.steps.get(&part.step).map_or("open", |end| end.outcome.word());
        let is_open = !self.steps.contains_key(&part.step);
        must(is_open, "The step is over.", format!("step {} {end}", part.step), "an open step".to_owned());
        let until = asked.valid_until();
        let limit = until.map_or_else(|| "a yes".to_owned(), |until| until.to_string());
        must(until.is_some_and(|until| now < until), "The approval of the plan has lapsed.", now.to_string(), limit);
        let room = asked.room_for(part, key);
        let fits = qty > Decimal::ZERO && qty <= room;
        must(fits, "The plan has less left for this step.", qty.to_string(), room.to_string());
        faults
    }

    /// Whether that is more than the order has taken of its part: what it has, a change of it does not take again.
    pub fn takes_more(&self, key: &ClOrdId, qty: Decimal) -> bool {
        let taken = self.approval.as_ref().and_then(|asked| asked.used.get(key));
        taken.is_none_or(|taken| qty > taken.qty)
    }

    /// Whether the use of a part can be booked.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn may_take(&self, step: u16, key: &ClOrdId, qty: Decimal, now: Timestamp) -> Result<(), String> {
        if let Some((what, observed, limit)) = self.part_faults(key, qty, now).into_iter().next() {
            return Err(format!("order {key}: {what} Observed {observed}, limit {limit}"));
        }
        if self.step_of(key) != Some(step) {
            return Err(format!("order {key} is of another step than {step}"));
        }
        if !self.takes_more(key, qty) {
            return Err(format!("order {key} took as much of its part before"));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;

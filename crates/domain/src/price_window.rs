//! Where an instrument's price has been within the last minutes, in steps of a few seconds, so that time bounds it.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::VecDeque;

/// One step: its lowest and highest price count from its first to its last second.
const STEP: SignedDuration = SignedDuration::from_secs(5);
/// As far back as any policy may look.
const STEPS_MAX: usize = 720;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    began_at: Timestamp,
    last_at: Timestamp,
    low: Decimal,
    high: Decimal,
}

/// Prices of one instrument, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceWindow(VecDeque<Step>);

impl PriceWindow {
    /// Books a price.
    pub fn add(&mut self, price: Decimal, at: Timestamp) {
        if let Some(last) = self.0.back_mut().filter(|last| at.duration_since(last.began_at) < STEP) {
            (last.low, last.high) = (last.low.min(price), last.high.max(price));
            last.last_at = last.last_at.max(at);
            return;
        }
        if self.0.len() >= STEPS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Step { began_at: at, last_at: at, low: price, high: price });
    }

    /// Lowest and highest price within so many seconds before `now`; `None` when there was none.
    pub fn range(&self, window_s: i64, now: Timestamp) -> Option<(Decimal, Decimal)> {
        let window = SignedDuration::from_secs(window_s);
        let within = self.0.iter().rev().take_while(|step| now.duration_since(step.last_at) <= window);
        within.fold(None, |range, step| match range {
            None => Some((step.low, step.high)),
            Some((low, high)) => Some((step.low.min(low), step.high.max(high))),
        })
    }
}

#[cfg(test)]
#[path = "price_window_tests.rs"]
mod tests;

//! What our own orders in one instrument look like from outside: how many of a day were withdrawn without having traded, and
//! which traded a moment ago, on either side and at which prices.

use super::window::WINDOW_MAX;
use crate::execution::Execution;
use crate::id::ClOrdId;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Orders that are remembered of either side. Beyond so many the newest counts for the oldest too, in time and in prices:
/// none is forgotten before its time, and no limit on their number comes near.
const ORDERS_MAX: usize = 64;

/// An order of ours that traded: every trade of it is one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Traded {
    order: ClOrdId,
    at: Timestamp,
    low: Decimal,
    high: Decimal,
}

impl Traded {
    fn take_over(&mut self, other: &Self) {
        self.at = self.at.max(other.at);
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }
}

/// What one account did in one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pattern {
    /// Orders that were sent today.
    orders: u32,
    /// Orders that were canceled today at our wish and had not traded.
    withdrawn: u32,
    bought: VecDeque<Traded>,
    sold: VecDeque<Traded>,
}

/// What a gate is told of a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatternSum {
    /// Orders that were sent today.
    pub orders: u32,
    /// Orders that were canceled today at our wish and had not traded.
    pub withdrawn: u32,
    /// Lowest and highest price of each order of ours on the other side that traded within the window.
    pub against: Vec<(Decimal, Decimal)>,
}

impl Pattern {
    pub(super) fn sent(&mut self) {
        self.orders = self.orders.saturating_add(1);
    }

    pub(super) fn withdrawn(&mut self) {
        self.withdrawn = self.withdrawn.saturating_add(1);
    }

    pub(super) fn begin_day(&mut self) {
        (self.orders, self.withdrawn) = (0, 0);
    }

    /// Whether a day that begins now finds nothing that a later order could be compared with.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let young = |traded: &Traded| now.duration_since(traded.at) < WINDOW_MAX;
        !self.bought.iter().chain(&self.sold).any(young)
    }

    pub(super) fn traded(&mut self, order: &ClOrdId, execution: &Execution, at: Timestamp) {
        let side = if execution.is_buy { &mut self.bought } else { &mut self.sold };
        side.retain(|one| at.duration_since(one.at) < WINDOW_MAX);
        let price = execution.last_px.get();
        let mut traded = Traded { order: order.clone(), at, low: price, high: price };
        let same = side.iter().position(|one| one.order == *order);
        let full = (side.len() >= ORDERS_MAX).then_some(0);
        if let Some(gone) = same.or(full).and_then(|place| side.remove(place)) {
            traded.take_over(&gone);
        }
        side.push_back(traded);
    }

    pub(super) fn sum(&self, is_buy: bool, window_s: i64, now: Timestamp) -> PatternSum {
        let window = SignedDuration::from_secs(window_s).min(WINDOW_MAX);
        let other = if is_buy { &self.sold } else { &self.bought };
        // What a clock that was set back dates into the future counts too.
        let lately = other.iter().filter(|one| now.duration_since(one.at) < window);
        let against = lately.map(|one| (one.low, one.high)).collect();
        PatternSum { orders: self.orders, withdrawn: self.withdrawn, against }
    }
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;

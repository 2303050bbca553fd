//! What was sent within the last minutes, in a ring that time bounds.

use crate::id::ConId;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Nothing older is kept: no policy may look back further.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(1);
/// Beyond so many entries two become one that counts as long as the newer of them: no worth is forgotten before its time. Of the
/// quantities, only that of an instrument which no order since was in may be.
const ENTRIES_MAX: usize = 4_096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    at: Timestamp,
    con_id: ConId,
    qty: Decimal,
    /// In base currency; `None` is unknown.
    notional: Option<Decimal>,
}

impl Sent {
    /// Counts for another entry too. A quantity of another instrument counts as one of this.
    fn take_over(&mut self, other: &Self) {
        self.at = self.at.max(other.at);
        self.qty = self.qty.saturating_add(other.qty);
        self.notional = self.notional.zip(other.notional).map(|(one, two)| one.abs().saturating_add(two.abs()));
    }
}

/// What one account sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window(VecDeque<Sent>);

/// The sums of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowSum {
    /// Worst-case notionals in base currency.
    pub notional: Decimal,
    /// Quantities in the instrument that was asked about.
    pub qty: Decimal,
    /// Orders of unknown worth.
    pub unknown: u32,
}

impl Window {
    pub(super) fn add(&mut self, con_id: ConId, qty: Decimal, notional: Option<Decimal>, at: Timestamp) {
        while self.0.front().is_some_and(|first| at.duration_since(first.at) > WINDOW_MAX) {
            self.0.pop_front();
        }
        let mut sent = Sent { at, con_id, qty, notional };
        if self.0.len() >= ENTRIES_MAX {
            // The newest of the same instrument is the cheapest to find; with none, the oldest of all gives way.
            let like = self.0.iter().rposition(|one| one.con_id == con_id);
            if let Some(gone) = self.0.remove(like.unwrap_or(0)) {
                sent.take_over(&gone);
            }
        }
        self.0.push_back(sent);
    }

    pub(super) fn sum(&self, con_id: ConId, window_s: i64, now: Timestamp) -> WindowSum {
        let window = SignedDuration::from_secs(window_s).min(WINDOW_MAX);
        let mut sum = WindowSum::default();
        // Newest first. What a clock that was set back dates into the future counts too.
        for sent in self.0.iter().rev().take_while(|sent| now.duration_since(sent.at) < window) {
            match sent.notional {
                Some(notional) => sum.notional = sum.notional.saturating_add(notional.abs()),
                None => sum.unknown = sum.unknown.saturating_add(1),
            }
            if sent.con_id == con_id {
                sum.qty = sum.qty.saturating_add(sent.qty);
            }
        }
        sum
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;

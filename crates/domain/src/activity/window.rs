//! What was sent within the last minutes, in a ring that time bounds.

use crate::id::ConId;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Nothing older is kept: no policy may look back further.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(1);
/// More orders than any pace allows in that time; beyond them two entries become one, which only counts more.
const ENTRIES_MAX: usize = 4_096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    at: Timestamp,
    con_id: ConId,
    qty: Decimal,
    /// In base currency; `None` is unknown.
    notional: Option<Decimal>,
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
        if self.0.len() >= ENTRIES_MAX
            && let Some(last) = self.0.back_mut().filter(|last| last.con_id == con_id)
        {
            last.at = last.at.max(at);
            last.qty = last.qty.saturating_add(qty);
            last.notional = last.notional.zip(notional).map(|(one, two)| one.saturating_add(two));
            return;
        }
        if self.0.len() >= ENTRIES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Sent { at, con_id, qty, notional });
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

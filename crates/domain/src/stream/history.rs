//! The last hours of an instrument in bars of a minute, and which of them are missing.

use crate::market::Bar;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Bars that are kept, a little more than two days of extended hours.
const BARS_MAX: usize = 2_000;
/// Less than this without a price is no gap.
const GAP_MIN: SignedDuration = SignedDuration::from_secs(60);
/// More than this is not asked for.
const GAP_MAX: SignedDuration = SignedDuration::from_hours(24);

/// A time without a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// The gap between the last price before and the first one after, if it is one: `None` before is as far back as is asked for.
pub fn gap(before: Option<Timestamp>, after: Timestamp) -> Option<Gap> {
    let earliest = after.checked_sub(GAP_MAX).unwrap_or(Timestamp::MIN);
    let from = before.map_or(earliest, |before| before.max(earliest));
    (after.duration_since(from) >= GAP_MIN).then_some(Gap { from, to: after })
}

impl Gap {
    /// How many seconds to ask for, in whole minutes and one more.
    pub fn seconds(&self) -> u32 {
        let minutes = self.to.duration_since(self.from).as_mins().saturating_add(1);
        u32::try_from(minutes.saturating_mul(60)).unwrap_or(u32::MAX)
    }
}

/// Bars by their time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    bars: BTreeMap<Timestamp, Bar>,
}

impl History {
    /// Takes bars in. The newest word about a minute counts: its bar may have been unfinished before. `true` if anything changed.
    pub fn merge(&mut self, bars: impl IntoIterator<Item = Bar>) -> bool {
        let mut changed = false;
        for bar in bars {
            changed |= self.bars.insert(bar.time, bar.clone()).is_none_or(|before| before != bar);
        }
        while self.bars.len() > BARS_MAX {
            self.bars.pop_first();
        }
        changed
    }

    /// The bars, oldest first.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.bars.values()
    }

    /// The end of the newest bar.
    pub fn newest(&self) -> Option<Timestamp> {
        self.bars.keys().next_back().copied()
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;

//! Trades that what the broker told of the account may not show yet. It tells a margin that is seconds old, and is asked twice
//! a minute: until it was asked long enough behind a trade, what the trade opened counts as margin in full.

use domain::reconcile::POSITIONS_LAG;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::VecDeque;

/// Trades kept apart; beyond so many the oldest count as one, as young as the younger of them.
const APART_MAX: usize = 1_024;
/// The broker's estimate of an order is used no longer than this.
const ESTIMATE_AGE_MAX: SignedDuration = SignedDuration::from_mins(1);

/// What trades opened, oldest first, in base currency; `None` is unknown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unseen {
    opened: VecDeque<(Timestamp, Option<Decimal>)>,
    /// When the account's values were asked for that count now.
    asked_at: Option<Timestamp>,
}

impl Unseen {
    /// A trade opened so much.
    pub(crate) fn opened(&mut self, now: Timestamp, worth: Option<Decimal>) {
        if worth.is_some_and(|worth| worth.is_zero()) {
            return;
        }
        if self.opened.len() >= APART_MAX
            && let (Some((_, one)), Some((at, other))) = (self.opened.pop_front(), self.opened.pop_front())
        {
            self.opened.push_front((at, added(one, other)));
        }
        self.opened.push_back((now, worth));
    }

    /// Values of the account count now that were asked for then.
    pub(crate) fn told(&mut self, asked_at: Timestamp, now: Timestamp) {
        self.asked_at = Some(asked_at);
        // An estimate may be older than they are.
        self.opened.retain(|(at, _)| !is_shown(*at, asked_at) || now.duration_since(*at) <= ESTIMATE_AGE_MAX);
    }

    /// What was opened that the account's values may not show; `None` is unknown.
    pub(crate) fn by_account(&self) -> Option<Decimal> {
        self.sum(|at| self.asked_at.is_none_or(|asked_at| !is_shown(at, asked_at)))
    }

    /// What was opened that an estimate may not count, which was asked for then.
    pub(crate) fn by_estimate(&self, asked_at: Timestamp) -> Option<Decimal> {
        self.sum(|at| at >= asked_at)
    }

    /// Whether the account's values are to be asked for: they will show what those that count now may not.
    pub(crate) fn wants_values(&self, asked_before: Option<Timestamp>, now: Timestamp) -> bool {
        let Some((newest, _)) = self.opened.back() else { return false };
        is_shown(*newest, now) && asked_before.max(self.asked_at).is_none_or(|asked| !is_shown(*newest, asked))
    }

    fn sum(&self, counts: impl Fn(Timestamp) -> bool) -> Option<Decimal> {
        let mut counted = self.opened.iter().filter(|(at, _)| counts(*at));
        counted.try_fold(Decimal::ZERO, |sum, (_, worth)| added(Some(sum), *worth))
    }
}

/// Whether values that were asked for then show a trade: the broker's own books follow a trade with a lag.
fn is_shown(traded_at: Timestamp, asked_at: Timestamp) -> bool {
    traded_at.checked_add(POSITIONS_LAG).is_ok_and(|shown| shown <= asked_at)
}

fn added(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one.zip(other).and_then(|(one, other)| one.checked_add(other))
}

#[cfg(test)]
#[path = "unseen_tests.rs"]
mod tests;

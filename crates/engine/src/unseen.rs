//! Trades that what the broker told of the account may not show yet. It tells a margin that is seconds old, and is asked twice
//! a minute: until it was asked long enough behind a trade, what the trade opened counts as margin in full.

use domain::id::ConId;
use domain::reconcile::POSITIONS_LAG;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::VecDeque;

/// Trades kept apart; beyond so many the oldest count as one, as young as the younger of them.
const APART_MAX: usize = 1_024;
/// The broker's estimate of an order is used no longer than this.
const ESTIMATE_AGE_MAX: SignedDuration = SignedDuration::from_mins(1);

/// What a trade opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    /// When it was traded.
    pub(crate) at: Timestamp,
    /// In base currency; `None` is unknown.
    pub(crate) worth: Option<Decimal>,
    /// What it is worth by: contract, quantity, price. None of several that count as one.
    pub(crate) by: Option<(ConId, Decimal, Decimal)>,
}

/// What trades opened, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unseen {
    opened: VecDeque<Opened>,
    /// When the account's values were asked for that count now.
    asked_at: Option<Timestamp>,
}

impl Unseen {
    /// Books what a trade opened.
    pub(crate) fn opened(&mut self, one: Opened) {
        if one.worth.is_some_and(|worth| worth.is_zero()) {
            return;
        }
        if self.opened.len() >= APART_MAX
            && let (Some(first), Some(second)) = (self.opened.pop_front(), self.opened.pop_front())
        {
            let worth = added(first.worth, second.worth);
            self.opened.push_front(Opened { at: second.at, worth, by: None });
        }
        // The broker may tell late of a trade.
        let place = self.opened.partition_point(|other| other.at <= one.at);
        self.opened.insert(place, one);
    }

    /// Values of the account count now that were asked for then.
    pub(crate) fn told(&mut self, asked_at: Timestamp, now: Timestamp) {
        self.asked_at = Some(asked_at);
        // An estimate may be older than they are.
        self.opened.retain(|one| !is_shown(one.at, asked_at) || now.duration_since(one.at) <= ESTIMATE_AGE_MAX);
    }

    /// Values what had no value when it was traded: the first trades of a connection are told before the rates are.
    pub(crate) fn value(&mut self, worth_of: impl Fn(ConId, Decimal, Decimal) -> Option<Decimal>) {
        for one in self.opened.iter_mut().filter(|one| one.worth.is_none()) {
            one.worth = one.by.and_then(|(con_id, qty, price)| worth_of(con_id, qty, price));
        }
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
        let Some(newest) = self.opened.back().map(|one| one.at) else { return false };
        is_shown(newest, now) && asked_before.max(self.asked_at).is_none_or(|asked| !is_shown(newest, asked))
    }

    fn sum(&self, counts: impl Fn(Timestamp) -> bool) -> Option<Decimal> {
        let mut counted = self.opened.iter().filter(|one| counts(one.at));
        counted.try_fold(Decimal::ZERO, |sum, one| added(Some(sum), one.worth))
    }
}

/// Whether what was asked for then shows a trade: the broker's own books follow a trade with a lag.
pub(crate) fn is_shown(traded_at: Timestamp, asked_at: Timestamp) -> bool {
    traded_at.checked_add(POSITIONS_LAG).is_ok_and(|shown| shown <= asked_at)
}

fn added(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one.zip(other).and_then(|(one, other)| one.checked_add(other))
}

#[cfg(test)]
#[path = "unseen_tests.rs"]
mod tests;

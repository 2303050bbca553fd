//! What an account is worth over time: since the day began, since the week began, and at its peak.
//!
//! The broker tells the account's value, its unrealised profit, and the realised profit of the broker's day; it tells no
//! deposit. What the value moved by and those profits do not explain is taken for a deposit or a withdrawal if it is more
//! than half a percent of the account; what is less (fees, interest, dividends, roundings) counts as profit or loss. What
//! cannot be told apart: a large cost that the profits leave out, or a rate that moves much cash of another currency,
//! looks like a withdrawal. An account without those profits counts every withdrawal as a loss, which is the worse side.

use crate::money::Currency;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What an account was worth at one moment, as the broker told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMark {
    /// The currency of the amounts.
    pub currency: Currency,
    /// Net liquidation value.
    pub net_liquidation: Decimal,
    /// Unrealised profit or loss.
    pub unrealized: Option<Decimal>,
    /// Realised profit or loss of the broker's day.
    pub realized: Option<Decimal>,
}

/// What is compared with: shifted by deposits and withdrawals, so that neither is profit or loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountValue {
    /// The newest mark.
    pub last: AccountMark,
    /// When it was told.
    pub last_at: Timestamp,
    /// Worth when the day began, or at the first mark ever.
    pub day_start: Decimal,
    /// Worth when the week began, or at the first mark ever.
    pub week_start: Decimal,
    /// The most that it was worth since a human last reset it.
    pub peak: Decimal,
}

impl AccountValue {
    pub(super) fn begin(mark: &AccountMark, at: Timestamp) -> Self {
        let worth = mark.net_liquidation;
        Self { last: mark.clone(), last_at: at, day_start: worth, week_start: worth, peak: worth }
    }

    pub(super) fn mark(&mut self, mark: &AccountMark, at: Timestamp) {
        if self.last.currency != mark.currency {
            // Amounts of another currency compare with nothing.
            *self = Self::begin(mark, at);
            return;
        }
        let flow = flow(&self.last, mark);
        self.day_start = self.day_start.saturating_add(flow);
        self.week_start = self.week_start.saturating_add(flow);
        self.peak = self.peak.saturating_add(flow).max(mark.net_liquidation);
        (self.last, self.last_at) = (mark.clone(), at);
    }

    pub(super) fn begin_day(&mut self, begins_week: bool) {
        self.day_start = self.last.net_liquidation;
        if begins_week {
            self.week_start = self.last.net_liquidation;
        }
    }

    pub(super) fn reset_peak(&mut self) {
        self.peak = self.last.net_liquidation;
    }

    /// What was lost since the day began; below zero is a gain.
    pub fn loss_day(&self) -> Decimal {
        self.day_start.saturating_sub(self.last.net_liquidation)
    }

    /// What was lost since the week began.
    pub fn loss_week(&self) -> Decimal {
        self.week_start.saturating_sub(self.last.net_liquidation)
    }

    /// How far below its peak it is, in percent. An account that was never worth anything is as low as can be.
    pub fn drawdown_percent(&self) -> Decimal {
        if self.peak <= Decimal::ZERO {
            return Decimal::ONE_HUNDRED;
        }
        let below = self.peak.saturating_sub(self.last.net_liquidation);
        below.checked_mul(Decimal::ONE_HUNDRED).and_then(|below| below.checked_div(self.peak)).unwrap_or(Decimal::MAX)
    }
}

/// What came in (or, below zero, went out) between two marks.
fn flow(before: &AccountMark, after: &AccountMark) -> Decimal {
    let profits = |mark: &AccountMark| mark.unrealized.zip(mark.realized);
    let (Some((open_before, made_before)), Some((open_after, made_after))) = (profits(before), profits(after)) else {
        return Decimal::ZERO;
    };
    let moved = after.net_liquidation.saturating_sub(before.net_liquidation);
    let unexplained = |made: Decimal| moved.saturating_sub(open_after.saturating_sub(open_before)).saturating_sub(made);
    // The broker's own day may have begun between them, and its realised profit anew: what explains more is believed.
    let (same_day, new_day) = (unexplained(made_after.saturating_sub(made_before)), unexplained(made_after));
    let flow = if same_day.abs() <= new_day.abs() { same_day } else { new_day };
    let least = before.net_liquidation.abs() / Decimal::from(200);
    if flow.abs() > least { flow } else { Decimal::ZERO }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;

//! Which of two values of a limit is the tighter one.

use crate::activity::WINDOW_MAX;
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// In which direction a limit tightens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tighter {
    /// A smaller number, `false`, a smaller set of what is allowed; no value at all is the loosest.
    Less,
    /// A greater number, `true`, a larger set of what is required or denied.
    More,
}

/// A value that a policy may set.
pub(super) trait LimitValue: Clone + PartialEq {
    /// Whether it is a list.
    const IS_LIST: bool = false;

    /// What lets through only what both let through.
    fn tightest(&self, other: &Self, tighter: Tighter) -> Self;

    /// Why this value makes no sense under this name.
    fn problem(&self, _key: &str) -> Option<String> {
        None
    }
}

/// An amount, quantity or percentage.
fn wrong_amount(value: Decimal, key: &str) -> Option<String> {
    let is_percent = key.contains("_percent");
    // A band as wide as the price itself is none.
    let whole = key.starts_with("collar_") || key == "market_order_slippage_percent";
    if value < Decimal::ZERO {
        Some(format!("must not be negative, it is {value}"))
    } else if is_percent && (value > Decimal::ONE_HUNDRED || (whole && value == Decimal::ONE_HUNDRED)) {
        Some(format!("must be from 0 to below 100 percent, it is {value}"))
    } else {
        None
    }
}

/// A time, in the unit that the name ends with.
fn wrong_time(value: i64, key: &str) -> Option<String> {
    if value < 0 {
        Some(format!("must not be negative, it is {value}"))
    } else if matches!(key, "short_window_s" | "wash_window_s") && value > WINDOW_MAX.as_secs() {
        Some(format!(
            "must be at most {} seconds: older orders are not remembered, it is {value}",
            WINDOW_MAX.as_secs()
        ))
    } else if in_seconds(value, key) > TIME_MAX.as_secs() {
        // Times are added to moments: what lies beyond every calendar would end the process.
        Some(format!("must be at most {} days, it is {value}", TIME_MAX.as_secs() / 86_400))
    } else {
        None
    }
}

/// Longest time that a limit may name.
const TIME_MAX: SignedDuration = SignedDuration::from_hours(24 * 3_660);

fn in_seconds(value: i64, key: &str) -> i64 {
    let has = |unit: &str| key.ends_with(unit) || key.contains(&format!("{unit}_"));
    if has("_ms") {
        value / 1_000
    } else if key.ends_with("blackout_min") {
        value.saturating_mul(60)
    } else if has("_h") {
        value.saturating_mul(3_600)
    } else if has("_d") || has("_days") {
        value.saturating_mul(86_400)
    } else {
        value
    }
}

macro_rules! ordered {
    ($($kind:ty: $problem:expr),+) => {$(
        impl LimitValue for $kind {
            fn problem(&self, key: &str) -> Option<String> {
                let problem: fn($kind, &str) -> Option<String> = $problem;
                problem(*self, key)
            }

            fn tightest(&self, other: &Self, tighter: Tighter) -> Self {
                match tighter {
                    Tighter::Less => *self.min(other),
                    Tighter::More => *self.max(other),
                }
            }
        }
    )+};
}

ordered!(
    Decimal: wrong_amount,
    i64: wrong_time,
    u32: |_, _| None,
    bool: |_, _| None
);

impl<T: Clone + Ord> LimitValue for BTreeSet<T> {
    const IS_LIST: bool = true;

    fn tightest(&self, other: &Self, tighter: Tighter) -> Self {
        match tighter {
            Tighter::Less => self.intersection(other).cloned().collect(),
            Tighter::More => self.union(other).cloned().collect(),
        }
    }
}

/// No value is no limit.
impl<T: LimitValue> LimitValue for Option<T> {
    const IS_LIST: bool = T::IS_LIST;

    fn tightest(&self, other: &Self, tighter: Tighter) -> Self {
        match (self, other) {
            (Some(one), Some(two)) => Some(one.tightest(two, tighter)),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }

    fn problem(&self, key: &str) -> Option<String> {
        self.as_ref().and_then(|value| value.problem(key))
    }
}

#[cfg(test)]
#[path = "tightness_tests.rs"]
mod tests;

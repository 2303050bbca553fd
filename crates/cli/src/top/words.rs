//! Figures, ages and times in few letters.

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use std::time::Duration;

/// What is not known.
pub(super) const UNKNOWN: &str = "–";

/// An age: `0.4s`, `12s`, `3m`, `2h`, `5d`.
pub(super) fn age(of: Duration) -> String {
    let seconds = of.as_secs();
    match seconds {
        0..10 => format!("{seconds}.{}s", of.subsec_millis() / 100),
        10..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Milliseconds that somebody told, as a duration; none below zero.
pub(super) fn millis(told: i64) -> Duration {
    Duration::from_millis(u64::try_from(told).unwrap_or(0))
}

/// How long ago a time was, by the wall clock; nothing for what lies ahead.
pub(super) fn since(time: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(time)).unwrap_or_default()
}

/// A price or quantity as it is, without zeros behind it.
pub(super) fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// The same, or a dash.
pub(super) fn plain_or(value: Option<Decimal>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), plain)
}

/// An amount of money: two places, thousands set apart.
pub(super) fn money(value: Decimal) -> String {
    let rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.2}", rounded.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" };
    format!("{sign}{grouped}.{part}")
}

/// The same, or a dash.
pub(super) fn money_or(value: Option<Decimal>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), money)
}

/// Profit or loss: always with its sign.
pub(super) fn signed(value: Option<Decimal>) -> String {
    match value {
        None => UNKNOWN.to_owned(),
        Some(value) if value > Decimal::ZERO => format!("+{}", money(value)),
        Some(value) => money(value),
    }
}

/// A time of day in UTC, with its date when that is another day.
pub(super) fn time(at: Timestamp, now: Timestamp) -> String {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    if day(at) == day(now) { at.strftime("%H:%M:%SZ").to_string() } else { at.strftime("%m-%d %H:%M:%SZ").to_string() }
}

/// A word of ours as a person reads it.
pub(super) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

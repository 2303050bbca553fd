//! What has a path of its own: closes, one a day, real or seeded. Everything else follows from these.

use jiff::civil::Date;

use super::calendar::Calendar;
use super::clock::{day_number, shifted};
use super::noise::{mix, normalish};

/// Which days have a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grid {
    /// Sessions of the stock exchange.
    Sessions,
    /// Monday to Friday, at 17:00.
    Weekdays,
    /// Every day, at midnight.
    Days,
}

/// The days between the first close and the end of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// First day, a session of the stock exchange.
    pub(super) first: Date,
    /// Its position among the sessions.
    pub(super) ordinal: usize,
}

impl Grid {
    /// Position of the last close on or before a day.
    pub(super) fn position(self, calendar: &Calendar, span: Span, day: Date) -> Option<usize> {
        match self {
            Self::Sessions => calendar.on_or_before(day)?.checked_sub(span.ordinal),
            Self::Weekdays => usize::try_from(weekdays(day) - weekdays(span.first)).ok(),
            Self::Days => usize::try_from(day_number(day) - day_number(span.first)).ok(),
        }
    }

    /// Closes up to the end of the calendar.
    pub(super) fn len(self, calendar: &Calendar, span: Span) -> usize {
        let last = calendar.sessions().last().map_or(span.first, |s| s.date);
        self.position(calendar, span, last).map_or(0, |p| p + 1)
    }
}

/// Weekdays from a fixed Monday long ago up to a day, that day included.
fn weekdays(day: Date) -> i64 {
    // 1970-01-05 was a Monday.
    let days = day_number(day) - 4;
    days.div_euclid(7) * 5 + (days.rem_euclid(7) + 1).min(5)
}

/// A source of prices.
#[derive(Clone, Debug)]
pub(super) struct Root {
    /// Position of the instrument whose price it is.
    pub(super) owner: usize,
    /// Names its noise.
    pub(super) key: u64,
    pub(super) grid: Grid,
    pub(super) closes: Vec<f64>,
    /// Bounds of the noise of a day, as a share of the price.
    pub(super) calm: f64,
    pub(super) wild: f64,
}

/// A seeded walk with a pull towards its level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    /// Price on the day of the last real close.
    pub(super) level: f64,
    /// Standard deviation of a day.
    pub(super) sd: f64,
    /// Share of the distance to the level that a day undoes.
    pub(super) pull: f64,
}

impl Walk {
    /// Closes of a walk that is at its level at `anchor`, going both ways from there.
    pub(super) fn closes(&self, len: usize, anchor: usize, key: u64) -> Vec<f64> {
        let mut closes = vec![self.level; len];
        let step =
            |distance: f64, name: usize| distance * (1.0 - self.pull) + self.sd * normalish(mix(key, name as u64));
        let anchor = anchor.min(len.saturating_sub(1));
        let mut distance = 0.0;
        for (position, close) in closes.iter_mut().enumerate().skip(anchor + 1) {
            distance = step(distance, position);
            *close = self.level * f64::exp(distance);
        }
        distance = 0.0;
        for (position, close) in closes.iter_mut().enumerate().take(anchor).rev() {
            distance = step(distance, position);
            *close = self.level * f64::exp(distance);
        }
        closes
    }
}

/// An equal-weighted basket of other closes, brought to a level at `anchor`.
pub(super) fn basket(members: &[&[f64]], level: f64, anchor: usize) -> Vec<f64> {
    let len = members.iter().map(|m| m.len()).min().unwrap_or(0);
    let anchor = anchor.min(len.saturating_sub(1));
    let weights: Vec<f64> = members.iter().map(|m| 1.0 / m[anchor]).collect();
    let sum = |position: usize| members.iter().zip(&weights).map(|(m, w)| m[position] * w).sum::<f64>();
    let at_anchor = sum(anchor);
    (0..len).map(|position| level * sum(position) / at_anchor).collect()
}

/// The real closes in dollars, then a seeded walk with their own volatility and no drift.
pub(super) fn continued(mills: &[u32], len: usize, key: u64) -> Vec<f64> {
    let mut closes: Vec<f64> = mills.iter().map(|m| f64::from(*m) / 1000.0).take(len).collect();
    let year = &closes[closes.len().saturating_sub(253)..];
    let (sum, n) = year.windows(2).fold((0.0, 0.0), |(sum, n), w| (sum + (w[1] / w[0] - 1.0).abs(), n + 1.0));
    let sd = if n > 0.0 { (1.25 * sum / n).min(0.04) } else { 0.01 };
    let mut last = closes.last().copied().unwrap_or(1.0);
    let mut step = 0_u64;
    while closes.len() < len {
        step += 1;
        last *= 1.0 + sd * normalish(mix(key, step));
        // A walk may wander, a listed stock does not become free.
        last = last.max(0.5);
        closes.push(last);
    }
    closes
}

/// The day before.
pub(super) fn eve(day: Date) -> Date {
    shifted(day, -1)
}

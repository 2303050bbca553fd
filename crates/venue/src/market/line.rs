//! The unbroken line of a root's price, put together from bridges between known points.
//!
//! ```text
//! stocks      close ─ evening ─ 20:00 ─ night ─ 04:00 ─ morning ─ 09:30 ─ regular ─ 16:00 close
//! currencies  17:00 close ─ still ─ 17:15 ─────────────────────────────────────── 17:00 close
//! crypto      midnight ─────────────────────────────────────────────────────────── midnight
//! always open midnight ─────────────────────────────────────────────────────────── midnight
//! ```
//!
//! A night is as long as the exchange rests, be it a weekend: futures trade along it.

use jiff::civil::Date;

use super::Market;
use super::calendar::{Session, is_weekend};
use super::clock::{date_of, day_number, midnight, shifted, wall};
use super::hours::{AFTER_CLOSE, PRE_OPEN};
use super::noise::{mix, normalish, unit};
use super::path::Path;
use super::roots::{Grid, Root, eve};

/// Days whose moves set the noise of the next day.
const VOLATILITY_DAYS: usize = 20;
/// Noise of the hours outside the regular session, as a share of that of the day.
const QUIET: f64 = 0.2;

/// A bridge with its place in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) start: i64,
    /// Where the next one begins.
    pub(super) end: i64,
    path: Path,
}

/// The known points around a night: close, end of the evening, begin of the morning, next open.
#[derive(Clone, Copy, Debug)]
struct Night {
    evening: f64,
    morning: f64,
    open: f64,
}

impl Market {
    /// The value of a root at a second.
    pub(super) fn root_at(&self, root: usize, second: i64) -> Option<f64> {
        let segment = self.segment(&self.roots[root], second)?;
        Some(segment.path.at(second - segment.start))
    }

    /// Lowest and highest value of a root among the seconds `first..=last`.
    pub(super) fn root_extremes(&self, root: usize, first: i64, last: i64) -> Option<(f64, f64)> {
        let root = &self.roots[root];
        let mut at = first;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        loop {
            let segment = self.segment(root, at)?;
            let until = last.min(segment.end - 1);
            let found = segment.path.extremes(at - segment.start, until - segment.start);
            (low, high) = (low.min(found.0), high.max(found.1));
            if until == last {
                return Some((low, high));
            }
            at = segment.end;
        }
    }

    /// The last close of a root on or before a day.
    pub(super) fn close_on(&self, root: &Root, day: Date) -> Option<f64> {
        root.closes.get(root.grid.position(&self.calendar, self.span, day)?).copied()
    }

    /// Mean absolute daily move of the last days up to one, kept within the root's bounds.
    pub(super) fn volatility(&self, root: &Root, before: Date) -> f64 {
        let end = root.grid.position(&self.calendar, self.span, before).map_or(0, |p| p + 1);
        let recent = root.closes.get(end.saturating_sub(VOLATILITY_DAYS + 1)..end).unwrap_or(&[]);
        let (sum, n) = recent.windows(2).fold((0.0, 0.0), |(sum, n), w| (sum + (w[1] / w[0] - 1.0).abs(), n + 1.0));
        if n > 0.0 { (sum / n).clamp(root.calm, root.wild) } else { f64::midpoint(root.calm, root.wild) }
    }

    /// The bridge that a second lies on.
    fn segment(&self, root: &Root, second: i64) -> Option<Segment> {
        let date = date_of(second)?;
        if self.runs_all_day(date) {
            return self.whole_day(root, date);
        }
        match root.grid {
            Grid::Sessions => self.session_segment(root, date, second),
            Grid::Weekdays => self.weekday_segment(root, date, second),
            Grid::Days => self.whole_day(root, date),
        }
    }

    fn bridge(&self, root: &Root, date: Date, part: u64, times: (i64, i64), values: (f64, f64), share: f64) -> Segment {
        let (start, end) = times;
        let name = day_number(date).unsigned_abs();
        let key = mix(mix(root.key, name), part);
        let sd = values.0 * self.volatility(root, eve(date)) * share;
        let path = Path { from: values.0, to: values.1, len: end - start, sd, key, held: self.is_held() };
        // Where all days become whole days, what lies on their far side is theirs.
        let end = if self.begins_before_always(start) { end.min(self.always_from) } else { end };
        Segment { start, end, path }
    }

    fn begins_before_always(&self, second: i64) -> bool {
        second < self.always_from
    }

    fn whole_day(&self, root: &Root, date: Date) -> Option<Segment> {
        let to = self.close_on(root, date)?;
        let from = self.close_on(root, eve(date)).unwrap_or(to);
        Some(self.bridge(root, date, 0, (midnight(date), midnight(shifted(date, 1))), (from, to), 1.0))
    }

    fn weekday_segment(&self, root: &Root, date: Date, second: i64) -> Option<Segment> {
        let close = |day: Date| wall(day, 17 * 3600);
        let mut day = date;
        while is_weekend(day) || close(day) <= second {
            day = shifted(day, 1);
        }
        let mut before = eve(day);
        while is_weekend(before) {
            before = eve(before);
        }
        let (from, to) = (self.close_on(root, before)?, self.close_on(root, day)?);
        let opens = wall(eve(day), 17 * 3600 + 900);
        Some(if second < opens {
            self.bridge(root, day, 1, (close(before), opens), (from, from), 0.0)
        } else {
            self.bridge(root, day, 0, (opens, close(day)), (from, to), 1.0)
        })
    }

    fn session_segment(&self, root: &Root, date: Date, second: i64) -> Option<Segment> {
        let mut ordinal = self.calendar.on_or_before(date)?;
        let mut session = *self.calendar.get(ordinal)?;
        if second < session.open - PRE_OPEN {
            ordinal = ordinal.checked_sub(1)?;
            session = *self.calendar.get(ordinal)?;
        }
        let day = session.date;
        let close = self.close_on(root, day)?;
        if second < session.close && second >= session.open - PRE_OPEN {
            let before = ordinal.checked_sub(1).and_then(|o| self.calendar.get(o)).map_or(day, |s| s.date);
            let from = self.close_on(root, before).unwrap_or(close);
            let night = self.night(root, &session, from, close);
            let opens = session.open;
            return Some(if second < opens {
                self.bridge(root, day, 1, (opens - PRE_OPEN, opens), (night.morning, night.open), QUIET)
            } else {
                self.bridge(root, day, 0, (opens, session.close), (night.open, close), 1.0)
            });
        }
        let next = *self.calendar.get(ordinal + 1)?;
        let night = self.night(root, &next, close, self.close_on(root, next.date)?);
        let evening_ends = session.close + AFTER_CLOSE;
        Some(if second < evening_ends {
            self.bridge(root, day, 2, (session.close, evening_ends), (close, night.evening), QUIET)
        } else {
            let times = (evening_ends, next.open - PRE_OPEN);
            self.bridge(root, day, 3, times, (night.evening, night.morning), QUIET)
        })
    }

    /// What the price does between a close and the session after it: part of the way to that one's
    /// close, and a little of its own.
    fn night(&self, root: &Root, next: &Session, close: f64, next_close: f64) -> Night {
        if self.is_held() {
            return Night { evening: close, morning: close, open: close };
        }
        let key = mix(root.key ^ 0x4E49_4748_5453, day_number(next.date).unsigned_abs());
        let sd = self.volatility(root, eve(next.date));
        let ahead = next_close / close;
        let point = |name: u64, way: f64| {
            let hash = mix(key, name);
            let share = way * (0.5 + unit(hash));
            close * ahead.powf(share) * (1.0 + QUIET * sd * normalish(mix(hash, name)))
        };
        Night { evening: point(1, 0.15), morning: point(2, 0.3), open: point(3, 0.4) }
    }
}

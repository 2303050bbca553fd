//! The five fields of cron, read once: minute, hour, day of the month, month, day of the week.

use jiff::civil::{Date, Time};
use std::collections::BTreeSet;

/// A cron line, by the rules of crontab(5): lists, ranges and steps; where both days are named, either fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    days: Days,
    months: BTreeSet<i8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Days {
    of_month: BTreeSet<i8>,
    /// 0 is Sunday.
    of_week: BTreeSet<i8>,
    /// A field that begins with a star does not widen the other.
    either: bool,
}

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Cron {
    /// Reads a line such as `50 15 * * fri`.
    ///
    /// # Errors
    /// Which field is wrong, and what it may be.
    pub fn read(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(format!("a cron line has five fields (minute hour day month weekday), not {}", fields.len()));
        };
        let of_week = field("weekday", weekday, 0, 7, &WEEKDAYS, 0)?.into_iter().map(|day| day % 7).collect();
        Ok(Self {
            minutes: field("minute", minute, 0, 59, &[], 0)?,
            hours: field("hour", hour, 0, 23, &[], 0)?,
            days: Days {
                of_month: field("day", day, 1, 31, &[], 0)?,
                of_week,
                either: !day.starts_with('*') && !weekday.starts_with('*'),
            },
            months: field("month", month, 1, 12, &MONTHS, 1)?,
        })
    }

    /// Whether it comes round on this day.
    pub fn fits(&self, date: Date) -> bool {
        let by_month = self.days.of_month.contains(&date.day());
        let by_week = self.days.of_week.contains(&date.weekday().to_sunday_zero_offset());
        let by_day = if self.days.either { by_month || by_week } else { by_month && by_week };
        by_day && self.months.contains(&date.month())
    }

    /// The times of a day on which it comes round, in order.
    pub fn times(&self) -> impl Iterator<Item = Time> + '_ {
        let at = |hour: i8| self.minutes.iter().filter_map(move |minute| Time::new(hour, *minute, 0, 0).ok());
        self.hours.iter().flat_map(move |hour| at(*hour))
    }
}

fn field(what: &str, text: &str, low: i8, high: i8, names: &[&str], first: i8) -> Result<BTreeSet<i8>, String> {
    let wrong = || format!("{what} {text:?}: write *, a number from {low} to {high}, a-b, a,b or */n");
    let number = |text: &str| {
        let named = names.iter().zip(first..).find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, at)| at);
        let told = || {
            text.parse::<i8>()
                .ok()
                .filter(|at| text.bytes().all(|digit| digit.is_ascii_digit()) && *at >= low && *at <= high)
        };
        named.or_else(told).ok_or_else(wrong)
    };
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step = step.map_or(Ok(1), |step| step.parse::<usize>().ok().filter(|step| *step > 0).ok_or_else(wrong))?;
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if range == "*" => (low, high),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return Err(wrong());
        }
        all.extend((from..=to).step_by(step));
    }
    Ok(all)
}

#[cfg(test)]
#[path = "cron_tests.rs"]
mod tests;

//! A schedule as it is written: the configuration and the journal use the same words.

use super::cron::Cron;
use super::schedule::{Cadence, MissedPolicy, Schedule, SlotTime};
use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};

/// Stands between a rule and its time in the words of the journal.
const AT: &str = " at ";
/// And before what becomes of a slot that passed.
const MISSED: &str = ", missed: ";

/// The rule in words that differ when the rule does, out of the words of the configuration.
pub fn spec(rule: &str, at: &str, missed: &str) -> String {
    format!("{rule}{AT}{at}{MISSED}{missed}")
}

impl Schedule {
    /// Reads what [`spec`] has written; `None` for anything else.
    pub fn of_spec(name: &str, spec: &str) -> Option<Self> {
        let (rest, missed) = spec.rsplit_once(MISSED)?;
        let (rule, at) = rest.rsplit_once(AT)?;
        let (cadence, at, missed) = (cadence(rule).ok()?, slot_time(at)?, missed_policy(missed)?);
        Some(Self { name: name.to_owned(), cadence, at, missed })
    }
}

/// Reads `daily`, `weekly fri`, `month-begin`, `month-end` or `cron 50 15 * * fri`.
///
/// # Errors
/// What it may be.
pub fn cadence(rule: &str) -> Result<Cadence, String> {
    let wrong = || "daily, weekly DAY, month-begin, month-end, or cron and five fields, e.g. \"weekly fri\"".to_owned();
    match rule.split_once(' ') {
        None if rule == "daily" => Ok(Cadence::Daily),
        None if rule == "month-begin" => Ok(Cadence::MonthBegin),
        None if rule == "month-end" => Ok(Cadence::MonthEnd),
        Some(("weekly", day)) => weekday(day).map(Cadence::Weekly).ok_or_else(wrong),
        Some(("cron", line)) => Cron::read(line).map(Cadence::Cron),
        None | Some(_) => Err(wrong()),
    }
}

/// Reads `open+30m`, `close-20m` or `15:40`.
pub fn slot_time(text: &str) -> Option<SlotTime> {
    if let Some(after) = text.strip_prefix("open+") {
        return minutes(after).map(SlotTime::AfterOpen);
    }
    if let Some(before) = text.strip_prefix("close-") {
        return minutes(before).map(SlotTime::BeforeClose);
    }
    Time::strptime("%H:%M", text).ok().map(SlotTime::At)
}

/// Reads `skip` or `late 60m`.
pub fn missed_policy(text: &str) -> Option<MissedPolicy> {
    match text.split_once(' ') {
        None if text == "skip" => Some(MissedPolicy::Skip),
        Some(("late", within)) => minutes(within).map(MissedPolicy::Late),
        None | Some(_) => None,
    }
}

fn minutes(text: &str) -> Option<SignedDuration> {
    text.strip_suffix('m')?.parse::<u16>().ok().map(|minutes| SignedDuration::from_mins(i64::from(minutes)))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "schedule_text_tests.rs"]
mod tests;

//! When the loop runs: slots on the exchange's calendar, each with a key that is used once for ever.

use super::calendar::{ExchangeCalendar, ExchangeSession};
use super::cron::Cron;
use crate::id::{RunId, SlotKey};
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use std::collections::BTreeMap;

/// Slots that are told at once, the oldest ones; the others are told when these are accounted for.
pub const SLOTS_MAX: usize = 400;
/// A slot within this long of its moment runs on time.
pub const ON_TIME: SignedDuration = SignedDuration::from_mins(2);
/// A rule comes round at least once in so many days.
const DAYS_MAX: i32 = 400;
/// A day of the rule and the session that it leads to lie at most so far apart, in either direction.
const SHIFT_DAYS_MAX: i32 = 14;
const OPEN: Time = Time::constant(9, 30, 0, 0);
const CLOSE: Time = Time::constant(16, 0, 0, 0);

/// On which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Every session.
    Daily,
    /// On this day of every week; where the exchange is closed, in its next session.
    Weekly(Weekday),
    /// In the first session of every month.
    MonthBegin,
    /// In the last session of every month.
    MonthEnd,
    /// By a cron line in the exchange's time; where it is closed, in its next session.
    Cron(Cron),
}

/// At which time of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotTime {
    /// So long after it opens.
    AfterOpen(SignedDuration),
    /// So long before it closes, early or not.
    BeforeClose(SignedDuration),
    /// At this time of the exchange; on a day that ends early, so much earlier.
    At(Time),
}

/// What becomes of a slot that passed while nothing could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissedPolicy {
    /// Nothing.
    Skip,
    /// It runs late, at most so long after its moment and before its session closes.
    Late(SignedDuration),
}

/// When the loop runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name: the first part of its slots' keys and of its runs' names.
    pub name: String,
    /// On which days.
    pub cadence: Cadence,
    /// When on those days. A cron line brings its own times.
    pub at: SlotTime,
    /// What becomes of a slot that passed.
    pub missed: MissedPolicy,
}

/// One slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its key.
    pub key: SlotKey,
    /// The run that it leads to.
    pub run: RunId,
    /// Its moment.
    pub at: Timestamp,
    /// The session that it lies in.
    pub session: ExchangeSession,
}

/// What to do about a slot whose moment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotVerdict {
    /// Run it.
    Run(Slot),
    /// It is over.
    Missed(Slot, String),
}

/// Whether an id is of the form that runs of slots have, `NAME-YYYYMMDD-HHMM`, whatever the schedule's name: a run that took
/// it by hand would take the place of its slot's.
pub fn is_of_slot(id: &RunId) -> bool {
    let digits = |part: Option<&str>, count| {
        part.is_some_and(|part| part.len() == count && part.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let mut parts = id.as_str().rsplitn(3, '-');
    digits(parts.next(), 4) && digits(parts.next(), 8) && parts.next().is_some()
}

impl Schedule {
    /// What is wrong with it, if anything.
    pub fn problem(&self) -> Option<String> {
        let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 10 || !self.name.chars().all(named) {
            return Some("name: 1 to 10 lower-case letters, digits and hyphens".to_owned());
        }
        let in_session = |time: Time| (OPEN..CLOSE).contains(&time);
        let cron = match &self.cadence {
            Cadence::Cron(cron) => Some(cron),
            Cadence::Daily | Cadence::Weekly(_) | Cadence::MonthBegin | Cadence::MonthEnd => None,
        };
        if let Some(time) = cron.and_then(|cron| cron.times().find(|time| !in_session(*time))) {
            return Some(format!("schedule: {time} in New York is outside of every session, 9:30 to 16:00"));
        }
        let offset = match self.at {
            SlotTime::AfterOpen(offset) | SlotTime::BeforeClose(offset) => offset,
            SlotTime::At(time) if in_session(time) || cron.is_some() => SignedDuration::ZERO,
            SlotTime::At(_) => return Some("at: a time within the session, 09:30 to 15:59 in New York".to_owned()),
        };
        // An early session lasts three and a half hours.
        let fits = offset >= SignedDuration::ZERO && offset < SignedDuration::from_mins(210);
        (!fits).then(|| "at: 0 to 209 minutes after the open or before the close".to_owned())
    }

    /// Slots with a moment in `(after, until]`, oldest first, at most [`SLOTS_MAX`] of them: the oldest.
    pub fn slots(&self, calendar: &ExchangeCalendar, after: Timestamp, until: Timestamp) -> Vec<Slot> {
        self.first_slots(calendar, after, until, SLOTS_MAX)
    }

    fn first_slots(&self, calendar: &ExchangeCalendar, after: Timestamp, until: Timestamp, most: usize) -> Vec<Slot> {
        // What was shifted over a holiday begins before the span; the last session of a month may lie before its last day.
        let (first, last) = (calendar.date_of(after), calendar.date_of(until));
        let begin = first.checked_sub(SHIFT_DAYS_MAX.days());
        let end = last.checked_add(SHIFT_DAYS_MAX.days());
        let (Ok(begin), Ok(end)) = (begin, end) else { return Vec::new() };
        let mut found = BTreeMap::new();
        for date in begin.series(1.day()).take_while(|date| *date <= end) {
            for slot in self.of_day(calendar, date) {
                if after < slot.at && slot.at <= until {
                    found.insert((slot.at, slot.key.clone()), slot);
                    if found.len() > most {
                        found.pop_last();
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// The next slot.
    pub fn next(&self, calendar: &ExchangeCalendar, now: Timestamp) -> Option<Slot> {
        let begin = calendar.date_of(now).checked_sub(SHIFT_DAYS_MAX.days()).ok()?;
        let mut best: Option<Slot> = None;
        for date in begin.series(1.day()).take(usize::try_from(DAYS_MAX).ok()?) {
            if best.as_ref().is_some_and(|slot| slot.session.date < date) {
                break;
            }
            for slot in self.of_day(calendar, date).into_iter().filter(|slot| slot.at > now) {
                if best.as_ref().is_none_or(|known| slot.at < known.at) {
                    best = Some(slot);
                }
            }
        }
        best
    }

    /// What to do about the slots since `since` that were not used. Only the newest may run; older ones are over.
    pub fn due(
        &self,
        calendar: &ExchangeCalendar,
        used: impl Fn(&SlotKey) -> bool,
        since: Timestamp,
        now: Timestamp,
    ) -> Vec<SlotVerdict> {
        let mut slots = self.first_slots(calendar, since, now, SLOTS_MAX + 1);
        let is_all = slots.len() <= SLOTS_MAX;
        slots.truncate(SLOTS_MAX);
        slots.retain(|slot| !used(&slot.key));
        let newest = if is_all { slots.pop() } else { None };
        let passed = |slot: Slot| {
            let why = format!("its moment {} passed, and a newer slot came round", slot.at);
            SlotVerdict::Missed(slot, why)
        };
        let mut verdicts: Vec<SlotVerdict> = slots.into_iter().map(passed).collect();
        if let Some(slot) = newest {
            verdicts.push(self.judge(slot, now));
        }
        verdicts
    }

    fn judge(&self, slot: Slot, now: Timestamp) -> SlotVerdict {
        let late = now.duration_since(slot.at);
        let within = match self.missed {
            MissedPolicy::Skip => ON_TIME,
            MissedPolicy::Late(within) => within.max(ON_TIME),
        };
        if late > within {
            let why = format!(
                "its moment {} passed {} minutes ago, and it may be late by {}",
                slot.at,
                late.as_mins(),
                within.as_mins()
            );
            return SlotVerdict::Missed(slot, why);
        }
        if now >= slot.session.close {
            let why = format!("its session closed at {}", slot.session.close);
            return SlotVerdict::Missed(slot, why);
        }
        SlotVerdict::Run(slot)
    }

    /// Slots that this day of the rule leads to, in this session or, over a holiday, in the next one.
    fn of_day(&self, calendar: &ExchangeCalendar, date: Date) -> Vec<Slot> {
        let Some(session) = self.session_of(calendar, date) else { return Vec::new() };
        let slot = |at: SlotTime| {
            let moment = moment(calendar, &session, at)?;
            let local = moment.to_zoned(calendar.zone().clone());
            let key = format!("{}:{}", self.name, local.strftime("%Y-%m-%dT%H:%M"));
            let run = format!("{}-{}", self.name, local.strftime("%Y%m%d-%H%M"));
            Some(Slot { key: key.parse().ok()?, run: run.parse().ok()?, at: moment, session })
        };
        match &self.cadence {
            Cadence::Cron(cron) => cron.times().filter_map(|time| slot(SlotTime::At(time))).collect(),
            Cadence::Daily | Cadence::Weekly(_) | Cadence::MonthBegin | Cadence::MonthEnd => {
                slot(self.at).into_iter().collect()
            }
        }
    }

    fn session_of(&self, calendar: &ExchangeCalendar, date: Date) -> Option<ExchangeSession> {
        match &self.cadence {
            Cadence::Daily => calendar.session_on(date),
            Cadence::Weekly(weekday) => (date.weekday() == *weekday).then(|| calendar.first_from(date)).flatten(),
            Cadence::MonthBegin => (date.day() == 1).then(|| calendar.first_from(date)).flatten(),
            Cadence::MonthEnd => (date == date.last_of_month()).then(|| calendar.last_until(date)).flatten(),
            Cadence::Cron(cron) => cron.fits(date).then(|| calendar.first_from(date)).flatten(),
        }
    }
}

/// The moment of a time in a session; none outside of it.
fn moment(calendar: &ExchangeCalendar, session: &ExchangeSession, at: SlotTime) -> Option<Timestamp> {
    let moment = match at {
        SlotTime::AfterOpen(offset) => session.open.checked_add(offset).ok()?,
        SlotTime::BeforeClose(offset) => session.close.checked_sub(offset).ok()?,
        SlotTime::At(time) => calendar.moment(session.date, time)?.checked_sub(session.cut()).ok()?,
    };
    Some(moment.clamp(session.open, session.close))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;

//! Trading hours: the broker's text, read once into sessions with a beginning and an end.

use crate::contract::Contract;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// More sessions than IBKR lists; a longer text is not one of its.
const SESSIONS_MAX: usize = 1_000;
/// IBKR ends a whole day at 23:59 and begins the next one at 00:00: no market is closed for that minute.
const SEAM: SignedDuration = SignedDuration::from_mins(1);

/// One session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its first moment.
    pub open: Timestamp,
    /// Its end, no longer part of it.
    pub close: Timestamp,
}

impl Session {
    fn holds(&self, now: Timestamp) -> bool {
        self.open <= now && now < self.close
    }
}

/// When a contract trades, in the days for which the broker has said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    trading: Vec<Session>,
    regular: Vec<Session>,
}

/// How the market stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In regular hours.
    Regular(Session),
    /// Outside regular hours, while it trades.
    Extended,
    /// It does not trade.
    Closed,
}

impl Phase {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regular(_) => "open",
            Self::Extended => "outside regular hours",
            Self::Closed => "closed",
        }
    }
}

impl Hours {
    /// The hours in a contract's details; `None` when the broker gave none, when its zone is not known to us, or when the
    /// text cannot be read: half-read hours are none.
    pub fn read(contract: &Contract) -> Option<Self> {
        let zone = TimeZone::get(contract.time_zone.as_deref()?).ok()?;
        let of = |text: &Option<String>| sessions(text.as_deref()?, &zone);
        Some(Self { trading: of(&contract.trading_hours)?, regular: of(&contract.liquid_hours)? })
    }

    /// How the market stands.
    pub fn phase(&self, now: Timestamp) -> Phase {
        if let Some(session) = self.regular.iter().find(|session| session.holds(now)) {
            return Phase::Regular(*session);
        }
        if self.trading.iter().any(|session| session.holds(now)) { Phase::Extended } else { Phase::Closed }
    }

    /// When regular hours next begin, as far as the broker has said.
    pub fn next_open(&self, now: Timestamp) -> Option<Timestamp> {
        self.regular.iter().map(|session| session.open).find(|open| *open > now)
    }
}

/// Reads `YYYYMMDD:HHMM-YYYYMMDD:HHMM;YYYYMMDD:CLOSED`, in order; ranges of one day may stand side by side with commas,
/// and an end without a date is of the same day. Sessions that touch are one.
fn sessions(text: &str, zone: &TimeZone) -> Option<Vec<Session>> {
    let mut found = Vec::new();
    for part in text.split([';', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        if part.ends_with(":CLOSED") {
            continue;
        }
        if found.len() >= SESSIONS_MAX {
            return None;
        }
        found.push(session(part, zone)?);
    }
    found.sort_by_key(|session: &Session| session.open);
    let mut merged: Vec<Session> = Vec::with_capacity(found.len());
    for session in found {
        match merged.last_mut() {
            Some(last) if session.open.duration_since(last.close) <= SEAM => last.close = last.close.max(session.close),
            Some(_) | None => merged.push(session),
        }
    }
    Some(merged)
}

fn session(text: &str, zone: &TimeZone) -> Option<Session> {
    let (open, close) = text.split_once('-')?;
    let (date, open) = open.split_once(':')?;
    let (end_date, close) = close.split_once(':').unwrap_or((date, close));
    let (open, close) = (moment(date, open, zone)?, moment(end_date, close, zone)?);
    (open < close).then_some(Session { open, close })
}

fn moment(date: &str, time: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date = Date::strptime("%Y%m%d", date).ok()?;
    let at = if time == "2400" {
        DateTime::from_parts(date.tomorrow().ok()?, Time::midnight())
    } else {
        DateTime::from_parts(date, Time::strptime("%H%M", time).ok()?)
    };
    // A time that daylight saving skips is as much later as was skipped; one that comes twice is the first.
    at.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
#[path = "hours_tests.rs"]
mod tests;

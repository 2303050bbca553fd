//! Quiet hours: a time of day in a zone, in which only what is grave enough is told.

use super::kind::Severity;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// A time of day, every day.
#[derive(Clone, Debug, PartialEq)]
pub struct QuietHours {
    begins: Time,
    ends: Time,
    zone: TimeZone,
    /// What is told all the same.
    pub unless: Severity,
}

/// Why a text names no quiet hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time, a hyphen and another time, such as 22:00-07:00")]
pub struct QuietError;

impl QuietHours {
    /// Reads `22:00-07:00`; an end before the beginning is that of the next day.
    ///
    /// # Errors
    /// No two different times with a hyphen between them.
    pub fn read(text: &str, zone: TimeZone, unless: Severity) -> Result<Self, QuietError> {
        let (begins, ends) = text.split_once('-').ok_or(QuietError)?;
        let (begins, ends) = (time(begins).ok_or(QuietError)?, time(ends).ok_or(QuietError)?);
        if begins == ends {
            return Err(QuietError);
        }
        Ok(Self { begins, ends, zone, unless })
    }

    /// Whether it is quiet at this moment. On a day on which the clocks jump, the clock on the wall counts.
    pub fn hold_at(&self, now: Timestamp) -> bool {
        let time = now.to_zoned(self.zone.clone()).time();
        if self.begins < self.ends {
            self.begins <= time && time < self.ends
        } else {
            self.begins <= time || time < self.ends
        }
    }

    /// Whether something of this severity waits at this moment.
    pub fn hold_back(&self, severity: Severity, now: Timestamp) -> bool {
        severity < self.unless && self.hold_at(now)
    }
}

/// Hours and minutes: two digits each.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i8>().ok())
    };
    Time::new(digits(hour)??, digits(minute)??, 0, 0).ok()
}

#[cfg(test)]
#[path = "quiet_tests.rs"]
mod tests;

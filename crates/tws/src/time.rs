//! Dates and times as the wire writes them, in the exchange's zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The zone of the times this server writes, in the wire's words.
pub const ZONE_NAME: &str = "US/Eastern";

static NEW_YORK: TimeZone = jiff::tz::get!("America/New_York");

/// The zone of the times this server writes.
pub fn zone() -> TimeZone {
    NEW_YORK.clone()
}

/// An instant in the exchange's zone.
pub fn in_zone(instant: Timestamp) -> Zoned {
    instant.to_zoned(zone())
}

/// `YYYYMMDD HH:MM:SS US/Eastern`.
pub fn format_zoned(instant: Timestamp) -> String {
    format!("{} {ZONE_NAME}", in_zone(instant).strftime("%Y%m%d %H:%M:%S"))
}

/// `YYYYMMDD  HH:MM:SS` in the exchange's zone, with two spaces and unnamed: as versions before 174 have it.
pub fn format_local(instant: Timestamp) -> String {
    in_zone(instant).strftime("%Y%m%d  %H:%M:%S").to_string()
}

/// `YYYYMMDD-HH:MM:SS`, which means UTC.
pub fn format_utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%d-%H:%M:%S").to_string()
}

/// `YYYYMMDD`.
pub fn format_date(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// Reads a time of a request: `YYYYMMDD-HH:MM:SS` (UTC), `YYYYMMDD HH:MM:SS zone`, or without a zone,
/// which means the exchange's. Seconds may be left out. `None` if it is none of these or the zone is
/// unknown.
///
/// A wall-clock time that a change of the clocks repeats is its first occurrence; one that it skips
/// is moved forward by the length of the gap.
pub fn parse_date_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some((date, time)) = text.split_once('-')
        && !date.contains(' ')
    {
        let civil = parse_civil(date, time.strip_suffix('Z').unwrap_or(time))?;
        return civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp());
    }
    let mut words = text.splitn(3, ' ');
    let (date, time) = (words.next()?, words.next()?);
    let zone = match words.next().map(str::trim) {
        None | Some("" | ZONE_NAME) => zone(),
        Some(name) => TimeZone::get(name).ok()?,
    };
    let civil = parse_civil(date, time)?;
    zone.to_ambiguous_zoned(civil).compatible().ok().map(|z| z.timestamp())
}

fn parse_civil(date: &str, time: &str) -> Option<DateTime> {
    let text = format!("{date} {time}");
    DateTime::strptime("%Y%m%d %H:%M:%S", &text).or_else(|_| DateTime::strptime("%Y%m%d %H:%M", &text)).ok()
}

/// Reads `YYYYMMDD`.
pub fn parse_date(text: &str) -> Option<Date> {
    let eight_digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    eight_digits.then(|| Date::strptime("%Y%m%d", text).ok()).flatten()
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;

//! Time zones and times as TWS writes them.
//!
//! TWS sends the zone names of its host: IANA names, old aliases, American abbreviations, or the Windows names. They
//! are mapped explicitly; a name that is not in the table and is no IANA `Area/City` is unknown, because a wrong guess
//! moves trading hours and executions by hours. `BST` and `IST` stay unknown on purpose: each names several zones.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The broker's name and the IANA name.
const ZONES: &[(&str, &str)] = &[
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("Z", "UTC"),
    ("Coordinated Universal Time", "UTC"),
    ("Greenwich Mean Time", "UTC"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("EST5EDT", "America/New_York"),
    ("Eastern Standard Time", "America/New_York"),
    ("Eastern Daylight Time", "America/New_York"),
    ("US Eastern Standard Time", "America/Indiana/Indianapolis"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("CST6CDT", "America/Chicago"),
    ("Central Standard Time", "America/Chicago"),
    ("Central Daylight Time", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("MST7MDT", "America/Denver"),
    ("Mountain Standard Time", "America/Denver"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PST8PDT", "America/Los_Angeles"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Pacific Daylight Time", "America/Los_Angeles"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Central Standard Time (Mexico)", "America/Mexico_City"),
    ("GB", "Europe/London"),
    ("GB-Eire", "Europe/London"),
    ("GMT Standard Time", "Europe/London"),
    ("British Summer Time", "Europe/London"),
    ("WET", "Europe/Lisbon"),
    ("MET", "Europe/Paris"),
    ("CET", "Europe/Paris"),
    ("CEST", "Europe/Paris"),
    ("Middle Europe Time", "Europe/Paris"),
    ("Central European Time", "Europe/Paris"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Romance Standard Time", "Europe/Paris"),
    ("EET", "Europe/Helsinki"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("FLE Standard Time", "Europe/Kyiv"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("MSK", "Europe/Moscow"),
    ("Israel", "Asia/Jerusalem"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Arab Standard Time", "Asia/Riyadh"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("India Standard Time", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("Japan", "Asia/Tokyo"),
    ("Japan Standard Time", "Asia/Tokyo"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Korea Standard Time", "Asia/Seoul"),
    ("KST", "Asia/Seoul"),
    ("ROK", "Asia/Seoul"),
    ("HKT", "Asia/Hong_Kong"),
    ("Hongkong", "Asia/Hong_Kong"),
    ("Hong Kong Time", "Asia/Hong_Kong"),
    ("China Standard Time", "Asia/Shanghai"),
    ("PRC", "Asia/Shanghai"),
    ("Singapore", "Asia/Singapore"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("Singapore Time", "Asia/Singapore"),
    ("Taipei Standard Time", "Asia/Taipei"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("E. Australia Standard Time", "Australia/Brisbane"),
    ("W. Australia Standard Time", "Australia/Perth"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("NZ", "Pacific/Auckland"),
    ("US/Eastern", "America/New_York"),
    ("US/Central", "America/Chicago"),
    ("US/Mountain", "America/Denver"),
    ("US/Pacific", "America/Los_Angeles"),
    ("US/Arizona", "America/Phoenix"),
    ("Canada/Eastern", "America/Toronto"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Australia/NSW", "Australia/Sydney"),
    ("Etc/UTC", "UTC"),
    ("Etc/GMT", "UTC"),
];

/// The IANA name of a zone as TWS calls it, e.g. `US/Eastern`, `EST (Eastern Standard Time)`, `China Standard Time`.
pub fn iana(name: &str) -> Option<String> {
    let name = name.trim();
    let mapped = |name: &str| ZONES.iter().find(|(theirs, _)| *theirs == name).map(|(_, iana)| (*iana).to_owned());
    let bare = name.split_once(" (").map_or(name, |(bare, _)| bare);
    mapped(name).or_else(|| mapped(bare)).or_else(|| {
        let is_area_city = name.contains('/') && TimeZone::get(name).is_ok();
        is_area_city.then(|| name.to_owned())
    })
}

/// A time such as `20260413 15:27:04 US/Eastern`, or `20260413-15:27:04`, which is UTC. `None` when it has no zone, or
/// one that is not known to us. In the hour that happens twice a year the first one is meant.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some((date, clock)) = text.split_once('-') {
        return civil(date, clock)?.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp());
    }
    let mut words = text.splitn(2, ' ');
    let (date, rest) = (words.next()?, words.next()?.trim_start());
    let (clock, zone) = rest.split_once(' ')?;
    let zone = TimeZone::get(&iana(zone)?).ok()?;
    civil(date, clock)?.to_zoned(zone).ok().map(|z| z.timestamp())
}

fn civil(date: &str, clock: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%d %H:%M:%S", format!("{date} {clock}")).ok()
}

/// A time as TWS reads it, in UTC and whole seconds: `20260413-15:27:04`.
pub(crate) fn wire_utc(time: Timestamp) -> String {
    time.strftime("%Y%m%d-%H:%M:%S").to_string()
}

#[cfg(test)]
#[path = "zone_tests.rs"]
mod tests;

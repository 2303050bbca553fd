//! The calendar of the New York Stock Exchange, by rule, 1990 to 2035.
//!
//! Source: NYSE Rule 7.2 and the exchange's published list of special closings.

use jiff::civil::{Date, Time, Weekday, date, time};

use super::clock::{instant, shifted};

const FIRST_YEAR: i16 = 1990;
const LAST_YEAR: i16 = 2035;
const OPEN: Time = time(9, 30, 0, 0);
const CLOSE: Time = time(16, 0, 0, 0);
const EARLY_CLOSE: Time = time(13, 0, 0, 0);

/// Days the exchange stayed shut outside the rules: presidents' funerals, September 2001, a hurricane.
const SPECIAL: [Date; 11] = [
    date(1994, 4, 27),
    date(2001, 9, 11),
    date(2001, 9, 12),
    date(2001, 9, 13),
    date(2001, 9, 14),
    date(2004, 6, 11),
    date(2007, 1, 2),
    date(2012, 10, 29),
    date(2012, 10, 30),
    date(2018, 12, 5),
    date(2025, 1, 9),
];

/// One trading day. Times are Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Day.
    pub date: Date,
    /// Open.
    pub open: i64,
    /// Close.
    pub close: i64,
    /// Whether it closes early.
    pub early: bool,
}

/// Every regular session of the exchange from 1990-01-02 to 2035-12-31.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    sessions: Vec<Session>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::new()
    }
}

impl Calendar {
    /// Lays out the sessions.
    pub fn new() -> Self {
        let mut sessions = Vec::with_capacity(11_600);
        for year in FIRST_YEAR..=LAST_YEAR {
            let (holidays, early) = (holidays(year), early_closes(year));
            let first = date(year, 1, 1);
            for offset in 0..i64::from(first.days_in_year()) {
                let day = shifted(first, offset);
                if is_weekend(day) || holidays.contains(&day) || SPECIAL.contains(&day) {
                    continue;
                }
                let early = early.contains(&Some(day));
                let until = if early { EARLY_CLOSE } else { CLOSE };
                sessions.push(Session { date: day, open: instant(day, OPEN), close: instant(day, until), early });
            }
        }
        Self { sessions }
    }

    /// Whether a day lies between the first and the last of the calendar.
    pub(super) fn covers(day: Date) -> bool {
        (FIRST_YEAR..=LAST_YEAR).contains(&day.year())
    }

    /// All sessions, oldest first.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The session at a position.
    pub fn get(&self, ordinal: usize) -> Option<&Session> {
        self.sessions.get(ordinal)
    }

    /// Position of the last trading day on or before a day.
    pub fn on_or_before(&self, day: Date) -> Option<usize> {
        self.sessions.partition_point(|s| s.date <= day).checked_sub(1)
    }

    /// Position of the last session that has begun at an instant.
    pub fn begun_by(&self, second: i64) -> Option<usize> {
        self.sessions.partition_point(|s| s.open <= second).checked_sub(1)
    }

    /// The session of a day, if it is a trading day.
    pub fn session(&self, day: Date) -> Option<&Session> {
        self.on_or_before(day).and_then(|ordinal| self.sessions.get(ordinal)).filter(|s| s.date == day)
    }
}

/// Why the stock exchange is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shut {
    /// It is not.
    Open,
    /// Saturday or Sunday.
    Weekend,
    /// A holiday that futures keep as a short day.
    HolidayOfStocks,
    /// A day on which futures rest as well: New Year, Good Friday, Christmas, a special closing.
    HolidayOfAll,
}

/// Why the stock exchange is shut on a day.
pub(super) fn shut(day: Date) -> Shut {
    let year = day.year();
    let everywhere = [new_year(year), Some(christmas(year)), Some(good_friday(year))];
    if is_weekend(day) {
        Shut::Weekend
    } else if everywhere.contains(&Some(day)) || SPECIAL.contains(&day) {
        Shut::HolidayOfAll
    } else if holidays(year).contains(&day) {
        Shut::HolidayOfStocks
    } else {
        Shut::Open
    }
}

pub(super) fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A New Year's Day that falls on a Saturday is not made up for: the Friday before ends a year.
fn new_year(year: i16) -> Option<Date> {
    let day = date(year, 1, 1);
    if day.weekday() == Weekday::Saturday { None } else { Some(observed(day)) }
}

fn christmas(year: i16) -> Date {
    observed(date(year, 12, 25))
}

fn good_friday(year: i16) -> Date {
    shifted(easter(year), -2)
}

/// The holidays of a year by rule.
fn holidays(year: i16) -> Vec<Date> {
    let nth = |month: i8, n: i8, weekday| nth_weekday(year, month, n, weekday);
    let mut days = vec![
        nth(2, 3, Weekday::Monday),
        good_friday(year),
        nth(5, -1, Weekday::Monday),
        observed(date(year, 7, 4)),
        nth(9, 1, Weekday::Monday),
        nth(11, 4, Weekday::Thursday),
        christmas(year),
    ];
    days.extend(new_year(year));
    days.extend((year >= 1998).then(|| nth(1, 3, Weekday::Monday)));
    days.extend((year >= 2022).then(|| observed(date(year, 6, 19))));
    days
}

/// The day a holiday is kept: itself, the Monday after a Sunday, the Friday before a Saturday.
fn observed(holiday: Date) -> Date {
    match holiday.weekday() {
        Weekday::Sunday => shifted(holiday, 1),
        Weekday::Saturday => shifted(holiday, -1),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => holiday,
    }
}

/// One o'clock closes from 1993 on: the day after Thanksgiving, Christmas Eve, and a day beside Independence Day, on the
/// weekdays the exchange gives them: before a Thursday it was the Friday behind it until 2012, and is the Wednesday since.
/// Twice the Friday after Christmas was one.
fn early_closes(year: i16) -> [Option<Date>; 4] {
    let weekday_before_friday = |day: Date| {
        matches!(day.weekday(), Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday)
    };
    let (third, fifth) = (date(year, 7, 3), date(year, 7, 5));
    let beside_independence_day = match third.weekday() {
        Weekday::Wednesday if year < 2013 => Some(fifth),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday => Some(third),
        Weekday::Friday | Weekday::Saturday | Weekday::Sunday => None,
    };
    let days = [
        Some(shifted(nth_weekday(year, 11, 4, Weekday::Thursday), 1)),
        Some(date(year, 12, 24)).filter(|day| weekday_before_friday(*day)),
        beside_independence_day,
        matches!(year, 1997 | 2003).then(|| date(year, 12, 26)),
    ];
    days.map(|day| day.filter(|_| year >= 1993))
}

fn nth_weekday(year: i16, month: i8, n: i8, weekday: Weekday) -> Date {
    let first = date(year, month, 1);
    first.nth_weekday_of_month(n, weekday).unwrap_or(first)
}

/// Easter Sunday of the Gregorian calendar (the computation of Meeus, Jones and Butcher).
fn easter(year: i16) -> Date {
    let year_number = i32::from(year);
    let (golden, century, rest) = (year_number % 19, year_number / 100, year_number % 100);
    let correction = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    let first = date(year, 3, 1);
    first.with().month(i8::try_from(month).unwrap_or(3)).day(i8::try_from(day).unwrap_or(1)).build().unwrap_or(first)
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;

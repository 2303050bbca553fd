//! New York's clock, as a table: markets ask for it far too often to ask a time zone each time.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

const DAY: i64 = 86_400;
/// Offset before the table: standard time.
const STANDARD: i64 = -5 * 3600;

static CHANGES: LazyLock<Vec<(i64, i64)>> = LazyLock::new(changes);

/// Every change of the clocks from 1989 to 2037: when, and the offset from then on.
fn changes() -> Vec<(i64, i64)> {
    let from = Timestamp::from_second(599_616_000).unwrap_or(Timestamp::UNIX_EPOCH);
    tws::time::zone()
        .following(from)
        .take_while(|change| change.timestamp().as_second() < 2_145_916_800)
        .map(|change| (change.timestamp().as_second(), i64::from(change.offset().seconds())))
        .collect()
}

fn offset(second: i64) -> i64 {
    let begun = CHANGES.partition_point(|(from, _)| *from <= second);
    begun.checked_sub(1).map_or(STANDARD, |i| CHANGES[i].1)
}

/// Days since 1970 of a date.
pub(super) fn day_number(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    // Years that begin in March put the leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a number of days since 1970.
pub(super) fn date_from_number(number: i64) -> Option<Date> {
    let days = number + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The day some days after another; at the ends of the calendar, the day itself.
pub(super) fn shifted(date: Date, days: i64) -> Date {
    date_from_number(day_number(date) + days).unwrap_or(date)
}

/// The day it is in New York.
pub(super) fn date_of(second: i64) -> Option<Date> {
    date_from_number((second + offset(second)).div_euclid(DAY))
}

/// Unix seconds of so many seconds after the midnight of a day in New York, by the clock on the wall.
/// A time that the clocks skip or repeat is read by standard time: no session begins at one.
pub(super) fn wall(date: Date, seconds: i64) -> i64 {
    let local = day_number(date) * DAY + seconds;
    local - offset(local - offset(local - STANDARD))
}

/// Unix seconds of a wall-clock time in New York.
pub(super) fn instant(date: Date, at: Time) -> i64 {
    wall(date, i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second()))
}

/// Unix seconds of the midnight a day begins with in New York.
pub(super) fn midnight(date: Date) -> i64 {
    wall(date, 0)
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;

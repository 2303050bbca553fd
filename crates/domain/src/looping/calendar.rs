//! The sessions of NYSE and Nasdaq: holidays and early closes by their rules, and the closings that no rule foresaw.
//!
//! A cross-check and a planner, not an authority: whether an order may be sent is told by the broker's own trading hours.
//! Source: NYSE Rule 7.2 and the exchanges' published calendars. Early closes are told from 1993 on.

use crate::hours::{Hours, Phase};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// A session is looked for at most this many days ahead: no closing ever lasted so long.
const DAYS_MAX: i32 = 14;
const OPEN: Time = Time::constant(9, 30, 0, 0);
const CLOSE: Time = Time::constant(16, 0, 0, 0);
const EARLY_CLOSE: Time = Time::constant(13, 0, 0, 0);

/// Days on which the exchanges stayed closed for a reason of that day.
const CLOSED_ONCE: [(Date, &str); 11] = [
    (Date::constant(1994, 4, 27), "the funeral of President Nixon"),
    (Date::constant(2001, 9, 11), "the attacks of 11 September"),
    (Date::constant(2001, 9, 12), "the attacks of 11 September"),
    (Date::constant(2001, 9, 13), "the attacks of 11 September"),
    (Date::constant(2001, 9, 14), "the attacks of 11 September"),
    (Date::constant(2004, 6, 11), "the funeral of President Reagan"),
    (Date::constant(2007, 1, 2), "the funeral of President Ford"),
    (Date::constant(2012, 10, 29), "Hurricane Sandy"),
    (Date::constant(2012, 10, 30), "Hurricane Sandy"),
    (Date::constant(2018, 12, 5), "the funeral of President George H. W. Bush"),
    (Date::constant(2025, 1, 9), "the funeral of President Carter"),
];

/// Early closes that follow no rule.
const EARLY_ONCE: [Date; 2] = [Date::constant(1997, 12, 26), Date::constant(2003, 12, 26)];

/// One regular session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeSession {
    /// Its day in New York.
    pub date: Date,
    /// 9:30 in New York.
    pub open: Timestamp,
    /// 16:00, or 13:00 on a day that ends early.
    pub close: Timestamp,
    /// Whether it ends early.
    pub early: bool,
}

impl ExchangeSession {
    /// Whether the moment lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.open <= at && at < self.close
    }

    /// By how much it ends before the usual close.
    pub fn cut(&self) -> SignedDuration {
        if self.early { SignedDuration::from_hours(3) } else { SignedDuration::ZERO }
    }
}

/// The regular sessions of the American stock exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeCalendar {
    zone: TimeZone,
}

impl ExchangeCalendar {
    /// NYSE and Nasdaq, whose days are the same. `new_york` is the zone `America/New_York`.
    pub fn new(new_york: TimeZone) -> Self {
        Self { zone: new_york }
    }

    /// The zone of its civil times.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day at the exchange.
    pub fn date_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// A civil time of a day as a moment. A time that daylight saving skips is as much later as was skipped; one that
    /// comes twice is the first.
    pub fn moment(&self, date: Date, time: Time) -> Option<Timestamp> {
        date.to_datetime(time).to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// The session of a day, if the exchanges open on it.
    pub fn session_on(&self, date: Date) -> Option<ExchangeSession> {
        if closed(date).is_some() {
            return None;
        }
        let early = ends_early(date);
        let close = if early { EARLY_CLOSE } else { CLOSE };
        Some(ExchangeSession { date, open: self.moment(date, OPEN)?, close: self.moment(date, close)?, early })
    }

    /// The session that a moment lies in.
    pub fn session_at(&self, at: Timestamp) -> Option<ExchangeSession> {
        self.session_on(self.date_of(at)).filter(|session| session.holds(at))
    }

    /// What the broker's hours say of the session of a moment that this calendar says otherwise; `None` where they agree or
    /// both say that there is none.
    pub fn differs(&self, hours: &Hours, at: Timestamp) -> Option<String> {
        let ours = self.session_at(at).map(|session| session.close);
        let theirs = match hours.phase(at) {
            Phase::Regular(session) => Some(session.close),
            Phase::Extended | Phase::Closed => None,
        };
        let told =
            |close: Option<Timestamp>| close.map_or("no session".to_owned(), |close| format!("one until {close}"));
        (ours != theirs).then(|| format!("at {at} the calendar knows {}, the broker {}", told(ours), told(theirs)))
    }

    /// The first session on this day or after it.
    pub fn first_from(&self, date: Date) -> Option<ExchangeSession> {
        (0..=DAYS_MAX).find_map(|days| self.session_on(date.checked_add(days.days()).ok()?))
    }

    /// The last session on this day or before it.
    pub fn last_until(&self, date: Date) -> Option<ExchangeSession> {
        (0..=DAYS_MAX).find_map(|days| self.session_on(date.checked_sub(days.days()).ok()?))
    }

    /// The first session that opens after a moment.
    pub fn next_session(&self, after: Timestamp) -> Option<ExchangeSession> {
        let date = self.date_of(after);
        (0..=DAYS_MAX)
            .filter_map(|days| self.session_on(date.checked_add(days.days()).ok()?))
            .find(|session| session.open > after)
    }

    /// The session that lasts or the next one.
    pub fn session_from(&self, at: Timestamp) -> Option<ExchangeSession> {
        self.session_at(at).or_else(|| self.next_session(at))
    }
}

/// Why the exchanges stay closed on a day, if they do.
pub fn closed(date: Date) -> Option<&'static str> {
    if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
        return Some("weekend");
    }
    holiday(date).or_else(|| CLOSED_ONCE.iter().find(|(day, _)| *day == date).map(|(_, why)| *why))
}

fn holiday(date: Date) -> Option<&'static str> {
    let year = date.year();
    let rules = [
        ("New Year's Day", new_year(year)),
        ("Martin Luther King Jr. Day", (year >= 1998).then(|| nth(year, 1, 3, Weekday::Monday)).flatten()),
        ("Washington's Birthday", nth(year, 2, 3, Weekday::Monday)),
        ("Good Friday", easter(year).and_then(|sunday| sunday.checked_sub(2.days()).ok())),
        ("Memorial Day", nth(year, 5, -1, Weekday::Monday)),
        ("Juneteenth", (year >= 2022).then(|| observed(year, 6, 19)).flatten()),
        ("Independence Day", observed(year, 7, 4)),
        ("Labor Day", nth(year, 9, 1, Weekday::Monday)),
        ("Thanksgiving Day", nth(year, 11, 4, Weekday::Thursday)),
        ("Christmas Day", observed(year, 12, 25)),
    ];
    rules.into_iter().find(|(_, day)| *day == Some(date)).map(|(name, _)| name)
}

/// A Saturday's New Year falls into the year before, whose books close on that Friday: it is not kept at all.
fn new_year(year: i16) -> Option<Date> {
    let day = Date::new(year, 1, 1).ok()?;
    match day.weekday() {
        Weekday::Sunday => day.tomorrow().ok(),
        Weekday::Saturday => None,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => Some(day),
    }
}

/// Saturday's holidays are kept on Friday, Sunday's on Monday.
fn observed(year: i16, month: i8, day: i8) -> Option<Date> {
    let day = Date::new(year, month, day).ok()?;
    match day.weekday() {
        Weekday::Saturday => day.yesterday().ok(),
        Weekday::Sunday => day.tomorrow().ok(),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => Some(day),
    }
}

fn nth(year: i16, month: i8, nth: i8, weekday: Weekday) -> Option<Date> {
    Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let correction = (century + 8) / 25;
    let epact = (19 * golden + century - century / 4 - (century - correction + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    let day = epact + weekday - 7 * shift + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(day / 31).ok()?, i8::try_from(day % 31 + 1).ok()?).ok()
}

/// Whether the session of a day, if there is one, ends at 13:00.
fn ends_early(date: Date) -> bool {
    if date.year() < 1993 {
        return false;
    }
    let weekday = date.weekday();
    let thanksgiving = nth(date.year(), 11, 4, Weekday::Thursday);
    let behind_thanksgiving = thanksgiving.is_some_and(|day| day.tomorrow().is_ok_and(|next| next == date));
    let christmas_eve = (date.month(), date.day()) == (12, 24);
    // A Thursday's Independence Day had its half day on the Friday behind it until 2012, on the Wednesday before it since.
    let independence_eve = match (date.month(), date.day()) {
        (7, 3) => weekday != Weekday::Wednesday || date.year() >= 2013,
        (7, 5) => weekday == Weekday::Friday && date.year() < 2013,
        _ => false,
    };
    behind_thanksgiving || christmas_eve || independence_eve || EARLY_ONCE.contains(&date)
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;

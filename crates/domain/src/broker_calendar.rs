//! The broker's day and its planned windows, as civil times in one zone: where each of them lies around a moment.
//!
//! Source: IBKR, System Status (server reset times, North America) and IB Gateway's weekly authentication.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Nothing is sent from this long before a planned window on: what is sent last must be answered before it begins.
pub const WINDOW_LEAD: SignedDuration = SignedDuration::from_mins(5);
/// A window is looked for this many days to each side: one comes round at least every week.
const DAYS_AROUND: i32 = 8;

/// A time at which the broker is planned to be away, every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWindow {
    /// What it is for, in plain words.
    pub name: String,
    /// Days on which it begins.
    pub weekdays: Vec<Weekday>,
    /// When it begins, in the calendar's zone.
    pub begins: Time,
    /// How long it lasts.
    pub lasts: SignedDuration,
}

/// When a broker's day closes and when it is planned to be away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerCalendar {
    /// The zone that its times are given in.
    pub zone: TimeZone,
    /// When its day closes: nothing that was sent on a day trades on it any more.
    pub day_close: Time,
    /// When it is planned to be away.
    pub windows: Vec<PlannedWindow>,
    /// Whether a simulated broker keeps these windows too. A venue of ours has none unless it is told to.
    pub simulated_too: bool,
}

/// One time that a planned window comes round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowAhead {
    /// What it is for.
    pub name: String,
    /// From here on nothing is sent.
    pub closes_at: Timestamp,
    /// When it begins.
    pub begins_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl WindowAhead {
    /// Whether nothing is sent at this moment.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.closes_at <= now && now < self.ends_at
    }
}

impl BrokerCalendar {
    /// A calendar without windows: the day closes, and nothing else is planned.
    pub fn without_windows(zone: TimeZone, day_close: Time) -> Self {
        Self { zone, day_close, windows: Vec::new(), simulated_too: false }
    }

    /// IBKR's servers in North America: extended hours end at 20:00, a reset every night, a longer one on Friday, and a
    /// log-in by hand every Sunday.
    pub fn ibkr(new_york: TimeZone) -> Self {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        let window = |name: &str, weekdays: &[Weekday], begins, lasts| PlannedWindow {
            name: name.to_owned(),
            weekdays: weekdays.to_vec(),
            begins,
            lasts,
        };
        let at = |hour, minute| Time::constant(hour, minute, 0, 0);
        let nights = [Saturday, Sunday, Monday, Tuesday, Wednesday, Thursday];
        let windows = vec![
            window("the broker's daily reset", &nights, at(23, 45), SignedDuration::from_mins(60)),
            window("the broker's weekend reset", &[Friday], at(23, 0), SignedDuration::from_mins(240)),
            window("the weekly log-in", &[Sunday], at(1, 0), SignedDuration::from_mins(30)),
        ];
        Self { windows, ..Self::without_windows(new_york, at(20, 0)) }
    }

    /// The first close of a day after this moment.
    pub fn close_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.days_around(at).filter_map(|date| self.moment(date, self.day_close)).find(|close| *close > at)
    }

    /// The newest close of a day at or before this moment.
    pub fn last_close(&self, at: Timestamp) -> Option<Timestamp> {
        self.days_around(at)
            .filter_map(|date| self.moment(date, self.day_close))
            .take_while(|close| *close <= at)
            .last()
    }

    /// The newest end of a week at or before this moment: the close of a Friday.
    pub fn last_week_close(&self, at: Timestamp) -> Option<Timestamp> {
        self.days_around(at)
            .filter(|date| date.weekday() == Weekday::Friday)
            .filter_map(|date| self.moment(date, self.day_close))
            .take_while(|close| *close <= at)
            .last()
    }

    /// The window that holds now, or else the next one; of several the one that closes first.
    pub fn window_ahead(&self, now: Timestamp) -> Option<WindowAhead> {
        let of = |window: &PlannedWindow| {
            let begins: Vec<Timestamp> = self
                .days_around(now)
                .filter(|date| window.weekdays.contains(&date.weekday()))
                .filter_map(|date| self.moment(date, window.begins))
                .collect();
            begins.into_iter().filter_map(|begins_at| occurrence(window, begins_at)).find(|ahead| now < ahead.ends_at)
        };
        self.windows.iter().filter_map(of).min_by_key(|ahead| ahead.closes_at)
    }

    fn days_around(&self, at: Timestamp) -> impl Iterator<Item = Date> + use<> {
        let today = at.to_zoned(self.zone.clone()).date();
        (-DAYS_AROUND..=DAYS_AROUND).filter_map(move |days| today.checked_add(days.days()).ok())
    }

    /// A civil time as a moment. One that daylight saving skips is as much later as was skipped; one that comes twice is
    /// the first.
    fn moment(&self, date: Date, time: Time) -> Option<Timestamp> {
        date.to_datetime(time).to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

fn occurrence(window: &PlannedWindow, begins_at: Timestamp) -> Option<WindowAhead> {
    Some(WindowAhead {
        name: window.name.clone(),
        closes_at: begins_at.checked_sub(WINDOW_LEAD).ok()?,
        begins_at,
        ends_at: begins_at.checked_add(window.lasts).ok()?,
    })
}

/// Midnight before this moment in a zone: since then IBKR keeps executions. A zone whose clocks skip midnight begins its
/// day when they have.
pub fn midnight_before(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    at.to_zoned(zone.clone()).start_of_day().ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
#[path = "broker_calendar_tests.rs"]
mod tests;

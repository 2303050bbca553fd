//! When each kind of market trades.
//!
//! Sources: NYSE and Nasdaq trading hours; CME Globex hours and holiday schedules of equity products;
//! IBKR's published hours of IDEALPRO; SIFMA's recommended holidays.

use jiff::civil::{Date, Weekday};

use super::Calendar;
use super::calendar::{Shut, is_weekend, shut};
use super::clock::{shifted, wall};

const HOUR: i64 = 3600;
const fn at(hours: i64, minutes: i64) -> i64 {
    hours * HOUR + minutes * 60
}

/// From the begin of pre-market trading to the open.
pub(super) const PRE_OPEN: i64 = at(5, 30);
/// From the close to the end of after-hours trading.
pub(super) const AFTER_CLOSE: i64 = at(4, 0);

/// When an instrument trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hours {
    /// US stocks and ETFs: 09:30 to 16:00 New York, extended 04:00 to 20:00, NYSE holidays.
    UsStock,
    /// Options on stocks, indices and CFDs on US stocks: 09:30 to 16:00.
    UsRegular,
    /// Options on broad ETFs: 09:30 to 16:15.
    UsLate,
    /// Spot currencies: 17:15 the evening before to 17:00, from Sunday evening.
    Forex,
    /// CME index futures: 18:00 the evening before to 17:00; liquid 09:30 to 16:00.
    Globex,
    /// US treasuries: 08:00 to 17:00 on SIFMA's days.
    Treasury,
    /// Mutual funds: orders meet the day's one price from 18:00 to 18:05.
    Fund,
    /// Cryptocurrencies: every day, midnight to midnight.
    Crypto,
}

/// The hours of one trading day, in Unix seconds; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayHours {
    /// The trading day, which an evening session belongs to already.
    pub date: Date,
    /// Extended hours included.
    pub trading: (i64, i64),
    /// Regular hours.
    pub liquid: (i64, i64),
}

impl DayHours {
    /// A day without extended hours.
    pub(super) fn plain(date: Date, open: i64, close: i64) -> Self {
        Self { date, trading: (open, close), liquid: (open, close) }
    }

    /// Regular hours, or all.
    pub fn window(&self, regular_only: bool) -> (i64, i64) {
        if regular_only { self.liquid } else { self.trading }
    }
}

impl Hours {
    /// IBKR's name of the zone its hours are written in.
    pub fn zone_name(self) -> &'static str {
        match self {
            Self::UsStock
            | Self::UsRegular
            | Self::UsLate
            | Self::Forex
            | Self::Treasury
            | Self::Fund
            | Self::Crypto => tws::time::ZONE_NAME,
            Self::Globex => "US/Central",
        }
    }

    /// The time zone the hours are written in.
    pub fn zone(self) -> jiff::tz::TimeZone {
        match self {
            Self::UsStock
            | Self::UsRegular
            | Self::UsLate
            | Self::Forex
            | Self::Treasury
            | Self::Fund
            | Self::Crypto => tws::time::zone(),
            Self::Globex => jiff::tz::get!("America/Chicago"),
        }
    }

    /// The hours of a trading day; `None` when it is none.
    pub(super) fn day(self, calendar: &Calendar, date: Date) -> Option<DayHours> {
        if !Calendar::covers(date) {
            return None;
        }
        let stock = calendar.session(date);
        match self {
            Self::UsStock => {
                let s = stock?;
                let (pre, post) = (s.open - PRE_OPEN, s.close + AFTER_CLOSE);
                Some(DayHours { date, trading: (pre, post), liquid: (s.open, s.close) })
            }
            Self::UsRegular => stock.map(|s| DayHours::plain(date, s.open, s.close)),
            Self::UsLate => stock.map(|s| DayHours::plain(date, s.open, s.close + at(0, 15))),
            Self::Forex => {
                let holiday = matches!((date.month(), date.day()), (1, 1) | (12, 25));
                let open = !is_weekend(date) && !holiday;
                open.then(|| DayHours::plain(date, wall(shifted(date, -1), at(17, 15)), wall(date, at(17, 0))))
            }
            Self::Globex => globex(calendar, date),
            Self::Treasury => {
                let open = stock.is_some() && !is_treasury_holiday(date);
                open.then(|| DayHours::plain(date, wall(date, at(8, 0)), wall(date, at(17, 0))))
            }
            Self::Fund => stock.map(|_| DayHours::plain(date, wall(date, at(18, 0)), wall(date, at(18, 5)))),
            Self::Crypto => Some(DayHours::plain(date, wall(date, 0), wall(shifted(date, 1), 0))),
        }
    }
}

/// Globex keeps the holidays of stocks as short days, except the few on which all is shut.
fn globex(calendar: &Calendar, date: Date) -> Option<DayHours> {
    let open = wall(shifted(date, -1), at(18, 0));
    let (end, liquid_end) = match (calendar.session(date), shut(date)) {
        (Some(s), _) if s.early => (wall(date, at(13, 15)), wall(date, at(13, 15))),
        (Some(_), _) => (wall(date, at(17, 0)), wall(date, at(16, 0))),
        (None, Shut::HolidayOfStocks) => (wall(date, at(13, 0)), wall(date, at(13, 0))),
        (None, Shut::Weekend | Shut::HolidayOfAll | Shut::Open) => return None,
    };
    Some(DayHours { date, trading: (open, end), liquid: (wall(date, at(9, 30)), liquid_end) })
}

/// Days on which bonds rest and stocks do not: Columbus Day and Veterans Day.
fn is_treasury_holiday(date: Date) -> bool {
    let columbus = date.first_of_month().nth_weekday_of_month(2, Weekday::Monday).ok();
    let veterans = match date.weekday() {
        Weekday::Monday => matches!(date.day(), 11 | 12),
        Weekday::Friday => matches!(date.day(), 11),
        Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday => date.day() == 11,
        Weekday::Saturday | Weekday::Sunday => false,
    };
    (date.month() == 10 && columbus == Some(date)) || (date.month() == 11 && veterans)
}

#[cfg(test)]
#[path = "hours_tests.rs"]
mod tests;

//! Listings of futures and options: which expiries and strikes there are, and from when on.
//!
//! ConIds are ours: futures from 2,001,000,000, options from 2,010,000,000, each a function of what
//! the contract is, so that they stay the same from start to start.

use jiff::civil::{Date, Weekday, date};
use rust_decimal::Decimal;

use super::Calendar;
use super::clock::{day_number, shifted};
use super::instrument::Right;

/// Days for which a future is listed.
const FUTURE_DAYS: i64 = 460;
/// Days before their expiry on which strikes are laid around the price: monthly and weekly options.
const MONTHLY_LISTS: [i64; 5] = [365, 180, 90, 45, 20];
const WEEKLY_LISTS: [i64; 3] = [35, 14, 6];
/// Strikes on each side of the price.
const MONTHLY_REACH: i64 = 8;
const WEEKLY_REACH: i64 = 5;
/// Options expire from so long before the venue was opened to so long after, in days.
const OPTIONS_BEFORE: i64 = 60;
const OPTIONS_AFTER: i64 = 730;
const QUARTERS: [(i8, &str); 4] = [(3, "H"), (6, "M"), (9, "U"), (12, "Z")];

/// A future of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FutureRow {
    pub(super) expiry: Date,
    pub(super) listed: Date,
    /// `Z6` for December 2026.
    pub(super) month_code: String,
    /// Position of the quarter since 1990.
    pub(super) number: i32,
}

/// An option of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OptionRow {
    pub(super) expiry: Date,
    pub(super) listed: Date,
    pub(super) strike: Decimal,
    pub(super) right: Right,
    /// Names it among all options of its underlying.
    pub(super) number: i32,
}

/// The third Friday of the month of a day.
pub(super) fn third_friday(day: Date) -> Date {
    day.first_of_month().nth_weekday_of_month(3, Weekday::Friday).unwrap_or(day)
}

/// The day itself, or the session before it.
fn session_on_or_before(calendar: &Calendar, day: Date) -> Option<Date> {
    calendar.on_or_before(day).and_then(|o| calendar.get(o)).map(|s| s.date)
}

/// Quarterly futures that expire within the calendar, from two years before the opening on.
pub(super) fn futures(calendar: &Calendar, opened_on: Date) -> Vec<FutureRow> {
    let mut rows = Vec::new();
    for year in 1990..=2035_i16 {
        for (quarter, (month, letter)) in (0_i32..).zip(QUARTERS) {
            let number = i32::from(year - 1990) * 4 + quarter;
            let Some(expiry) = session_on_or_before(calendar, third_friday(date(year, month, 1))) else {
                continue;
            };
            if expiry < shifted(opened_on, -730) {
                continue;
            }
            let month_code = format!("{letter}{}", year % 10);
            rows.push(FutureRow { expiry, listed: shifted(expiry, -FUTURE_DAYS), month_code, number });
        }
    }
    rows
}

/// The chain of an underlying, given its closes.
pub(super) fn options(calendar: &Calendar, opened_on: Date, close_on: &dyn Fn(Date) -> Option<f64>) -> Vec<OptionRow> {
    let mut rows = Vec::new();
    let until = shifted(opened_on, OPTIONS_AFTER);
    let mut friday = shifted(opened_on, -OPTIONS_BEFORE);
    while friday.weekday() != Weekday::Friday {
        friday = shifted(friday, 1);
    }
    while friday <= until {
        if let Some(expiry) = session_on_or_before(calendar, friday).filter(|_| Calendar::covers(friday)) {
            let monthly = friday == third_friday(friday);
            let (lists, reach, width): (&[i64], i64, f64) =
                if monthly { (&MONTHLY_LISTS, MONTHLY_REACH, 0.02) } else { (&WEEKLY_LISTS, WEEKLY_REACH, 0.01) };
            expire(expiry, lists, reach, width, close_on, &mut rows);
        }
        friday = shifted(friday, 7);
    }
    rows
}

/// Options of one expiry: every so often, strikes are added around the price of the day.
fn expire(
    expiry: Date,
    lists: &[i64],
    reach: i64,
    width: f64,
    close_on: &dyn Fn(Date) -> Option<f64>,
    rows: &mut Vec<OptionRow>,
) {
    let mut strikes: Vec<i64> = Vec::new();
    let mut step = None;
    for days in lists {
        let listed = shifted(expiry, -days);
        // A listing day sees the close before it.
        let Some(close) = close_on(shifted(listed, -1)) else {
            continue;
        };
        let step = *step.get_or_insert_with(|| strike_step(close * width));
        let middle = steps_in(close, step);
        for n in (middle - reach).max(1)..=middle + reach {
            if strikes.contains(&n) {
                continue;
            }
            let order = i32::try_from(strikes.len()).unwrap_or(i32::MAX);
            strikes.push(n);
            let day = i32::try_from(day_number(expiry) - day_number(date(1990, 1, 1))).unwrap_or(0);
            for (side, right) in [(0, Right::Call), (1, Right::Put)] {
                let number = day * 3000 + order * 2 + side;
                let strike = (step * Decimal::from(n)).normalize();
                rows.push(OptionRow { expiry, listed, strike, right, number });
            }
        }
    }
}

/// The usual step nearest above a width.
fn strike_step(width: f64) -> Decimal {
    let steps = [(0.5, 5), (1.0, 10), (2.5, 25), (5.0, 50), (10.0, 100), (25.0, 250), (50.0, 500)];
    let tenths = steps.iter().find(|(step, _)| width <= *step).map_or(1000, |(_, tenths)| *tenths);
    Decimal::new(tenths, 1)
}

#[expect(clippy::cast_possible_truncation, reason = "a price is a few thousand steps")]
fn steps_in(close: f64, step: Decimal) -> i64 {
    let step = f64::try_from(step).unwrap_or(1.0);
    (close / step).round() as i64
}

/// OCC's symbol of an option: `AAPL  261218C00150000`.
pub(super) fn occ_symbol(symbol: &str, row: &OptionRow) -> String {
    let thousandths = (row.strike * Decimal::ONE_THOUSAND).trunc().normalize();
    format!("{symbol:<6}{}{}{thousandths:0>8}", row.expiry.strftime("%y%m%d"), row.right.as_str())
}

#[cfg(test)]
#[path = "chains_tests.rs"]
mod tests;

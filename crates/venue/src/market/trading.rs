//! Sessions of instruments: when one trades, when its day ends, whether it is listed.

use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::{date_of, midnight, shifted, wall};
use super::hours::{DayHours, Hours};
use super::instrument::SecType;
use super::roots::eve;
use super::{Calendar, Market};

/// Longest stretch without a session, in days: September 2001 had six.
const REST_MAX: i64 = 12;

impl Market {
    pub(super) fn runs_all_day(&self, date: Date) -> bool {
        self.always_on.is_some_and(|from| date >= from)
    }

    /// The hours of an instrument on a trading day; `None` when it does not trade.
    pub fn day_hours(&self, instrument: usize, date: Date) -> Option<DayHours> {
        let i = self.universe.get(instrument);
        if date < self.span.first || i.listed.is_some_and(|d| date < d) || i.expiry.is_some_and(|d| date > d) {
            return None;
        }
        let day = self.hours_of(i.hours, date)?;
        let ends = if i.expiry == Some(date) { self.expires_at(instrument) } else { None };
        let Some(ends) = ends.map(Timestamp::as_second) else {
            return Some(day);
        };
        let cut = |(from, to): (i64, i64)| (from, to.min(ends).max(from));
        Some(DayHours { date, trading: cut(day.trading), liquid: cut(day.liquid) })
    }

    fn hours_of(&self, hours: Hours, date: Date) -> Option<DayHours> {
        if self.runs_all_day(date) {
            return Calendar::covers(date).then(|| DayHours::plain(date, midnight(date), midnight(shifted(date, 1))));
        }
        let mut day = hours.day(&self.calendar, date)?;
        if let Some(next) = self.always_on.filter(|next| *next > date) {
            // An evening session of the first whole day is that day's already.
            let end = midnight(next);
            day.trading.1 = day.trading.1.min(end);
            day.liquid.1 = day.liquid.1.min(end);
        }
        Some(day)
    }

    /// The trading day that has begun last by a second, be it in extended hours.
    pub(super) fn day_at(&self, instrument: usize, second: i64) -> Option<DayHours> {
        self.begun(instrument, second, false)
    }

    /// The trading day whose regular hours, or all, have begun last by a second.
    pub(super) fn begun(&self, instrument: usize, second: i64, regular_only: bool) -> Option<DayHours> {
        let mut date = shifted(date_of(second)?, 1);
        if let Some(expiry) = self.universe.get(instrument).expiry {
            date = date.min(expiry);
        }
        for _ in 0..REST_MAX {
            if let Some(day) = self.day_hours(instrument, date)
                && day.window(regular_only).0 <= second
            {
                return Some(day);
            }
            date = eve(date);
        }
        None
    }

    /// The first trading day that begins after a second.
    pub(super) fn next_day(&self, instrument: usize, second: i64, regular_only: bool) -> Option<DayHours> {
        let mut date = date_of(second)?;
        if let Some(listed) = self.universe.get(instrument).listed {
            date = date.max(listed);
        }
        for _ in 0..REST_MAX {
            if let Some(day) = self.day_hours(instrument, date)
                && day.window(regular_only).0 > second
            {
                return Some(day);
            }
            date = shifted(date, 1);
        }
        None
    }

    /// Whether orders work only in liquid hours unless they say otherwise. On Globex they work always.
    pub(super) fn rests_outside_liquid_hours(&self, instrument: usize) -> bool {
        self.universe.get(instrument).hours != Hours::Globex
    }

    /// Whether the session is on in which every order works: the liquid hours, on Globex all hours.
    pub fn is_open(&self, instrument: usize, at: Timestamp) -> bool {
        let (second, regular_only) = (at.as_second(), self.rests_outside_liquid_hours(instrument));
        self.begun(instrument, second, regular_only).is_some_and(|d| second < d.window(regular_only).1)
    }

    /// Whether it is within an instrument's regular hours.
    pub fn is_liquid(&self, instrument: usize, at: Timestamp) -> bool {
        let second = at.as_second();
        self.begun(instrument, second, true).is_some_and(|d| second < d.liquid.1)
    }

    /// Whether an instrument trades, be it in extended hours.
    pub fn is_trading(&self, instrument: usize, at: Timestamp) -> bool {
        let second = at.as_second();
        self.day_at(instrument, second).is_some_and(|d| second < d.trading.1)
    }

    /// When the session in which every order works next begins after an instant.
    pub fn next_open(&self, instrument: usize, at: Timestamp) -> Option<Timestamp> {
        let regular_only = self.rests_outside_liquid_hours(instrument);
        let day = self.next_day(instrument, at.as_second(), regular_only)?;
        Timestamp::from_second(day.window(regular_only).0).ok()
    }

    /// When trading next begins after an instant, be it in extended hours.
    pub fn next_trading(&self, instrument: usize, at: Timestamp) -> Option<Timestamp> {
        Timestamp::from_second(self.next_day(instrument, at.as_second(), false)?.trading.0).ok()
    }

    /// When a DAY order entered now ends: the close of the session that is on, else of the next one.
    pub fn day_end(&self, instrument: usize, at: Timestamp) -> Option<Timestamp> {
        self.end_of_day(instrument, at, self.rests_outside_liquid_hours(instrument))
    }

    /// The same with extended hours: when an order that may fill outside regular hours ends.
    pub fn trading_day_end(&self, instrument: usize, at: Timestamp) -> Option<Timestamp> {
        self.end_of_day(instrument, at, false)
    }

    fn end_of_day(&self, instrument: usize, at: Timestamp, regular_only: bool) -> Option<Timestamp> {
        let second = at.as_second();
        let now = self.begun(instrument, second, regular_only).filter(|d| second < d.window(regular_only).1);
        let day = now.or_else(|| self.next_day(instrument, second, regular_only))?;
        Timestamp::from_second(day.window(regular_only).1).ok()
    }

    /// The instant at which an instrument ceases to trade: futures at 09:30 New York, options at the
    /// close of the stock exchange, bonds at the end of their day. `None` if it never does.
    pub fn expires_at(&self, instrument: usize) -> Option<Timestamp> {
        let i = self.universe.get(instrument);
        let date = i.expiry?;
        let close = self.calendar.session(date).map_or_else(|| wall(date, 16 * 3600), |s| s.close);
        let second = match i.sec_type {
            SecType::Fut => wall(date, 9 * 3600 + 1800),
            SecType::Opt => close,
            SecType::Stk
            | SecType::Ind
            | SecType::Cash
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund
            | SecType::Crypto => wall(date, 17 * 3600),
        };
        Timestamp::from_second(second).ok()
    }

    /// Whether an instrument is listed and has not expired.
    pub fn is_listed(&self, instrument: usize, at: Timestamp) -> bool {
        self.was_listed(instrument, at) && self.expires_at(instrument).is_none_or(|end| at < end)
    }

    /// Whether an instrument has been listed by an instant, expired or not.
    pub fn was_listed(&self, instrument: usize, at: Timestamp) -> bool {
        let listed = self.universe.get(instrument).listed;
        listed.is_none_or(|day| date_of(at.as_second()).is_some_and(|today| today >= day))
    }

    /// Trading days that overlap a period, oldest first.
    pub fn schedule(&self, instrument: usize, from: Timestamp, to: Timestamp, regular_only: bool) -> Vec<DayHours> {
        let (from, to) = (from.as_second(), to.as_second());
        let mut days = Vec::new();
        let mut day = self.begun(instrument, to, regular_only);
        while let Some(d) = day.filter(|d| d.window(regular_only).1 > from) {
            days.push(d);
            day = self.begun(instrument, d.window(regular_only).0 - 1, regular_only);
        }
        days.reverse();
        days
    }

    /// IBKR's text of the hours from a day on: `YYYYMMDD:HHMM-YYYYMMDD:HHMM` or `YYYYMMDD:CLOSED`,
    /// separated by semicolons, in the zone of the instrument's hours.
    pub fn hours_text(&self, instrument: usize, from: Date, days: i64, regular_only: bool) -> String {
        let zone = self.universe.get(instrument).hours.zone();
        let written = |second: i64| {
            Timestamp::from_second(second)
                .map(|t| t.to_zoned(zone.clone()).strftime("%Y%m%d:%H%M").to_string())
                .unwrap_or_default()
        };
        let mut text = Vec::new();
        for offset in 0..days {
            let date = shifted(from, offset);
            match self.day_hours(instrument, date).map(|d| d.window(regular_only)) {
                Some((open, close)) if close > open => text.push(format!("{}-{}", written(open), written(close))),
                Some(_) | None => text.push(format!("{}:CLOSED", tws::time::format_date(date))),
            }
        }
        text.join(";")
    }
}

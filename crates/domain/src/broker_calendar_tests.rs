use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn new_york() -> BrokerCalendar {
    BrokerCalendar::ibkr(TimeZone::get("America/New_York").unwrap())
}

#[test]
fn a_day_closes_at_the_same_hour_of_the_clock_in_summer_and_winter() {
    let calendar = new_york();
    for (moment, last, next) in [
        // Winter: 20:00 in New York is 01:00 UTC.
        ("2026-11-27T20:00:00Z", "2026-11-27T01:00:00Z", "2026-11-28T01:00:00Z"),
        ("2026-11-28T01:00:00Z", "2026-11-28T01:00:00Z", "2026-11-29T01:00:00Z"),
        ("2026-11-28T00:59:59Z", "2026-11-27T01:00:00Z", "2026-11-28T01:00:00Z"),
        // Summer: 00:00 UTC.
        ("2026-07-01T12:00:00Z", "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"),
        // The night in which the clocks go back, and the one in which they go forward.
        ("2026-11-01T12:00:00Z", "2026-11-01T00:00:00Z", "2026-11-02T01:00:00Z"),
        ("2026-03-08T12:00:00Z", "2026-03-08T01:00:00Z", "2026-03-09T00:00:00Z"),
    ] {
        assert_eq!(calendar.last_close(at(moment)), Some(at(last)), "before {moment}");
        assert_eq!(calendar.close_after(at(moment)), Some(at(next)), "after {moment}");
    }
}

#[test]
fn nothing_is_sent_from_five_minutes_before_a_window_to_its_end() {
    let calendar = new_york();
    for (moment, name, holds) in [
        // Wednesday 23:39:59, 23:40, 23:45, Thursday 00:44:59, 00:45 in New York.
        ("2026-11-26T04:39:59Z", "the broker's daily reset", false),
        ("2026-11-26T04:40:00Z", "the broker's daily reset", true),
        ("2026-11-26T04:45:00Z", "the broker's daily reset", true),
        ("2026-11-26T05:44:59Z", "the broker's daily reset", true),
        ("2026-11-26T05:45:00Z", "the broker's daily reset", false),
        // Friday 22:54:59, 22:55, Saturday 02:59:59, 03:00.
        ("2026-11-28T03:54:59Z", "the broker's weekend reset", false),
        ("2026-11-28T03:55:00Z", "the broker's weekend reset", true),
        ("2026-11-28T07:59:59Z", "the broker's weekend reset", true),
        ("2026-11-28T08:00:00Z", "the broker's daily reset", false),
        // Sunday 00:45, when the daily reset ends, and 01:29:59.
        ("2026-11-29T05:45:00Z", "the weekly log-in", false),
        ("2026-11-29T05:55:00Z", "the weekly log-in", true),
        ("2026-11-29T06:29:59Z", "the weekly log-in", true),
    ] {
        let ahead = calendar.window_ahead(at(moment)).unwrap();
        assert_eq!((ahead.name.as_str(), ahead.holds_at(at(moment))), (name, holds), "{moment}");
    }
}

#[test]
fn a_window_in_the_hour_that_clocks_repeat_or_skip_comes_once() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let sundays = PlannedWindow {
        name: "rest".to_owned(),
        weekdays: vec![Weekday::Sunday],
        begins: Time::constant(1, 30, 0, 0),
        lasts: SignedDuration::from_mins(60),
    };
    let skipped = PlannedWindow { begins: Time::constant(2, 30, 0, 0), ..sundays.clone() };
    let calendar = |window| BrokerCalendar {
        windows: vec![window],
        ..BrokerCalendar::without_windows(zone.clone(), Time::constant(20, 0, 0, 0))
    };
    let repeated = calendar(sundays).window_ahead(at("2026-11-01T04:00:00Z")).unwrap();
    assert_eq!((repeated.begins_at, repeated.ends_at), (at("2026-11-01T05:30:00Z"), at("2026-11-01T06:30:00Z")));
    let skipped = calendar(skipped).window_ahead(at("2026-03-08T04:00:00Z")).unwrap();
    assert_eq!(skipped.begins_at, at("2026-03-08T07:30:00Z"));
}

#[test]
fn a_calendar_without_windows_never_holds() {
    let calendar = BrokerCalendar::without_windows(TimeZone::UTC, Time::constant(20, 0, 0, 0));
    assert_eq!(calendar.window_ahead(at("2026-11-26T04:45:00Z")), None);
}

#[test]
fn a_day_begins_at_midnight_of_the_zone_or_when_its_clocks_have_skipped_it() {
    for (zone, moment, midnight) in [
        ("America/New_York", "2026-11-28T04:59:59Z", "2026-11-27T05:00:00Z"),
        ("America/New_York", "2026-11-28T05:00:00Z", "2026-11-28T05:00:00Z"),
        ("Europe/Berlin", "2026-11-27T22:59:59Z", "2026-11-26T23:00:00Z"),
        ("Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z"),
    ] {
        let zone = TimeZone::get(zone).unwrap();
        assert_eq!(midnight_before(at(moment), &zone), Some(at(midnight)), "{moment}");
    }
}

use super::*;
use jiff::civil::date;
use std::fmt::Write as _;

fn calendar() -> ExchangeCalendar {
    ExchangeCalendar::new(TimeZone::get("America/New_York").unwrap())
}

type Days = [(i8, i8)];

/// The exchanges' published calendars, day by day: closed days, and days that end at 13:00.
const PUBLISHED: [(i16, &Days, &Days); 5] = [
    (
        2024,
        &[(1, 1), (1, 15), (2, 19), (3, 29), (5, 27), (6, 19), (7, 4), (9, 2), (11, 28), (12, 25)],
        &[(7, 3), (11, 29), (12, 24)],
    ),
    (
        2025,
        &[(1, 1), (1, 9), (1, 20), (2, 17), (4, 18), (5, 26), (6, 19), (7, 4), (9, 1), (11, 27), (12, 25)],
        &[(7, 3), (11, 28), (12, 24)],
    ),
    (
        2026,
        &[(1, 1), (1, 19), (2, 16), (4, 3), (5, 25), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25)],
        &[(11, 27), (12, 24)],
    ),
    (2027, &[(1, 1), (1, 18), (2, 15), (3, 26), (5, 31), (6, 18), (7, 5), (9, 6), (11, 25), (12, 24)], &[(11, 26)]),
    (2028, &[(1, 17), (2, 21), (4, 14), (5, 29), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25)], &[(7, 3), (11, 24)]),
];

fn days(year: i16) -> impl Iterator<Item = Date> {
    date(year, 1, 1).series(1.day()).take_while(move |day| day.year() == year)
}

#[test]
fn the_rules_give_the_published_calendars() {
    let calendar = calendar();
    for (year, closed_days, early_days) in PUBLISHED {
        let found: Vec<(i8, i8)> = days(year)
            .filter(|day| !matches!(closed(*day), None | Some("weekend")))
            .map(|day| (day.month(), day.day()))
            .collect();
        assert_eq!(found, closed_days, "closed days of {year}");
        let early: Vec<(i8, i8)> = days(year)
            .filter(|day| calendar.session_on(*day).is_some_and(|session| session.early))
            .map(|day| (day.month(), day.day()))
            .collect();
        assert_eq!(early, early_days, "early closes of {year}");
    }
}

#[test]
fn the_table_of_the_years_to_come_is_checked_in() {
    let calendar = calendar();
    let mut table = String::new();
    for year in 2026..=2035 {
        for day in days(year) {
            match (closed(day), calendar.session_on(day)) {
                (Some("weekend"), None) => {}
                (Some(why), None) => writeln!(table, "{day} closed: {why}").unwrap(),
                (None, Some(session)) if session.early => writeln!(table, "{day} ends at 13:00").unwrap(),
                (None, Some(_)) => {}
                (why, session) => panic!("{day}: {why:?} {session:?}"),
            }
        }
    }
    insta::assert_snapshot!("exchange_days", table);
}

#[test]
fn days_that_no_rule_foresaw_are_known() {
    for day in [date(2001, 9, 11), date(2001, 9, 14), date(2012, 10, 29), date(2018, 12, 5), date(2025, 1, 9)] {
        assert!(closed(day).is_some(), "{day}");
    }
    // A Saturday's New Year is not kept on the Friday before; Sunday's is kept on Monday.
    assert_eq!(closed(date(2021, 12, 31)), None);
    assert_eq!(closed(date(2023, 1, 2)), Some("New Year's Day"));
    // Martin Luther King Jr. Day is kept since 1998, Juneteenth since 2022.
    assert_eq!(closed(date(1997, 1, 20)), None);
    assert_eq!(closed(date(2021, 6, 18)), None);
    assert_eq!(closed(date(2022, 6, 20)), Some("Juneteenth"));
}

#[test]
fn a_year_has_as_many_sessions_as_the_exchange_had() {
    // Trading days of the New York Stock Exchange as it counted them.
    for (year, sessions) in [(1999, 252), (2001, 248), (2004, 252), (2012, 250), (2018, 251), (2020, 253), (2023, 250)]
    {
        assert_eq!(days(year).filter(|day| closed(*day).is_none()).count(), sessions, "{year}");
    }
}

#[test]
fn sessions_follow_the_clocks_of_new_york() {
    let calendar = calendar();
    let open = |day: Date| calendar.session_on(day).unwrap().open.to_string();
    assert_eq!(open(date(2026, 3, 6)), "2026-03-06T14:30:00Z");
    assert_eq!(open(date(2026, 3, 9)), "2026-03-09T13:30:00Z", "daylight saving began on the Sunday between");
    assert_eq!(open(date(2026, 10, 30)), "2026-10-30T13:30:00Z");
    assert_eq!(open(date(2026, 11, 2)), "2026-11-02T14:30:00Z");
    let half = calendar.session_on(date(2026, 11, 27)).unwrap();
    assert_eq!(half.close.to_string(), "2026-11-27T18:00:00Z");
    assert!(half.holds("2026-11-27T17:59:59Z".parse().unwrap()));
    assert!(!half.holds(half.close));
}

#[test]
fn the_broker_s_hours_cross_check_the_calendar() {
    let hours = |liquid: &str| {
        let contract = crate::contract::Contract {
            time_zone: Some("America/New_York".to_owned()),
            trading_hours: Some(liquid.to_owned()),
            liquid_hours: Some(liquid.to_owned()),
            ..crate::book::tests::contract()
        };
        Hours::read(&contract).unwrap()
    };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let calendar = calendar();
    let usual = hours("20261127:0930-20261127:1300;20261128:CLOSED;20261130:0930-20261130:1600");
    for moment in ["2026-11-27T17:00:00Z", "2026-11-27T19:00:00Z", "2026-11-28T17:00:00Z", "2026-11-30T17:00:00Z"] {
        assert_eq!(calendar.differs(&usual, at(moment)), None, "{moment}");
    }
    // A day of mourning, and a close that no rule foresaw.
    let odd = hours("20261201:CLOSED;20261202:0930-20261202:1500");
    let told = calendar.differs(&odd, at("2026-12-01T17:00:00Z")).unwrap();
    assert!(told.ends_with("knows one until 2026-12-01T21:00:00Z, the broker no session"), "{told}");
    assert!(calendar.differs(&odd, at("2026-12-02T17:00:00Z")).unwrap().contains("2026-12-02T20:00:00Z"));
}

#[test]
fn the_next_session_lies_behind_weekends_and_holidays() {
    let calendar = calendar();
    let behind = |day: Date| calendar.first_from(day).unwrap().date;
    assert_eq!(behind(date(2026, 11, 26)), date(2026, 11, 27));
    assert_eq!(behind(date(2026, 12, 25)), date(2026, 12, 28));
    assert_eq!(behind(date(2001, 9, 11)), date(2001, 9, 17));
    assert_eq!(calendar.last_until(date(2026, 12, 25)).unwrap().date, date(2026, 12, 24));
    let evening: Timestamp = "2026-11-25T22:00:00Z".parse().unwrap();
    assert_eq!(calendar.next_session(evening).unwrap().date, date(2026, 11, 27));
    assert_eq!(calendar.session_at(evening), None);
}

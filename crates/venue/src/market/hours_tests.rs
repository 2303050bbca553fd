use jiff::civil::date;

use super::*;

fn written(hours: Hours, day: Date, regular_only: bool) -> String {
    let Some(found) = hours.day(&Calendar::new(), day) else {
        return "closed".to_owned();
    };
    let (open, close) = found.window(regular_only);
    let at = |second| {
        let at = jiff::Timestamp::from_second(second).unwrap();
        tws::time::in_zone(at).strftime("%m-%d %H:%M").to_string()
    };
    format!("{} to {}", at(open), at(close))
}

#[test]
fn each_market_keeps_its_hours_holidays_and_early_closes() {
    let monday = date(2026, 11, 23);
    let thanksgiving = date(2026, 11, 26);
    let black_friday = date(2026, 11, 27);
    let good_friday = date(2026, 4, 3);
    let christmas = date(2026, 12, 25);
    for (hours, day, expected) in [
        (Hours::UsStock, monday, "11-23 04:00 to 11-23 20:00"),
        (Hours::UsStock, black_friday, "11-27 04:00 to 11-27 17:00"),
        (Hours::UsStock, thanksgiving, "closed"),
        (Hours::UsRegular, monday, "11-23 09:30 to 11-23 16:00"),
        (Hours::UsRegular, black_friday, "11-27 09:30 to 11-27 13:00"),
        (Hours::UsLate, monday, "11-23 09:30 to 11-23 16:15"),
        (Hours::UsLate, black_friday, "11-27 09:30 to 11-27 13:15"),
        (Hours::Forex, monday, "11-22 17:15 to 11-23 17:00"),
        (Hours::Forex, date(2026, 11, 24), "11-23 17:15 to 11-24 17:00"),
        (Hours::Forex, thanksgiving, "11-25 17:15 to 11-26 17:00"),
        (Hours::Forex, christmas, "closed"),
        (Hours::Forex, date(2026, 11, 28), "closed"),
        (Hours::Forex, date(2026, 11, 22), "closed"),
        (Hours::Globex, monday, "11-22 18:00 to 11-23 17:00"),
        (Hours::Globex, thanksgiving, "11-25 18:00 to 11-26 13:00"),
        (Hours::Globex, black_friday, "11-26 18:00 to 11-27 13:15"),
        (Hours::Globex, good_friday, "closed"),
        (Hours::Globex, christmas, "closed"),
        (Hours::Treasury, monday, "11-23 08:00 to 11-23 17:00"),
        (Hours::Treasury, date(2026, 10, 12), "closed"),
        (Hours::Treasury, date(2026, 11, 11), "closed"),
        (Hours::Fund, monday, "11-23 18:00 to 11-23 18:05"),
        (Hours::Fund, thanksgiving, "closed"),
        (Hours::Crypto, thanksgiving, "11-26 00:00 to 11-27 00:00"),
    ] {
        assert_eq!(written(hours, day, false), expected, "{hours:?} {day}");
    }
    assert_eq!(written(Hours::Globex, monday, true), "11-23 09:30 to 11-23 16:00");
    assert_eq!(written(Hours::UsStock, black_friday, true), "11-27 09:30 to 11-27 13:00");
}

#[test]
fn sessions_across_a_change_of_clocks_keep_their_time_on_the_wall() {
    // Clocks went forward on Sunday 2026-03-08 and back on Sunday 2026-11-01.
    for (day, forex, crypto) in [(date(2026, 3, 9), 23 * 60 + 45, 24), (date(2026, 11, 2), 23 * 60 + 45, 24)] {
        let calendar = Calendar::new();
        let of = |hours: Hours, day| hours.day(&calendar, day).unwrap().trading;
        let (open, close) = of(Hours::Forex, day);
        assert_eq!((close - open) / 60, forex);
        let (open, close) = of(Hours::Crypto, day);
        assert_eq!((close - open) / 3600, crypto);
    }
    assert_eq!(written(Hours::Crypto, date(2026, 3, 8), false), "03-08 00:00 to 03-09 00:00");
    assert_eq!(written(Hours::UsStock, date(2026, 3, 9), true), "03-09 09:30 to 03-09 16:00");
    assert_eq!(written(Hours::Globex, date(2026, 11, 2), false), "11-01 18:00 to 11-02 17:00");
}

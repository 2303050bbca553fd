use jiff::ToSpan;
use jiff::civil::date;

use super::*;

#[test]
fn the_table_agrees_with_the_time_zone_on_every_day_of_the_calendar() {
    let mut day = date(1990, 1, 1);
    while day.year() < 2036 {
        for hour in [0, 4, 9, 17, 23] {
            let zoned = day.at(hour, 15, 0, 0).to_zoned(tws::time::zone()).unwrap();
            let second = zoned.timestamp().as_second();
            assert_eq!(instant(day, jiff::civil::time(hour, 15, 0, 0)), second, "{day} {hour}");
            assert_eq!(date_of(second), Some(day));
        }
        assert_eq!(date_from_number(day_number(day)), Some(day));
        day = day.checked_add(1.days()).unwrap();
    }
    assert_eq!(day_number(date(1970, 1, 1)), 0);
    assert_eq!(day_number(date(2000, 3, 1)), 11_017);
}

#[test]
fn a_day_of_the_change_of_clocks_has_twenty_three_or_twenty_five_hours() {
    let hours = |day| (midnight(shifted(day, 1)) - midnight(day)) / 3600;
    assert_eq!(hours(date(2026, 3, 8)), 23);
    assert_eq!(hours(date(2026, 11, 1)), 25);
    assert_eq!(hours(date(2026, 11, 2)), 24);
}

use super::*;
use crate::book::tests::contract;

fn hours(zone: Option<&str>, trading: &str, regular: &str) -> Option<Hours> {
    Hours::read(&Contract {
        time_zone: zone.map(str::to_owned),
        trading_hours: Some(trading.to_owned()),
        liquid_hours: Some(regular.to_owned()),
        ..contract()
    })
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NEW_YORK: Option<&str> = Some("America/New_York");
const TRADING: &str = "20260302:0400-20260302:2000;20260303:0400-20260303:2000;20260304:CLOSED";
const REGULAR: &str = "20260302:0930-20260302:1600;20260303:0930-20260303:1300;20260304:CLOSED";

#[test]
fn a_day_goes_from_closed_through_early_and_regular_hours_to_closed() {
    let hours = hours(NEW_YORK, TRADING, REGULAR).unwrap();
    let words = [
        ("2026-03-02T08:59:59Z", "closed"),
        ("2026-03-02T09:00:00Z", "outside regular hours"),
        ("2026-03-02T14:29:59Z", "outside regular hours"),
        ("2026-03-02T14:30:00Z", "open"),
        ("2026-03-02T20:59:59Z", "open"),
        ("2026-03-02T21:00:00Z", "outside regular hours"),
        ("2026-03-03T01:00:00Z", "closed"),
        ("2026-03-03T17:59:59Z", "open"),
        ("2026-03-03T18:00:00Z", "outside regular hours"),
        ("2026-03-04T15:00:00Z", "closed"),
        ("2026-03-05T15:00:00Z", "closed"),
    ];
    for (time, word) in words {
        assert_eq!(hours.phase(at(time)).word(), word, "{time}");
    }
    assert_eq!(hours.next_open(at("2026-03-02T21:00:00Z")), Some(at("2026-03-03T14:30:00Z")));
    assert_eq!(hours.next_open(at("2026-03-03T21:00:00Z")), None, "the broker has not said");
}

#[test]
fn sessions_over_midnight_side_by_side_and_around_the_clock_are_read() {
    let day_and_night = "20260301:1700-20260302:1600;20260302:1700-20260303:1600";
    let hours_of_a_future = hours(Some("America/Chicago"), day_and_night, day_and_night).unwrap();
    assert_eq!(hours_of_a_future.phase(at("2026-03-02T22:30:00Z")), Phase::Closed, "the hour between");
    let lunch = hours(Some("Asia/Tokyo"), "20260302:0900-1130,20260302:1230-1530", "20260302:0900-1130").unwrap();
    assert_eq!(lunch.phase(at("2026-03-02T03:00:00Z")), Phase::Closed);
    assert_eq!(lunch.phase(at("2026-03-02T04:00:00Z")), Phase::Extended);
    let seams = "20260302:0000-20260302:2359;20260303:0000-20260303:2400;20260304:0000-20260305:0000";
    let always = hours(NEW_YORK, seams, seams).unwrap();
    let whole = Session { open: at("2026-03-02T05:00:00Z"), close: at("2026-03-05T05:00:00Z") };
    assert_eq!(always.phase(at("2026-03-03T04:59:30Z")), Phase::Regular(whole));
}

#[test]
fn the_day_on_which_the_clocks_change_has_its_own_length() {
    let text = "20260308:0000-20260309:0000";
    let hours = hours(NEW_YORK, text, text).unwrap();
    assert_eq!(hours.phase(at("2026-03-09T03:59:59Z")).word(), "open");
    assert_eq!(hours.phase(at("2026-03-09T04:00:00Z")).word(), "closed");
}

#[test]
fn what_cannot_be_read_is_not_known() {
    for (zone, trading, regular) in [
        (None, TRADING, REGULAR),
        (Some("Nowhere/Land"), TRADING, REGULAR),
        (NEW_YORK, "20260302:0930", REGULAR),
        (NEW_YORK, TRADING, "20260302:0930-20260302:1600;tomorrow"),
        (NEW_YORK, TRADING, "20260302:1600-20260302:0930"),
        (NEW_YORK, TRADING, "20261302:0930-20261302:1600"),
        (NEW_YORK, TRADING, "20260302:0930-20260302:2500"),
    ] {
        assert_eq!(hours(zone, trading, regular), None, "{zone:?} {trading} {regular}");
    }
    let bare = Contract { time_zone: NEW_YORK.map(str::to_owned), trading_hours: None, ..contract() };
    assert_eq!(Hours::read(&bare), None);
    assert_eq!(hours(NEW_YORK, "", "").unwrap().phase(at("2026-03-02T15:00:00Z")), Phase::Closed);
}

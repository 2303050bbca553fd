use super::*;

fn new_york() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

#[test]
fn quiet_hours_go_over_midnight_and_by_the_clock_on_the_wall() {
    let night = QuietHours::read("22:00-07:00", new_york(), Severity::Critical).unwrap();
    // Winter time is five hours behind, summer time four; on 8 March 2026 the clocks jump at two.
    for (at, quiet) in [
        ("2026-03-03T02:59:59Z", false),
        ("2026-03-03T03:00:00Z", true),
        ("2026-03-03T11:59:59Z", true),
        ("2026-03-03T12:00:00Z", false),
        ("2026-03-08T06:59:59Z", true),
        ("2026-03-08T10:59:59Z", true),
        ("2026-03-08T11:00:00Z", false),
    ] {
        assert_eq!(night.hold_at(at.parse().unwrap()), quiet, "{at}");
    }
    let noon = QuietHours::read("12:00-13:30", TimeZone::UTC, Severity::Warning).unwrap();
    for (at, quiet) in [("11:59:59", false), ("12:00:00", true), ("13:29:59", true), ("13:30:00", false)] {
        assert_eq!(noon.hold_at(format!("2026-03-03T{at}Z").parse().unwrap()), quiet, "{at}");
    }
}

#[test]
fn what_is_grave_enough_is_told_in_quiet_hours_too() {
    let night = QuietHours::read("22:00-07:00", TimeZone::UTC, Severity::Warning).unwrap();
    let at = "2026-03-03T23:00:00Z".parse().unwrap();
    let held = Severity::WORDS.map(|(_, severity)| night.hold_back(severity, at));
    assert_eq!(held, [true, false, false]);
}

#[test]
fn what_is_no_time_of_day_is_refused() {
    for text in [
        "",
        "22:00",
        "22:00-22:00",
        "22-7",
        "24:00-07:00",
        "22:60-07:00",
        "9:00-10:00",
        "22:00-07:00:00",
        "+1:00-02:00",
    ] {
        assert!(QuietHours::read(text, TimeZone::UTC, Severity::Critical).is_err(), "{text}");
    }
}

use super::*;
use jiff::civil::date;

#[test]
fn a_line_comes_round_when_it_says() {
    let cases = [
        ("50 15 * * fri", date(2026, 11, 27), true),
        ("50 15 * * fri", date(2026, 11, 26), false),
        ("50 15 * * 5", date(2026, 11, 27), true),
        ("0 10 1 * *", date(2026, 12, 1), true),
        ("0 10 1 1,7 *", date(2026, 12, 1), false),
        ("0 10 * jan-jun *", date(2026, 7, 1), false),
        ("0 10 */10 * *", date(2026, 7, 21), true),
        ("0 10 * * 7", date(2026, 11, 29), true),
        // Both days named: either fits.
        ("0 10 1 * mon", date(2026, 11, 30), true),
        ("0 10 1 * mon", date(2026, 12, 1), true),
        ("0 10 1 * mon", date(2026, 12, 2), false),
    ];
    for (line, day, fits) in cases {
        assert_eq!(Cron::read(line).unwrap().fits(day), fits, "{line} on {day}");
    }
}

#[test]
fn times_are_told_in_order() {
    let told: Vec<String> = Cron::read("*/30 10,15 * * *").unwrap().times().map(|time| time.to_string()).collect();
    assert_eq!(told, ["10:00:00", "10:30:00", "15:00:00", "15:30:00"]);
}

#[test]
fn what_is_no_cron_line_says_which_field_is_wrong() {
    for (line, what) in [
        ("50 15 * *", "five fields"),
        ("60 15 * * fri", "minute"),
        ("0 24 * * fri", "hour"),
        ("0 10 0 * *", "day"),
        ("0 10 * 13 *", "month"),
        ("0 10 * * fry", "weekday"),
        ("0 10 5-3 * *", "day"),
        ("*/0 10 * * *", "minute"),
        ("+5 10 * * *", "minute"),
    ] {
        let told = Cron::read(line).unwrap_err();
        assert!(told.contains(what), "{line}: {told}");
    }
}

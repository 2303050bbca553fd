use super::{ZONES, iana, timestamp, wire_utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_zone_of_the_table_exists() {
    for (theirs, ours) in ZONES {
        assert!(TimeZone::get(ours).is_ok(), "{theirs} → {ours}");
    }
}

#[test]
fn names_of_windows_java_and_iana_are_understood() {
    for (theirs, ours) in [
        ("US/Eastern", "America/New_York"),
        ("America/New_York", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("EST (Eastern Standard Time)", "America/New_York"),
        ("China Standard Time", "Asia/Shanghai"),
        ("Central Standard Time (Mexico)", "America/Mexico_City"),
        ("MET", "Europe/Paris"),
        ("GB-Eire", "Europe/London"),
        ("Asia/Tokyo", "Asia/Tokyo"),
    ] {
        assert_eq!(iana(theirs).as_deref(), Some(ours), "{theirs}");
    }
}

#[test]
fn an_ambiguous_or_unknown_zone_stays_unknown() {
    for name in ["", "BST", "IST", "Mars/Olympus", "中国标准时间", "../etc/passwd"] {
        assert_eq!(iana(name), None, "{name}");
    }
}

#[test]
fn execution_times_are_read_in_both_forms() {
    for (text, time) in [
        ("20260413 15:27:04 US/Eastern", "2026-04-13T19:27:04Z"),
        ("20260413  15:27:04 US/Eastern", "2026-04-13T19:27:04Z"),
        ("20260113 15:27:04 Eastern Standard Time", "2026-01-13T20:27:04Z"),
        ("20260413-15:27:04", "2026-04-13T15:27:04Z"),
        ("20261101 01:30:00 US/Eastern", "2026-11-01T05:30:00Z"),
    ] {
        assert_eq!(timestamp(text), Some(utc(time)), "{text}");
    }
}

#[test]
fn a_time_without_a_known_zone_is_unknown() {
    for text in ["20260413 15:27:04", "20260413 15:27:04 BST", "20261313-00:00:00", "", "junk", "20260413"] {
        assert_eq!(timestamp(text), None, "{text}");
    }
}

#[test]
fn a_time_leaves_in_utc_and_whole_seconds() {
    assert_eq!(wire_utc(utc("2026-04-13T19:27:04.999Z")), "20260413-19:27:04");
}

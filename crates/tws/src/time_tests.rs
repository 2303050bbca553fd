use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_form_a_client_may_send_is_read() {
    let cases = [
        ("20260413-19:27:04", "2026-04-13T19:27:04Z"),
        ("20260413-19:27:04Z", "2026-04-13T19:27:04Z"),
        ("20260413 15:27:04 US/Eastern", "2026-04-13T19:27:04Z"),
        ("20260413 15:27:04", "2026-04-13T19:27:04Z"),
        ("20260413 15:27", "2026-04-13T19:27:00Z"),
        ("20260413 19:27:04 UTC", "2026-04-13T19:27:04Z"),
        ("20260113 20:27:04 Europe/Berlin", "2026-01-13T19:27:04Z"),
        // Repeated by the change of the clocks: the first of the two.
        ("20261101 01:30:00 US/Eastern", "2026-11-01T05:30:00Z"),
        // Skipped by the change of the clocks: moved forward.
        ("20260308 02:30:00 US/Eastern", "2026-03-08T07:30:00Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_date_time(text), Some(at(expected)), "{text}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    for text in ["", "20260413", "20261313-10:00:00", "20260413 25:00:00", "20260413 10:00:00 Mars/Base", "now", "-"] {
        assert_eq!(parse_date_time(text), None, "{text}");
    }
    for text in ["", "2026041", "20260431", "2026-4-1", "+2026041"] {
        assert_eq!(parse_date(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(seconds in 0_i64..4_000_000_000) {
        let instant = Timestamp::from_second(seconds).unwrap();
        prop_assert_eq!(parse_date_time(&format_utc(instant)), Some(instant));
        let date = in_zone(instant).date();
        prop_assert_eq!(parse_date(&format_date(date)), Some(date));
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,40}") {
        let _ = parse_date_time(&text);
        let _ = parse_date(&text);
    }
}

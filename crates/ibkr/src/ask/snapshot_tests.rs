use super::*;

#[test]
fn executions_are_complete_since_the_gateways_own_midnight_and_never_further_back() {
    for (zone, ended, since) in [
        (Some("America/New_York"), "2026-11-27T20:00:00Z", Some("2026-11-27T05:00:00Z")),
        (Some("EST5EDT"), "2026-11-27T20:00:00Z", Some("2026-11-27T05:00:00Z")),
        (Some("Europe/Berlin"), "2026-11-27T20:00:00Z", Some("2026-11-26T23:00:00Z")),
        // Around midnight the later one holds: which clock is right is not known.
        (Some("America/New_York"), "2026-11-28T04:58:59Z", Some("2026-11-27T05:00:00Z")),
        (Some("America/New_York"), "2026-11-28T04:59:00Z", Some("2026-11-28T05:00:00Z")),
        // The night in which the clocks go back.
        (Some("America/New_York"), "2026-11-02T03:00:00Z", Some("2026-11-01T04:00:00Z")),
        (Some("BST"), "2026-11-27T20:00:00Z", None),
        (None, "2026-11-27T20:00:00Z", None),
    ] {
        assert_eq!(window(zone, ended.parse().unwrap()), since.map(|text| text.parse().unwrap()), "{zone:?} {ended}");
    }
}

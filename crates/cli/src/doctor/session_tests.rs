use super::{judge_mode, judge_reset};
use crate::doctor::finding::Verdict;
use domain::broker_calendar::BrokerCalendar;
use domain::mode::{ModeProof, Trading};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn reset_at(now: &str) -> (Verdict, String) {
    let now: Timestamp = now.parse().unwrap();
    let calendar = BrokerCalendar::ibkr(TimeZone::get("America/New_York").unwrap());
    let found = judge_reset(calendar.window_ahead(now).as_ref(), now);
    (found.verdict, found.found)
}

#[test]
fn a_reset_is_told_when_it_is_near_and_while_it_lasts() {
    // A Tuesday in winter: the reset begins at 23:45 in New York, five minutes after the last send.
    let (far, when) = reset_at("2026-01-13T20:00:00Z");
    assert_eq!(far, Verdict::Good);
    assert!(when.contains("2026-01-14T04:40:00Z"), "{when}");
    let (near, when) = reset_at("2026-01-14T03:41:00Z");
    assert_eq!(near, Verdict::Warning);
    assert!(when.contains("daily reset") && when.contains("2026-01-14T05:45:00Z"), "{when}");
    let (during, when) = reset_at("2026-01-14T05:00:00Z");
    assert_eq!(during, Verdict::Warning);
    assert!(when.contains("until 2026-01-14T05:45:00Z"), "{when}");
}

fn mode_of(account: &str, port: u16, trading: Trading) -> (Verdict, String) {
    let account: domain::id::AccountId = account.parse().unwrap();
    let proof =
        ModeProof { pinned: Some(account.clone()), connected: vec![account], port, simulated: false, loopback: true };
    let found = judge_mode(&proof, trading);
    (found.verdict, found.found)
}

#[test]
fn paper_and_live_are_not_mixed_up_by_account_port_or_setting() {
    let (by_port, why) = mode_of("DU1234567", 4001, Trading::Paper);
    assert_eq!(by_port, Verdict::Bad);
    assert!(why.contains("4001 is the live port"), "{why}");
    assert_eq!(mode_of("U1234567", 4002, Trading::Live).0, Verdict::Bad);
    assert_eq!(mode_of("U1234567", 4001, Trading::Paper).0, Verdict::Bad);
    assert_eq!(mode_of("DU1234567", 4002, Trading::Live).0, Verdict::Warning);
    assert_eq!(mode_of("DU1234567", 4002, Trading::Paper).0, Verdict::Good);
    assert_eq!(mode_of("U1234567", 4001, Trading::Off).0, Verdict::Good);
    assert_eq!(mode_of("X1", 4002, Trading::Paper).0, Verdict::Bad);
}

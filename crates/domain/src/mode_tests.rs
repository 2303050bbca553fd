use super::{Mode, ModeProof, is_venue_account, mode_of_account, mode_of_port};
use crate::id::AccountId;

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn proof(pinned: Option<&str>, connected: &[&str], port: u16) -> ModeProof {
    ModeProof {
        pinned: pinned.map(account),
        connected: connected.iter().copied().map(account).collect(),
        port,
        simulated: false,
        loopback: true,
    }
}

#[test]
fn the_prefix_tells_the_mode_or_nothing() {
    for (name, mode) in [
        ("DU1234567", Some(Mode::Paper)),
        ("DF1234567", Some(Mode::Paper)),
        ("DUV1", Some(Mode::Paper)),
        ("U1234567", Some(Mode::Live)),
        ("F1234567", Some(Mode::Live)),
        ("UV1", Some(Mode::Live)),
        ("D1234567", None),
        ("X1", None),
        ("du1234567", None),
        ("1234567", None),
    ] {
        assert_eq!(mode_of_account(&account(name)), mode, "{name}");
    }
}

#[test]
fn only_the_standard_ports_tell_a_mode() {
    let told: Vec<(u16, Mode)> =
        (0..=u16::MAX).filter_map(|port| mode_of_port(port).map(|mode| (port, mode))).collect();
    assert_eq!(told, [(4001, Mode::Live), (4002, Mode::Paper), (7496, Mode::Live), (7497, Mode::Paper)]);
}

#[test]
fn a_mode_needs_a_pinned_account_that_the_broker_confirms() {
    assert_eq!(proof(Some("DU1"), &["DU1"], 7497).mode(), Ok(Mode::Paper));
    assert_eq!(proof(Some("DU1"), &["DU2", "DU1"], 5000).mode(), Ok(Mode::Paper));
    assert!(proof(None, &["DU1"], 7497).mode().is_err(), "one account is not a choice");
    assert!(proof(Some("DU1"), &[], 7497).mode().is_err());
    assert!(proof(Some("DU1"), &["DU2"], 7497).mode().is_err());
    assert_eq!(proof(Some("DU1"), &["DU2"], 7497).account(), None);
}

#[test]
fn a_contradiction_is_named() {
    let error = proof(Some("DU1"), &["DU1"], 7496).mode().unwrap_err();
    assert_eq!(error, "account DU1 is paper, port 7496 is the live port");
    let error = proof(Some("U1"), &["U1"], 4002).mode().unwrap_err();
    assert_eq!(error, "account U1 is live, port 4002 is the paper port");
    assert!(proof(Some("X1"), &["X1"], 7497).mode().unwrap_err().contains("X1"));
}

#[test]
fn only_the_venues_prefixes_are_simulated() {
    for (name, venue) in [("DUV1", true), ("UV1", true), ("DU1", false), ("U1", false), ("V1", false)] {
        assert_eq!(is_venue_account(&account(name)), venue, "{name}");
    }
}

#[test]
fn a_simulated_live_account_counts_on_loopback_only() {
    let mut far = proof(Some("UV0000001"), &["UV0000001"], 4444);
    assert_eq!(far.mode(), Ok(Mode::Live));
    far.loopback = false;
    assert!(far.mode().is_err());
    let mut real = proof(Some("U1234567"), &["U1234567"], 4444);
    real.loopback = false;
    assert_eq!(real.mode(), Ok(Mode::Live));
}

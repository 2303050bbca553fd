use super::*;
use domain::principal::{KeyRecord, PrincipalKind, Scope};
use std::collections::BTreeSet;

#[test]
fn a_new_key_is_told_without_its_hash() {
    let at = "2026-03-02T15:00:00Z".parse().unwrap();
    let key = KeyRecord {
        id: "agent".parse().unwrap(),
        kind: PrincipalKind::Agent,
        scopes: BTreeSet::from([Scope::Read]),
        hash: "5ec2e7".to_owned(),
        expires_at: None,
        created_at: at,
        revoked_at: None,
    };
    let event = JournalEvent::KeyCreated { key, by: None };
    let told = AuditRecord::of(&Recorded { seq: 3, at, event }, "c4a1").unwrap();
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains("5ec2e7"), "{text}");
    assert_eq!((told.event["key"]["id"].as_str(), told.event["key"].get("hash")), (Some("agent"), None));
    assert_eq!((told.kind.as_str(), told.hash.as_str()), ("key_created", "c4a1"), "the chain's own hash stays");
}

use super::*;
use serde_json::json;

fn item(outcome: &str) -> Value {
    json!({"symbol": "AAPL", "con_id": "265598", "position": "10", "other_orders": 0, "outcome": outcome,
           "order": {"cl_ord_id": "flat-1", "status": "any", "approval_id": "ap-1"}, "problem": null})
}

fn refused(code: &str) -> Value {
    json!({"symbol": "MSFT", "con_id": "7", "position": "10", "other_orders": 2, "outcome": null, "order": null,
           "problem": {"code": code, "detail": "the broker is away"}})
}

fn exit(items: &[Value]) -> u8 {
    told(&json!({ "items": items })).exit
}

#[test]
fn each_outcome_ends_as_that_of_any_other_order() {
    for (outcome, code) in [
        ("acknowledged", 0),
        ("simulated", 0),
        ("needs_approval", 10),
        ("denied", 6),
        ("rejected", 7),
        ("canceled", 6),
        ("unknown", 8),
        ("a word of tomorrow", 8),
    ] {
        assert_eq!(exit(&[item(outcome)]), code, "{outcome}");
    }
    assert_eq!(exit(&[refused("broker_unreachable")]), 9);
    assert_eq!(exit(&[refused("idempotency_conflict")]), 5);
    assert_eq!(exit(&[]), 0);
}

#[test]
fn the_worst_of_many_counts() {
    let all = [item("acknowledged"), item("needs_approval"), refused("not_ready"), item("unknown")];
    for (held_back, code) in [(0, 8), (1, 9), (2, 10), (3, 0)] {
        assert_eq!(exit(&all[..all.len() - held_back]), code);
    }
    assert_eq!(exit(&[item("unknown"), item("denied")]), 8, "in whatever order");
}

#[test]
fn what_stays_open_is_said_for_each_position() {
    let human = told(&json!({"items": [item("needs_approval"), refused("broker_unreachable")]})).human;
    assert!(human.contains("tollgate approval approve ap-1"), "{human}");
    assert!(human.contains("MSFT: no closing order: the broker is away"), "{human}");
    assert!(human.contains("MSFT: other orders work in it"), "{human}");
    assert!(!human.contains("AAPL: other orders"), "{human}");
}

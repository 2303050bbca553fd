use super::*;

const WAITS: &str = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

fn body(pending: &Value) -> Value {
    json!({"policy": {"name": "cautious", "hash": "ff".repeat(32), "since": "2026-03-02T15:00:00Z", "pending": pending}})
}

fn pending(counts_from: Option<&str>) -> Value {
    let changes = json!([{"section": "", "key": "order_qty_max", "old": "200", "new": "500"}]);
    json!({"hash": WAITS, "since": "2026-03-02T15:00:00Z", "counts_from": counts_from, "changes": changes})
}

#[test]
fn a_policy_that_waits_is_named_by_the_beginning_of_its_hash_and_nothing_else_is() {
    let waits = body(&pending(None));
    for hash in [WAITS, "abcdef", "abcdef0123456789"] {
        assert_eq!(whole_hash(&waits, hash).unwrap(), WAITS, "{hash}");
    }
    for (now, hash, exit, says) in [
        (&waits, "abcde", 2, "too short"),
        (&waits, "abc123", NOT_FOUND, "no policy that waits begins with `abc123`"),
        (&waits, "abc", 2, "too short"),
        (&body(&Value::Null), "abcdef", NOT_FOUND, "no policy waits"),
    ] {
        let failure = whole_hash(now, hash).unwrap_err();
        assert_eq!(failure.exit(), exit, "{hash}");
        let human = failure.human();
        assert!(human.contains(says), "{human}");
    }
    let whole = "0".repeat(HASH_LEN);
    assert_eq!(whole_hash(&body(&Value::Null), &whole).unwrap(), whole, "the gateway judges a whole hash");
}

#[test]
fn a_change_says_what_it_withdrew() {
    let (asked, accepted) = (body(&pending(None)), body(&pending(Some("2026-03-02T15:15:00Z"))));
    let nothing = body(&Value::Null);
    let said = withdrawn(&accepted, &nothing).unwrap();
    assert!(said.contains("abcdef012345, accepted, but not in force yet") && said.contains("200 → 500"), "{said}");
    assert!(withdrawn(&asked, &nothing).unwrap().contains("not accepted yet"));
    assert_eq!(withdrawn(&asked, &asked), None, "it still waits");
    assert_eq!(withdrawn(&nothing, &asked), None, "nothing waited");
    let mut counts = nothing.clone();
    counts["policy"]["hash"] = WAITS.into();
    assert_eq!(withdrawn(&accepted, &counts), None, "it counts");
}

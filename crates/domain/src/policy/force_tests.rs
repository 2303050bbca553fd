use super::*;
use crate::policy::Policy;
use crate::principal::{Face, PrincipalKind};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn principal(key: &str, kind: PrincipalKind) -> Principal {
    Principal {
        key_id: key.parse().unwrap(),
        kind,
        scopes: BTreeSet::new(),
        face: Face::Rest,
        correlation_id: "c-1".parse().unwrap(),
    }
}

fn wished(by: Option<&Principal>, accepted_by: &[&str]) -> PendingPolicy {
    let mut pending = PendingPolicy::new("wide".to_owned(), Policy::conservative().into(), by, "why".to_owned(), at(0));
    for key in accepted_by {
        pending.humans.insert(key.parse().unwrap());
        pending.accepted = true;
    }
    pending
}

#[test]
fn one_human_waits_a_quarter_of_an_hour_and_two_do_not() {
    let (alice, bot) = (principal("alice", PrincipalKind::Human), principal("bot", PrincipalKind::Agent));
    let cases: [(Option<&Principal>, &[&str], Option<i64>); 8] = [
        (None, &[], None),
        (Some(&alice), &[], None),
        (Some(&bot), &[], None),
        (None, &["alice"], Some(900)),
        (Some(&alice), &["alice"], Some(900)),
        (Some(&bot), &["alice"], Some(900)),
        (Some(&alice), &["bob"], Some(0)),
        (None, &["alice", "bob"], Some(0)),
    ];
    for (by, accepted_by, from) in cases {
        let pending = wished(by, accepted_by);
        assert_eq!(pending.counts_from(), from.map(at), "{by:?} {accepted_by:?}");
        if let Some(from) = from {
            assert!(pending.counts_at(at(from)) && !pending.counts_at(at(from - 1)));
        } else {
            assert!(!pending.counts_at(at(1_000_000)), "nobody has accepted it");
        }
    }
}

#[test]
fn a_key_that_was_made_for_the_occasion_is_no_second_human() {
    let alice = principal("alice", PrincipalKind::Human);
    for (made_at, from) in [(Some(-900), 0), (Some(-899), 900), (Some(5), 900), (None, 0)] {
        let mut pending = wished(Some(&alice), &[]);
        pending.accept(&"bob".parse().unwrap(), made_at.map(at));
        assert_eq!(pending.counts_from(), Some(at(from)), "{made_at:?}");
    }
    // The first human to accept is one, however young the key.
    let mut pending = wished(None, &[]);
    pending.accept(&"bob".parse().unwrap(), Some(at(5)));
    assert_eq!(pending.counts_from(), Some(at(900)));
}

#[test]
fn over_mcp_nobody_is_human() {
    let over_mcp = Principal { face: Face::Mcp, ..principal("alice", PrincipalKind::Human) };
    assert!(!over_mcp.is_human());
    assert_eq!(wished(Some(&over_mcp), &[]).humans.len(), 0);
}

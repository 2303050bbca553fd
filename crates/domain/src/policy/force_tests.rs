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
        }
    }
}

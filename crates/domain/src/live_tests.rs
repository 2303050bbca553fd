use super::*;
use crate::order::OrderTypeKind;
use crate::policy::Policy;
use crate::verification::Verification;
use std::collections::BTreeSet;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + second).unwrap()
}

fn walk(findings_total: u64) -> (Timestamp, Verification) {
    let walk =
        Verification { began_at: at(0), records: 10, head_hash: "aa".to_owned(), findings_total, findings: Vec::new() };
    (at(1), walk)
}

fn complete() -> Evidence {
    let mut evidence = Evidence::default();
    for kind in &Policy::conservative().order_types_allowed {
        evidence.paper_order(*kind, at(0));
    }
    evidence.killed(BTreeSet::from(["o-1".parse().unwrap()]));
    evidence.order_moved(&"o-1".parse().unwrap(), true);
    evidence.kill_lifted(at(0));
    evidence.limits_drill = Some(DrillRun { at: at(0), passed: 67, total: 67 });
    evidence.clean_looks = 20;
    evidence.restored(at(0));
    evidence.verified(true, at(0), at(1));
    evidence.reference_survived(&"DU1234567".parse().unwrap(), &"o-1".parse().unwrap(), at(0));
    evidence
}

fn open(evidence: &Evidence, walk: Option<&(Timestamp, Verification)>, now: Timestamp) -> Vec<&'static str> {
    let items = checklist(evidence, walk, &Policy::conservative(), now);
    assert!(items.iter().map(|item| item.name).eq(CHECKS));
    assert!(items.iter().all(|item| !item.evidence.is_empty() && !item.wanted.is_empty() && !item.hint.is_empty()));
    items.into_iter().filter(|item| !item.done).map(|item| item.name).collect()
}

#[test]
fn nothing_is_shown_by_an_empty_journal() {
    assert_eq!(open(&Evidence::default(), None, at(0)), CHECKS);
}

type Change = fn(&mut Evidence);

#[test]
fn each_item_falls_by_its_own_evidence() {
    assert_eq!(open(&complete(), Some(&walk(0)), at(2)), Vec::<&str>::new());
    let cases: &[(&str, Change)] = &[
        ("paper_orders", |e| {
            e.paper_types.remove(&OrderTypeKind::StopLimit);
        }),
        ("kill_drill", |e| e.kill_drill = None),
        ("limits_drill", |e| e.limits_drill = Some(DrillRun { at: at(0), passed: 66, total: 67 })),
        ("limits_drill", |e| e.limits_drill = Some(DrillRun { at: at(0), passed: 0, total: 0 })),
        ("clean_reconciliations", |e| e.clean_looks = 19),
        ("verified_restore", |e| e.restored(at(2))),
        ("verified_restore", |e| e.verified(false, at(1), at(2))),
        ("order_ref", |e| e.references.clear()),
    ];
    for (name, change) in cases {
        let mut evidence = complete();
        change(&mut evidence);
        assert_eq!(open(&evidence, Some(&walk(0)), at(2)), [*name]);
    }
    assert_eq!(open(&complete(), Some(&walk(1)), at(2)), ["journal"]);
    assert_eq!(open(&complete(), Some(&walk(0)), at(0)), ["journal"], "a walk out of the future shows nothing");
}

#[test]
fn evidence_grows_old() {
    let year = at(365 * 86_400);
    let fresh = |now: Timestamp| (now, walk(0).1);
    assert_eq!(open(&complete(), Some(&fresh(year)), year), Vec::<&str>::new());
    let later = at(365 * 86_400 + 1);
    assert_eq!(open(&complete(), Some(&fresh(later)), later), ["kill_drill", "limits_drill"]);
    assert_eq!(open(&complete(), Some(&walk(0)), at(48 * 3_600 + 2)), ["journal"]);
}

#[test]
fn a_kill_counts_as_a_drill_only_when_all_that_worked_is_proven_canceled() {
    let key = |text: &str| text.parse().unwrap();
    let mut idle = Evidence::default();
    idle.killed(BTreeSet::new());
    idle.kill_lifted(at(1));
    assert_eq!(idle.kill_drill, None, "nothing worked");
    let mut early = Evidence::default();
    early.killed(BTreeSet::from([key("o-1"), key("o-2")]));
    early.order_moved(&key("o-1"), true);
    early.kill_lifted(at(1));
    assert_eq!(early.kill_drill, None, "one still worked");
    let mut twice = Evidence::default();
    twice.killed(BTreeSet::from([key("o-1")]));
    twice.killed(BTreeSet::new());
    twice.order_moved(&key("o-1"), true);
    twice.order_moved(&key("o-1"), false);
    twice.kill_lifted(at(1));
    assert_eq!(twice.kill_drill, None, "it came to life again");
}

#[test]
fn an_arming_holds_for_its_time_and_no_longer() {
    let arming = Arming {
        account: "U1".parse().unwrap(),
        by: "operator".parse().unwrap(),
        at: at(0),
        expires_at: at(10),
        other_port: OtherPort::Refuses,
        reason: "go".to_owned(),
    };
    let state = LiveState { arming: Some(arming), ..LiveState::default() };
    assert!(state.armed(at(-1)).is_none());
    assert!(state.armed(at(0)).is_some());
    assert!(state.armed(at(9)).is_some());
    assert!(state.armed(at(10)).is_none());
}

#[test]
fn what_another_version_showed_counts_for_nothing() {
    let mut evidence = complete();
    evidence.started("1.0.0");
    assert_eq!(open(&evidence, Some(&walk(0)), at(2)), Vec::<&str>::new());
    evidence.started("1.0.0");
    assert_eq!(open(&evidence, Some(&walk(0)), at(2)), Vec::<&str>::new(), "a restart changes nothing");
    evidence.started("1.0.1");
    assert_eq!(open(&evidence, Some(&walk(0)), at(2)), ["paper_orders", "kill_drill", "limits_drill"]);
    let mut back = complete();
    back.started("1.0.1");
    back.started("1.0.0");
    assert_eq!(open(&back, Some(&walk(0)), at(2)).len(), 3, "an older version is another one too");
}

use super::*;
use crate::book::tests::{acknowledged, book_of, executed, filled, of, principal, submitting};
use crate::event::OrderEvent;
use crate::journal::JournalEvent;
use crate::mode::World;
use crate::order::OrderTypeKind;
use crate::policy::Policy;
use crate::trading_state::{KillScope, TradingState};
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

fn real(evidence: &mut Evidence) -> &mut Shown {
    evidence.of_mut(World::Real)
}

fn complete() -> Evidence {
    complete_in(World::Real)
}

fn complete_in(world: World) -> Evidence {
    let mut evidence = Evidence::default();
    let shown = evidence.of_mut(world);
    for kind in &Policy::conservative().order_types_allowed {
        shown.paper_order(*kind, at(0));
    }
    shown.killed(BTreeSet::from(["o-1".parse().unwrap()]));
    shown.order_moved(&"o-1".parse().unwrap(), Fate::Canceled);
    shown.clean_looks = 20;
    shown.reference_survived(&"DU1234567".parse().unwrap(), &"o-1".parse().unwrap(), at(0));
    evidence.kill_lifted(at(0));
    evidence.limits_drill = Some(DrillRun { at: at(0), passed: 67, total: 67 });
    evidence.restored(at(0));
    evidence.verified(true, at(0), at(1));
    evidence
}

fn open(evidence: &Evidence, walk: Option<&(Timestamp, Verification)>, now: Timestamp) -> Vec<&'static str> {
    open_in(World::Real, evidence, walk, now)
}

fn open_in(
    world: World,
    evidence: &Evidence,
    walk: Option<&(Timestamp, Verification)>,
    now: Timestamp,
) -> Vec<&'static str> {
    let items = checklist(evidence, world, walk, &Policy::conservative(), now);
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
            real(e).paper_types.remove(&OrderTypeKind::StopLimit);
        }),
        ("kill_drill", |e| real(e).kill_drill = None),
        ("limits_drill", |e| e.limits_drill = Some(DrillRun { at: at(0), passed: 66, total: 67 })),
        ("limits_drill", |e| e.limits_drill = Some(DrillRun { at: at(0), passed: 0, total: 0 })),
        ("clean_reconciliations", |e| real(e).clean_looks = 19),
        ("verified_restore", |e| e.restored(at(2))),
        ("verified_restore", |e| e.verified(false, at(1), at(2))),
        ("order_ref", |e| real(e).references.clear()),
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
fn what_was_shown_on_a_simulated_venue_counts_for_its_accounts_only() {
    let walk = walk(0);
    let of_a_broker = ["paper_orders", "kill_drill", "clean_reconciliations", "order_ref"];
    for (shown, other) in [(World::Real, World::Simulated), (World::Simulated, World::Real)] {
        let evidence = complete_in(shown);
        assert_eq!(open_in(shown, &evidence, Some(&walk), at(2)), Vec::<&str>::new());
        assert_eq!(open_in(other, &evidence, Some(&walk), at(2)), of_a_broker, "{other:?}");
    }
}

#[test]
fn a_kill_counts_as_a_drill_only_when_all_that_worked_is_proven_canceled() {
    let key = |text: &str| text.parse().unwrap();
    let drill = |worked: &[&str], moves: &[(&str, Fate)]| {
        let mut evidence = Evidence::default();
        real(&mut evidence).killed(worked.iter().copied().map(key).collect());
        // A second kill does not make the first one's orders vanish.
        real(&mut evidence).killed(BTreeSet::new());
        for (name, fate) in moves {
            real(&mut evidence).order_moved(&key(name), *fate);
        }
        evidence.kill_lifted(at(1));
        real(&mut evidence).kill_drill
    };
    let canceled = |name| (name, Fate::Canceled);
    assert_eq!(drill(&["o-1", "o-2"], &[canceled("o-1"), canceled("o-2")]), Some(at(1)));
    assert_eq!(drill(&[], &[canceled("o-1")]), None, "nothing worked");
    assert_eq!(drill(&["o-1", "o-2"], &[canceled("o-1")]), None, "one still worked");
    assert_eq!(drill(&["o-1"], &[canceled("o-1"), ("o-1", Fate::Open)]), None, "it came to life again");
    assert_eq!(drill(&["o-1", "o-2"], &[canceled("o-1"), ("o-2", Fate::Otherwise)]), None, "a fill proves no cancel");
    assert_eq!(drill(&["o-1", "o-2"], &[canceled("o-1"), ("o-2", Fate::NeverLeft)]), Some(at(1)));
    assert_eq!(drill(&["o-1"], &[("o-1", Fate::NeverLeft)]), None, "nothing was at work");
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
    let mut built = complete();
    built.started("1.0.0+one");
    built.started("1.0.0+two");
    assert_eq!(open(&built, Some(&walk(0)), at(2)).len(), 3, "and so is another build under the same number");
}

#[test]
fn the_book_tells_a_proven_cancel_from_any_other_end() {
    let set = |state| JournalEvent::TradingStateSet {
        scope: KillScope::Global,
        state,
        by: principal(),
        reason: "drill".to_owned(),
    };
    let drill = |end: &[OrderEvent]| {
        let mut events = vec![submitting("o-1", 7), of("o-1", acknowledged(900, 1)), set(TradingState::Halted)];
        events.extend(end.iter().map(|event| of("o-1", event.clone())));
        events.push(set(TradingState::Active));
        let live = book_of(events).live;
        assert_eq!(live.evidence.of(World::Simulated), &Shown::default(), "the account is a broker's");
        live.evidence.of(World::Real).kill_drill.is_some()
    };
    let canceled = OrderEvent::Canceled { detail: None };
    assert!(drill(std::slice::from_ref(&canceled)));
    assert!(drill(&[executed("e1.01", 3), canceled.clone()]), "the rest was canceled");
    assert!(!drill(&[]));
    assert!(!drill(&[filled(10)]), "it filled before the cancel");
    assert!(!drill(&[OrderEvent::Expired]));
    assert!(!drill(&[OrderEvent::NotFound, OrderEvent::ResolvedDead { reason: "TWS says so".to_owned() }]));
    assert!(!drill(&[canceled, filled(10)]), "it filled after all");
}

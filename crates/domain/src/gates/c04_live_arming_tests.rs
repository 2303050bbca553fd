use super::GATE;
use crate::gates::world::{Case, Expect, World, check};
use crate::gates::{Decision, LiveAsk, evaluate, live_faults, mandate_in_use};
use crate::live::{Arming, OtherPort, OverrideFile};
use crate::mode::Trading;
use crate::principal::Scope;
use jiff::SignedDuration;

/// A live account on which everything is as it must be.
fn live(world: &mut World, account: &str) {
    world.trading = Trading::Live;
    world.principal.scopes.insert(Scope::TradeLive);
    world.order.account = account.parse().unwrap();
    let proof = world.mode.as_mut().unwrap();
    proof.pinned = Some(account.parse().unwrap());
    proof.connected = vec![account.parse().unwrap()];
    proof.port = 4444;
    world.policy.live_accounts_allowed.insert(account.to_owned());
    world.live.override_file = OverrideFile::Present;
    world.live.arming = Some(Arming {
        account: account.parse().unwrap(),
        by: "operator".parse().unwrap(),
        at: world.now,
        expires_at: world.now.checked_add(SignedDuration::from_secs(1)).unwrap(),
        other_port: OtherPort::Refuses,
        reason: "drill".to_owned(),
    });
}

#[test]
fn live_needs_every_one_of_its_keys() {
    let cases: &[Case] = &[
        ("all of them", Expect::Pass, |w| live(w, "U1234567")),
        ("a venue account that is live to every gate, armed", Expect::Pass, |w| live(w, "UV1234567")),
        ("a venue account that is live to every gate, not armed", Expect::Deny(1), |w| {
            live(w, "UV1234567");
            w.live.arming = None;
        }),
        ("a venue account on paper", Expect::Pass, |w| live(w, "DUV1234567")),
        ("unknown may be live", Expect::Deny(1), |w| w.mode = None),
        ("the owner said paper", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.trading = Trading::Paper;
        }),
        ("the account is not in the allow list", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.policy.live_accounts_allowed.clear();
        }),
        ("no override file is configured", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.override_file = OverrideFile::NotConfigured;
        }),
        ("armed for another account", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.arming.as_mut().unwrap().account = "U7654321".parse().unwrap();
        }),
        ("armed until this very moment", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.arming.as_mut().unwrap().expires_at = w.now;
        }),
        ("armed by a clock that was ahead", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.arming.as_mut().unwrap().at = w.now.checked_add(SignedDuration::from_millis(1)).unwrap();
        }),
        ("an item of the checklist is open", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.open_items.push("kill_drill");
        }),
        ("nothing at all: every reason is told", Expect::Deny(5), |w| {
            live(w, "U1234567");
            w.trading = Trading::Paper;
            w.policy.live_accounts_allowed.clear();
            w.live.override_file = OverrideFile::NotConfigured;
            w.live.arming = None;
            w.live.open_items.push("kill_drill");
        }),
        ("a mandate stands for the arming", Expect::Pass, |w| {
            live(w, "U1234567");
            w.live.arming = None;
            w.mandated();
        }),
        ("a mandate stands for nothing else", Expect::Deny(2), |w| {
            live(w, "U1234567");
            w.live.arming = None;
            w.mandated();
            w.live.override_file = OverrideFile::Absent;
            w.live.open_items.push("kill_drill");
        }),
        ("a mandate without room", Expect::Deny(1), |w| {
            live(w, "U1234567");
            w.live.arming = None;
            w.mandated().terms.notional_max = "1894.99".parse().unwrap();
        }),
    ];
    check(&GATE, cases);
}

#[test]
fn only_a_proven_live_account_is_armed() {
    let mut world = World::open_to_all();
    live(&mut world, "U1234567");
    let faults = |world: &World| {
        let (mode, account) = (world.mode.as_ref(), &world.order.account);
        let ask = LiveAsk { trading: world.trading, mode, account, policy: &world.policy, live: &world.live };
        live_faults(&ask).into_iter().map(|reason| reason.observed.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert!(faults(&world).is_empty());
    live(&mut world, "DU1234567");
    assert_eq!(faults(&world), ["paper"]);
    world.mode = None;
    assert_eq!(faults(&world), ["no connection yet"]);
}

#[test]
fn a_control_that_is_left_out_takes_nothing_from_a_mandate() {
    let mut world = World::open_to_all();
    live(&mut world, "U1234567");
    world.mandated();
    world.live.arming = None;
    world.policy.approval_required_for.clear();
    world.policy.off.insert(4);
    assert_eq!(mandate_in_use(&world.input()), None, "nobody asks for an arming");
    world.policy.approval_required_for.insert(world.principal.kind);
    assert!(mandate_in_use(&world.input()).is_some(), "a yes is asked for");
    world.policy.off.insert(6);
    assert_eq!(mandate_in_use(&world.input()), None, "nobody asks for a yes");
}

#[test]
fn deleting_the_override_file_stops_the_next_order_without_a_restart() {
    let mut world = World::open_to_all();
    live(&mut world, "U1234567");
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
    world.live.override_file = OverrideFile::Absent;
    assert!(matches!(evaluate(&world.input()).decision, Decision::Denied(_)));
}

#[test]
fn a_mandate_that_stands_for_the_arming_is_used_although_nobody_must_approve() {
    let mut world = World::open_to_all();
    live(&mut world, "U1234567");
    world.policy.approval_required_for.clear();
    world.mandated();
    assert_eq!(mandate_in_use(&world.input()), None, "it is armed: nothing is taken from the mandate");
    world.live.arming = None;
    assert!(mandate_in_use(&world.input()).is_some());
}

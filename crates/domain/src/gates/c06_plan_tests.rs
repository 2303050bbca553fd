use super::GATE;
use crate::approval::ApprovalStatus;
use crate::gates::input::ApprovalFact;
use crate::gates::world::{Case, Expect, World, check, con_id, dec, price};
use crate::gates::{Decision, evaluate, mandate_in_use};
use crate::looping::book::tests::{order_of, refused, small_plan};
use crate::looping::plan_approval::{PartUse, PlanApproval, PlanPart};
use crate::looping::run::{RunCause, RunState, TradeRun};
use crate::mandate::Mandate;
use crate::mode::Mode;
use crate::order::{OrderType, Side};
use crate::principal::PrincipalKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The order is of the first step of a run that works its plan.
fn run(world: &mut World) -> &mut TradeRun {
    if world.approval == ApprovalFact::None {
        world.order.intent.cl_ord_id = "run.1".parse().unwrap();
        let mut run = TradeRun::queued(order_of("run", RunCause::Hand, None), world.now);
        (run.state, run.plan) = (RunState::Executing, Some(Arc::new(small_plan())));
        world.approval = ApprovalFact::OfRun(Arc::new(run));
    }
    match &mut world.approval {
        ApprovalFact::OfRun(run) => Arc::make_mut(run),
        ApprovalFact::None | ApprovalFact::Granted(_) => panic!("it was set"),
    }
}

/// Its plan stands on the one mandate of the agent that asks, and the policy asks nobody about the order alone.
fn mandated(world: &mut World) -> &mut Mandate {
    run(world).mandate = Some("m-1".parse().unwrap());
    world.policy.approval_required_for.clear();
    world.mandated()
}

fn live(world: &mut World) {
    let account = "U1234567";
    world.order.account = account.parse().unwrap();
    let proof = world.mode.as_mut().unwrap();
    (proof.pinned, proof.connected, proof.port) = (account.parse().ok(), vec![account.parse().unwrap()], 4444);
}

/// The order is the first step of a run whose plan of 10 AAPL a human approved a minute ago.
fn planned(world: &mut World) -> &mut PlanApproval {
    world.principal.kind = PrincipalKind::Agent;
    world.principal.key_id = "loop".parse().unwrap();
    let asked_at = world.now.checked_sub(jiff::SignedDuration::from_mins(1)).unwrap();
    let part = PlanPart {
        step: 1,
        con_id: world.order.contract.con_id,
        symbol: "AAPL".to_owned(),
        side: Side::Buy,
        qty: dec("10"),
        price_low: price("185"),
        price_high: price("190"),
    };
    let (now, account, policy_hash) = (world.now, world.order.account.clone(), world.policy_hash.clone());
    let approval = &mut run(world).approval;
    *approval = Some(Arc::new(PlanApproval {
        id: "ap-1".parse().unwrap(),
        run: "run".parse().unwrap(),
        requested_by: "loop".parse().unwrap(),
        requested_at: asked_at,
        expires_at: now,
        account,
        mode: Mode::Paper,
        policy_hash,
        parts: vec![part],
        lasts_s: 600,
        reasons: Vec::new(),
        status: ApprovalStatus::Approved,
        decided_by: Some("operator".parse().unwrap()),
        decided_at: Some(asked_at),
        decision_reason: None,
        used: BTreeMap::new(),
    }));
    Arc::make_mut(approval.as_mut().unwrap())
}

#[test]
fn an_order_that_keeps_to_its_part_of_an_approved_plan_passes() {
    let cases: &[Case] = &[
        ("fits", Expect::Pass, |w| {
            planned(w);
        }),
        ("a slice of it", Expect::Pass, |w| {
            planned(w).used.insert("run.1.1".parse().unwrap(), PartUse { step: 1, qty: dec("6") });
            w.order.intent.cl_ord_id = "run.1.2".parse().unwrap();
            w.order.intent.qty = "4".parse().unwrap();
        }),
        ("its own change", Expect::Pass, |w| {
            planned(w).used.insert("run.1".parse().unwrap(), PartUse { step: 1, qty: dec("10") });
        }),
        ("the limit may reach the band", Expect::Pass, |w| {
            planned(w);
            w.limit("190");
        }),
        ("in the closing auction", Expect::Pass, |w| {
            planned(w);
            w.types(OrderType::Moc);
        }),
    ];
    check(&GATE, cases);
    let mut world = World::open_to_all();
    planned(&mut world);
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
}

#[test]
fn whatever_leaves_its_part_is_refused() {
    let cases: &[Case] = &[
        ("another key", Expect::Deny(1), |w| {
            planned(w);
            w.principal.key_id = "other".parse().unwrap();
        }),
        ("no step of it", Expect::Deny(1), |w| {
            planned(w);
            w.order.intent.cl_ord_id = "run.2".parse().unwrap();
        }),
        ("another run", Expect::Deny(1), |w| {
            planned(w).run = "ran".parse().unwrap();
        }),
        ("another contract", Expect::Deny(1), |w| {
            planned(w).parts[0].con_id = con_id(1);
        }),
        ("another side", Expect::Deny(1), |w| {
            planned(w).parts[0].side = Side::Sell;
        }),
        ("another account", Expect::Deny(1), |w| {
            planned(w).account = "DU1".parse().unwrap();
        }),
        ("another policy", Expect::Deny(1), |w| {
            planned(w).policy_hash = "policy-2".to_owned();
        }),
        ("another mode", Expect::Deny(1), |w| {
            planned(w).mode = Mode::Live;
        }),
        ("more than the part", Expect::Deny(1), |w| {
            planned(w).parts[0].qty = dec("9");
        }),
        ("more than is left of it", Expect::Deny(1), |w| {
            planned(w).used.insert("run.1.1".parse().unwrap(), PartUse { step: 1, qty: dec("1") });
            w.order.intent.cl_ord_id = "run.1.2".parse().unwrap();
        }),
        ("a step that is over", Expect::Deny(1), |w| {
            planned(w);
            run(w).steps.insert(1, refused());
        }),
        ("a run that is over", Expect::Deny(1), |w| {
            planned(w).status = ApprovalStatus::Consumed;
            run(w).state = RunState::Failed;
        }),
    ];
    check(&GATE, cases);
}

#[test]
fn an_order_whose_plan_stands_on_a_mandate_leaves_on_it_or_not_at_all() {
    let cases: &[Case] = &[
        ("inside", Expect::Pass, |w| {
            mandated(w);
        }),
        ("where the policy asks, too", Expect::Pass, |w| {
            mandated(w);
            w.policy.approval_required_for.insert(PrincipalKind::Agent);
        }),
        ("taken back", Expect::Deny(1), |w| {
            mandated(w);
            w.mandates.clear();
        }),
        ("over at this very moment", Expect::Deny(1), |w| {
            let now = w.now;
            mandated(w).terms.expires_at = now;
        }),
        ("another one covers it", Expect::Deny(1), |w| {
            mandated(w).id = "m-2".parse().unwrap();
        }),
        ("another key's", Expect::Deny(1), |w| mandated(w).terms.key = Some("agent-2".parse().unwrap())),
        ("another strategy's", Expect::Deny(1), |w| mandated(w).terms.strategy = Some("carry".parse().unwrap())),
        ("used up", Expect::Deny(1), |w| mandated(w).terms.notional_max = dec("1894.99")),
        ("another symbol and no order left", Expect::Deny(2), |w| {
            let terms = &mut mandated(w).terms;
            (terms.symbols, terms.orders_max) = (BTreeSet::from(["MSFT".to_owned()]), 0);
        }),
        ("no rate: nothing is covered", Expect::Deny(1), |w| {
            mandated(w);
            w.account.fx_to_base = None;
        }),
        ("on paper a plan may stand on the policy alone", Expect::Pass, |w| {
            run(w);
        }),
        ("and its orders are asked about like any other", Expect::Hold(1), |w| {
            run(w);
            w.principal.kind = PrincipalKind::Agent;
        }),
        ("in live it may not", Expect::Deny(1), |w| {
            run(w);
            live(w);
        }),
    ];
    check(&GATE, cases);
}

#[test]
fn what_a_plan_stands_on_is_charged_whatever_the_policy_asks() {
    let used = |world: &World| mandate_in_use(&world.input()).map(|mandate| mandate.id.to_string());
    let mut world = World::open_to_all();
    mandated(&mut world);
    assert_eq!(used(&world).as_deref(), Some("m-1"));
    // An older one that would cover it too is not the plan's.
    let older = Mandate { id: "m-0".parse().unwrap(), ..world.mandates[0].as_ref().clone() };
    world.mandates.insert(0, Arc::new(older));
    assert_eq!(used(&world).as_deref(), Some("m-1"));
    world.mandates.truncate(1);
    assert_eq!(used(&world), None);
    let mut alone = World::open_to_all();
    alone.mandated();
    run(&mut alone);
    assert_eq!(used(&alone).as_deref(), Some("m-1"), "the policy asks for each of its orders");
    alone.policy.approval_required_for.clear();
    assert_eq!(used(&alone), None);
}

#[test]
fn whatever_leaves_its_bounds_is_refused() {
    let cases: &[Case] = &[
        ("a limit beyond the band", Expect::Deny(1), |w| {
            planned(w);
            w.limit("190.01");
        }),
        ("a market beyond the band", Expect::Deny(1), |w| {
            planned(w).parts[0].price_low = price("189.51");
        }),
        ("no price", Expect::Deny(1), |w| {
            planned(w);
            w.quote = None;
        }),
        ("a bracket", Expect::Deny(1), |w| {
            planned(w);
            w.bracket("195", "180");
        }),
        ("still pending", Expect::Deny(1), |w| {
            planned(w).status = ApprovalStatus::Pending;
        }),
        ("revoked", Expect::Deny(1), |w| {
            planned(w).status = ApprovalStatus::Revoked;
        }),
        ("lapsed at this very moment", Expect::Deny(1), |w| {
            planned(w).lasts_s = 60;
        }),
        ("answered by nobody", Expect::Deny(1), |w| {
            planned(w).decided_by = None;
        }),
        ("answered by the requester", Expect::Deny(1), |w| {
            planned(w).decided_by = Some("loop".parse().unwrap());
        }),
        ("also where nobody must be asked", Expect::Deny(1), |w| {
            planned(w).parts[0].qty = dec("9");
            w.policy.approval_required_for.clear();
        }),
        ("two faults are two reasons", Expect::Deny(2), |w| {
            let plan = planned(w);
            plan.mode = Mode::Live;
            plan.parts[0].qty = dec("9");
        }),
    ];
    check(&GATE, cases);
}

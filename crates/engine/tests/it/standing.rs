//! What the orders of a run stand on while it works: a change may not outgrow the part that was approved, a mandate is charged
//! and may be taken back, and no order that comes too late ends the process.

use crate::plans::{asked, begun, is_refused, mandated, note, part, run, run_id, works};
use crate::support::*;
use domain::change::{ChangeFate, ChangeOutcome};
use domain::id::MandateId;
use domain::lifecycle::OrdStatus;
use domain::looping::event::LoopEvent;
use domain::looping::run::{RunState, StepEnd, StepOutcome};
use domain::principal::Principal;
use engine::EngineConfig;
use engine::desk::{Desk as _, Outcome};
use rust_decimal::Decimal;
use std::time::Duration;

/// Asks for a change; whether it left.
async fn changes(rig: &Rig, by: &Principal, order: &str, change: &str, (qty, limit): (&str, &str)) -> bool {
    let answer = rig.desk().replace(by, key(order), key(change), amend(qty, limit), None, Duration::ZERO).await;
    match answer.unwrap().outcome {
        ChangeOutcome::Sent(fate) => {
            assert_eq!(fate, ChangeFate::UnderWay);
            true
        }
        ChangeOutcome::Denied(reasons) => {
            assert!(reasons.iter().any(|reason| reason.code == "C06_APPROVAL"), "{reasons:?}");
            false
        }
    }
}

/// The broker takes the newest change.
async fn takes(rig: &Rig, order: &str, changes: usize) {
    rig.until("the broker has the change", || rig.broker.replaces().len() == changes).await;
    let changed = rig.broker.replaces().pop().unwrap();
    rig.broker.edit(order, |placed| placed.intent = changed);
    rig.broker.echo(order).await;
    rig.until_status(order, OrdStatus::Working).await;
}

fn over(outcome: StepOutcome) -> StepEnd {
    let reasons = vec!["it ended".to_owned()];
    StepEnd { outcome, filled: Decimal::ZERO, avg_px: None, reasons, orders: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_takes_more_of_its_part_or_is_refused() {
    let mut rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    rig.desk().approve_plan(&bob(), asked(&rig).id, None).await.unwrap();
    works(&rig, part("week.1.1", "5")).await;
    assert!(!changes(&rig, &bot(), "week.1.1", "week.1.1.w1", ("11", "100")).await, "the part is 10");
    assert!(!changes(&rig, &bot(), "week.1.1", "week.1.1.w2", ("5", "102.01")).await, "the band ends at 102");
    assert!(!changes(&rig, &alice(), "week.1.1", "alice-1", ("5", "100.5")).await, "the part is not hers");
    assert!(changes(&rig, &bot(), "week.1.1", "week.1.1.w3", ("8", "100.5")).await);
    takes(&rig, "week.1.1", 1).await;
    // What only gets a new price, or less, takes nothing and gives nothing back.
    assert!(changes(&rig, &bot(), "week.1.1", "week.1.1.w4", ("6", "101")).await);
    takes(&rig, "week.1.1", 2).await;
    rig.crash().await;
    rig.boot();
    rig.connect(200).await;
    rig.until_status("week.1.1", OrdStatus::Working).await;
    is_refused(&rig, part("week.1.2", "3")).await;
    works(&rig, part("week.1.3", "2")).await;
    assert!(changes(&rig, &bot(), "week.1.1", "week.1.1.w5", ("8", "101")).await, "it took 8 before");
    takes(&rig, "week.1.1", 3).await;
    assert!(!changes(&rig, &bot(), "week.1.1", "week.1.1.w6", ("9", "101")).await, "the other slice has the rest");
    let used: Decimal = run(&rig).approval.as_ref().unwrap().used.values().map(|used| used.qty).sum();
    assert_eq!(used, Decimal::TEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_for_a_step_or_a_run_that_is_over_is_refused_and_ends_nothing() {
    let rig = Rig::ready().await;
    begun(&rig).await.unwrap();
    rig.desk().approve_plan(&bob(), asked(&rig).id, None).await.unwrap();
    is_refused(&rig, part("week.1.1", "11")).await;
    note(&rig, LoopEvent::StepEnded { run: run_id(), step: 1, end: over(StepOutcome::Refused) }).await.unwrap();
    is_refused(&rig, part("week.1.2", "5")).await;
    let ended = LoopEvent::RunEnded {
        run: run_id(),
        state: domain::looping::run::RunEnd::Failed,
        reason: "nothing traded".to_owned(),
        positions: None,
    };
    note(&rig, ended).await.unwrap();
    is_refused(&rig, part("week.1.3", "5")).await;
    // Everybody else is served as before.
    rig.working("k-1").await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

/// A plan is asked about for what it comes to at worst; each of its orders alone would not be.
fn by_size(config: &mut EngineConfig) {
    config.policy.base.approval_required_for.clear();
    config.policy.base.approval_notional_min = Some(dec("1002"));
}

fn taken(rig: &Rig) -> (Decimal, usize) {
    let view = rig.desk().mandates(&alice()).unwrap().remove(0);
    (view.mandate.taken, view.mandate.uses.len())
}

async fn revoke(rig: &Rig, id: MandateId) {
    rig.desk().revoke_mandate(&alice(), id, "enough".to_owned()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_order_of_a_plan_that_a_mandate_covers_is_charged_to_it_whatever_the_policy_asks() {
    let mut rig = Rig::ready_with(by_size).await;
    let mandate = mandated(&rig, "1006").await;
    begun(&rig).await.unwrap();
    assert_eq!(run(&rig).state, RunState::Executing);
    assert!(run(&rig).reason.contains(mandate.as_str()), "{}", run(&rig).reason);
    works(&rig, part("week.1.1", "6")).await;
    assert_eq!(taken(&rig), (dec("600"), 1));
    assert!(changes(&rig, &bot(), "week.1.1", "week.1.1.w1", ("6", "101")).await);
    assert_eq!(taken(&rig), (dec("606"), 1), "a dearer version is charged with its intent");
    takes(&rig, "week.1.1", 1).await;
    assert!(!changes(&rig, &alice(), "week.1.1", "alice-1", ("6", "100")).await, "the budget is not for her key");
    rig.crash().await;
    rig.boot();
    rig.connect(200).await;
    rig.until_status("week.1.1", OrdStatus::Working).await;
    is_refused(&rig, part("week.1.2", "5")).await;
    works(&rig, part("week.1.3", "4")).await;
    assert_eq!(taken(&rig), (dec("1006"), 2));
    is_refused(&rig, part("week.1.4", "1")).await;
    // What is no order of the run takes nothing.
    assert_ne!(rig.submit(&bot(), buy("k-1")).await.unwrap().outcome, Outcome::Denied);
    assert_eq!(taken(&rig), (dec("1006"), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mandate_that_is_taken_back_stops_the_orders_of_the_plan_that_stood_on_it() {
    let rig = Rig::ready_with(by_size).await;
    let mandate = mandated(&rig, "1006").await;
    begun(&rig).await.unwrap();
    revoke(&rig, mandate).await;
    is_refused(&rig, part("week.1.1", "5")).await;
    // The same order outside of the run is nobody's question.
    let free = rig.submit(&bot(), buy("k-1")).await.unwrap();
    assert!(!matches!(free.outcome, Outcome::Denied | Outcome::NeedsApproval), "{:?}", free.order.reasons);
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

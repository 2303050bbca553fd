//! A human's yes: needed, bound, once.

use crate::support::*;
use domain::approval::ApprovalStatus;
use domain::fault::Fault;
use domain::id::ApprovalId;
use domain::lifecycle::OrdStatus;
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::desk::{Desk as _, OrderAnswer, Outcome};
use jiff::SignedDuration;
use std::time::Duration;

async fn approve(rig: &Rig, by: &Principal, id: &ApprovalId) -> Result<OrderAnswer, Fault> {
    rig.desk().approve(by, id.clone(), None, Duration::ZERO).await
}

/// A program's order that waits for a human.
async fn waiting(rig: &Rig, cl_ord_id: &str) -> ApprovalId {
    let answer = rig.submit(&bot(), buy(cl_ord_id)).await.unwrap();
    assert_eq!((answer.outcome, answer.order.status), (Outcome::NeedsApproval, OrdStatus::PendingApproval));
    rig.pending_approval().id
}

fn status(rig: &Rig, id: &ApprovalId) -> ApprovalStatus {
    of_order(rig.desk().approval(&alice(), id).unwrap()).status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programs_order_waits_for_a_human_and_is_then_sent_exactly_once() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
    let repeat = rig.submit(&bot(), buy("k-1")).await.unwrap();
    assert_eq!((repeat.outcome, repeat.replayed), (Outcome::NeedsApproval, true));

    approve(&rig, &bob(), &approval).await.unwrap();
    assert_eq!(status(&rig, &approval), ApprovalStatus::Consumed);
    let again = approve(&rig, &bob(), &approval).await;
    assert_eq!(again, Err(Fault::ApprovalOver { id: approval.clone(), status: "consumed".to_owned() }));
    rig.until("the broker has it", || !rig.broker.ledger().is_empty()).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    let repeat = rig.submit(&bot(), buy("k-1")).await.unwrap();
    assert_eq!((repeat.outcome, repeat.replayed), (Outcome::Acknowledged, true));
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_a_program_nor_the_requester_nor_a_key_without_the_scope_approves() {
    let rig = Rig::ready_with(|config| {
        config.policy.base.approval_required_for.insert(domain::principal::PrincipalKind::Human);
    })
    .await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    let approval = rig.pending_approval().id;
    assert_eq!(approve(&rig, &alice(), &approval).await.unwrap_err(), Fault::OwnRequest);
    assert_eq!(code_of(&approve(&rig, &bot(), &approval).await), "ForbiddenScope");
    assert_eq!(code_of(&approve(&rig, &carol(), &approval).await), "ForbiddenScope");
    assert_eq!(approve(&rig, &rogue(), &approval).await.unwrap_err(), Fault::HumansOnly);
    for by in [bot(), carol(), rogue()] {
        assert!(rig.desk().deny_approval(&by, approval.clone(), "no".to_owned()).await.is_err());
    }
    rig.settle().await;
    assert_eq!((status(&rig, &approval), rig.broker.submits().len()), (ApprovalStatus::Pending, 0));
    approve(&rig, &bob(), &approval).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_yeses_at_once_send_once() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    let calls: Vec<_> = [alice(), bob(), alice(), bob()]
        .into_iter()
        .map(|by| {
            let (desk, id) = (rig.desk(), approval.clone());
            tokio::spawn(async move { desk.approve(&by, id, None, Duration::ZERO).await })
        })
        .collect();
    let mut granted = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => granted += 1,
            Err(fault) => assert_eq!(code_of(&Err::<(), _>(fault)), "ApprovalOver"),
        }
    }
    rig.settle().await;
    assert_eq!((granted, rig.broker.submits().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_ends_the_order_with_its_reason() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    assert_eq!(code_of(&rig.desk().deny_approval(&bob(), approval.clone(), " ".to_owned()).await), "Invalid");
    rig.desk().deny_approval(&bob(), approval.clone(), "not today".to_owned()).await.unwrap();
    let order = rig.order("k-1");
    assert_eq!((order.status, reason_codes(&order)), (OrdStatus::Denied, vec!["C06_APPROVAL".to_owned()]));
    assert_eq!(code_of(&approve(&rig, &bob(), &approval).await), "ApprovalOver");
    assert_eq!(code_of(&rig.desk().revoke_approval(&bob(), approval, "again".to_owned()).await), "ApprovalOver");
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_nobody_answers_lapses() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    rig.pass(SignedDuration::from_secs(901));
    assert_eq!(code_of(&approve(&rig, &bob(), &approval).await), "ApprovalOver", "also before the engine notices");
    rig.until_status("k-1", OrdStatus::Denied).await;
    assert_eq!(status(&rig, &approval), ApprovalStatus::Expired);
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_outside_the_bounds_asks_anew_and_the_old_yes_is_void() {
    let rig = Rig::ready().await;
    let first = waiting(&rig, "k-1").await;
    rig.pass(SignedDuration::from_secs(60));
    rig.broker.move_price("96.99", "97.01").await;
    let answer = approve(&rig, &bob(), &first).await.unwrap();
    assert_eq!((answer.outcome, answer.order.status), (Outcome::NeedsApproval, OrdStatus::PendingApproval));
    assert_eq!(status(&rig, &first), ApprovalStatus::Void);
    let second = rig.pending_approval();
    assert_ne!(second.id, first);
    assert_eq!(answer.order.approval_id.as_ref(), Some(&second.id));
    assert!(second.bounds.price_low.get() < dec("97") && dec("97") < second.bounds.price_high.get());
    assert_eq!(rig.broker.submits().len(), 0);
    assert_eq!(code_of(&approve(&rig, &bob(), &first).await), "ApprovalOver");
    approve(&rig, &bob(), &second.id).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_within_the_bounds_needs_no_second_question() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    rig.pass(SignedDuration::from_secs(60));
    rig.broker.move_price("98.99", "99.01").await;
    approve(&rig, &bob(), &approval).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gates_that_close_in_the_meantime_refuse_at_release() {
    let rig = Rig::ready().await;
    let approval = waiting(&rig, "k-1").await;
    rig.desk()
        .set_trading_state(&alice(), KillScope::Global, TradingState::Reducing, "calm down".to_owned())
        .await
        .unwrap();
    let answer = approve(&rig, &bob(), &approval).await.unwrap();
    assert_eq!((answer.outcome, reason_codes(&answer.order)), (Outcome::Denied, vec!["C10_KILL_CLEAR".to_owned()]));
    assert_eq!(status(&rig, &approval), ApprovalStatus::Void);
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_and_a_cancel_void_the_question() {
    let rig = Rig::ready().await;
    let canceled = waiting(&rig, "k-1").await;
    rig.desk().cancel(&bot(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    assert_eq!((rig.order("k-1").status, status(&rig, &canceled)), (OrdStatus::Canceled, ApprovalStatus::Void));
    let killed = waiting(&rig, "k-2").await;
    rig.desk().set_trading_state(&bot(), KillScope::Global, TradingState::Halted, "stop".to_owned()).await.unwrap();
    assert_eq!((rig.order("k-2").status, status(&rig, &killed)), (OrdStatus::Canceled, ApprovalStatus::Void));
    rig.desk().set_trading_state(&alice(), KillScope::Global, TradingState::Active, "on".to_owned()).await.unwrap();
    assert_eq!(code_of(&approve(&rig, &bob(), &killed).await), "ApprovalOver");
    rig.settle().await;
    assert_eq!((rig.broker.submits().len(), rig.broker.all_cancels().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_outlives_a_restart_but_not_a_change_of_the_policy() {
    let mut rig = Rig::ready().await;
    let kept = waiting(&rig, "k-1").await;
    rig.stop().await;
    rig.boot();
    rig.connect(1).await;
    approve(&rig, &bob(), &kept).await.unwrap();
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;

    let bound = waiting(&rig, "k-2").await;
    rig.stop().await;
    // What tightens counts at once.
    rig.config.policy.base.order_qty_max = dec("999");
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-2", OrdStatus::Denied).await;
    assert_eq!(status(&rig, &bound), ApprovalStatus::Void);
    assert_eq!(reason_codes(&rig.order("k-2")), ["C06_APPROVAL"]);
    assert_eq!(code_of(&approve(&rig, &bob(), &bound).await), "ApprovalOver");
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_looks_like_the_last_one_is_held_for_a_human() {
    let rig = Rig::ready_with(|config| config.policy.base.look_alike_window_s = 30).await;
    rig.working("k-1").await;
    let held = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(held.outcome, Outcome::NeedsApproval);
    assert_eq!(reason_codes(&held.order), ["C25_LOOK_ALIKE"]);
    rig.pass(SignedDuration::from_secs(31));
    let later = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert_eq!(later.outcome, Outcome::Unknown);
    approve(&rig, &bob(), &rig.pending_approval().id).await.unwrap();
}

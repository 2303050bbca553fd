//! One key is one order.

use crate::support::*;
use domain::cancel::CancelFate;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use engine::desk::{Desk as _, Outcome};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_and_body_are_one_order_and_the_repeat_says_so() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let again = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((again.replayed, again.outcome), (true, Outcome::Acknowledged));
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    let later = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((later.replayed, later.order.status), (true, OrdStatus::Filled));
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_with_another_body_is_a_conflict_and_does_nothing() {
    let rig = Rig::ready().await;
    let before = rig.working("k-1").await;
    let mut other = buy("k-1");
    other.qty = qty("11");
    let refused = rig.submit(&alice(), other).await;
    assert_eq!(refused.unwrap_err(), Fault::IdempotencyConflict(key("k-1")));
    // The key of an order is no key for a change or a cancel either.
    let replace = rig.desk().replace(&alice(), key("k-1"), key("k-1"), amend("5", "100"), None, Duration::ZERO).await;
    assert_eq!(code_of(&replace), "IdempotencyConflict");
    let cancel = rig.desk().cancel(&alice(), key("k-1"), Some(key("k-1")), None, Duration::ZERO).await;
    assert_eq!(code_of(&cancel), "IdempotencyConflict");
    rig.settle().await;
    assert_eq!(rig.order("k-1"), before);
    assert_eq!((rig.broker.submits().len(), rig.broker.all_cancels().len(), rig.broker.replaces().len()), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_with_one_key_make_one_order() {
    let rig = Rig::ready().await;
    let calls = (0..100).map(|_| {
        let desk = rig.desk();
        tokio::spawn(async move { desk.submit(&alice(), buy("k-1"), PATIENCE).await })
    });
    let calls: Vec<_> = calls.collect();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.broker.acknowledge("k-1").await;
    let mut first = 0;
    for call in calls {
        let answer = call.await.unwrap().unwrap();
        assert_eq!((answer.order.status, answer.outcome), (OrdStatus::Working, Outcome::Acknowledged));
        first += u32::from(!answer.replayed);
    }
    rig.settle().await;
    assert_eq!((first, rig.broker.submits().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_that_come_at_once_share_the_limits() {
    // Ten orders of 1,000 each against a limit of 4,500: four fit, however they are batched.
    let rig = Rig::ready_with(|config| config.policy.base.open_notional_max = dec("4500")).await;
    let calls = (0..10).map(|n| {
        let desk = rig.desk();
        tokio::spawn(async move { desk.submit(&alice(), buy(&format!("k-{n}")), Duration::ZERO).await })
    });
    let calls: Vec<_> = calls.collect();
    let mut denied = 0;
    for call in calls {
        let answer = call.await.unwrap().unwrap();
        if answer.outcome == Outcome::Denied {
            assert_ne!(reason_codes(&answer.order), Vec::<String>::new());
            denied += 1;
        }
    }
    // Fewer may fit: until the broker has taken one, its fate is unknown and others of its instrument wait.
    assert!((6..=9).contains(&denied), "{denied}");
    rig.until("the others have left", || rig.broker.submits().len() + denied >= 10).await;
    rig.settle().await;
    assert_eq!(rig.broker.submits().len() + denied, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_and_a_change_with_a_known_key_are_not_done_twice() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    for replayed in [false, true, true] {
        let answer = rig.desk().cancel(&alice(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
        assert_eq!((answer.replayed, answer.fate), (replayed, CancelFate::UnderWay));
    }
    rig.settle().await;
    assert_eq!(rig.broker.cancels("k-1"), 1);
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    let proven = rig.desk().cancel(&alice(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
    assert!(proven.fate.is_proven() && proven.replayed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_that_runs_out_of_time_while_the_first_still_waits_is_told_so() {
    let rig = Rig::ready().await;
    let desk = rig.desk();
    let first = tokio::spawn(async move { desk.submit(&alice(), buy("k-1"), PATIENCE).await });
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    assert_eq!(rig.submit(&alice(), buy("k-1")).await.unwrap_err(), Fault::InFlight(key("k-1")));
    rig.broker.acknowledge("k-1").await;
    assert!(!first.await.unwrap().unwrap().replayed);
    assert!(rig.submit(&alice(), buy("k-1")).await.unwrap().replayed);
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

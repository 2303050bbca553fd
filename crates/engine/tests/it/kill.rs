//! The kill switch.

use crate::support::*;
use domain::broker::NotSentReason;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::principal::Principal;
use domain::trading_state::{KillScope, TradingState};
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use std::time::Duration;

async fn set(rig: &Rig, by: &Principal, state: TradingState) -> Result<(), Fault> {
    rig.desk().set_trading_state(by, KillScope::Global, state, "drill".to_owned()).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_halts_new_orders_and_cancels_until_it_is_proven() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    set(&rig, &alice(), TradingState::Halted).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    assert_eq!(rig.order("k-1").status, OrdStatus::PendingCancel);
    let refused = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!((refused.outcome, reason_codes(&refused.order)), (Outcome::Denied, vec!["C10_KILL_CLEAR".to_owned()]));
    for again in 2..5 {
        rig.pass(SignedDuration::from_secs(3));
        rig.until("the cancel is written again", || rig.broker.cancels("k-1") >= again).await;
    }
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    rig.settle().await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_has_not_left_yet_is_stopped_by_the_interlock() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    set(&rig, &bot(), TradingState::Halted).await.unwrap();
    rig.broker.release(&rig.interlock).await;
    let order = rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!(engine::outcome(&order), Outcome::Canceled);
    assert_eq!(rig.broker.refused(), [("k-1".to_owned(), NotSentReason::Killed)]);
    assert_eq!((rig.broker.submits().len(), rig.halted()), (0, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_that_is_lifted_at_once_still_stops_what_was_decided_before() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    set(&rig, &alice(), TradingState::Halted).await.unwrap();
    set(&rig, &alice(), TradingState::Active).await.unwrap();
    rig.broker.release(&rig.interlock).await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!(rig.broker.submits().len(), 0);
    rig.working("k-2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_may_kill_and_only_a_human_with_admin_may_lift() {
    let rig = Rig::ready().await;
    set(&rig, &bot(), TradingState::Halted).await.unwrap();
    assert_eq!(set(&rig, &bot(), TradingState::Active).await, Err(Fault::HumansOnly));
    assert_eq!(set(&rig, &bot(), TradingState::Reducing).await, Err(Fault::HumansOnly), "reducing is less than halted");
    assert_eq!(set(&rig, &rogue(), TradingState::Active).await, Err(Fault::HumansOnly));
    assert_eq!(code_of(&set(&rig, &carol(), TradingState::Active).await), "ForbiddenScope");
    let empty = rig.desk().set_trading_state(&alice(), KillScope::Global, TradingState::Active, String::new()).await;
    assert_eq!(code_of(&empty), "Invalid", "a lift needs a reason");
    assert_eq!(rig.submit(&alice(), buy("k-1")).await.unwrap().outcome, Outcome::Denied);
    set(&rig, &alice(), TradingState::Active).await.unwrap();
    rig.working("k-2").await;
    let said = set(&rig, &bot(), TradingState::Active).await;
    assert_eq!(said, Err(Fault::HumansOnly), "saying active where nothing is halted is a lift too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kill_file_blocks_the_send_halts_and_cancels() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    std::fs::write(&rig.config.kill_file, "").unwrap();
    rig.broker.release(&rig.interlock).await;
    rig.until_status("k-2", OrdStatus::Canceled).await;
    rig.until("the engine halts", || rig.log.book().is_halted_globally()).await;
    rig.until("what works is canceled", || rig.broker.cancels("k-1") > 0).await;
    assert_eq!(rig.submit(&alice(), buy("k-3")).await.unwrap().outcome, Outcome::Denied);
    assert_eq!(code_of(&set(&rig, &alice(), TradingState::Active).await), "Invalid", "the file lies there still");
    std::fs::remove_file(&rig.config.kill_file).unwrap();
    assert_eq!(rig.submit(&alice(), buy("k-4")).await.unwrap().outcome, Outcome::Denied, "removing it lifts nothing");
    set(&rig, &alice(), TradingState::Active).await.unwrap();
    rig.working("k-5").await;
    assert_eq!(rig.broker.submits(), ["k-1", "k-5"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_survives_a_crash_and_its_cancels_go_on() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    set(&rig, &alice(), TradingState::Halted).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    rig.until("the cancel is written again", || rig.broker.cancels("k-1") >= 2).await;
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied);
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_passes_while_everything_is_halted() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let scope = KillScope::Strategy(id("other"));
    rig.desk().set_trading_state(&alice(), scope, TradingState::Halted, "drill".to_owned()).await.unwrap();
    rig.desk().set_trading_state(&alice(), KillScope::Global, TradingState::Halted, "x".to_owned()).await.unwrap();
    rig.until("the kill's own cancel is written", || rig.broker.cancels("k-1") == 1).await;
    rig.desk().cancel(&bot(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
    rig.until("another cancel is written", || rig.broker.cancels("k-1") == 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_of_one_strategy_touches_no_other() {
    let rig = Rig::ready().await;
    for (cl_ord_id, strategy) in [("k-1", "one"), ("k-2", "two")] {
        let mut order = buy(cl_ord_id);
        order.strategy = Some(id(strategy));
        rig.submit(&alice(), order).await.unwrap();
        rig.until("the broker has it", || rig.broker.ledger().iter().any(|o| o.cl_ord_id.as_str() == cl_ord_id)).await;
        rig.broker.acknowledge(cl_ord_id).await;
        rig.until_status(cl_ord_id, OrdStatus::Working).await;
    }
    let scope = KillScope::Strategy(id("one"));
    rig.desk().set_trading_state(&alice(), scope, TradingState::Halted, "drill".to_owned()).await.unwrap();
    rig.until("its order is canceled", || rig.broker.cancels("k-1") == 1).await;
    rig.settle().await;
    assert_eq!((rig.broker.cancels("k-2"), rig.order("k-2").status), (0, OrdStatus::Working));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_over_when_everything_was_killed_is_canceled_as_soon_as_it_wakes_up() {
    let say = async |rig: &Rig, word: &str| {
        rig.broker.edit("k-1", |order| word.clone_into(&mut order.status));
        rig.broker.status("k-1").await;
    };
    // The broker says so by itself, or a comparison shows it.
    for looked in [false, true] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        say(&rig, "Inactive").await;
        rig.until_status("k-1", OrdStatus::Rejected).await;
        set(&rig, &alice(), TradingState::Halted).await.unwrap();
        rig.settle().await;
        assert_eq!(rig.broker.cancels("k-1"), 0, "it is over");
        if looked {
            rig.broker.edit("k-1", |order| "Submitted".clone_into(&mut order.status));
            rig.broker.down().await;
            rig.broker.up(1).await;
        } else {
            say(&rig, "Submitted").await;
        }
        rig.until("it is canceled", || rig.broker.cancels("k-1") == 1).await;
        let order = rig.order("k-1");
        assert_eq!((order.status, order.cancel_wanted), (OrdStatus::PendingCancel, true), "looked: {looked}");
        rig.settle().await;
        assert_eq!(rig.broker.cancels("k-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_wakes_up_while_nothing_or_another_strategy_is_killed_works_on() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.edit("k-1", |order| "Inactive".clone_into(&mut order.status));
    rig.broker.status("k-1").await;
    rig.until_status("k-1", OrdStatus::Rejected).await;
    let scope = KillScope::Strategy(id("other"));
    rig.desk().set_trading_state(&alice(), scope, TradingState::Halted, "drill".to_owned()).await.unwrap();
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    rig.settle().await;
    assert_eq!(rig.broker.cancels("k-1"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_a_change_waits_in_the_adapter_halts_no_instrument() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("5", "100"), None, Duration::ZERO).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    set(&rig, &alice(), TradingState::Halted).await.unwrap();
    rig.broker.release(&rig.interlock).await;
    rig.until("the interlock refused the change", || rig.broker.refused().len() == 1).await;
    rig.broker.canceled("k-1").await;
    let order = rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!((order.pending_replace, rig.halted()), (None, None));
    assert_eq!(rig.broker.replaces().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_reducing_only_what_reduces_leaves() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    set(&rig, &bot(), TradingState::Reducing).await.unwrap();
    let more = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((more.outcome, reason_codes(&more.order)), (Outcome::Denied, vec!["C10_KILL_CLEAR".to_owned()]));
    let mut less = buy("k-2");
    less.side = domain::order::Side::Sell;
    assert_eq!(rig.submit(&alice(), less).await.unwrap().outcome, Outcome::Unknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cancel_of_a_missing_order_is_repeated_at_leisure() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    set(&rig, &alice(), TradingState::Halted).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    // A refusal asks for a look, and the tick that makes it repeats the cancels that are due before it.
    rig.broker.error("k-1", 10147).await;
    let looks = rig.broker.asked("snapshot");
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(10));
    rig.until("a tick came by", || rig.broker.asked("snapshot") > looks).await;
    rig.settle().await;
    assert_eq!(rig.broker.cancels("k-1"), 1);
    rig.pass(SignedDuration::from_secs(601));
    rig.until("the cancel is written again", || rig.broker.cancels("k-1") == 2).await;
    assert_eq!(rig.order("k-1").status, OrdStatus::Missing, "and nothing is proven by it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_stands_until_everything_is_lifted() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let mut orphan = rig.broker.placed("k-1").as_reported();
    orphan.order_ref = Broker::own_ref(&rig.log.book(), "lost");
    orphan.perm_id = Some(domain::id::PermId::new(4_711).unwrap());
    let generation = rig.broker.generation();
    let seen = Box::new(orphan.clone());
    rig.broker.say(domain::broker::BrokerEvent::OpenOrder { generation, order: seen }).await;
    let alarm = || rig.desk().status(&alice()).unwrap().alarm;
    rig.until("the alarm is raised", || alarm().is_some()).await;
    let one = KillScope::Strategy(id("one"));
    for state in [TradingState::Halted, TradingState::Active] {
        rig.desk().set_trading_state(&alice(), one.clone(), state, "drill".to_owned()).await.unwrap();
    }
    assert!(alarm().is_some(), "a lift elsewhere answers nothing");
    assert_eq!(code_of(&set(&rig, &alice(), TradingState::Active).await), "Invalid", "the orphan still works");
    "Cancelled".clone_into(&mut orphan.status);
    rig.broker.say(domain::broker::BrokerEvent::OpenOrder { generation, order: Box::new(orphan) }).await;
    rig.settle().await;
    set(&rig, &alice(), TradingState::Active).await.unwrap();
    assert_eq!(alarm(), None);
}

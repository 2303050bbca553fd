//! What trips and stays: rejects in a row, a strategy's trades, losses of the day.

use crate::support::*;
use domain::activity::Breaker;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::order::{OrderIntent, OrderType, Side};
use domain::policy::{Layer, Patch};
use domain::trading_state::{KillScope, TradingState};
use engine::desk::Desk as _;
use jiff::SignedDuration;

async fn rejected(rig: &Rig, name: &str) {
    rig.submit(&alice(), buy(name)).await.unwrap();
    rig.until("the broker has it", || rig.broker.submits().contains(&name.to_owned())).await;
    rig.broker.error(name, 201).await;
    rig.until_status(name, OrdStatus::Rejected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_in_a_row_stop_everything_over_a_restart_until_a_human_resets_it() {
    let mut rig = Rig::ready_with(|config| config.policy.base.rejects_max = 2).await;
    rejected(&rig, "k-1").await;
    rejected(&rig, "k-2").await;
    let denied = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C39_REJECTS"]);
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    let denied = rig.submit(&alice(), buy("k-4")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C39_REJECTS"]);
    let desk = rig.desk();
    let reset = |by| desk.reset_breaker(by, Breaker::Rejects, "the account was locked".to_owned());
    let (human, agent) = (alice(), bot());
    assert!(reset(&agent).await.is_err());
    reset(&human).await.unwrap();
    assert_ne!(rig.submit(&alice(), buy("k-5")).await.unwrap().order.status, OrdStatus::Denied);
    assert!(matches!(reset(&human).await, Err(Fault::NotFound { .. })), "nothing stands any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strategy_stops_after_so_many_trades_and_others_go_on() {
    let rig = Rig::ready_with(|config| config.policy.base.strategy_executions_max = 1).await;
    let of = |name: &str, strategy: &str| OrderIntent { strategy: strategy.parse().ok(), ..buy(name) };
    assert_ne!(rig.submit(&alice(), of("k-1", "one")).await.unwrap().order.status, OrdStatus::Denied);
    rig.until("the broker has it", || rig.broker.submits().len() == 1).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    let denied = rig.submit(&alice(), of("k-2", "one")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C36_REPEATED"]);
    assert_ne!(rig.submit(&alice(), of("k-3", "two")).await.unwrap().order.status, OrdStatus::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losses_set_the_accounts_state_which_stays_over_a_restart() {
    let mut rig = Rig::ready().await;
    let state = |rig: &Rig| {
        let states = rig.log.book().trading_states;
        states.entries().get(&KillScope::Account(account())).map(|entry| entry.state)
    };
    assert_eq!(state(&rig), None);
    rig.broker.be_worth("97000");
    rig.pass(SignedDuration::from_mins(11));
    rig.until("only reductions pass", || state(&rig) == Some(TradingState::Reducing)).await;
    let denied = rig.submit(&alice(), buy("k-1")).await.unwrap();
    let codes = reason_codes(&denied.order);
    assert!(codes.contains(&"C10_KILL_CLEAR".to_owned()) && codes.contains(&"C32_LOSS".to_owned()), "{codes:?}");
    rig.broker.be_worth("94000");
    rig.pass(SignedDuration::from_mins(11));
    rig.until("nothing passes", || state(&rig) == Some(TradingState::Halted)).await;
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    assert_eq!(state(&rig), Some(TradingState::Halted));
    let value = rig.log.book().activity.value(&account()).unwrap().clone();
    assert_eq!((value.loss_day(), value.peak), (dec("6000"), dec("100000")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fall_right_after_another_word_of_the_worth_is_judged_at_once() {
    let rig = Rig::ready().await;
    let state = |rig: &Rig| {
        let states = rig.log.book().trading_states;
        states.entries().get(&KillScope::Account(account())).map(|entry| entry.state)
    };
    let told = async |worth: &str| {
        rig.broker.be_worth(worth);
        rig.broker.down().await;
        rig.settle().await;
        rig.connect(1).await;
        let value = rig.log.book().activity.value(&account()).unwrap().clone();
        (value.last.net_liquidation, state(&rig))
    };
    assert_eq!(told("100001").await, (dec("100000"), None), "a rise can wait");
    assert_eq!(told("97000").await, (dec("97000"), Some(TradingState::Reducing)));
    assert_eq!(told("94000").await, (dec("94000"), Some(TradingState::Halted)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_breaker_trips_at_the_limit_of_the_section_that_its_order_was_judged_by() {
    let rig = Rig::ready_with(|config| {
        let limits = Patch { rejects_max: Some(2), strategy_executions_max: Some(1), ..Patch::default() };
        config.policy.sections.insert(Layer::Instrument("AAPL".to_owned()), limits);
    })
    .await;
    let stand = || rig.log.book().activity.breakers().keys().cloned().collect::<Vec<_>>();
    rejected(&rig, "k-1").await;
    assert_eq!(stand(), []);
    rejected(&rig, "k-2").await;
    rig.until("it is durable", || stand() == [Breaker::Rejects]).await;
    rig.desk().reset_breaker(&alice(), Breaker::Rejects, "a typing error".to_owned()).await.unwrap();
    let of = OrderIntent { strategy: "one".parse().ok(), ..buy("k-3") };
    rig.submit(&alice(), of).await.unwrap();
    assert_eq!(stand(), [Breaker::StrategyTrades("one".parse().unwrap())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halt_for_losses_cancels_what_would_flip_a_position_and_leaves_what_closes_it() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    let sell = |name: &str, of: &str, limit: &str| {
        let order_type = OrderType::Limit { limit: px(limit) };
        OrderIntent { side: Side::Sell, qty: qty(of), order_type, ..buy(name) }
    };
    for order in [sell("k-1", "6", "101"), sell("k-2", "4", "102")] {
        let name = order.cl_ord_id.to_string();
        rig.submit(&alice(), order).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().contains(&name)).await;
        rig.broker.acknowledge(&name).await;
        rig.until_status(&name, OrdStatus::Working).await;
    }
    // Somebody else sells four: both together would now sell more than is held.
    rig.broker.hold_position("6");
    rig.broker.be_worth("94000");
    rig.pass(SignedDuration::from_mins(11));
    rig.until("the second one is canceled", || rig.broker.cancels("k-2") > 0).await;
    assert_eq!((rig.broker.cancels("k-1"), rig.order("k-1").status), (0, OrdStatus::Working));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_wakes_up_behind_a_loss_what_opens_is_canceled_and_what_protects_works_until_it_is_killed() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    let close = OrderIntent { side: Side::Sell, reduce_only: true, ..buy("k-1") };
    let say = async |word: &str| {
        for name in ["k-1", "k-2"] {
            rig.broker.edit(name, |order| word.clone_into(&mut order.status));
            rig.broker.status(name).await;
        }
    };
    for order in [close, OrderIntent { order_type: OrderType::Limit { limit: px("98") }, ..buy("k-2") }] {
        let name = order.cl_ord_id.to_string();
        rig.submit(&alice(), order).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().contains(&name)).await;
        rig.broker.acknowledge(&name).await;
        rig.until_status(&name, OrdStatus::Working).await;
    }
    say("Inactive").await;
    rig.until_status("k-2", OrdStatus::Rejected).await;
    rig.broker.be_worth("94000");
    rig.pass(SignedDuration::from_mins(11));
    let halt = || rig.log.book().trading_states.halt(Some(&account()), None).is_some();
    rig.until("the loss halts", halt).await;
    say("Submitted").await;
    rig.until("what opens is canceled", || rig.broker.cancels("k-2") == 1).await;
    rig.settle().await;
    assert_eq!((rig.broker.cancels("k-1"), rig.order("k-1").status), (0, OrdStatus::Working));
    // A kill cancels all of it, and holds for what wakes up later.
    let (scope, reason) = (KillScope::Account(account()), "drill".to_owned());
    rig.desk().set_trading_state(&alice(), scope, TradingState::Halted, reason).await.unwrap();
    rig.until("what protects is canceled", || rig.broker.cancels("k-1") == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_is_a_message_of_the_day_too_over_a_restart() {
    let mut rig = Rig::ready_with(|config| config.policy.base.messages_per_day_max = 2).await;
    rig.working("k-1").await;
    rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    rig.crash().await;
    rig.boot();
    rig.connect(10).await;
    let denied = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(reason_codes(&denied.order), ["C35_THROTTLE"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losses_are_seen_between_the_looks_and_an_old_worth_lets_only_reductions_pass() {
    let rig = Rig::ready_with(|config| config.policy.base.loss_age_s_max = 300).await;
    let looks = rig.broker.asked("snapshot");
    rig.broker.be_worth("97000");
    rig.pass(SignedDuration::from_secs(31));
    let state = || rig.log.book().trading_states.entries().get(&KillScope::Account(account())).map(|one| one.state);
    rig.until("only reductions pass", || state() == Some(TradingState::Reducing)).await;
    assert_eq!(rig.broker.asked("snapshot"), looks, "no comparison was due");

    let rig = Rig::ready_with(|config| config.policy.base.loss_age_s_max = 300).await;
    rig.broker.hide_worth();
    rig.pass(SignedDuration::from_secs(299));
    rig.settle().await;
    assert_ne!(rig.submit(&alice(), buy("k-1")).await.unwrap().order.status, OrdStatus::Denied);
    rig.pass(SignedDuration::from_secs(2));
    let denied = rig.submit(&alice(), buy("k-2")).await.unwrap();
    let codes = reason_codes(&denied.order);
    assert!(codes.contains(&"C32_LOSS".to_owned()) && codes.contains(&"C33_DRAWDOWN".to_owned()), "{codes:?}");
}

//! Brackets: three orders that leave, are found again and end as one.

use crate::support::*;
use domain::broker::NotSentReason;
use domain::group::GroupFault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderIntent, Side, Tif};
use domain::trading_state::{KillScope, TradingState};
use engine::Clock as _;
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use std::time::Duration;

const ALL: [&str; 3] = ["k-1", "k-1:tp", "k-1:sl"];

/// A bracket whose three orders the broker works.
async fn working(rig: &Rig) {
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.until("the broker has all of it", || rig.broker.ledger().len() >= 3).await;
    for order in ALL {
        rig.broker.acknowledge(order).await;
    }
    for order in ALL {
        rig.until_status(order, OrdStatus::Working).await;
    }
}

/// What was late is late no more.
async fn pass_the_grace(rig: &Rig) {
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(2));
    rig.broker.notice(2104).await;
    rig.settle().await;
}

async fn kill(rig: &Rig) {
    let (desk, reason) = (rig.desk(), "drill".to_owned());
    desk.set_trading_state(&alice(), KillScope::Global, TradingState::Halted, reason).await.unwrap();
}

fn statuses(rig: &Rig) -> [OrdStatus; 3] {
    ALL.map(|order| rig.order(order).status)
}

fn intents(rig: &Rig) -> usize {
    rig.log.count(|event| matches!(event, JournalEvent::OrderSubmitting { .. }))
}

fn held_by(rig: &Rig, order: &str) -> Vec<String> {
    rig.order(order).executions.keys().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_is_one_intent_with_three_ids_and_its_exits_are_ours() {
    let rig = Rig::ready().await;
    working(&rig).await;
    let ids: Vec<i32> = rig.broker.ledger().iter().map(|order| order.broker_order_id.get()).collect();
    assert_eq!((ids, intents(&rig)), (vec![1, 2, 3], 1));
    let [entry, profit, loss] = ALL.map(|order| rig.order(order));
    assert_eq!((profit.intent.side, profit.intent.qty), (Side::Sell, entry.intent.qty));
    assert_eq!(loss.intent.order_type.stop_price(), Some(px("95")));
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.broker.fill("k-1:tp", "10", "e.2.01").await;
    rig.broker.commission("e.2.01", "1.25").await;
    rig.broker.canceled("k-1:sl").await;
    rig.until_status("k-1:sl", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    assert_eq!(statuses(&rig), [OrdStatus::Filled, OrdStatus::Filled, OrdStatus::Canceled]);
    assert_eq!((held_by(&rig, "k-1"), held_by(&rig, "k-1:tp")), (vec!["e.1.01".into()], vec!["e.2.01".into()]));
    assert!(rig.order("k-1:tp").executions.values().all(|trade| trade.commission.is_some()));
    // What ended as it should is neither a fault nor somebody else's.
    assert_eq!((rig.halted(), rig.desk().status(&alice()).unwrap().alarm), (None, None));
    assert_eq!(rig.log.count(|event| matches!(event, JournalEvent::ExternalExecution { .. })), 0);
    // The next order's id is above all three.
    rig.working("k-2").await;
    assert_eq!(rig.broker.submit_ids(), [1, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_change_of_an_exit_says_whose_exit_it_is() {
    let rig = Rig::ready().await;
    rig.working("k-9").await;
    working(&rig).await;
    let entry = rig.broker.placed("k-1").broker_order_id;
    // What an exit sells must be held.
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    let exit = Amendment { tif: Tif::Gtc, ..amend("10", "110") };
    for (order, change, to, parent) in [("k-1:tp", "r-1", exit, Some(entry)), ("k-9", "r-2", amend("10", "99"), None)] {
        let cl_ord_id = rig.order(order).intent.cl_ord_id;
        rig.desk().replace(&alice(), cl_ord_id.clone(), key(change), to, None, Duration::ZERO).await.unwrap();
        let has_left = || rig.broker.replaces().iter().any(|one| one.cl_ord_id == cl_ord_id);
        rig.until("the broker has the change", has_left).await;
        assert_eq!(rig.broker.parents_of_replaces().pop(), Some(parent), "{order}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_is_never_made_larger_than_its_entry() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("190");
    rig.boot();
    rig.connect(1).await;
    working(&rig).await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    let change = async |change: &str, many: &str| {
        let exit = Amendment { tif: Tif::Gtc, ..amend(many, "110") };
        rig.desk().replace(&alice(), key("k-1:tp"), key(change), exit, None, Duration::ZERO).await
    };
    // What is held would allow it; what the bracket is counted by would not.
    assert_eq!(code_of(&change("r-1", "200").await), "Invalid");
    assert_eq!(code_of(&change("r-2", "11").await), "Invalid");
    let sell = |name: &str, many: &str| OrderIntent { side: Side::Sell, qty: qty(many), ..buy(name) };
    let all = rig.submit(&alice(), sell("k-2", "191")).await.unwrap();
    assert_eq!(all.outcome, Outcome::Denied, "ten are the exits'");
    change("r-3", "9").await.unwrap();
    rig.until("the broker has the change", || rig.broker.replaces().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_exit_cancels_the_rest_of_its_entry_and_halts_and_flattens_nothing() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.until("the broker has all of it", || rig.broker.ledger().len() == 3).await;
    rig.broker.acknowledge("k-1").await;
    rig.broker.acknowledge("k-1:tp").await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.broker.error("k-1:sl", 201).await;
    rig.until_status("k-1:sl", OrdStatus::Rejected).await;
    rig.until("the entry's rest is canceled", || rig.broker.cancels("k-1") > 0).await;
    let why = rig.halted().unwrap();
    let says = ["the stop loss of bracket k-1 is rejected", "a position of 4 AAPL is unprotected", "error 201"];
    assert!(says.iter().all(|part| why.contains(part)), "{why}");
    assert!(rig.order("k-1").group_faults.contains_key(&GroupFault::Unprotected));
    // The profit taker still works: nothing but the entry is canceled, nothing is sold.
    assert_eq!((rig.broker.all_cancels().iter().all(|key| key == "k-1"), rig.broker.submits().len()), (true, 1));
    assert_eq!(rig.order("k-1:tp").status, OrdStatus::Working);
    let refused = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!((refused.outcome, reason_codes(&refused.order)), (Outcome::Denied, vec!["C08_READINESS".to_owned()]));
    // A human has looked: the same finding does not halt again.
    rig.desk().resolve(&alice(), key("k-1"), "I watch it".to_owned()).await.unwrap();
    rig.broker.echo("k-1:tp").await;
    pass_the_grace(&rig).await;
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_that_the_broker_cancels_is_missed_once_its_reason_is_not_merely_late() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.canceled("k-1:sl").await;
    rig.until_status("k-1:sl", OrdStatus::Canceled).await;
    rig.settle().await;
    assert_eq!(rig.halted(), None, "the fill of its sibling may be on its way");
    pass_the_grace(&rig).await;
    rig.until("it is missed", || rig.halted().is_some()).await;
    rig.until("the entry is canceled", || rig.broker.cancels("k-1") > 0).await;
    assert_eq!(rig.broker.all_cancels(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_is_found_without_its_stop_is_canceled() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.until("the broker has all of it", || rig.broker.ledger().len() == 3).await;
    rig.crash().await;
    rig.broker.forget("k-1:sl");
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    rig.until_status("k-1:sl", OrdStatus::Missing).await;
    pass_the_grace(&rig).await;
    rig.until("the entry is canceled", || rig.broker.cancels("k-1") > 0).await;
    let why = rig.halted().unwrap();
    assert!(why.contains("the stop loss of bracket k-1 is missing"), "{why}");
    // The broker ends the rest with the entry: the lost exit can never trade.
    rig.broker.canceled("k-1").await;
    rig.broker.canceled("k-1:tp").await;
    rig.until_status("k-1:sl", OrdStatus::Canceled).await;
    assert_eq!(rig.broker.submits().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_that_was_not_sent_or_not_transmitted_is_missing_as_a_whole_and_never_sent_again() {
    let mut rig = Rig::ready().await;
    rig.broker.covers(rig.clock.now() - SignedDuration::from_hours(1));
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.crash().await;
    rig.boot();
    assert_eq!(statuses(&rig), [OrdStatus::Unconfirmed; 3]);
    rig.connect(1).await;
    for order in ALL {
        rig.until_status(order, OrdStatus::Missing).await;
    }
    pass_the_grace(&rig).await;
    assert_eq!((rig.halted(), statuses(&rig)), (None, [OrdStatus::Missing; 3]));
    let refused = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(refused.outcome, Outcome::Denied, "it blocks its instrument");
    let repeat = rig.submit(&alice(), bracket("k-1")).await.unwrap();
    assert_eq!((repeat.replayed, repeat.outcome), (true, Outcome::Unknown));
    // The close of the day proves nothing: what waits untransmitted at the screen of TWS is in no list, whenever it is.
    let close = rig.config.calendar.close_after(rig.clock.now()).unwrap();
    rig.pass(close.duration_since(rig.clock.now()) + SignedDuration::from_mins(2));
    let looked = || rig.desk().status(&alice()).unwrap().reconciliation.is_some_and(|last| last.end_of_day);
    rig.until("the day's last look is booked", looked).await;
    rig.settle().await;
    assert_eq!(statuses(&rig), [OrdStatus::Missing; 3]);
    // One word of a human is about all of it.
    rig.desk().resolve(&alice(), key("k-1"), "not in TWS".to_owned()).await.unwrap();
    assert_eq!(statuses(&rig), [OrdStatus::Canceled; 3]);
    assert_eq!((rig.broker.ledger().len(), intents(&rig)), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_that_was_sent_before_the_crash_is_adopted_as_a_whole() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.until("the broker has all of it", || rig.broker.ledger().len() == 3).await;
    rig.crash().await;
    rig.broker.trade("k-1", "10", "e.1.01");
    rig.broker.trade("k-1:sl", "10", "e.2.01");
    rig.broker.edit("k-1:tp", |order| "Cancelled".clone_into(&mut order.status));
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.until_status("k-1:sl", OrdStatus::Filled).await;
    rig.until_status("k-1:tp", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    assert_eq!((rig.halted(), held_by(&rig, "k-1:sl")), (None, vec!["e.2.01".to_owned()]));
    assert_eq!(rig.broker.submits().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_that_has_not_left_is_stopped_as_a_whole() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), bracket("k-1")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    kill(&rig).await;
    rig.broker.release(&rig.interlock).await;
    for order in ALL {
        rig.until_status(order, OrdStatus::Canceled).await;
    }
    assert_eq!(rig.broker.refused(), [("k-1".to_owned(), NotSentReason::Killed)]);
    assert_eq!((rig.broker.ledger().len(), rig.halted()), (0, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_write_leaves_the_whole_bracket_unknown_until_it_is_found() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::UnknownButPlaced);
    let answer = rig.submit(&alice(), bracket("k-1")).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Unknown);
    for order in ALL {
        rig.until_status(order, OrdStatus::Unconfirmed).await;
    }
    rig.broker.down().await;
    rig.connect(1).await;
    for order in ALL {
        rig.until_status(order, OrdStatus::Working).await;
    }
    assert_eq!((rig.broker.submits().len(), rig.halted()), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_ends_an_unfilled_entry_and_leaves_its_exits_to_the_broker() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.desk().cancel(&alice(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    for order in ALL {
        rig.broker.canceled(order).await;
        rig.until_status(order, OrdStatus::Canceled).await;
    }
    pass_the_grace(&rig).await;
    assert_eq!((rig.broker.all_cancels(), rig.halted()), (vec!["k-1".to_owned()], None));
    let again = rig.desk().cancel(&alice(), key("k-1"), Some(key("c-2")), None, Duration::ZERO).await;
    assert_eq!(code_of(&again), "AlreadyFinal");
    let repeat = rig.desk().cancel(&alice(), key("k-1"), Some(key("c-1")), None, Duration::ZERO).await.unwrap();
    assert!(repeat.replayed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_of_a_filled_bracket_ends_its_exits_one_by_one_until_proven() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    for exit in ["k-1:tp", "k-1:sl"] {
        rig.until("its cancel is written", || rig.broker.cancels(exit) == 1).await;
    }
    rig.pass(SignedDuration::from_secs(3));
    rig.until("it is written again", || rig.broker.cancels("k-1:sl") >= 2).await;
    rig.broker.canceled("k-1:tp").await;
    rig.broker.canceled("k-1:sl").await;
    rig.until_status("k-1:sl", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    assert_eq!((rig.broker.cancels("k-1"), rig.halted()), (0, None), "who cancels an exit does not miss it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_of_a_half_filled_bracket_ends_the_entry_first_and_then_the_exits() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.settle().await;
    kill(&rig).await;
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
    rig.settle().await;
    assert_eq!(rig.broker.all_cancels(), ["k-1"]);
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    rig.pass(SignedDuration::from_secs(3));
    for exit in ["k-1:tp", "k-1:sl"] {
        rig.until("its cancel is written", || rig.broker.cancels(exit) > 0).await;
        rig.broker.canceled(exit).await;
        rig.until_status(exit, OrdStatus::Canceled).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_that_closes_what_a_half_filled_entry_opened_is_ordinary() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    // Somebody cancels the rest in TWS; the broker takes the exits down to what was filled.
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    for exit in ["k-1:tp", "k-1:sl"] {
        rig.broker.edit(exit, |order| order.intent.qty = qty("4"));
        rig.broker.echo(exit).await;
    }
    rig.broker.fill("k-1:sl", "4", "e.2.01").await;
    rig.broker.canceled("k-1:tp").await;
    rig.until_status("k-1:tp", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    assert_eq!(statuses(&rig), [OrdStatus::Canceled, OrdStatus::Canceled, OrdStatus::Filled]);
    assert_eq!((rig.halted(), rig.broker.all_cancels()), (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exits_that_both_trade_halt_the_instrument() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.broker.fill("k-1:tp", "10", "e.2.01").await;
    rig.broker.fill("k-1:sl", "10", "e.3.01").await;
    rig.until_status("k-1:sl", OrdStatus::Filled).await;
    pass_the_grace(&rig).await;
    rig.until("it is halted", || rig.halted().is_some()).await;
    let why = rig.halted().unwrap();
    assert!(why.contains("closed 20 of the 10"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_that_stays_live_although_its_entry_ended_unfilled_is_canceled() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.canceled("k-1").await;
    rig.broker.canceled("k-1:tp").await;
    rig.until_status("k-1:tp", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    rig.until("the exit is canceled", || rig.broker.cancels("k-1:sl") > 0).await;
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exits_of_an_unfilled_entry_carry_no_exposure_and_those_of_a_filled_one_count_once() {
    let rig = Rig::ready_with(|config| config.policy.base.open_notional_max = dec("2500")).await;
    rig.broker.hold_position("10");
    rig.broker.down().await;
    rig.connect(1).await;
    working(&rig).await;
    // Above what the entry bids: no order of ours meets another.
    let order_type = domain::order::OrderType::Limit { limit: px("101") };
    let sell = |key: &str, size: &str| OrderIntent { side: Side::Sell, qty: qty(size), order_type, ..buy(key) };
    // What is held may be sold: the exits of the unfilled entry close nothing yet.
    assert_ne!(rig.submit(&alice(), sell("s-1", "10")).await.unwrap().outcome, Outcome::Denied);
    rig.until("the broker has it", || rig.broker.submits().len() == 2).await;
    rig.broker.acknowledge("s-1").await;
    rig.broker.canceled("s-1").await;
    rig.until_status("s-1", OrdStatus::Canceled).await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    // Of twenty held, ten are spoken for by the exits, which are one reduction and not two.
    let refused = rig.submit(&alice(), sell("s-2", "11")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C24_REDUCE_ONLY"]);
    assert_ne!(rig.submit(&alice(), sell("s-3", "10")).await.unwrap().outcome, Outcome::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_that_somebody_changed_costs_the_entry_and_never_the_protection() {
    let rig = Rig::ready().await;
    working(&rig).await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.broker.edit("k-1:sl", |order| {
        order.intent.order_type = domain::order::OrderType::Stop { stop: px("50") };
    });
    rig.broker.echo("k-1:sl").await;
    rig.until("the entry is canceled", || rig.broker.cancels("k-1") > 0).await;
    rig.settle().await;
    assert!(rig.halted().unwrap().contains("k-1:sl"));
    assert_eq!(rig.broker.cancels("k-1:sl"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_entry_of_a_bracket_is_not_replaced_and_the_refusal_says_what_to_do() {
    let rig = Rig::ready().await;
    working(&rig).await;
    let refused = rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("20", "99"), None, Duration::ZERO).await;
    assert_eq!(code_of(&refused), "NotReplaceable");
    assert!(refused.unwrap_err().to_string().contains("submit a new bracket"));
    assert_eq!(rig.broker.replaces().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bracket_is_counted_as_three_messages_and_three_orders() {
    let rig = Rig::ready_with(|config| {
        config.policy.base.messages_per_second_max = 5;
        config.policy.base.open_orders_max = 6;
    })
    .await;
    working(&rig).await;
    let refused = rig.submit(&alice(), bracket("k-2")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C35_THROTTLE"]);
    rig.pass(SignedDuration::from_secs(2));
    rig.working("k-3").await;
    rig.pass(SignedDuration::from_secs(2));
    let refused = rig.submit(&alice(), bracket("k-4")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C30_OPEN_ORDERS"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cancels_the_other_is_two_intents_and_the_end_of_one_is_ordinary() {
    let rig = Rig::ready().await;
    for name in ["k-1", "k-2"] {
        let intent = OrderIntent { oca_group: Some("pair".parse().unwrap()), ..buy(name) };
        rig.submit(&alice(), intent).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().iter().any(|key| key == name)).await;
        rig.broker.acknowledge(name).await;
        rig.until_status(name, OrdStatus::Working).await;
    }
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.broker.canceled("k-2").await;
    rig.until_status("k-2", OrdStatus::Canceled).await;
    pass_the_grace(&rig).await;
    assert_eq!((rig.order("k-1").status, rig.halted(), intents(&rig)), (OrdStatus::Filled, None, 2));
}

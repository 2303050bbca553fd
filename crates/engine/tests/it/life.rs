//! From submit to the last commission.

use crate::support::*;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use engine::desk::{Desk as _, Outcome};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_sent_acknowledged_filled_in_parts_and_its_commission_comes_late() {
    let rig = Rig::ready().await;
    let answer = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((answer.outcome, answer.replayed), (Outcome::Unknown, false), "nobody has answered yet");
    let sent = rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    assert_eq!(sent.attempts.len(), 1);
    assert_eq!(rig.broker.submits(), ["k-1"]);

    rig.broker.acknowledge("k-1").await;
    let working = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(working.broker_status.as_deref(), Some("Submitted"));
    assert_eq!(working.acknowledged_in, Some(rig.broker.generation()));
    assert_eq!(working.perm_id.map(domain::id::PermId::get), Some(rig.broker.placed("k-1").perm_id));
    assert_eq!(engine::outcome(&working), Outcome::Acknowledged);

    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.settle().await;
    let part = rig.order("k-1");
    assert_eq!((part.status, part.cum_qty(), part.leaves_qty()), (OrdStatus::Working, dec("4"), dec("6")));

    rig.broker.fill("k-1", "6", "e.2.01").await;
    let filled = rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!((filled.cum_qty(), filled.leaves_qty(), filled.avg_px()), (dec("10"), dec("0"), Some(dec("100"))));
    assert!(filled.executions.values().all(|execution| execution.commission.is_none()), "unknown, not zero");

    rig.broker.commission("e.1.01", "1.05").await;
    rig.settle().await;
    let costs: Vec<_> = rig.order("k-1").executions.values().map(|one| one.commission.clone()).collect();
    assert_eq!(costs[0].as_ref().map(|cost| cost.amount.amount), Some(dec("1.05")));
    assert_eq!(costs[1], None);
    assert_eq!(
        rig.order("k-1").broker_status.as_deref(),
        Some("Filled"),
        "the broker's own word, though its trades came first"
    );
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_broker_repeats_changes_nothing_and_is_not_journaled_again() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let trade = rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.broker.commission("e.1.01", "1").await;
    rig.settle().await;
    rig.broker.echo("k-1").await;
    rig.settle().await;
    let (before, records) = (rig.order("k-1"), rig.log.count(|event| matches!(event, JournalEvent::Order { .. })));
    for _ in 0..3 {
        rig.broker.echo("k-1").await;
        rig.broker.executed(&trade).await;
        rig.broker.commission("e.1.01", "1").await;
    }
    rig.settle().await;
    assert_eq!(rig.order("k-1"), before);
    assert_eq!(rig.log.count(|event| matches!(event, JournalEvent::Order { .. })), records);
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commission_before_its_trade_and_a_trade_before_its_status_are_ordinary() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || !rig.broker.ledger().is_empty()).await;
    rig.broker.commission("e.1.01", "0.35").await;
    let trade = rig.broker.trade("k-1", "10", "e.1.01");
    rig.broker.executed(&trade).await;
    let filled = rig.until_status("k-1", OrdStatus::Filled).await;
    let cost = filled.executions.values().next().and_then(|one| one.commission.clone());
    assert_eq!(cost.map(|cost| cost.amount.amount), Some(dec("0.35")));
    rig.broker.status("k-1").await;
    rig.settle().await;
    assert_eq!((rig.order("k-1").status, rig.halted()), (OrdStatus::Filled, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_replaces_the_trade_that_it_corrects() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let mut trade = rig.broker.fill("k-1", "4", "e.1.01").await;
    trade.exec_id = id("e.1.02");
    trade.last_qty = qty("3");
    rig.broker.executed(&trade).await;
    rig.settle().await;
    let order = rig.order("k-1");
    let ids: Vec<_> = order.executions.keys().map(ToString::to_string).collect();
    assert_eq!(ids, ["e.1.02"]);
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_that_crosses_the_cancel_is_booked() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    let trade = rig.broker.trade("k-1", "10", "e.1.01");
    rig.broker.executed(&trade).await;
    let filled = rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!((filled.cum_qty(), rig.halted()), (dec("10"), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_filled_than_ordered_is_booked_and_halts_the_instrument() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.fill("k-1", "7", "e.1.01").await;
    let over = rig.broker.trade("k-1", "7", "e.2.01");
    rig.broker.executed(&over).await;
    let filled = rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!(filled.cum_qty(), dec("14"));
    assert!(rig.halted().is_some());
    let next = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(next.outcome, Outcome::Denied);
    assert_eq!(reason_codes(&next.order), ["C08_READINESS"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_broker_ends_the_order_with_its_words() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || !rig.broker.ledger().is_empty()).await;
    rig.broker.error("k-1", 201).await;
    let rejected = rig.until_status("k-1", OrdStatus::Rejected).await;
    assert_eq!(engine::outcome(&rejected), Outcome::Rejected);
    assert_eq!(rejected.broker_messages, [(201, "error 201".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_id_and_a_failed_write_leave_the_order_unknown_never_refused() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::UnknownButPlaced);
    let answer = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Unknown);
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    rig.broker.error("k-1", 103).await;
    rig.settle().await;
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
    // While its fate is unknown its instrument is blocked.
    let blocked = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!((blocked.outcome, reason_codes(&blocked.order)), (Outcome::Denied, vec!["C08_READINESS".to_owned()]));
    // The look that follows proves that it lives.
    rig.pass(jiff::SignedDuration::from_secs(6));
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_did_not_leave_ends_and_says_why() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("it waits in the adapter", || rig.broker.held() == 1).await;
    rig.broker.down().await;
    rig.settle().await;
    rig.broker.release(&rig.interlock).await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert_eq!((order.status, rig.broker.submits().len()), (OrdStatus::Canceled, 0), "it certainly did not leave");
    assert_eq!(engine::outcome(&order), Outcome::Canceled);
    assert_eq!(rig.halted(), None, "a lost connection is no contradiction");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_what_a_fresh_replay_says() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.broker.commission("e.1.01", "1").await;
    rig.settle().await;
    let replayed = rig.log.book();
    assert_eq!(replayed.order(&key("k-1")), Some(&rig.order("k-1")));
    let status = rig.desk().status(&alice()).unwrap();
    assert_eq!(status.journal_head.0, replayed.seq);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_or_kill_that_the_broker_refuses_behind_its_end_is_told_as_rejected() {
    let rig = Rig::ready().await;
    let mut intent = buy("k-1");
    intent.tif = domain::order::Tif::Fok;
    let (desk, asked) = (rig.desk(), intent.clone());
    let waiting = tokio::spawn(async move { desk.submit(&alice(), asked, std::time::Duration::from_secs(20)).await });
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.broker.edit("k-1", |order| "Inactive".clone_into(&mut order.status));
    rig.broker.word("k-1", "Inactive").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    rig.broker.error("k-1", 201).await;
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!((answer.outcome, answer.order.status), (Outcome::Rejected, OrdStatus::Canceled));
    let again = rig.submit(&alice(), intent).await.unwrap();
    assert_eq!((again.outcome, again.replayed), (Outcome::Rejected, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_or_kill_that_found_nobody_is_told_as_taken_once_nothing_more_is_said() {
    let rig = Rig::ready().await;
    let mut intent = buy("k-1");
    intent.tif = domain::order::Tif::Fok;
    rig.submit(&alice(), intent.clone()).await.unwrap();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.broker.edit("k-1", |order| "Inactive".clone_into(&mut order.status));
    rig.broker.word("k-1", "Inactive").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
    // Whoever does not wait is told what is known so far.
    let answer = rig.submit(&alice(), intent).await.unwrap();
    assert_eq!((answer.outcome, answer.order.status), (Outcome::Acknowledged, OrdStatus::Canceled));
}

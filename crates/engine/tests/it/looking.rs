//! How often it is looked while one state lasts, and what of it is journaled.

use crate::support::*;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use jiff::SignedDuration;

fn looks(rig: &Rig) -> u32 {
    rig.broker.asked("snapshot")
}

fn reports(rig: &Rig) -> usize {
    rig.log.count(|event| matches!(event, JournalEvent::Reconciled { .. }))
}

/// The writer has journaled so many reports. An answer is decided on a thread of its own.
async fn until_reported(rig: &Rig, count: usize, why: &str) {
    rig.until(why, || reports(rig) >= count).await;
    assert_eq!(reports(rig), count, "{why}");
}

/// The answer to a look has reached the writer and is decided.
async fn taken_in(rig: &Rig) {
    work_off().await;
    rig.settle().await;
}

/// The next look comes after this many seconds, and not a second before.
async fn next_look(rig: &Rig, after: i64) {
    let (before, synced) = (looks(rig), rig.log.syncs());
    rig.pass(SignedDuration::from_secs(after - 1));
    // The tick that sees the new time syncs the checkpoint file once it has asked for what is due.
    rig.until("a tick went by", || rig.log.syncs() > synced).await;
    work_off().await;
    assert_eq!(looks(rig), before, "{after} seconds have not passed");
    rig.pass(SignedDuration::from_secs(1));
    rig.until(&format!("it is looked after {after} seconds"), || looks(rig) == before + 1).await;
    taken_in(rig).await;
}

#[tokio::test]
async fn lists_that_never_end_are_asked_for_ever_more_rarely_and_reported_once() {
    let rig = Rig::ready().await;
    taken_in(&rig).await;
    rig.broker.unknown_sections(&["open_orders"]);
    let before = reports(&rig);
    next_look(&rig, 600).await;
    until_reported(&rig, before + 1, "a list is missing").await;
    for after in [3, 6, 12, 24, 48, 96, 192] {
        next_look(&rig, after).await;
        assert_eq!(reports(&rig), before + 1, "nothing new after {after} seconds");
    }
    rig.until("after the first three", || rig.broker.asked("reconnect") >= 1).await;
    assert_eq!(rig.broker.asked("reconnect"), 1, "and not yet after six more");
    next_look(&rig, 384).await;
    rig.until("a new connection is asked for", || rig.broker.asked("reconnect") == 2).await;
    until_reported(&rig, before + 2, "the timer's report is due").await;
    next_look(&rig, 600).await;
    until_reported(&rig, before + 3, "and once more").await;
    // Another list fails too: that is news, so the next look comes soon.
    rig.broker.unknown_sections(&["open_orders", "executions"]);
    next_look(&rig, 600).await;
    next_look(&rig, 3).await;
    until_reported(&rig, before + 4, "two lists fail").await;
    rig.broker.unknown_sections(&[]);
    next_look(&rig, 6).await;
    until_reported(&rig, before + 5, "complete again").await;
    next_look(&rig, 600).await;
    until_reported(&rig, before + 6, "the timer's report is journaled although it says the same").await;
}

#[tokio::test]
async fn an_order_that_stays_unknown_is_looked_up_ever_more_rarely_until_something_is_heard_of_it() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    // A dialog of TWS holds it.
    rig.broker.edit("k-1", |order| "PendingSubmit".clone_into(&mut order.status));
    rig.broker.hold_in_tws("k-1").await;
    rig.until("its word is heard", || rig.order("k-1").broker_status.is_some()).await;
    taken_in(&rig).await;
    next_look(&rig, 5).await;
    let (records, before) = (rig.log.records().len(), reports(&rig));
    for after in [3, 6, 12, 24] {
        next_look(&rig, after).await;
        assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
    }
    let marks = rig.log.count(|event| matches!(event, JournalEvent::ExternalCommission { .. }));
    assert_eq!(
        (reports(&rig), rig.log.records().len() - records),
        (before, 4),
        "the marks of this test alone: {marks}"
    );
    rig.broker.error("k-1", 399).await;
    taken_in(&rig).await;
    next_look(&rig, 5).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
}

//! The process dies at the worst moments: what may be live is looked up, never sent again.

use crate::support::*;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use engine::Ended;
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;

fn intents(rig: &Rig) -> usize {
    rig.log.count(|event| matches!(event, JournalEvent::OrderSubmitting { .. }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_commit_and_before_the_send_leaves_an_order_that_is_missing_and_not_sent_again() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.crash().await;
    rig.boot();
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed, "before any connection it is unknown");
    rig.connect(1).await;
    let order = rig.until_status("k-1", OrdStatus::Missing).await;
    assert_eq!((order.attempts.len(), engine::outcome(&order)), (1, Outcome::Unknown));
    // It still blocks its instrument, and its key is spent.
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied);
    let repeat = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((repeat.replayed, repeat.outcome), (true, Outcome::Unknown));
    let status = rig.desk().status(&alice()).unwrap();
    assert_eq!(status.unknown_orders, [key("k-1")]);
    rig.settle().await;
    assert_eq!((rig.broker.ledger().len(), intents(&rig)), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_send_and_before_the_answer_adopts_what_the_broker_shows() {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || rig.broker.ledger().len() == 1).await;
    rig.crash().await;
    rig.boot();
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
    rig.connect(1).await;
    let order = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(order.perm_id.map(domain::id::PermId::get), Some(rig.broker.placed("k-1").perm_id));
    assert_eq!((rig.broker.submits().len(), intents(&rig)), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_markets_of_open_orders_are_watched_again_after_a_crash() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.crash().await;
    rig.boot();
    let lines = rig.broker.subscriptions();
    rig.connect(1).await;
    rig.until_ready().await;
    // Without its market the worst case of an open sell is unknown, and that refuses every order of every instrument.
    rig.until("a line is open again", || rig.broker.subscriptions() == lines + 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_filled_or_canceled_while_we_were_dead_is_booked_once() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.working("k-2").await;
    rig.broker.fill("k-1", "4", "e.1.01").await;
    rig.settle().await;
    rig.crash().await;
    rig.broker.trade("k-1", "6", "e.2.01");
    rig.broker.edit("k-2", |order| "Cancelled".clone_into(&mut order.status));
    rig.boot();
    assert_eq!(rig.order("k-1").status, OrdStatus::Working, "until the broker is asked");
    rig.connect(1).await;
    let filled = rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!((filled.cum_qty(), filled.executions.len()), (dec("10"), 2));
    rig.until_status("k-2", OrdStatus::Canceled).await;
    assert_eq!(rig.halted(), None);
    let report = rig.desk().status(&alice()).unwrap().reconciliation.unwrap();
    assert!(report.complete && report.scanned >= 2, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_during_a_change_leaves_both_versions_unknown() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.desk()
        .replace(&alice(), key("k-1"), key("r-1"), amend("20", "99"), None, std::time::Duration::ZERO)
        .await
        .unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    rig.crash().await;
    rig.boot();
    let order = rig.order("k-1");
    assert_eq!((order.status, order.worst_leaves()), (OrdStatus::Unconfirmed, dec("20")));
    rig.connect(1).await;
    // What was written right before the end may still be on its way.
    assert_eq!(rig.order("k-1").worst_leaves(), dec("20"));
    rig.pass(SignedDuration::from_secs(16));
    let order = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!((order.intent.qty, order.pending_replace), (qty("10"), None));
    assert_eq!(rig.broker.replaces().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_stay_above_all_that_we_ever_used_whatever_the_broker_proposes() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.boot();
    rig.connect(500).await;
    rig.working("k-1").await;
    assert_eq!(rig.broker.submit_ids(), [500]);
    // The answer to the second is lost with the line; the Gateway comes back with its ids reset.
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    rig.until("the broker has it", || rig.broker.ledger().len() == 2).await;
    rig.broker.down().await;
    rig.until_status("k-2", OrdStatus::Unconfirmed).await;
    rig.broker.on_submit(OnSubmit::Write);
    rig.connect(1).await;
    rig.until_status("k-2", OrdStatus::Working).await;
    rig.working("k-3").await;
    rig.crash().await;
    rig.boot();
    rig.connect(2).await;
    rig.working("k-4").await;
    rig.stop().await;
    rig.boot();
    rig.connect(1_000).await;
    rig.working("k-5").await;
    assert_eq!(rig.broker.submit_ids(), [500, 501, 502, 503, 1_000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orderly_end_says_so_and_the_journal_replays_to_the_same_book() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    let before = rig.order("k-1");
    assert_eq!(rig.stop().await, Ended::Orderly);
    assert!(matches!(rig.log.records().last().unwrap().event, JournalEvent::Stopped));
    rig.boot();
    assert_eq!(rig.order("k-1"), before);
    rig.connect(1).await;
    rig.until("it is acknowledged anew", || rig.order("k-1").acknowledged_in == Some(rig.broker.generation())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_woken_old_writer_sends_nothing_more() {
    let mut rig = Rig::ready().await;
    let Disk::Memory(disk) = &rig.disk else { unreachable!("this scenario is in memory") };
    // Another process takes the lease while this one lives.
    let taken = disk.open().unwrap();
    let refused = rig.submit(&alice(), buy("k-1")).await;
    assert_eq!(code_of(&refused), "LeaseNotHeld");
    assert!(matches!(rig.ended().await, Ended::LeaseLost(_)));
    assert_eq!(rig.broker.submits().len(), 0);
    drop(taken);
    rig.end().await;
    rig.boot();
    rig.connect(1).await;
    rig.working("k-1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_readers_book_that_does_not_follow_ends_the_writer_before_anything_is_sent() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    // To the readers every order id seems to be used already.
    rig.misread = Some(|book| book.order_id_high_water = 1_000_000);
    rig.boot();
    rig.connect(1).await;
    let answer = rig.submit(&alice(), buy("k-1")).await;
    let Err(Fault::Storage(said)) = &answer else { panic!("{answer:?}") };
    assert!(said.contains("the readers' book does not follow"), "{said}");
    assert!(matches!(rig.ended().await, Ended::Poisoned(_)));
    assert_eq!((intents(&rig), rig.broker.submits().len(), rig.broker.refused().len()), (1, 0, 0));
    rig.end().await;
    // The intent is durable: the next process looks it up and sends nothing again.
    rig.misread = None;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    assert_eq!(rig.broker.submits().len(), 0);
}

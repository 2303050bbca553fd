//! The journal fails at every place of a short script, in every way: nothing is sent after it, and nothing is lost or
//! doubled when the survivors are read again.

use crate::support::*;
use domain::book::OrderRecord;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;

use domain::trading_state::{KillScope, TradingState};
use engine::Ended;
use engine::desk::Desk as _;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Fault as DiskFault, FaultPlan, MemoryDisk};

/// A little of everything. Ends at the first fault of the storage, which it returns.
async fn script(rig: &Rig) -> Result<(), Fault> {
    let desk = rig.desk();
    rig.submit(&alice(), buy("k-1")).await?;
    step(rig, || async { rig.broker.acknowledge("k-1").await }, "k-1", acknowledged).await?;
    rig.submit(&alice(), buy("k-2")).await?;
    // Two messages, execution and status: a caller who comes between them may meet an engine that the second one ended.
    let told_of = |order: &OrderRecord| order.reported_filled.is_some();
    step(rig, || async { drop(rig.broker.fill("k-2", "10", "e.1.01").await) }, "k-2", told_of).await?;
    desk.replace(&alice(), key("k-1"), key("r-1"), amend("20", "99"), None, Duration::ZERO).await?;
    rig.submit(&bot(), buy("k-3")).await?;
    let approval = desk.approvals(&alice(), true)?.pop().unwrap();
    desk.approve(&alice(), approval.id().clone(), None, Duration::ZERO).await?;
    step(rig, || async { rig.broker.acknowledge("k-3").await }, "k-3", acknowledged).await?;
    desk.cancel(&alice(), key("k-3"), Some(key("c-3")), None, Duration::ZERO).await?;
    desk.set_trading_state(&alice(), KillScope::Global, TradingState::Halted, "drill".to_owned()).await?;
    desk.set_trading_state(&alice(), KillScope::Global, TradingState::Active, "over".to_owned()).await?;
    rig.submit(&alice(), buy("k-4")).await?;
    step(rig, || async { rig.broker.acknowledge("k-4").await }, "k-4", acknowledged).await?;
    rig.submit(&alice(), bracket("b-1")).await?;
    for order in ["b-1", "b-1:tp", "b-1:sl"] {
        step(rig, || async { rig.broker.acknowledge(order).await }, order, acknowledged).await?;
    }
    let told_of = |order: &OrderRecord| order.cum_qty() == dec("4");
    step(rig, || async { drop(rig.broker.fill("b-1", "4", "e.2.01").await) }, "b-1", told_of).await?;
    desk.cancel(&alice(), key("b-1"), Some(key("c-b")), None, Duration::ZERO).await?;
    Ok(())
}

fn acknowledged(order: &OrderRecord) -> bool {
    order.acknowledged_at.is_some()
}

/// Waits until the order reached the broker, lets the broker say something, and waits until all of that is booked or
/// the engine is dead.
async fn step<F: Future<Output = ()>>(
    rig: &Rig,
    say: impl FnOnce() -> F,
    cl_ord_id: &str,
    booked: impl Fn(&OrderRecord) -> bool,
) -> Result<(), Fault> {
    let dead = || !rig.desk().not_ready().is_empty();
    let there = || rig.broker.ledger().iter().any(|order| order.cl_ord_id.as_str() == cl_ord_id);
    rig.until("the broker has it or the engine is dead", || there() || dead()).await;
    if there() {
        say().await;
        let booked = || rig.find(cl_ord_id).is_some_and(|order| booked(&order));
        rig.until("it is booked or the engine is dead", || booked() || dead()).await;
    }
    if dead() { Err(Fault::Storage("the engine is dead".to_owned())) } else { Ok(()) }
}

async fn run(nth: u64, how: DiskFault, power_fails: bool) -> bool {
    let disk = MemoryDisk::new();
    let mut rig = Rig::cold(Disk::Memory(disk.clone()), |_| {});
    rig.boot();
    rig.connect(1).await;
    let what = format!("append {nth} fails {how:?}, power fails: {power_fails}");
    let base = disk.appends();
    disk.plan(FaultPlan::default().fail(base + nth, how));
    let result = script(&rig).await;
    if disk.appends() < base + nth {
        assert_eq!(result, Ok(()), "{what}");
        return false;
    }
    // Whoever waited was told, and the engine is over.
    assert!(matches!(rig.ended().await, Ended::Poisoned(_)), "{what}");
    if let Err(fault) = &result {
        assert_eq!(code_of(&Err::<(), _>(fault.clone())), "Storage", "{what}");
    }
    let sent = rig.broker.ledger().len();
    let refused = rig.submit(&alice(), buy("k-9")).await;
    assert!(matches!(code_of(&refused).as_str(), "Storage" | "NotReady"), "{what}: {refused:?}");
    assert_eq!(rig.broker.ledger().len(), sent, "{what}: nothing is sent after the fault");

    disk.plan(FaultPlan::default());
    if power_fails {
        rig.crash().await;
    } else {
        rig.end().await;
    }
    rig.boot();
    rig.connect(1).await;
    // A change may still be on its way for a while.
    rig.pass(SignedDuration::from_secs(16));
    let is_settled = || rig.log.book().open_orders().all(|order| order.pending_replace.is_none());
    rig.until("every change is settled", is_settled).await;
    compare(&rig, &what).await;
    true
}

/// The journal's orders that may be live against the broker's own ledger.
async fn compare(rig: &Rig, what: &str) {
    rig.settle().await;
    let book = rig.log.book();
    let ours: BTreeSet<String> = book
        .orders
        .values()
        .filter(|order| !order.attempts.is_empty())
        .map(|o| o.intent.cl_ord_id.to_string())
        .collect();
    for placed in rig.broker.ledger() {
        let cl_ord_id = placed.cl_ord_id.as_str();
        assert!(ours.contains(cl_ord_id), "{what}: the broker works {cl_ord_id}, which the journal has lost");
        let order = rig.order(cl_ord_id);
        assert_eq!(order.attempts.len(), 1, "{what}: {cl_ord_id}");
        assert_eq!(order.last_attempt().map(|attempt| attempt.broker_order_id), Some(placed.broker_order_id), "{what}");
        let expected: &[OrdStatus] = match placed.status.as_str() {
            "Filled" => &[OrdStatus::Filled],
            _ => &[OrdStatus::Working, OrdStatus::PendingCancel],
        };
        assert!(expected.contains(&order.status), "{what}: {cl_ord_id} is {:?}", order.status);
        assert_eq!(order.cum_qty(), placed.filled, "{what}: {cl_ord_id}");
    }
    let placed: BTreeSet<String> = rig.broker.ledger().iter().map(|order| order.cl_ord_id.to_string()).collect();
    for lost in ours.difference(&placed) {
        assert_eq!(rig.order(lost).status, OrdStatus::Missing, "{what}: {lost} was never sent");
    }
    assert_eq!((rig.halted(), rig.desk().status(&alice()).unwrap().alarm), (None, None), "{what}");
    // No intent twice in the journal either.
    let intents = rig.log.count(|event| matches!(event, JournalEvent::OrderSubmitting { .. }));
    assert_eq!(intents, ours.iter().filter(|key| !key.contains(':')).count(), "{what}");
}

async fn every_place(how: DiskFault, power_fails: bool) {
    let mut places = 0;
    for nth in 1..60 {
        if !run(nth, how, power_fails).await {
            break;
        }
        places = nth;
    }
    assert!((10..59).contains(&places), "the script makes {places} appends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_was_not_written_stops_everything_and_loses_nothing() {
    every_place(DiskFault::BeforeCommit, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_was_not_synced_stops_everything_and_loses_nothing_although_the_power_fails() {
    every_place(DiskFault::InsideCommit, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_was_written_but_reported_as_failed_stops_everything_and_doubles_nothing() {
    every_place(DiskFault::InsideCommit, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_answer_was_lost_stops_everything_and_doubles_nothing() {
    every_place(DiskFault::AfterCommit, true).await;
}

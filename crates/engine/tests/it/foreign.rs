//! What is not ours, and what claims to be.

use crate::support::*;
use domain::broker::{BrokerEvent, BrokerOrder};
use domain::id::{BrokerOrderId, ClientId, PermId};
use domain::lifecycle::OrdStatus;
use engine::desk::{Desk as _, ExecutionFilter, Outcome};

/// Somebody typed this into TWS.
fn typed_in(like: &BrokerOrder) -> BrokerOrder {
    BrokerOrder {
        order_ref: "my own".to_owned(),
        client_id: Some(ClientId::new(0).unwrap()),
        perm_id: Some(PermId::new(4_711).unwrap()),
        ..like.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_trades_of_others_are_shown_as_external_and_never_touched() {
    let rig = Rig::ready().await;
    let ours = rig.working("k-1").await;
    let like = rig.broker.placed("k-1").as_reported();
    let generation = rig.broker.generation();
    // The same order id, another client: not ours.
    let other = typed_in(&like);
    rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(other.clone()) }).await;
    let mut trade = rig.broker.trade("k-1", "1", "e.9.01");
    rig.broker.edit("k-1", |order| {
        order.filled = dec("0");
        "Submitted".clone_into(&mut order.status);
    });
    trade.order_ref = String::new();
    trade.client_id = Some(ClientId::new(0).unwrap());
    trade.perm_id = other.perm_id;
    rig.broker.executed(&trade).await;
    rig.settle().await;
    let book = rig.log.book();
    assert_eq!(book.external_orders.len(), 1);
    assert_eq!(book.external_executions.keys().map(ToString::to_string).collect::<Vec<_>>(), ["e.9.01"]);
    let now = rig.order("k-1");
    assert_eq!((now.status, now.cum_qty(), now.perm_id), (OrdStatus::Working, dec("0"), ours.perm_id));
    assert!(
        rig.desk()
            .executions(&alice(), ExecutionFilter::default())
            .unwrap()
            .iter()
            .any(|one| one.exec_id.as_str() == "e.9.01")
    );
    assert_eq!((rig.broker.all_cancels().len(), rig.halted()), (0, None));
    assert_eq!(rig.desk().status(&alice()).unwrap().alarm, None);
    // A second sight of the same adds nothing.
    let records = rig.log.records().len();
    rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(other) }).await;
    rig.broker.executed(&trade).await;
    rig.settle().await;
    assert_eq!(rig.log.records().len(), records + 1, "nothing but the notice that we waited for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_with_our_number_from_another_client_moves_nothing() {
    let rig = Rig::ready().await;
    let before = rig.working("k-1").await;
    let report = domain::broker::StatusReport {
        broker_order_id: rig.broker.placed("k-1").broker_order_id,
        client_id: Some(ClientId::new(99).unwrap()),
        perm_id: Some(PermId::new(4_711).unwrap()),
        status: "Cancelled".to_owned(),
        filled: Some(dec("0")),
        remaining: Some(dec("0")),
        avg_px: None,
        why_held: String::new(),
    };
    let generation = rig.broker.generation();
    rig.broker.say(BrokerEvent::Status { generation, report: report.clone() }).await;
    // Our client id, but another permanent id: the number was given out anew.
    let report = domain::broker::StatusReport { client_id: Some(ClientId::new(7).unwrap()), ..report };
    rig.broker.say(BrokerEvent::Status { generation, report }).await;
    rig.settle().await;
    assert_eq!(rig.order("k-1"), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_with_our_reference_and_no_intent_halts_everything_live_and_at_reconciliation() {
    for live in [true, false] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        let mut orphan = rig.broker.placed("k-1").as_reported();
        orphan.order_ref = Broker::own_ref(&rig.log.book(), "lost");
        orphan.broker_order_id = Some(BrokerOrderId::new(77).unwrap());
        orphan.perm_id = Some(PermId::new(4_711).unwrap());
        if live {
            let generation = rig.broker.generation();
            rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(orphan) }).await;
        } else {
            rig.broker.down().await;
            rig.broker.add_other(orphan);
            rig.broker.up(1).await;
        }
        rig.until("the alarm is raised", || rig.desk().status(&alice()).unwrap().alarm.is_some()).await;
        rig.settle().await;
        assert!(rig.log.book().is_halted_globally(), "live: {live}");
        assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady", "live: {live}");
        assert_eq!(rig.broker.submits(), ["k-1"], "live: {live}");
        assert_eq!(rig.broker.cancels("lost"), 0, "what we do not know we do not touch");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_installations_order_is_external() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let mut other = typed_in(&rig.broker.placed("k-1").as_reported());
    other.order_ref = "tg:othersite:k-1".to_owned();
    let generation = rig.broker.generation();
    rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(other) }).await;
    rig.settle().await;
    assert_eq!(rig.log.book().external_orders.len(), 1);
    assert_eq!(rig.desk().not_ready(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_echo_that_differs_from_the_intent_is_canceled_and_halts_its_instrument() {
    type Edit = fn(&mut BrokerOrder);
    let edits: [(&str, Edit); 5] = [
        ("quantity", |order| order.total_qty = Some(dec("100"))),
        ("limit price", |order| order.limit_price = Some(dec("101"))),
        ("account", |order| order.account = Some(id("DU7654321"))),
        ("time in force", |order| order.tif = "GTC".to_owned()),
        ("side", |order| order.action = "SELL".to_owned()),
    ];
    for (what, edit) in edits {
        let rig = Rig::ready().await;
        rig.submit(&alice(), buy("k-1")).await.unwrap();
        rig.until("the broker has it", || !rig.broker.ledger().is_empty()).await;
        rig.broker.edit("k-1", |order| "Submitted".clone_into(&mut order.status));
        let mut wrong = rig.broker.placed("k-1").as_reported();
        edit(&mut wrong);
        let generation = rig.broker.generation();
        rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(wrong) }).await;
        rig.until("it is canceled", || rig.broker.cancels("k-1") == 1).await;
        rig.until("the instrument is halted", || rig.halted().is_some_and(|why| why.contains(what))).await;
        let next = rig.submit(&alice(), buy("k-2")).await.unwrap();
        assert_eq!(next.outcome, Outcome::Denied, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_differs_at_reconciliation_is_canceled_and_halts_its_instrument() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.down().await;
    rig.broker.edit("k-1", |order| order.intent.qty = qty("100"));
    rig.broker.up(1).await;
    rig.until("it is canceled", || rig.broker.cancels("k-1") == 1).await;
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_still_waits_for_its_approval_cannot_be_at_the_broker() {
    let rig = Rig::ready().await;
    rig.working("k-0").await;
    rig.submit(&bot(), buy("k-1")).await.unwrap();
    let approval = rig.pending_approval().id;
    let mut orphan = rig.broker.placed("k-0").as_reported();
    orphan.order_ref = Broker::own_ref(&rig.log.book(), "k-1");
    orphan.broker_order_id = Some(BrokerOrderId::new(77).unwrap());
    orphan.perm_id = Some(PermId::new(4_711).unwrap());
    let generation = rig.broker.generation();
    rig.broker.say(BrokerEvent::OpenOrder { generation, order: Box::new(orphan) }).await;
    rig.until("the alarm is raised", || rig.desk().status(&alice()).unwrap().alarm.is_some()).await;
    assert_eq!(rig.order("k-1").status, OrdStatus::PendingApproval);
    // Answering the question afterwards is an ordinary thing.
    rig.desk().deny_approval(&bob(), approval, "who sent it?".to_owned()).await.unwrap();
    assert_eq!(rig.order("k-1").status, OrdStatus::Denied);
}

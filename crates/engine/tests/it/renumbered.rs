//! A Gateway that was restarted shows our orders under other ids than they were sent under.

use crate::support::*;
use domain::id::BrokerOrderId;
use domain::lifecycle::OrdStatus;
use engine::desk::Desk as _;
use std::time::Duration;

/// An order works, and after a restart of the Gateway it is shown under the id 7001.
async fn renumbered() -> Rig {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.down().await;
    rig.broker.edit("k-1", |order| order.broker_order_id = BrokerOrderId::new(7001).unwrap());
    rig.connect(1).await;
    rig
}

#[tokio::test]
async fn a_cancel_names_the_order_by_the_id_that_this_connection_told() {
    let rig = renumbered().await;
    rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") > 0).await;
    assert_eq!(rig.broker.cancel_ids("k-1"), [7001]);
    // The answer comes under that id too, and names no reference.
    rig.broker.canceled("k-1").await;
    rig.until_status("k-1", OrdStatus::Canceled).await;
}

#[tokio::test]
async fn a_change_leaves_under_the_id_that_this_connection_told_and_is_counted_as_intended() {
    let rig = renumbered().await;
    rig.desk().replace(&alice(), key("k-1"), key("r-1"), amend("20", "99.5"), None, Duration::ZERO).await.unwrap();
    rig.until("the broker has the change", || !rig.broker.replaces().is_empty()).await;
    let changed = rig.broker.replaces().pop().unwrap();
    rig.broker.edit("k-1", |order| order.intent = changed);
    rig.broker.echo("k-1").await;
    let order = rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!((order.intent.qty, order.version), (qty("20"), 2));
    assert_eq!((rig.broker.refused(), rig.halted()), (vec![], None));
}

#[tokio::test]
async fn what_one_connection_told_holds_for_no_other() {
    let rig = renumbered().await;
    rig.broker.down().await;
    rig.broker.edit("k-1", |order| order.broker_order_id = BrokerOrderId::new(7002).unwrap());
    rig.connect(1).await;
    rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await.unwrap();
    rig.until("the cancel is written", || rig.broker.cancels("k-1") > 0).await;
    assert_eq!(rig.broker.cancel_ids("k-1"), [7002]);
}

//! The same on real files: each send is checked through a connection of its own to the database.

use crate::support::*;
use domain::lifecycle::OrdStatus;
use engine::desk::{AuditFilter, Desk as _};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_on_the_disk_before_it_is_on_the_wire() {
    let rig = Rig::ready_on_files().await;
    for n in 0..5 {
        rig.working(&format!("k-{n}")).await;
    }
    rig.broker.fill("k-0", "10", "e.1.01").await;
    rig.until_status("k-0", OrdStatus::Filled).await;
    assert_eq!(rig.broker.submits().len(), 5);
    let verified = rig.desk().verify_audit(&alice()).await.unwrap();
    assert!(verified.ok, "{verified:?}");
    let filter = AuditFilter {
        kind: Some("order_submitting".to_owned()),
        cl_ord_id: Some(key("k-3")),
        correlation_id: None,
        after: None,
        newest_first: false,
        limit: 10,
    };
    assert_eq!(rig.desk().audit(&alice(), filter).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_died_is_followed_by_one_that_looks_up_and_sends_nothing_twice() {
    let mut rig = Rig::ready_on_files().await;
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || rig.broker.ledger().len() == 1).await;
    rig.end().await;
    rig.boot();
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
    assert!(rig.desk().verify_audit(&alice()).await.unwrap().ok);
}

//! Following the journal: by place, without a gap, for whoever may read and as long as the key counts.

use crate::support::*;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::principal::{Principal, PrincipalKind, Scope};
use engine::desk::Desk as _;
use engine::{JournalFeed, KeyEnd, Slice, Wanted};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Fault as DiskFault, FaultPlan, MemoryDisk};

fn places(slice: &Slice) -> Vec<u64> {
    slice.records.iter().map(|one| one.record.record.seq).collect()
}

/// Everything behind a place, page by page.
async fn all(feed: &JournalFeed, wanted: &Wanted, limit: usize) -> Vec<u64> {
    let (mut after, mut found) = (feed.after, Vec::new());
    loop {
        let slice = feed.page(after, wanted, limit).await.unwrap();
        found.extend(places(&slice));
        if slice.upto == after {
            return found;
        }
        after = slice.upto;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_begins_at_the_present_or_behind_a_place_and_its_pages_leave_nothing_out() {
    let rig = Rig::ready().await;
    let desk = rig.desk();
    let present = desk.follow(&alice(), None).unwrap();
    let mut head = present.head();
    assert_eq!(present.after, *head.borrow());
    rig.working("k-1").await;
    rig.settle().await;
    let end = *head.borrow_and_update();
    assert_eq!(all(&present, &Wanted::default(), 2).await, (present.after + 1..=end).collect::<Vec<u64>>());
    let whole = desk.follow(&alice(), Some(0)).unwrap();
    assert_eq!(all(&whole, &Wanted::default(), 3).await, (1..=end).collect::<Vec<u64>>());
    assert_eq!(desk.follow(&alice(), Some(end)).unwrap().after, end);
    let denied = Wanted { kinds: BTreeSet::from(["order_denied", "link_up"]), ..Wanted::default() };
    assert_eq!(all(&whole, &denied, 3).await.len(), 1, "only the connection");
    let taken = Wanted { of_orders: BTreeSet::from(["acknowledged"]), ..Wanted::default() };
    assert_eq!(all(&whole, &taken, 3).await.len(), 1, "of the order only that the broker has it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_read_and_who_names_a_place_that_is_not_there_is_refused() {
    let rig = Rig::ready().await;
    let kill_only = Principal { scopes: BTreeSet::from([Scope::Kill]), ..alice() };
    assert_eq!(rig.desk().follow(&kill_only, None).unwrap_err(), Fault::ForbiddenScope(Scope::Read));
    let end = *rig.desk().follow(&alice(), None).unwrap().head().borrow();
    let beyond = rig.desk().follow(&alice(), Some(end + 1)).unwrap_err();
    assert!(matches!(&beyond, Fault::Invalid { field, .. } if field == "after"), "{beyond:?}");
    // A standby may only not have come so far yet.
    let (standby, mut follower) = rig.stand_by();
    let feed = standby.desk().follow(&alice(), None).unwrap();
    rig.working("k-1").await;
    rig.settle().await;
    let end = *rig.desk().follow(&alice(), None).unwrap().head().borrow();
    assert!(matches!(standby.desk().follow(&alice(), Some(end)), Err(Fault::NotReady(_))));
    follower.look().unwrap();
    assert_eq!(standby.desk().follow(&alice(), Some(end)).unwrap().after, end);
    let ours = all(&rig.desk().follow(&alice(), Some(feed.after)).unwrap(), &Wanted::default(), 100).await;
    assert_eq!(all(&feed, &Wanted::default(), 100).await, ours, "it follows the writer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_followed_with_its_approval_and_without_others() {
    let rig = Rig::ready_on_files().await;
    let feed = rig.desk().follow(&alice(), None).unwrap();
    rig.submit(&bot(), buy("k-1")).await.unwrap();
    rig.working("k-2").await;
    let approval = rig.pending_approval().id;
    rig.desk().approve(&bob(), approval, None, Duration::ZERO).await.unwrap();
    rig.until("the broker has both", || rig.broker.ledger().len() == 2).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    rig.settle().await;
    let wanted = Wanted { cl_ord_id: Some(key("k-1")), ..Wanted::default() };
    let everything = feed.page(feed.after, &Wanted::default(), 1_000).await.unwrap();
    let fitting = |one: &&engine::Followed| {
        let event = &one.record.record.event;
        wanted.fits(event.kind(), event.of_order(), one.order.as_ref())
    };
    let live: Vec<u64> = everything.records.iter().filter(fitting).map(|one| one.record.record.seq).collect();
    assert_eq!(all(&feed, &wanted, 2).await, live, "the past and the present agree about what is the order's");
    let kinds: BTreeSet<&str> =
        everything.records.iter().filter(fitting).map(|one| one.record.record.event.kind()).collect();
    for kind in ["approval_requested", "approval_moved", "order_submitting", "order"] {
        assert!(kinds.contains(kind), "{kind} {kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_counts_until_it_is_revoked_or_its_time_is_over() {
    let rig = Rig::ready().await;
    let desk = rig.desk();
    assert_eq!(desk.key_left(&alice()), Err(KeyEnd::Unknown));
    let until = engine::Clock::now(&rig.clock) + SignedDuration::from_mins(1);
    for (id, expires_at) in [("for-ever", None), ("for-a-minute", Some(until))] {
        let id = id.parse().unwrap();
        desk.create_key(&alice(), id, PrincipalKind::Human, [Scope::Read].into(), expires_at).await.unwrap();
    }
    let of = |id: &str| Principal { key_id: id.parse().unwrap(), ..alice() };
    assert_eq!(desk.key_left(&of("for-ever")), Ok(None));
    assert_eq!(desk.key_left(&of("for-a-minute")), Ok(Some(Duration::from_mins(1))));
    rig.pass(SignedDuration::from_secs(59));
    assert_eq!(desk.key_left(&of("for-a-minute")), Ok(Some(Duration::from_secs(1))));
    rig.pass(SignedDuration::from_secs(1));
    assert_eq!(desk.key_left(&of("for-a-minute")), Err(KeyEnd::Expired));
    desk.revoke_key(&alice(), "for-ever".parse().unwrap()).await.unwrap();
    assert_eq!(desk.key_left(&of("for-ever")), Err(KeyEnd::Revoked));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_led_behind_the_end_of_what_is_durable_when_a_commit_fails() {
    let disk = MemoryDisk::new();
    let mut rig = Rig::cold(Disk::Memory(disk.clone()), |_| {});
    rig.boot();
    rig.connect(1).await;
    let feed = rig.desk().follow(&alice(), None).unwrap();
    let durable = rig.log.records().len();
    disk.plan(FaultPlan::default().fail(disk.appends() + 1, DiskFault::BeforeCommit));
    rig.submit(&alice(), buy("k-1")).await.unwrap_err();
    rig.ended().await;
    assert_eq!(usize::try_from(*feed.head().borrow()).unwrap(), durable);
}

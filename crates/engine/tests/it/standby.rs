//! A process that follows, and the moment in which it becomes the writer.

use crate::support::*;
use domain::broker::{BrokerEvent, NotSentReason};
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::principal::{PrincipalKind, Scope};
use domain::trading_state::{KillScope, TradingState};
use engine::desk::{AuditFilter, Desk as _, ExecutionFilter, OrderFilter, Role};
use engine::{Ended, Follower, Holder};
use jiff::SignedDuration;
use std::time::Duration;
use store::JournalView as _;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Looks once a second, as often as asked.
fn look(rig: &Rig, follower: &mut Follower, seconds: u32) -> Holder {
    let mut holder = follower.look().unwrap();
    for _ in 0..seconds {
        rig.pass(SECOND);
        holder = follower.look().unwrap();
    }
    holder
}

fn in_use(reason: &str) -> BrokerEvent {
    BrokerEvent::LinkFailed { reason: reason.to_owned(), code: Some(326) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_shows_what_the_writer_committed_and_its_keys_open_it() {
    let rig = Rig::ready().await;
    let key = rig.engine().ensure_key("ops".parse().unwrap(), PrincipalKind::Human, [Scope::Read].into()).await;
    let secret = key.unwrap().unwrap();
    rig.working("k-1").await;
    let (standby, mut follower) = rig.stand_by();
    let desk = standby.desk();
    assert_eq!(desk.order(&alice(), &self::key("k-1")).unwrap(), rig.order("k-1"));
    rig.working("k-2").await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    // The status comes behind the trade: until it is there the two may differ by one record.
    rig.until("the last status", || rig.order("k-1").broker_status.as_deref() == Some("Filled")).await;
    assert_eq!(follower.look().unwrap(), Holder::Lives);
    for order in ["k-1", "k-2"] {
        assert_eq!(desk.order(&alice(), &self::key(order)).unwrap(), rig.order(order));
    }
    assert_eq!(
        desk.executions(&alice(), ExecutionFilter::default()).unwrap(),
        rig.desk().executions(&alice(), ExecutionFilter::default()).unwrap()
    );
    let filter = OrderFilter { open_only: false, status: None, strategy: None, after: None, limit: 10 };
    assert_eq!(desk.orders(&alice(), filter).unwrap().len(), 2);
    let filter = AuditFilter {
        kind: None,
        cl_ord_id: None,
        correlation_id: None,
        after: None,
        newest_first: false,
        limit: 1_000,
    };
    assert!(!desk.audit(&alice(), filter).await.unwrap().is_empty());
    let by = desk.authenticate(&secret, domain::principal::Face::Rest, "c-1".parse().unwrap()).unwrap();
    assert_eq!(by.key_id.as_str(), "ops");
    let (ours, theirs) = (desk.status(&alice()).unwrap(), rig.desk().status(&alice()).unwrap());
    assert_eq!((ours.lease.role, theirs.lease.role), (Role::Standby, Role::Writer));
    assert_eq!((ours.lease.epoch, ours.lease.holder_pid), (theirs.lease.epoch, theirs.lease.holder_pid));
    assert_eq!((ours.orders_by_status, ours.trading_states), (theirs.orders_by_status, theirs.trading_states));
    assert!(ours.not_ready.concat().starts_with("lease_not_held: process "), "{:?}", ours.not_ready);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_refuses_every_write_and_names_the_writer() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let (standby, _follower) = rig.stand_by();
    let desk = standby.desk();
    let (by, none) = (alice(), Duration::ZERO);
    let reason = || "drill".to_owned();
    let refused: Vec<(&str, Result<(), Fault>)> = vec![
        ("submit", desk.submit(&by, buy("k-2"), none).await.map(drop)),
        // A key that the journal knows is no exception: the writer answers for its orders.
        ("repeat", desk.submit(&by, buy("k-1"), none).await.map(drop)),
        ("preview", desk.preview(&by, buy("k-2")).await.map(drop)),
        ("replace", desk.replace(&by, key("k-1"), key("r-1"), amend("20", "99"), None, none).await.map(drop)),
        ("cancel", desk.cancel(&by, key("k-1"), None, None, none).await.map(drop)),
        ("cancel_all", desk.cancel_all(&by, none).await.map(drop)),
        ("resolve", desk.resolve(&by, key("k-1"), reason()).await.map(drop)),
        ("kill", desk.set_trading_state(&by, KillScope::Global, TradingState::Halted, reason()).await.map(drop)),
        (
            "key",
            desk.create_key(&by, "new".parse().unwrap(), PrincipalKind::Human, [Scope::Read].into(), None)
                .await
                .map(drop),
        ),
        ("revoke", desk.revoke_key(&by, "new".parse().unwrap()).await.map(drop)),
        ("approve", desk.approve(&by, "ap-1".parse().unwrap(), None, none).await.map(drop)),
        ("deny", desk.deny_approval(&by, "ap-1".parse().unwrap(), reason()).await.map(drop)),
        ("quote", desk.quote(&by, buy("k-2").instrument).await.map(drop)),
        ("positions", desk.positions(&by, account()).await.map(drop)),
        ("accounts", desk.accounts(&by).map(drop)),
    ];
    let before = rig.log.records().len();
    let pid = std::process::id().to_string();
    for (what, result) in refused {
        let Err(Fault::LeaseNotHeld(why)) = result else { panic!("{what}: {result:?}") };
        assert!(why.contains(&pid), "{what}: {why}");
    }
    assert_eq!((rig.log.records().len(), rig.broker.submits().len()), (before, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_counts_as_silent_after_ten_seconds_without_a_sign_of_life() {
    let mut rig = Rig::ready().await;
    let (_standby, mut follower) = rig.stand_by();
    let Disk::Memory(disk) = &rig.disk else { unreachable!("this scenario is in memory") };
    let view = disk.view();
    for _ in 0..4 {
        // A living writer shows it by itself.
        let before = view.pulse().unwrap();
        rig.pass(SECOND * 5);
        rig.until("it beats", || view.pulse().unwrap() != before).await;
        assert_eq!(follower.look().unwrap(), Holder::Lives);
    }
    rig.end().await;
    assert_eq!(follower.look().unwrap(), Holder::Lives);
    assert_eq!(look(&rig, &mut follower, 9), Holder::Lives);
    assert_eq!(look(&rig, &mut follower, 1), Holder::Silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_only_reads_while_the_old_socket_lives_then_reconciles_and_trades() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.on_submit(OnSubmit::WriteSilently);
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    rig.until("the broker has it", || rig.broker.ledger().len() == 2).await;
    let old = rig.succeed();
    assert_eq!(rig.order("k-2").status, OrdStatus::Unconfirmed, "what the old one sent is unknown until proven");
    for attempt in 0..3 {
        rig.broker.say(in_use(&format!("attempt {attempt}"))).await;
    }
    rig.until("it says what it waits for", || rig.desk().not_ready().concat().contains("client_id_in_use")).await;
    let why = rig.desk().not_ready().concat();
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    let status = rig.desk().status(&alice()).unwrap();
    assert_eq!((status.lease.role, status.lease.epoch), (Role::Writer, 2));
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-3")).await), "NotReady");
    assert_eq!(rig.broker.submits().len(), 2);
    // The old one wakes, finds that it is no longer the writer, and its socket closes.
    let woken = old.desk().submit(&alice(), buy("k-4"), Duration::ZERO).await;
    assert_eq!(code_of(&woken), "LeaseNotHeld");
    assert!(matches!(old.ended().await, Ended::LeaseLost(_)));
    rig.connect(1).await;
    assert_eq!(rig.until_status("k-2", OrdStatus::Working).await.attempts.len(), 1);
    rig.working("k-5").await;
    assert_eq!(rig.broker.submits(), ["k-1", "k-2", "k-5"]);
    assert_eq!(rig.broker.ledger().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_the_old_writer_still_had_in_its_queue_is_missing_for_the_successor_and_never_sent() {
    let mut rig = Rig::ready().await;
    let old_interlock = std::sync::Arc::clone(&rig.interlock);
    rig.broker.on_submit(OnSubmit::Hold);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the order is at the socket", || rig.broker.held() == 1).await;
    let held = rig.broker.take_held();
    let old = rig.succeed();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    // The old process wakes after long with the order in its hand.
    rig.pass(SignedDuration::from_mins(5));
    rig.broker.work_off_unheard(held, &old_interlock);
    assert!(matches!(old.ended().await, Ended::LeaseLost(_)));
    let refused = rig.broker.refused();
    assert!(
        matches!(refused.as_slice(), [(key, NotSentReason::LeaseUnproven | NotSentReason::LeaseLost)] if key == "k-1"),
        "{refused:?}"
    );
    assert_eq!((rig.broker.ledger().len(), rig.order("k-1").status), (0, OrdStatus::Missing));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_id_in_use_after_an_orderly_end_is_an_error_with_its_remedy() {
    let mut rig = Rig::ready().await;
    assert_eq!(rig.stop().await, Ended::Orderly);
    rig.boot();
    rig.broker.say(in_use("client id 7 is in use")).await;
    rig.until("it says so", || rig.desk().not_ready().concat().contains("client_id_in_use")).await;
    let why = rig.desk().not_ready().concat();
    assert!(why.contains("another program") && why.contains("end it"), "{why}");
    // A connection of our own that the broker has not let go of yet is nobody else's fault.
    rig.connect(1).await;
    rig.broker.down().await;
    rig.broker.say(in_use("client id 7 is in use")).await;
    rig.until("it says so", || rig.desk().not_ready().concat().contains("our last connection")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_take_over_begins_an_epoch_that_the_journal_tells() {
    let mut rig = Rig::ready().await;
    drop(rig.succeed());
    drop(rig.succeed());
    let epoch =
        |event: &JournalEvent| if let JournalEvent::Started { epoch, .. } = event { Some(epoch.0) } else { None };
    let epochs: Vec<u64> = rig.log.records().iter().filter_map(|record| epoch(&record.event)).collect();
    assert_eq!(epochs, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_do_not_mix() {
    let mut rig = Rig::ready().await;
    for other in ["0.0.1", "0.0.0-older", "0.0.0+another-build"] {
        let refused = rig.stand_by_as(other).unwrap_err();
        assert!(refused.contains("versions do not mix"), "{refused}");
    }
    let (_standby, mut follower) = rig.stand_by();
    assert_eq!(follower.look().unwrap(), Holder::Lives);
    rig.end().await;
    rig.config.version = "0.0.1";
    rig.boot();
    let refused = follower.look().unwrap_err().to_string();
    assert!(refused.contains("version 0.0.1 writes now"), "{refused}");
}

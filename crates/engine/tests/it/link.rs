//! The line to the broker: lost, back, half blind.

use crate::support::*;
use domain::broker::BrokerEvent;
use domain::cancel::CancelFate;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order::Side;
use engine::SignOfLife;
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_accepted_before_the_first_comparison_and_no_key_is_spent() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.boot();
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-1")).await), "NotReady");
    rig.broker.hold_snapshots(true);
    rig.broker.up(1).await;
    rig.until("the comparison waits for its answer", || rig.broker.held() == 1).await;
    let Err(Fault::NotReady(why)) = rig.submit(&alice(), buy("k-1")).await else { panic!("it must not be ready") };
    assert!(why.iter().any(|one| one.contains("compared")), "{why:?}");
    rig.broker.release(&rig.interlock).await;
    rig.until_ready().await;
    rig.working("k-1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_1100_and_1102_nothing_is_ready_and_a_new_look_decides() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.notice(1100).await;
    rig.settle().await;
    assert!(rig.desk().not_ready().iter().any(|why| why.contains("1100")), "{:?}", rig.desk().not_ready());
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady");
    let (looks, lines) = (rig.broker.asked("snapshot"), rig.broker.subscriptions());
    rig.broker.trade("k-1", "10", "e.1.01");
    rig.broker.notice(1102).await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.until_ready().await;
    assert_eq!(rig.broker.asked("snapshot"), looks + 1);
    assert_eq!(rig.broker.subscriptions(), lines, "1102 keeps the data lines");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_1101_the_lines_are_opened_again() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.until("the order opened a line", || rig.broker.subscriptions() > 0).await;
    let (looks, lines) = (rig.broker.asked("snapshot"), rig.broker.subscriptions());
    rig.broker.notice(1100).await;
    rig.broker.notice(1101).await;
    rig.until("the line is opened again", || rig.broker.subscriptions() == lines + 1).await;
    rig.until_ready().await;
    assert_eq!(rig.broker.asked("snapshot"), looks + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_begun_before_the_line_was_lost_proves_nothing_afterwards() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.boot();
    rig.broker.hold_snapshots(true);
    rig.broker.up(1).await;
    rig.until("the first look waits", || rig.broker.held() == 1).await;
    rig.broker.notice(1100).await;
    rig.settle().await;
    // The answer to the first look comes while the line is down.
    rig.broker.release(&rig.interlock).await;
    rig.settle().await;
    assert_eq!(rig.log.book().last_reconciliation, None);
    rig.broker.hold_snapshots(true);
    rig.broker.notice(1102).await;
    rig.until("the second look waits", || rig.broker.held() == 1).await;
    rig.settle().await;
    assert!(!rig.desk().not_ready().is_empty(), "only the second look counts");
    rig.broker.release(&rig.interlock).await;
    rig.until_ready().await;
}

#[tokio::test]
async fn a_list_without_its_end_is_unknown_and_the_look_is_repeated() {
    for section in ["open_orders", "completed_orders", "executions", "positions", "account"] {
        let mut rig = Rig::ready().await;
        rig.broker.on_submit(OnSubmit::Swallow);
        rig.submit(&alice(), buy("k-1")).await.unwrap();
        rig.crash().await;
        rig.broker.unknown_sections(&[section]);
        rig.boot();
        rig.broker.up(1).await;
        // One complete look of the first process, then one after the other without this part.
        for (looks, rest) in [(2, 0), (3, 3), (4, 6)] {
            rig.pass(SignedDuration::from_secs(rest));
            rig.until("it looked again", || rig.broker.asked("snapshot") == looks).await;
            work_off().await;
            rig.settle().await;
        }
        let reports = rig.log.count(|event| matches!(event, JournalEvent::Reconciled { .. }));
        assert_eq!(reports, 2, "{section}: what is said already is not journaled again");
        assert!(!rig.desk().not_ready().is_empty(), "{section}");
        assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed, "{section}: unknown is not empty");
        rig.broker.unknown_sections(&[]);
        rig.pass(SignedDuration::from_secs(12));
        rig.until_ready().await;
        rig.until_status("k-1", OrdStatus::Missing).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_in_flight_when_the_line_breaks_is_unknown_until_it_is_looked_up() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    rig.broker.down().await;
    rig.settle().await;
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady");
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trade_during_a_look_does_not_set_the_position_back() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    let mut sell = buy("k-1");
    sell.side = Side::Sell;
    rig.submit(&alice(), sell).await.unwrap();
    rig.until("the broker has it", || !rig.broker.ledger().is_empty()).await;
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    // A look begins, the sell is filled meanwhile, and the look's positions are those of before.
    rig.broker.hold_snapshots(true);
    rig.pass(SignedDuration::from_secs(601));
    rig.until("the look waits", || rig.broker.held() == 1).await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    let seen = rig.broker.asked("snapshot");
    rig.broker.release(&rig.interlock).await;
    rig.until("the look is answered", || rig.broker.asked("snapshot") > seen).await;
    rig.settle().await;
    let mut again = buy("k-2");
    again.side = Side::Sell;
    let answer = rig.submit(&alice(), again).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Denied, "nothing is held any more: this would sell short");
    assert_eq!(reason_codes(&answer.order), ["C24_REDUCE_ONLY"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_that_could_not_be_written_is_written_when_the_line_is_back() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.broker.down().await;
    rig.settle().await;
    let answer = rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    assert_eq!((answer.fate, answer.order.status), (CancelFate::UnderWay, OrdStatus::PendingCancel));
    assert_eq!(rig.broker.cancels("k-1"), 0);
    rig.connect(1).await;
    rig.pass(SignedDuration::from_secs(3));
    rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_cancel_proves_nothing_and_is_looked_up() {
    for code in [161, 10147, 10148] {
        let rig = Rig::ready().await;
        rig.working("k-1").await;
        rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
        rig.until("the cancel is written", || rig.broker.cancels("k-1") == 1).await;
        if code == 10148 {
            rig.broker.trade("k-1", "10", "e.1.01");
        }
        rig.broker.error("k-1", code).await;
        rig.until_status("k-1", OrdStatus::Unconfirmed).await;
        rig.pass(SignedDuration::from_secs(4));
        if code == 10148 {
            rig.until_status("k-1", OrdStatus::Filled).await;
        } else {
            rig.until("it is still there, so the cancel is repeated", || rig.broker.cancels("k-1") >= 2).await;
            rig.broker.edit("k-1", |order| "Cancelled".clone_into(&mut order.status));
            rig.broker.error("k-1", 202).await;
            rig.until_status("k-1", OrdStatus::Canceled).await;
        }
        assert_eq!(rig.halted(), None, "code {code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_gateway_that_refuses_the_cancel_of_an_unknown_order_does_not_end_it() {
    let rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    // A line that is down before the order is written refuses it, and then nothing is unknown.
    rig.until("the broker has swallowed it", || rig.broker.submits() == ["k-1"]).await;
    rig.broker.down().await;
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    let looks = rig.broker.asked("snapshot");
    rig.broker.error("k-1", 321).await;
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(4));
    rig.until("it is looked for again", || rig.broker.asked("snapshot") > looks).await;
    rig.settle().await;
    let order = rig.order("k-1");
    assert!(order.status.may_be_live() && order.cancel_wanted, "{order:?}");
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied, "it blocks its instrument");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_at_noon_stops_new_orders_until_it_is_right_again() {
    let rig = Rig::ready().await;
    let generation = rig.broker.generation();
    for (skew_ms, expected) in [(30_000, "NotReady"), (-30_000, "NotReady"), (40, "Ok")] {
        rig.broker.say(BrokerEvent::ClockSkew { generation, skew_ms }).await;
        rig.settle().await;
        let told = rig.submit(&alice(), buy(&format!("k{skew_ms}"))).await;
        let told = if told.is_ok() { "Ok".to_owned() } else { code_of(&told) };
        assert_eq!(told, expected, "{skew_ms} ms");
        let shown = rig.desk().status(&alice()).unwrap().not_ready;
        assert_eq!(shown.iter().any(|why| why.contains(&format!("{skew_ms} ms"))), expected == "NotReady", "{shown:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_that_was_not_complete_is_soon_tried_again_on_a_connection_that_was_ready() {
    let rig = Rig::ready().await;
    rig.broker.unknown_sections(&["executions"]);
    let seen = rig.broker.asked("snapshot");
    rig.pass(SignedDuration::from_secs(601));
    rig.until("the look that is due", || rig.broker.asked("snapshot") == seen + 1).await;
    rig.settle().await;
    rig.broker.unknown_sections(&[]);
    rig.pass(SignedDuration::from_secs(4));
    rig.until("it is tried again", || rig.broker.asked("snapshot") == seen + 2).await;
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(4));
    rig.settle().await;
    assert_eq!(rig.broker.asked("snapshot"), seen + 2, "and once complete it waits its turn");
}

/// After a crash nothing is known of an order that never left.
async fn lost_before_it_left() -> Rig {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.crash().await;
    rig.broker.hold_snapshots(true);
    rig.boot();
    rig
}

#[tokio::test]
async fn while_a_farm_is_away_nothing_counts_as_missing_and_when_it_is_back_a_new_look_decides() {
    let rig = lost_before_it_left().await;
    rig.broker.hold_snapshots(true);
    rig.broker.up(1).await;
    rig.until("the look waits", || rig.broker.held() == 1).await;
    rig.broker.notice_of(2103, "Market data farm connection is broken:usfarm").await;
    rig.settle().await;
    rig.broker.release(&rig.interlock).await;
    rig.until_ready().await;
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed, "other instruments trade on");
    let looks = rig.broker.asked("snapshot");
    rig.broker.notice_of(2104, "Market data farm connection is OK:usfarm").await;
    rig.settle().await;
    rig.pass(SignedDuration::from_secs(3));
    rig.until_status("k-1", OrdStatus::Missing).await;
    assert_eq!(rig.broker.asked("snapshot"), looks + 1);
}

#[tokio::test]
async fn a_broker_without_a_line_of_its_own_for_ten_minutes_is_asked_on_a_new_connection() {
    for code in [1100, 2110] {
        let rig = Rig::ready().await;
        rig.broker.notice(code).await;
        rig.settle().await;
        assert!(!rig.desk().not_ready().is_empty());
        rig.pass(SignedDuration::from_secs(599));
        rig.settle().await;
        assert_eq!(rig.broker.asked("reconnect"), 0);
        rig.pass(SignedDuration::from_secs(1));
        rig.until("a new connection is asked for", || rig.broker.asked("reconnect") == 1).await;
        rig.pass(SignedDuration::from_secs(600));
        rig.settle().await;
        assert_eq!(rig.broker.asked("reconnect"), 1, "once");
    }
}

#[tokio::test]
async fn a_line_that_says_nothing_for_a_minute_stops_what_is_new_until_it_speaks_again() {
    let rig = Rig::ready_with(|config| config.policy.base.heartbeat_s_max = 60).await;
    rig.working("k-1").await;
    // Else what is still to be worked off may sync instead of a tick.
    rig.settle().await;
    let synced = rig.log.syncs();
    rig.pass(SignedDuration::from_secs(61));
    rig.until("a tick went by", || rig.log.syncs() > synced).await;
    rig.broker.move_price("99.99", "100.01").await;
    // What the adapter tells of its own sends is no word of the broker's.
    let outcome = domain::broker::SendOutcome::Written;
    rig.broker.say(BrokerEvent::CancelSent { cl_ord_id: key("k-1"), outcome }).await;
    work_off().await;
    let denied = rig.submit(&alice(), buy("k-2")).await.unwrap().order;
    let line = "line to the broker has shown no life for ";
    let says_so = denied.reasons.iter().any(|one| one.code == "C46_DEAD_MAN" && one.message.contains(line));
    assert!(says_so, "{denied:?}");
    let skew = BrokerEvent::ClockSkew { generation: rig.broker.generation(), skew_ms: 1 };
    rig.broker.say(skew).await;
    rig.settle().await;
    rig.working("k-3").await;
}

#[tokio::test]
async fn after_a_long_silence_what_works_is_canceled_if_the_policy_says_so_and_what_protects_rests() {
    for (wants, minutes, canceled) in [(true, 2, vec!["k-1"]), (true, 0, vec![]), (false, 2, vec![])] {
        let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| {
            config.policy.base.cancel_on_disconnect = wants;
            config.policy.base.cancel_on_disconnect_s = 60;
        });
        rig.broker.hold_position("10");
        rig.boot();
        rig.connect(1).await;
        rig.working("k-1").await;
        let mut protects = buy("k-2");
        (protects.side, protects.reduce_only) = (Side::Sell, true);
        protects.order_type = domain::order::OrderType::Limit { limit: px("101") };
        rig.submit(&alice(), protects).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().len() == 2).await;
        rig.broker.acknowledge("k-2").await;
        rig.until_status("k-2", OrdStatus::Working).await;
        rig.broker.down().await;
        rig.settle().await;
        rig.pass(SignedDuration::from_mins(minutes));
        rig.connect(1).await;
        rig.settle().await;
        rig.until("what is to be canceled is", || rig.broker.all_cancels().len() == canceled.len()).await;
        assert_eq!(rig.broker.all_cancels(), canceled, "{wants} {minutes}");
    }
}

#[tokio::test]
async fn a_silence_lasts_over_a_restart_and_not_longer_than_until_the_line_was_up() {
    // The process ends at once or after the line was lost, and the comparison takes its time.
    for (minutes_down, minutes_of_comparison, canceled) in [(2, 0, 1), (0, 2, 0)] {
        let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| {
            config.policy.base.cancel_on_disconnect = true;
            config.policy.base.cancel_on_disconnect_s = 60;
        });
        rig.boot();
        rig.connect(1).await;
        rig.working("k-1").await;
        rig.crash().await;
        rig.pass(SignedDuration::from_mins(minutes_down));
        rig.boot();
        rig.broker.hold_snapshots(true);
        rig.broker.up(10).await;
        rig.until("the comparison waits", || rig.broker.held() == 1).await;
        rig.pass(SignedDuration::from_mins(minutes_of_comparison));
        rig.settle().await;
        rig.broker.release(&rig.interlock).await;
        rig.until_ready().await;
        rig.settle().await;
        rig.until("what is to be canceled is", || rig.broker.all_cancels().len() == canceled).await;
        assert_eq!(rig.broker.all_cancels().len(), canceled, "{minutes_down} {minutes_of_comparison}");
    }
}

#[tokio::test]
async fn a_part_beside_the_engine_that_shows_no_life_stops_what_is_new_until_it_does() {
    let life = Arc::new(SignOfLife::begun("2026-03-02T14:58:00Z".parse().unwrap()));
    let rig = Rig::ready_with(|config| {
        config.policy.base.heartbeat_s_max = 60;
        config.parts = vec![("path of the alerts", Arc::clone(&life))];
    })
    .await;
    let denied = rig.submit(&alice(), buy("k-1")).await.unwrap().order;
    let silent = "path of the alerts has shown no life for ";
    let says_so = denied.reasons.iter().any(|one| one.code == "C46_DEAD_MAN" && one.message.contains(silent));
    assert!(says_so, "{denied:?}");
    life.show("2026-03-02T15:00:00Z".parse().unwrap());
    rig.working("k-2").await;
}

//! What proves, what contradicts, and what a human closes.

use crate::support::*;
use domain::lifecycle::OrdStatus;
use domain::order::Side;
use engine::Clock as _;
use engine::desk::{Desk as _, ExecutionFilter, Outcome};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

async fn looked(rig: &Rig) {
    let asked = rig.broker.asked("snapshot");
    rig.until("the broker was looked at", || rig.broker.asked("snapshot") > asked).await;
    rig.settle().await;
}

fn gaps(rig: &Rig) -> usize {
    rig.desk().status(&alice()).unwrap().reconciliation.map_or(0, |report| report.positions.len())
}

async fn lost(rig: &mut Rig) {
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
}

fn close_of(rig: &Rig) -> Timestamp {
    rig.config.calendar.close_after(rig.clock.now()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_order_is_released_after_the_close_when_the_window_reaches_back() {
    let mut rig = Rig::ready().await;
    rig.broker.covers(rig.clock.now() - SignedDuration::from_hours(1));
    lost(&mut rig).await;
    let close = close_of(&rig);
    rig.pass(close.duration_since(rig.clock.now()) + SignedDuration::from_mins(2));
    let order = rig.until_status("k-1", OrdStatus::Canceled).await;
    assert_eq!(order.cum_qty(), Decimal::ZERO);
    let report = rig.desk().status(&alice()).unwrap().reconciliation.unwrap();
    assert!(report.proven_dead == 1 && report.end_of_day, "{report:?}");
    assert!(report.differences.iter().any(|one| one.rule == 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_friday_order_looked_up_on_saturday_is_never_declared_dead() {
    let mut rig = Rig::ready().await;
    lost(&mut rig).await;
    let close = close_of(&rig);
    rig.pass(close.duration_since(rig.clock.now()) + SignedDuration::from_hours(12));
    // It filled, the broker keeps no execution from before its midnight, and its positions are what they were.
    rig.broker.covers(rig.clock.now() - SignedDuration::from_hours(6));
    looked(&rig).await;
    assert_eq!(rig.order("k-1").status, OrdStatus::Missing);
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_that_no_trade_explains_blocks_its_instrument_until_a_human_takes_it() {
    let mut rig = Rig::ready().await;
    rig.broker.hold_position("7");
    rig.pass(SignedDuration::from_mins(11));
    rig.until("the difference is seen", || gaps(&rig) == 1).await;
    assert_eq!(rig.halted(), None, "it may only lag");
    rig.pass(SignedDuration::from_secs(11));
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
    assert_eq!(rig.submit(&alice(), buy("k-1")).await.unwrap().outcome, Outcome::Denied);
    // It stays so over a restart.
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    assert!(rig.halted().is_some());
    let desk = rig.desk();
    let reason = || "a transfer of shares".to_owned();
    assert_eq!(code_of(&desk.release(&rogue(), con_id(), reason()).await), "HumansOnly");
    assert_eq!(code_of(&desk.release(&carol(), con_id(), reason()).await), "ForbiddenScope");
    assert_eq!(code_of(&desk.release(&alice(), con_id(), " ".to_owned()).await), "Invalid");
    desk.release(&alice(), con_id(), reason()).await.unwrap();
    assert_eq!(rig.halted(), None);
    assert_eq!(code_of(&desk.release(&alice(), con_id(), reason()).await), "NotFound");
    rig.pass(SignedDuration::from_mins(11));
    // The first look may have begun before the human's word.
    rig.until("a look finds no gap", || gaps(&rig) == 0).await;
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_that_the_broker_no_longer_lists_shows_as_a_position() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.stop().await;
    // While nobody listened it filled; its execution and its end are kept no longer.
    rig.broker.forget("k-1");
    rig.broker.hold_position("10");
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    rig.pass(SignedDuration::from_secs(11));
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
    rig.broker.covers(rig.clock.now() - SignedDuration::from_hours(1));
    let close = close_of(&rig);
    rig.pass(close.duration_since(rig.clock.now()) + SignedDuration::from_mins(2));
    looked(&rig).await;
    assert_eq!(rig.order("k-1").status, OrdStatus::Missing, "a position that differs proves nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bust_takes_a_trade_out_of_the_order_and_of_what_is_held() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let trade = rig.broker.trade("k-1", "4", "e.1.01");
    rig.broker.executed(&trade).await;
    rig.until("it is booked", || rig.order("k-1").cum_qty() == Decimal::from(4)).await;
    rig.broker.bust("e.1.02").await;
    rig.until("it is taken out", || rig.order("k-1").cum_qty() == Decimal::ZERO).await;
    rig.broker.bust("e.1.02").await;
    rig.broker.executed(&trade).await;
    rig.settle().await;
    assert_eq!(rig.order("k-1").cum_qty(), Decimal::ZERO, "told again, it does not come back");
    let executions = rig.desk().executions(&alice(), ExecutionFilter::default()).unwrap();
    assert!(executions.is_empty(), "{executions:?}");
    // What we may sell is what we hold.
    let mut sell = buy("k-2");
    (sell.side, sell.reduce_only) = (Side::Sell, true);
    assert_eq!(rig.submit(&alice(), sell).await.unwrap().outcome, Outcome::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_orders_for_one_intent_halt_count_twice_and_are_canceled_both() {
    let rig = Rig::ready().await;
    let placed = {
        rig.working("k-1").await;
        rig.broker.placed("k-1")
    };
    rig.broker.down().await;
    rig.broker.double("k-1", 777);
    rig.connect(1).await;
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
    assert_eq!(rig.order("k-1").worst_leaves(), Decimal::from(20));
    let status = rig.desk().status(&alice()).unwrap();
    assert_eq!(status.doubled_orders, [key("k-1")]);
    assert_eq!(rig.broker.submits().len(), 1, "nothing is sent again");
    rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    rig.until("the cancel left", || rig.broker.cancels("k-1") > 0).await;
    rig.broker.end(placed.perm_id);
    rig.pass(SignedDuration::from_mins(11));
    looked(&rig).await;
    assert!(!rig.order("k-1").status.is_final(), "the other one works");
    let so_far = rig.broker.cancels("k-1");
    rig.pass(SignedDuration::from_secs(3));
    rig.until("the cancel is repeated", || rig.broker.cancels("k-1") > so_far).await;
    rig.broker.end(777);
    rig.pass(SignedDuration::from_mins(11));
    rig.until_status("k-1", OrdStatus::Canceled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_tws_holds_behind_a_dialog_is_shown_so() {
    let rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until("the broker has it", || !rig.broker.submits().is_empty()).await;
    rig.broker.hold_in_tws("k-1").await;
    rig.until("its word is heard", || rig.order("k-1").broker_status.is_some()).await;
    let held = || rig.desk().status(&alice()).unwrap().held_in_tws;
    assert_eq!(held(), []);
    rig.pass(SignedDuration::from_secs(10));
    assert_eq!(held(), [key("k-1")]);
    assert!(rig.desk().is_held_in_tws(&rig.order("k-1")));
    rig.broker.acknowledge("k-1").await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(held(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_from_five_minutes_before_a_planned_window() {
    let begins = |rig: &Rig| rig.clock.now().to_zoned(jiff::tz::TimeZone::UTC) + SignedDuration::from_hours(1);
    let rig = Rig::ready_with(|config| {
        use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        config.calendar.windows.push(domain::broker_calendar::PlannedWindow {
            name: "the reset".to_owned(),
            weekdays: vec![Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday],
            begins: (super::support::clock::TestClock::new().now() + SignedDuration::from_hours(1))
                .to_zoned(jiff::tz::TimeZone::UTC)
                .time(),
            lasts: SignedDuration::from_mins(30),
        });
    })
    .await;
    let window = rig.desk().status(&alice()).unwrap().window.unwrap();
    assert!(window.begins_at.duration_since(begins(&rig).timestamp()).abs() < SignedDuration::from_mins(1));
    rig.working("k-1").await;
    rig.pass(SignedDuration::from_mins(56));
    let why = rig.desk().not_ready();
    assert!(why.iter().any(|why| why.contains("the reset")), "{why:?}");
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady");
    rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    rig.until("cancels leave all the same", || rig.broker.cancels("k-1") == 1).await;
    rig.pass(SignedDuration::from_mins(35));
    rig.until_ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doors_count_agrees_with_the_journal_and_more_than_intended_halts_everything() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let outbound = || rig.desk().status(&alice()).unwrap().outbound;
    rig.until("the count is shown", || outbound().left == 1).await;
    assert_eq!(outbound().intended, 1);
    let id = rig.order("k-1").last_attempt().unwrap().broker_order_id;
    let generation = rig.broker.generation();
    // The code that sends has gone mad and writes the same order again.
    let stopped = domain::broker::SendGuard::leave(rig.interlock.as_ref(), generation, id);
    assert_eq!(stopped, Err(domain::broker::NotSentReason::OverIntent));
    rig.until("everything is halted", || rig.desk().status(&alice()).unwrap().alarm.is_some()).await;
    assert_eq!(code_of(&rig.submit(&alice(), buy("k-2")).await), "NotReady");
}

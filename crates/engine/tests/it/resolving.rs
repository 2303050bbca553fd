//! A human says what became of an order that nobody can find.

use crate::support::*;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use engine::desk::{Desk as _, Outcome};

async fn missing() -> Rig {
    let mut rig = Rig::ready().await;
    rig.broker.on_submit(OnSubmit::Swallow);
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.crash().await;
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    rig
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_human_with_admin_resolves_and_only_with_a_reason() {
    let rig = missing().await;
    let desk = rig.desk();
    assert_eq!(desk.resolve(&rogue(), key("k-1"), "dead".to_owned()).await.unwrap_err(), Fault::HumansOnly);
    assert_eq!(code_of(&desk.resolve(&bot(), key("k-1"), "dead".to_owned()).await), "ForbiddenScope");
    assert_eq!(code_of(&desk.resolve(&carol(), key("k-1"), "dead".to_owned()).await), "ForbiddenScope");
    assert_eq!(code_of(&desk.resolve(&alice(), key("k-1"), "  ".to_owned()).await), "Invalid");
    assert_eq!(code_of(&desk.resolve(&alice(), key("nobody"), "dead".to_owned()).await), "NotFound");
    assert_eq!(rig.order("k-1").status, OrdStatus::Missing);
    let order = desk.resolve(&alice(), key("k-1"), "looked in TWS: it never arrived".to_owned()).await.unwrap();
    assert_eq!(order.status, OrdStatus::Canceled);
    rig.working("k-2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_known_is_not_resolved_by_hand() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    assert_eq!(code_of(&rig.desk().resolve(&alice(), key("k-1"), "dead".to_owned()).await), "Invalid");
    assert_eq!(rig.order("k-1").status, OrdStatus::Working);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_has_looked_for_is_not_declared_dead() {
    let mut rig = Rig::ready().await;
    rig.submit(&alice(), buy("k-1")).await.unwrap();
    rig.until_status("k-1", OrdStatus::Unconfirmed).await;
    // Its answer may be a moment away.
    assert_eq!(code_of(&rig.desk().resolve(&alice(), key("k-1"), "dead".to_owned()).await), "Invalid");
    rig.crash().await;
    rig.boot();
    // The successor cannot look yet: while the broker keeps it out, the old process may even be about to send.
    assert_eq!(code_of(&rig.desk().resolve(&alice(), key("k-1"), "dead".to_owned()).await), "NotReady");
    assert_eq!(rig.order("k-1").status, OrdStatus::Unconfirmed);
    // The human would have been wrong.
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert_eq!(rig.halted(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_resolved_as_dead_that_lives_is_taken_back_and_halts_the_instrument() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    let placed = rig.broker.placed("k-1");
    rig.stop().await;
    rig.broker.forget("k-1");
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    rig.desk().resolve(&alice(), key("k-1"), "it never arrived".to_owned()).await.unwrap();
    let generation = rig.broker.generation();
    let order = Box::new(placed.as_reported());
    rig.broker.say(domain::broker::BrokerEvent::OpenOrder { generation, order }).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    assert!(rig.halted().is_some());
    assert_eq!(rig.submit(&alice(), buy("k-2")).await.unwrap().outcome, Outcome::Denied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_to_be_canceled_and_lives_after_all_is_canceled_again() {
    let mut rig = Rig::ready().await;
    rig.working("k-1").await;
    let placed = rig.broker.placed("k-1");
    rig.desk().cancel(&alice(), key("k-1"), None, None, std::time::Duration::ZERO).await.unwrap();
    rig.stop().await;
    rig.broker.forget("k-1");
    rig.boot();
    rig.connect(1).await;
    rig.until_status("k-1", OrdStatus::Missing).await;
    rig.desk().resolve(&alice(), key("k-1"), "it never arrived".to_owned()).await.unwrap();
    // Time has been looked at since: a comparison shows it.
    let compared = || rig.log.records().iter().filter(|record| record.event.kind() == "reconciled").count();
    let first = compared();
    rig.pass(jiff::SignedDuration::from_mins(11));
    rig.until("it is compared again", || compared() > first).await;
    let before = rig.broker.cancels("k-1");
    let generation = rig.broker.generation();
    let order = Box::new(placed.as_reported());
    rig.broker.say(domain::broker::BrokerEvent::OpenOrder { generation, order }).await;
    rig.until_status("k-1", OrdStatus::Working).await;
    rig.until("it is canceled again", || rig.broker.cancels("k-1") > before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halted_instrument_is_released_by_a_human_with_a_reason() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let over = rig.broker.trade("k-1", "11", "e.1.01");
    rig.broker.executed(&over).await;
    rig.until("the instrument is halted", || rig.halted().is_some()).await;
    assert_eq!(code_of(&rig.desk().resolve(&bot(), key("k-1"), "fine".to_owned()).await), "ForbiddenScope");
    rig.desk().resolve(&alice(), key("k-1"), "the exchange confirmed it".to_owned()).await.unwrap();
    assert_eq!(rig.halted(), None);
    rig.working("k-2").await;
}

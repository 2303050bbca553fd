//! What the gates, the mode and the owner's setting refuse.

use crate::support::*;
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::mode::Trading;
use engine::desk::{Desk as _, Outcome};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_names_every_reason_sends_nothing_and_spends_the_key() {
    let rig = Rig::ready_with(|config| {
        config.policy.base.symbols_denied.insert("AAPL".to_owned());
    })
    .await;
    let mut order = buy("k-1");
    order.qty = qty("2000");
    let denied = rig.submit(&alice(), order.clone()).await.unwrap();
    assert_eq!((denied.outcome, denied.order.status), (Outcome::Denied, OrdStatus::Denied));
    let codes = reason_codes(&denied.order);
    for code in ["C13_MAX_QTY", "C14_MAX_NOTIONAL", "C20_ALLOW_LIST", "C40_WORST_CASE"] {
        assert!(codes.iter().any(|found| found == code), "{code} is missing in {codes:?}");
    }
    let repeat = rig.submit(&alice(), order).await.unwrap();
    assert_eq!((repeat.replayed, reason_codes(&repeat.order)), (true, codes));
    assert_eq!(rig.submit(&alice(), buy("k-1")).await.unwrap_err(), Fault::IdempotencyConflict(key("k-1")));
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
    assert!(rig.order("k-1").attempts.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_trading_off_every_gate_runs_and_nothing_is_sent() {
    let rig = Rig::ready_with(|config| config.trading = Trading::Off).await;
    let answer = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((answer.outcome, answer.order.status), (Outcome::Simulated, OrdStatus::Simulated));
    let program = rig.submit(&bot(), buy("k-2")).await.unwrap();
    assert_eq!(program.outcome, Outcome::Simulated, "no human is asked for nothing");
    let mut large = buy("k-3");
    large.qty = qty("2000");
    assert_eq!(rig.submit(&alice(), large).await.unwrap().outcome, Outcome::Denied);
    rig.settle().await;
    assert_eq!((rig.broker.submits().len(), rig.broker.refused().len()), (0, 0));
    assert_eq!(code_of(&rig.desk().cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await), "AlreadyFinal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_account_is_refused_while_the_owner_says_paper() {
    let rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| config.account = Some(id("U7654321")));
    let mut rig = rig;
    rig.boot();
    rig.broker.up_as(1, vec![id("U7654321")], 7496).await;
    rig.until_ready().await;
    let answer = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Denied);
    let codes = reason_codes(&answer.order);
    assert!(codes.iter().any(|code| code == "C02_MODE_PROOF"), "{codes:?}");
    assert!(codes.iter().any(|code| code == "C04_LIVE_ARMING"), "{codes:?}");
    rig.settle().await;
    assert_eq!(rig.broker.submits().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_contradicts_the_port_or_the_pin_is_not_ready() {
    for (accounts, port) in [(vec!["DU1234567"], 7496), (vec!["DU7654321"], 7497), (vec![], 7497)] {
        let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
        rig.boot();
        rig.broker.up_as(1, accounts.iter().map(|text| id(text)).collect(), port).await;
        rig.settle().await;
        assert!(rig.desk().not_ready().iter().any(|why| why.contains("mode")), "{accounts:?} {port}");
        assert_eq!(code_of(&rig.submit(&alice(), buy("k-1")).await), "NotReady");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_the_scope_does_nothing() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let mut reader = carol();
    reader.scopes = [domain::principal::Scope::Read].into();
    assert_eq!(code_of(&rig.submit(&reader, buy("k-2")).await), "ForbiddenScope");
    let desk = rig.desk();
    assert_eq!(code_of(&desk.cancel(&reader, key("k-1"), None, None, Duration::ZERO).await), "ForbiddenScope");
    assert_eq!(code_of(&desk.cancel_all(&reader, Duration::ZERO).await), "ForbiddenScope");
    let replace = desk.replace(&reader, key("k-1"), key("r-1"), amend("5", "100"), None, Duration::ZERO).await;
    assert_eq!(code_of(&replace), "ForbiddenScope");
    let scope = domain::trading_state::KillScope::Global;
    let state = domain::trading_state::TradingState::Halted;
    assert_eq!(code_of(&desk.set_trading_state(&reader, scope, state, "x".to_owned()).await), "ForbiddenScope");
    reader.scopes.clear();
    assert_eq!(code_of(&desk.status(&reader)), "ForbiddenScope");
    assert_eq!(code_of(&desk.order(&reader, &key("k-1"))), "ForbiddenScope");
    rig.settle().await;
    assert_eq!((rig.broker.submits().len(), rig.broker.all_cancels().len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_canceled_says_why() {
    let rig = Rig::ready().await;
    let desk = rig.desk();
    assert_eq!(code_of(&desk.cancel(&alice(), key("nobody"), None, None, Duration::ZERO).await), "NotFound");
    assert_eq!(code_of(&desk.order(&alice(), &key("nobody"))), "NotFound");
    assert_eq!(code_of(&desk.approval(&alice(), &id("ap-nobody"))), "NotFound");
    assert_eq!(code_of(&desk.approve(&alice(), id("ap-nobody"), None, Duration::ZERO).await), "NotFound");
    rig.working("k-1").await;
    rig.broker.fill("k-1", "10", "e.1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    assert_eq!(code_of(&desk.cancel(&alice(), key("k-1"), None, None, Duration::ZERO).await), "AlreadyFinal");
    assert_eq!(rig.broker.all_cancels().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_all_cancels_ours_one_by_one() {
    let rig = Rig::ready().await;
    for cl_ord_id in ["k-1", "k-2", "k-3"] {
        rig.working(cl_ord_id).await;
    }
    rig.broker.fill("k-2", "10", "e.1.01").await;
    rig.until_status("k-2", OrdStatus::Filled).await;
    let answers = rig.desk().cancel_all(&bot(), Duration::ZERO).await.unwrap();
    assert_eq!(answers.len(), 2);
    rig.until("both cancels are written", || rig.broker.all_cancels() == ["k-1", "k-3"]).await;
}

//! Closing positions: an action of its own, through the ordinary path, once.

use crate::support::*;
use domain::fault::Fault;
use domain::id::{ClOrdId, ConId};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order::Side;
use domain::policy::PolicySet;
use domain::principal::{Face, Principal};
use domain::trading_state::{KillScope, TradingState};
use engine::desk::{Desk as _, FlattenAnswer, FlattenWish, Flattened, Outcome};
use jiff::SignedDuration;
use rust_decimal::Decimal;
use std::time::Duration;

fn wish(symbol: Option<&str>) -> FlattenWish {
    FlattenWish { account: None, symbol: symbol.map(ToOwned::to_owned), reason: "drill".to_owned() }
}

async fn flatten(rig: &Rig, by: &Principal, name: &str) -> Result<FlattenAnswer, Fault> {
    rig.desk().flatten(by, key(name), wish(None), Duration::ZERO).await
}

fn only(answer: FlattenAnswer) -> Flattened {
    let [one] = <[Flattened; 1]>::try_from(answer.items).unwrap();
    one
}

/// Ten of each of two are held since before the gateway started, and one order makes a group.
async fn holding_two() -> Rig {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| {
        config.policy.base.messages_per_second_max = 2;
    });
    rig.broker.hold_position("10");
    rig.broker.hold_another(ConId::new(7).unwrap(), "MSFT");
    rig.boot();
    rig.connect(1).await;
    rig
}

/// Ten are held since before the gateway started.
async fn holding(quantity: &str) -> Rig {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |_| {});
    rig.broker.hold_position(quantity);
    rig.boot();
    rig.connect(1).await;
    rig
}

fn closing(item: &Flattened) -> ClOrdId {
    item.answer.as_ref().unwrap().order.intent.cl_ord_id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_human_closes_what_is_held_and_a_repeat_makes_no_second_order() {
    let rig = holding("10").await;
    let first = only(flatten(&rig, &alice(), "f-1").await.unwrap());
    let key = closing(&first);
    let order = rig.order(key.as_str());
    assert_eq!((order.intent.side, order.intent.qty, order.intent.reduce_only), (Side::Sell, qty("10"), true));
    assert_eq!((first.position, first.other_orders), (Decimal::TEN, 0));
    rig.until("the broker has it", || rig.broker.submits().len() == 1).await;

    rig.broker.acknowledge(key.as_str()).await;
    rig.broker.fill(key.as_str(), "4", "e1.01").await;
    rig.settle().await;
    let again = flatten(&rig, &alice(), "f-1").await.unwrap();
    assert!(again.replayed);
    let again = only(again);
    assert_eq!(
        (closing(&again), again.position),
        (key.clone(), Decimal::from(6)),
        "less is held, and no less is asked"
    );

    rig.broker.fill(key.as_str(), "6", "e2.01").await;
    rig.until_status(key.as_str(), OrdStatus::Filled).await;
    let after = only(flatten(&rig, &alice(), "f-1").await.unwrap());
    assert_eq!((closing(&after), after.position), (key.clone(), Decimal::ZERO));
    assert_eq!(flatten(&rig, &alice(), "f-2").await.unwrap().items, [], "nothing is left to close");
    rig.settle().await;
    assert_eq!(rig.broker.submits(), [key.as_str()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_position_stays_open_while_the_broker_is_slow_about_another() {
    let rig = holding_two().await;
    let desk = rig.desk();
    let wish = wish(None);
    // Longer than this test waits for anything.
    let closing = tokio::spawn(async move { desk.flatten(&alice(), key("f-1"), wish, PATIENCE * 10).await });
    rig.until("both have left", || rig.broker.submits().len() == 2).await;
    for name in rig.broker.submits() {
        rig.broker.acknowledge(&name).await;
    }
    let answer = closing.await.unwrap().unwrap();
    let outcomes: Vec<_> = answer.items.iter().map(|item| item.answer.as_ref().unwrap()).collect();
    assert!(outcomes.iter().all(|one| one.outcome == Outcome::Acknowledged && !one.replayed), "{outcomes:?}");
    assert_eq!(outcomes.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_section_s_own_message_rate_leaves_no_position_open() {
    let mut rig = Rig::cold(Disk::Memory(store::MemoryDisk::new()), |config| {
        let account = serde_json::json!({"account": {"DU1234567": {"messages_per_second_max": 1}}});
        config.policy.sections = PolicySet::read(account.as_object().unwrap().clone()).unwrap().sections;
    });
    rig.broker.hold_position("10");
    rig.broker.hold_another(ConId::new(7).unwrap(), "MSFT");
    rig.boot();
    rig.connect(1).await;
    let desk = rig.desk();
    let closing = tokio::spawn(async move { desk.flatten(&alice(), key("f-1"), wish(None), Duration::ZERO).await });
    rig.until("one has left", || rig.broker.submits().len() == 1).await;
    rig.pass(SignedDuration::from_secs(2));
    let answer = closing.await.unwrap().unwrap();
    let outcomes: Vec<_> = answer.items.iter().map(|item| item.answer.as_ref().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Unknown; 2], "both have left");
    rig.until("the broker has both", || rig.broker.submits().len() == 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_position_is_closed_although_the_caller_hangs_up_after_the_first() {
    let rig = holding_two().await;
    let desk = rig.desk();
    let caller = tokio::spawn(async move { desk.flatten(&alice(), key("f-1"), wish(None), Duration::ZERO).await });
    rig.until("one has left", || rig.broker.submits().len() == 1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    rig.until("the other one too", || rig.broker.submits().len() == 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_make_one_order() {
    let rig = holding("-10").await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let desk = rig.desk();
            tokio::spawn(async move { desk.flatten(&alice(), key("f-1"), wish(Some("AAPL")), Duration::ZERO).await })
        })
        .collect();
    for call in calls {
        let item = only(call.await.unwrap().unwrap());
        // A repeat that does not wait may find the first one waiting for the broker still.
        assert!(matches!(&item.answer, Ok(_) | Err(Fault::InFlight(_))), "{item:?}");
    }
    rig.until("the broker has it", || rig.broker.submits().len() == 1).await;
    rig.settle().await;
    let [sent] = <[String; 1]>::try_from(rig.broker.submits()).unwrap();
    assert_eq!(rig.order(&sent).intent.side, Side::BuyToCover);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_asks_for_waits_for_a_human() {
    let rig = holding("10").await;
    let over_mcp = Principal { face: Face::Mcp, ..alice() };
    for (by, name) in [(bot(), "f-1"), (over_mcp, "f-2"), (carol(), "f-3")] {
        let item = only(flatten(&rig, &by, name).await.unwrap());
        let answer = item.answer.as_ref().unwrap();
        assert_eq!(answer.outcome, Outcome::NeedsApproval, "{name}: {answer:?}");
        assert!(reason_codes(&answer.order).contains(&"C43_FLATTEN".to_owned()), "{name}");
        assert_eq!(rig.broker.submits().len(), 0);
        let approval = rig.pending_approval().id;
        if name != "f-3" {
            rig.desk().deny_approval(&bob(), approval, "no".to_owned()).await.unwrap();
            continue;
        }
        rig.desk().approve(&bob(), approval, None, Duration::ZERO).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits() == [closing(&item).as_str()]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_closes_nothing_and_while_it_lasts_nothing_is_closed() {
    let rig = holding("10").await;
    let set = |state| {
        let desk = rig.desk();
        async move { desk.set_trading_state(&alice(), KillScope::Global, state, "drill".to_owned()).await.unwrap() }
    };
    set(TradingState::Halted).await;
    rig.settle().await;
    let flattens = |event: &JournalEvent| matches!(event, JournalEvent::FlattenRequested { .. });
    assert!(!rig.log.records().iter().any(|record| flattens(&record.event)), "a kill never implies it");
    let refused = only(flatten(&rig, &alice(), "f-1").await.unwrap()).answer.unwrap();
    assert_eq!((refused.outcome, reason_codes(&refused.order)), (Outcome::Denied, vec!["C10_KILL_CLEAR".to_owned()]));
    set(TradingState::Reducing).await;
    flatten(&rig, &alice(), "f-2").await.unwrap();
    rig.until("the broker has it", || rig.broker.submits().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_meant_or_not_known_stays() {
    let rig = holding("10").await;
    let other = rig.desk().flatten(&alice(), key("f-1"), wish(Some("MSFT")), Duration::ZERO).await.unwrap();
    assert_eq!(other.items, []);
    let elsewhere = FlattenWish { account: Some(id("DU7654321")), ..wish(None) };
    let refused = rig.desk().flatten(&alice(), key("f-2"), elsewhere, Duration::ZERO).await;
    assert_eq!(code_of(&refused), "AccountMismatch");
    let silent = FlattenWish { reason: String::new(), ..wish(None) };
    let refused = rig.desk().flatten(&alice(), key("f-3"), silent, Duration::ZERO).await;
    assert_eq!(code_of(&refused), "Invalid", "it needs a reason");
    let same_key = rig.desk().flatten(&alice(), key("f-1"), wish(None), Duration::ZERO).await;
    assert_eq!(code_of(&same_key), "IdempotencyConflict");
    rig.broker.down().await;
    rig.until("the line is known to be lost", || !rig.desk().not_ready().is_empty()).await;
    assert_eq!(code_of(&flatten(&rig, &alice(), "f-4").await), "NotReady", "positions may be others by now");
    assert_eq!(rig.broker.submits().len(), 0);
}

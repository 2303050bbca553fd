//! Whoever reads takes nothing from orders and looks, however much he asks.

use crate::support::*;
use domain::fault::Fault;
use engine::desk::Desk as _;
use jiff::SignedDuration;
use tokio::task::JoinHandle;

/// Questions of readers that the broker has at once.
const READERS_MAX: usize = 6;
/// Readers whose question waits for a place.
const WAITING_MAX: usize = 256;

type Search = JoinHandle<Result<Vec<domain::broker::SymbolMatch>, Fault>>;

fn search(rig: &Rig, text: String) -> Search {
    let desk = rig.desk();
    tokio::spawn(async move { desk.search_contracts(&carol(), text).await })
}

async fn until_held(rig: &Rig, count: usize) {
    rig.until(&format!("the broker has {count} questions of readers"), || rig.broker.held() == count).await;
}

#[tokio::test]
async fn whoever_reads_a_lot_holds_up_neither_an_order_nor_a_look() {
    let rig = Rig::ready().await;
    rig.broker.hold_reads(true);
    let mut searches: Vec<Search> = (0..400).map(|number| search(&rig, format!("S{number}"))).collect();
    until_held(&rig, READERS_MAX).await;
    rig.until("some were refused", || {
        searches.iter().filter(|search| search.is_finished()).count() == 400 - READERS_MAX - WAITING_MAX
    })
    .await;
    rig.working("k-1").await;
    let looks = rig.broker.asked("snapshot");
    rig.pass(SignedDuration::from_mins(10));
    rig.until("it is looked", || rig.broker.asked("snapshot") == looks + 1).await;
    rig.settle().await;
    assert_eq!((rig.desk().not_ready(), rig.broker.held()), (Vec::new(), READERS_MAX));
    rig.broker.release(&rig.interlock).await;
    let (mut found, mut refused) = (0, 0);
    for search in searches.drain(..) {
        match tokio::time::timeout(PATIENCE, search).await.unwrap().unwrap() {
            Ok(_symbols) => found += 1,
            Err(Fault::Pacing(_)) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((found, refused), (READERS_MAX + WAITING_MAX, 400 - READERS_MAX - WAITING_MAX));
}

#[tokio::test]
async fn what_many_ask_at_once_is_asked_once_and_no_answer_is_older_than_its_question() {
    let rig = Rig::ready().await;
    rig.broker.hold_reads(true);
    let ask = || {
        let desk = rig.desk();
        tokio::spawn(async move { desk.positions(&carol(), account()).await })
    };
    let first = ask();
    until_held(&rig, 1).await;
    let others: Vec<_> = (0..50).map(|_| ask()).collect();
    work_off().await;
    assert_eq!(rig.broker.held(), 1, "the others wait for an asking that begins after they came");
    rig.broker.release(&rig.interlock).await;
    assert_eq!(tokio::time::timeout(PATIENCE, first).await.unwrap().unwrap(), Ok(Vec::new()));
    for other in others {
        assert_eq!(tokio::time::timeout(PATIENCE, other).await.unwrap().unwrap(), Ok(Vec::new()));
    }
    assert_eq!(rig.broker.asked("positions"), 2, "one for the first, one for all others");
}

#[tokio::test]
async fn whoever_hangs_up_leaves_his_question_its_place_until_the_broker_has_answered() {
    let rig = Rig::ready().await;
    rig.broker.hold_reads(true);
    let gone: Vec<Search> = (0..READERS_MAX).map(|number| search(&rig, format!("S{number}"))).collect();
    until_held(&rig, READERS_MAX).await;
    for search in gone {
        search.abort();
        assert!(search.await.unwrap_err().is_cancelled());
    }
    let next = search(&rig, "T".to_owned());
    work_off().await;
    assert_eq!((rig.broker.held(), next.is_finished()), (READERS_MAX, false));
    rig.broker.release(&rig.interlock).await;
    assert_eq!(tokio::time::timeout(PATIENCE, next).await.unwrap().unwrap(), Ok(Vec::new()));
}

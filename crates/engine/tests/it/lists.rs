//! Long lists: in pages without a gap, whatever is filtered, though only so many entries are looked at at a time.

use crate::support::*;
use domain::book::{Book, OrderRecord};
use domain::contract::SecType;
use domain::execution::Execution;
use domain::id::{ClOrdId, ClientId, ExecId};
use domain::lifecycle::OrdStatus;
use domain::mode::Trading;
use domain::order::OrderIntent;
use engine::desk::{Desk as _, ExecutionFilter, OrderFilter};
use jiff::SignedDuration;

/// More than are looked at at a time.
const MANY: usize = 1_100;

fn everything() -> OrderFilter {
    OrderFilter { open_only: false, status: None, strategy: None, after: None, limit: 70 }
}

/// Page by page to the end.
fn all_orders(rig: &Rig, filter: &OrderFilter) -> Vec<ClOrdId> {
    let mut found: Vec<ClOrdId> = Vec::new();
    loop {
        let after = found.last().cloned();
        let page = rig.desk().orders(&alice(), OrderFilter { after, ..filter.clone() }).unwrap();
        assert!(page.len() <= filter.limit);
        if page.is_empty() {
            return found;
        }
        found.extend(page.into_iter().map(|order| order.intent.cl_ord_id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_come_newest_first_and_those_that_are_rare_are_found() {
    let rig = Rig::ready_with(|config| config.trading = Trading::Off).await;
    for number in 0..MANY {
        if number % 3 == 0 {
            rig.pass(SignedDuration::from_secs(1));
        }
        let strategy = (number == 5).then(|| id("rare"));
        rig.submit(&alice(), OrderIntent { strategy, ..buy(&format!("k-{number}")) }).await.unwrap();
    }
    let book = rig.log.book();
    let place = |order: &OrderRecord| (order.created_at, order.intent.cl_ord_id.clone());
    let mut expected: Vec<_> = book.orders.values().map(|order| place(order)).collect();
    expected.sort_unstable();
    let expected: Vec<ClOrdId> = expected.into_iter().rev().map(|(_, key)| key).collect();
    assert_eq!(expected.len(), MANY);
    assert_eq!(all_orders(&rig, &everything()), expected);
    let rare = OrderFilter { strategy: Some(id("rare")), ..everything() };
    assert_eq!(all_orders(&rig, &rare), [key("k-5")]);
    for status in [OrdStatus::Working, OrdStatus::Filled] {
        assert_eq!(all_orders(&rig, &OrderFilter { status: Some(status), ..everything() }), []);
    }
    assert_eq!(all_orders(&rig, &OrderFilter { open_only: true, ..everything() }), []);
}

/// Page by page to the end.
fn all_trades(rig: &Rig, filter: &ExecutionFilter) -> Vec<Execution> {
    let mut found: Vec<Execution> = Vec::new();
    loop {
        let after = found.last().map(|one| one.exec_id.clone());
        let page = rig.desk().executions(&alice(), ExecutionFilter { after, limit: Some(90), ..filter.clone() });
        let page = page.unwrap();
        assert!(page.len() <= 90);
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

fn ids(trades: &[Execution]) -> Vec<ExecId> {
    trades.iter().map(|one| one.exec_id.clone()).collect()
}

/// What a look at all of them gives.
fn expected(book: &Book, wanted: impl Fn(&Execution) -> bool) -> Vec<ExecId> {
    let ours = book.orders.values().flat_map(|order| order.executions.values().map(|one| one.as_ref().clone()));
    let mut all: Vec<Execution> = ours.chain(book.external_executions.values().cloned()).filter(wanted).collect();
    all.sort_by(|a, b| b.executed_at.cmp(&a.executed_at).then_with(|| b.exec_id.cmp(&a.exec_id)));
    ids(&all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trades_come_newest_first_corrected_and_without_what_was_taken_back() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    let own = rig.broker.fill("k-1", "1", "e.own.01").await;
    let begin = own.executed_at.unwrap();
    let other = |number: usize, version: u8| Execution {
        exec_id: id(&format!("e.{number}.0{version}")),
        executed_at: (!number.is_multiple_of(50))
            .then(|| begin + SignedDuration::from_secs(i64::try_from(number / 3).unwrap())),
        symbol: if number == 7 { "RARE".to_owned() } else { own.symbol.clone() },
        terms: domain::contract::ContractTerms::NONE,
        order_ref: String::new(),
        client_id: Some(ClientId::new(0).unwrap()),
        perm_id: None,
        broker_order_id: None,
        ..own.clone()
    };
    for number in 1..MANY {
        rig.broker.executed(&other(number, 1)).await;
    }
    rig.broker.executed(&other(8, 2)).await;
    rig.broker.bust("e.9.02").await;
    rig.settle().await;
    let book = rig.log.book();
    let all = all_trades(&rig, &ExecutionFilter::default());
    assert_eq!(ids(&all), expected(&book, |_| true));
    let names: Vec<&str> = all.iter().map(|one| one.exec_id.as_str()).collect();
    assert!(names.contains(&"e.8.02") && !names.contains(&"e.8.01") && !names.contains(&"e.9.01"));
    let rare = ExecutionFilter { symbol: Some("RARE".to_owned()), ..ExecutionFilter::default() };
    assert_eq!(ids(&all_trades(&rig, &rare)), [id("e.7.01")]);
    let since = begin + SignedDuration::from_secs(200);
    let late = ExecutionFilter { since: Some(since), ..ExecutionFilter::default() };
    assert_eq!(ids(&all_trades(&rig, &late)), expected(&book, |one| one.executed_at.is_some_and(|at| at >= since)));
    let of_order = ExecutionFilter { cl_ord_id: Some(key("k-1")), ..ExecutionFilter::default() };
    assert_eq!(ids(&all_trades(&rig, &of_order)), [id("e.own.01")]);
    let unknown = ExecutionFilter { after: Some(id("e.9.01")), ..ExecutionFilter::default() };
    assert_eq!(code_of(&rig.desk().executions(&alice(), unknown)), "Invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_proven_about_a_kind_is_its_newest_order_taken_and_its_newest_still_rejected() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    rig.pass(SignedDuration::from_secs(1));
    rig.working("k-2").await;
    for number in [3, 4] {
        let name = format!("k-{number}");
        rig.submit(&alice(), buy(&name)).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().contains(&name)).await;
        rig.pass(SignedDuration::from_secs(1));
        rig.broker.error(&name, 201).await;
        rig.until_status(&name, OrdStatus::Rejected).await;
    }
    let stocks = || {
        let all = rig.desk().capabilities(&alice(), account()).unwrap();
        all.items.into_iter().find(|one| one.sec_type == SecType::Stk).unwrap()
    };
    assert_eq!(stocks().taken.map(|(key, _)| key), Some(key("k-2")));
    let (rejected, words) = stocks().rejected.unwrap();
    assert!(rejected == key("k-4") && words.starts_with("201: "), "{rejected} {words}");
    let options = rig.desk().capabilities(&alice(), account()).unwrap();
    let options = options.items.into_iter().find(|one| one.sec_type == SecType::Opt).unwrap();
    assert_eq!((options.taken, options.rejected), (None, None));
}

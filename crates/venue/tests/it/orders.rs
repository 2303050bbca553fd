//! Orders of a real client, from their submission to their end.

use ibapi::orders::order_builder::{limit_order, market_order};
use ibapi::orders::{Action, ExecutionFilter, Executions, Orders};
use serde_json::{Value, json};

use crate::support::{PATIENCE, Updates, connect, contract, get, post, start, step, stepped, submit, within};

/// The one order of the ledger with this reference.
fn in_ledger<'a>(ledger: &'a Value, order_ref: &str) -> &'a Value {
    let mut all = ledger.as_array().unwrap().iter().filter(|o| o["order_ref"] == order_ref);
    let order = all.next().unwrap_or_else(|| panic!("{order_ref} in {ledger}"));
    assert!(all.next().is_none(), "{order_ref} twice in {ledger}");
    order
}

#[tokio::test]
async fn a_market_order_fills_and_shows_everywhere() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    let order_id = submit(&client, &aapl, market_order(Action::Buy, 10.0), "buy-1").await;
    step(&venue, "PT1S").await;
    let seen = updates.until("status Filled").await;
    assert!(seen.iter().any(|w| w.starts_with("open ")), "{seen:?}");

    let mut executions = client.executions(ExecutionFilter::default()).await.unwrap();
    let rows = executions.collect_to_end_within(PATIENCE).await.unwrap();
    let fills: Vec<_> = rows
        .iter()
        .filter_map(|row| match row {
            Executions::ExecutionData(e) => Some(e),
            Executions::CommissionReport(_) => None,
        })
        .collect();
    let commissions = rows.len() - fills.len();
    assert_eq!(commissions, fills.len());
    assert!((fills.iter().map(|f| f.execution.shares).sum::<f64>() - 10.0).abs() < 1e-9);
    assert!(fills.iter().all(|f| f.execution.order_reference == "buy-1"));

    let ledger = get(&venue, "/ledger").await;
    let order = in_ledger(&ledger, "buy-1");
    assert_eq!(order["client_id"], 3);
    assert_eq!(order["order_id"], order_id);
    assert_eq!(order["status"], "Filled");
    assert_eq!(order["con_id"], 265_598);

    let mut completed = client.completed_orders(false).await.unwrap();
    let completed = completed.collect_to_end_within(PATIENCE).await.unwrap();
    assert!(
        completed.iter().any(|row| matches!(row, Orders::OrderData(o) if o.order.order_ref == "buy-1")),
        "{completed:?}"
    );
}

#[tokio::test]
async fn a_resting_order_is_shown_modified_and_cancelled() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    let order_id = submit(&client, &aapl, limit_order(Action::Buy, 5.0, 10.0), "rest-1").await;
    updates.until("status Submitted").await;

    let mut changed = limit_order(Action::Buy, 7.0, 11.0);
    changed.order_ref = "rest-1".to_owned();
    client.submit_order(order_id, &aapl, &changed).await.unwrap();
    within("the change", async {
        loop {
            let mut open = client.open_orders().await.unwrap();
            let rows = open.collect_to_end_within(PATIENCE).await.unwrap();
            let now = rows.iter().find_map(|row| match row {
                Orders::OrderData(o) => Some((o.order.total_quantity, o.order.limit_price)),
                Orders::OrderStatus(_) => None,
            });
            if now == Some((7.0, Some(11.0))) {
                return;
            }
        }
    })
    .await;

    let _cancel = client.cancel_order(order_id, "").await.unwrap();
    let seen = updates.until("status Cancelled").await;
    assert!(!seen.iter().any(|w| w.starts_with("execution")), "{seen:?}");
    let ledger = get(&venue, "/ledger").await;
    let order = in_ledger(&ledger, "rest-1");
    assert_eq!(order["status"], "Cancelled");
    assert_eq!(order["modifications"].as_array().unwrap().len(), 1);
    let mut open = client.open_orders().await.unwrap();
    assert!(open.collect_to_end_within(PATIENCE).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_limit_order_fills_when_the_market_comes_to_it() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    submit(&client, &aapl, limit_order(Action::Buy, 5.0, 100.0), "wait-1").await;
    updates.until("status Submitted").await;
    let (status, _) = post(&venue, "/price", &json!({"symbol": "AAPL", "price": "95"})).await;
    assert_eq!(status, 200);
    step(&venue, "PT1S").await;
    let seen = updates.until("status Filled").await;
    let execution = seen.iter().position(|w| w.starts_with("execution"));
    let commission = seen.iter().position(|w| w == "commission");
    if let Some(commission) = commission {
        assert!(execution.is_some_and(|e| e < commission), "{seen:?}");
    }
}

#[tokio::test]
async fn orders_that_cannot_be_are_refused_with_their_code() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    let mut algorithmic = limit_order(Action::Buy, 5.0, 10.0);
    algorithmic.algo_strategy = "Adaptive".to_owned();
    for (order, code) in [
        (limit_order(Action::Buy, 5.0, 10.001), "notice 110"),
        (algorithmic, "notice 321"),
        (limit_order(Action::Buy, 1_000_000.0, 10.0), "notice 201"),
    ] {
        submit(&client, &aapl, order, "refused").await;
        updates.until(code).await;
    }
    let ledger = get(&venue, "/ledger").await;
    assert!(
        ledger.as_array().unwrap().iter().all(|o| o["status"] != "Submitted" && o["status"] != "Filled"),
        "{ledger}"
    );
}

#[tokio::test]
async fn a_hundred_orders_in_one_breath_are_each_in_the_ledger_once() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let aapl = contract(&client, "AAPL").await;
    for n in 0..100 {
        submit(&client, &aapl, limit_order(Action::Buy, 1.0, 10.0), &format!("many-{n}")).await;
    }
    // Answers come in order: when this one is there, all of them have been taken.
    client.managed_accounts().await.unwrap();
    let ledger = get(&venue, "/ledger").await;
    for n in 0..100 {
        in_ledger(&ledger, &format!("many-{n}"));
    }
    client.global_cancel().await.unwrap();
    within("all to be cancelled", async {
        loop {
            let mut open = client.all_open_orders().await.unwrap();
            if open.collect_to_end_within(PATIENCE).await.unwrap().is_empty() {
                return;
            }
        }
    })
    .await;
}

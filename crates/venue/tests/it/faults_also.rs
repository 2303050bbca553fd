//! Settings of a Gateway that trip clients up, and lists that forget.

use serde_json::json;

use crate::raw::{self, limit_order, market_order};
use crate::raw_client::Raw;
use crate::support::{fault, get, no_fault, start, step, stepped};

fn what_if(order_id: i32) -> Vec<u8> {
    raw::place(order_id, "AAPL", &limit_order("BUY", "1", 10.0, "w").int(65, 1))
}

#[tokio::test]
async fn a_read_only_gateway_refuses_orders_cancels_and_questions_about_orders_with_321() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "before"))).await;
    client.until("status 1 Submitted").await;
    fault(&venue, json!({"do": {"read_only": {}}})).await;
    client.send(&raw::place(2, "AAPL", &limit_order("BUY", "1", 10.0, "a"))).await;
    client.send(&raw::cancel(1)).await;
    for question in [5, 16, 99] {
        client.send(&raw::bare(question)).await;
    }
    let words = client.so_far().await;
    assert_eq!(words, ["error 2 321", "error 1 321", "error -1 321", "error -1 321", "error -1 321"]);
    let ledger = get(&venue, "/ledger").await;
    assert_eq!((ledger.as_array().unwrap().len(), &ledger[0]["status"]), (1, &json!("Submitted")));
}

#[tokio::test]
async fn a_preset_changes_the_time_in_force_and_says_so_with_10349() {
    let venue = start(stepped()).await;
    let id = fault(&venue, json!({"do": {"preset_tif": {"tif": "GTC"}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "a"))).await;
    let frames = client.frames_until("error 1 10349").await;
    assert_eq!(frames.last().unwrap().text(&[4]), "Order TIF was set to GTC based on order preset.");
    assert_eq!(get(&venue, "/ledger").await[0]["tif"], "GTC");
    no_fault(&venue, id).await;
    client.send(&raw::place(2, "AAPL", &limit_order("BUY", "1", 10.0, "b"))).await;
    client.until("status 2 Submitted").await;
    assert_eq!(get(&venue, "/ledger").await[1]["tif"], "DAY");
}

#[tokio::test]
async fn executions_may_come_without_an_end_marker() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"do": {"no_execution_end": {}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &market_order("BUY", "1", "a"))).await;
    client.until("commission").await;
    client.send(&raw::of_req_id(7, 90)).await;
    assert_eq!(client.so_far().await, ["execution 1", "commission"]);
}

#[tokio::test]
async fn lists_of_executions_and_completed_orders_may_forget_early() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &market_order("BUY", "1", "old"))).await;
    client.until("commission").await;
    step(&venue, "PT10M").await;
    let memory = json!({"do": {"short_memory": {"executions": "PT5M", "completed_orders": "PT5M"}}});
    fault(&venue, memory).await;
    client.send(&raw::place(2, "AAPL", &market_order("BUY", "1", "new"))).await;
    client.until("commission").await;
    client.send(&raw::of_req_id(7, 90)).await;
    let words = client.until("executions end").await;
    assert_eq!(words.iter().filter(|w| w.starts_with("execution ")).collect::<Vec<_>>(), ["execution 2"]);
    client.send(&raw::bare(99)).await;
    let words = client.until("completed orders end").await;
    assert_eq!(words, ["completed new", "completed orders end"]);
}

#[tokio::test]
async fn a_preview_may_take_its_time_without_holding_up_anything_else() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"do": {"slow_what_if": {"min": "PT2S", "max": "PT5S"}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&what_if(1)).await;
    client.send(&raw::place(2, "AAPL", &limit_order("BUY", "1", 10.0, "a"))).await;
    let words = client.until("status 2 Submitted").await;
    assert!(!words.iter().any(|w| w.starts_with("open 1")), "{words:?}");
    step(&venue, "PT1S").await;
    assert!(!client.so_far().await.iter().any(|w| w.starts_with("open 1")));
    step(&venue, "PT4S").await;
    assert!(client.so_far().await.iter().any(|w| w.starts_with("open 1")));
    assert_eq!(get(&venue, "/ledger").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_preview_may_never_be_answered() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"do": {"no_what_if": {}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&what_if(1)).await;
    step(&venue, "PT1H").await;
    assert_eq!(client.so_far().await, [""; 0]);
}

#[tokio::test]
async fn time_zones_may_carry_their_windows_names() {
    let venue = start(stepped()).await;
    assert!(Raw::connect(&venue, 1).await.greeting.ends_with("US/Eastern"));
    fault(&venue, json!({"do": {"windows_zone_names": {}}})).await;
    let mut client = Raw::connect(&venue, 2).await;
    assert!(client.greeting.ends_with("Eastern Standard Time"), "{}", client.greeting);
    client.send(&raw::about(9, 3, "AAPL")).await;
    let frames = client.frames_until("message 52").await;
    assert_eq!(frames[0].text(&[3, 12]), "Eastern Standard Time");
}

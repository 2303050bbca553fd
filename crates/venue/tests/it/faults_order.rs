//! Faults on the way of one order: its request, its acknowledgement, its reports.

use serde_json::{Value, json};
use venue::Venue;

use crate::raw::{self, limit_order, market_order};
use crate::raw_client::Raw;
use crate::support::{fault, get, no_fault, start, step, stepped, within};

/// The first order of client 1 meets a fault.
async fn with(what: Value) -> (Venue, Raw) {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"message": "place_order", "client": 1}, "do": what})).await;
    let client = Raw::connect(&venue, 1).await;
    (venue, client)
}

fn resting() -> Vec<u8> {
    raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "a"))
}

fn filling() -> Vec<u8> {
    raw::place(1, "AAPL", &market_order("BUY", "1", "a"))
}

async fn ledger(venue: &Venue) -> Vec<Value> {
    get(venue, "/ledger").await.as_array().unwrap().clone()
}

/// Waits until the venue has read so many messages of its only client, `startApi` included.
async fn heard(venue: &Venue, messages: u64) {
    within("messages to be read", async { while get(venue, "/connections").await[0]["messages_in"] != messages {} })
        .await;
}

fn count(words: &[String], front: &str) -> usize {
    words.iter().filter(|w| w.starts_with(front)).count()
}

#[tokio::test]
async fn a_connection_dropped_before_the_order_is_read_leaves_no_order() {
    let (venue, mut client) = with(json!({"drop": "before_read"})).await;
    client.send(&resting()).await;
    assert_eq!(client.rest().await, [""; 0]);
    assert!(ledger(&venue).await.is_empty());
}

#[tokio::test]
async fn a_connection_dropped_after_acceptance_leaves_an_order_nobody_was_told_of() {
    let (venue, mut client) = with(json!({"drop": "after_accept"})).await;
    client.send(&resting()).await;
    assert_eq!(client.rest().await, [""; 0]);
    assert_eq!(ledger(&venue).await.len(), 1);
    // The id is taken, and the order is there for whoever asks.
    let mut again = Raw::begin(&venue, 1).await;
    again.until("next 2").await;
    again.send(&raw::bare(5)).await;
    assert_eq!(count(&again.until("open orders end").await, "status 1 Submitted"), 1);
}

#[tokio::test]
async fn a_connection_dropped_before_the_acknowledgement_has_seen_the_order_and_no_status() {
    let (venue, mut client) = with(json!({"drop": "before_ack"})).await;
    client.send(&resting()).await;
    let words = client.rest().await;
    assert!(count(&words, "open 1") > 0 && count(&words, "status 1") == 0, "{words:?}");
    assert_eq!(ledger(&venue).await.len(), 1);
}

#[tokio::test]
async fn a_connection_dropped_between_status_and_execution_has_seen_no_fill() {
    let (venue, mut client) = with(json!({"drop": "between_status_and_execution"})).await;
    client.send(&filling()).await;
    step(&venue, "PT2S").await;
    let words = client.rest().await;
    assert!(count(&words, "status 1") > 0 && count(&words, "execution") == 0, "{words:?}");
    assert_eq!(ledger(&venue).await[0]["status"], "Filled");
}

#[tokio::test]
async fn a_lost_request_is_answered_by_nothing_and_accepted_by_nobody() {
    let (venue, mut client) = with(json!("lose_request")).await;
    client.send(&resting()).await;
    assert_eq!(client.so_far().await, [""; 0]);
    assert!(ledger(&venue).await.is_empty());
    client.send(&resting()).await;
    client.until("status 1 Submitted").await;
}

#[tokio::test]
async fn a_lost_acknowledgement_hides_an_order_that_works() {
    let (venue, mut client) = with(json!("lose_ack")).await;
    client.send(&resting()).await;
    let words = client.so_far().await;
    assert!(count(&words, "open") + count(&words, "status") == 0, "{words:?}");
    assert_eq!(ledger(&venue).await[0]["status"], "Submitted");
}

#[tokio::test]
async fn an_order_rejected_on_command_is_in_no_ledger() {
    let (venue, mut client) = with(json!({"reject": {"code": 201, "message": "No."}})).await;
    client.send(&resting()).await;
    let frames = client.frames_until("error 1 201").await;
    assert_eq!(frames.last().unwrap().text(&[4]), "No.");
    assert!(ledger(&venue).await.is_empty());
}

#[tokio::test]
async fn an_order_behind_a_dialog_is_pending_without_a_perm_id_until_it_is_released() {
    let venue = start(stepped()).await;
    let dialog = fault(&venue, json!({"when": {"message": "place_order"}, "do": {"hold_behind_dialog": {}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&resting()).await;
    let held = client.frames_until("status 1 PendingSubmit").await;
    assert_eq!(held.last().unwrap().int(&[6]), 0, "no permId");
    step(&venue, "PT1H").await;
    assert!(ledger(&venue).await.is_empty());
    no_fault(&venue, dialog).await;
    let released = client.frames_until("status 1 Submitted").await;
    assert!(released.last().unwrap().int(&[6]) > 0, "a permId");
    assert_eq!(ledger(&venue).await.len(), 1);
}

#[tokio::test]
async fn an_order_cancelled_behind_its_dialog_was_never_accepted() {
    let (venue, mut client) = with(json!({"hold_behind_dialog": {"for": "PT1H"}})).await;
    client.send(&resting()).await;
    client.until("status 1 PendingSubmit").await;
    client.send(&raw::cancel(1)).await;
    let words = client.until("error 1 202").await;
    assert_eq!(count(&words, "status 1 ApiCancelled"), 1, "{words:?}");
    step(&venue, "PT2H").await;
    assert!(ledger(&venue).await.is_empty());
}

#[tokio::test]
async fn a_modified_order_may_go_on_under_a_second_perm_id() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"message": "place_order", "nth": 2}, "do": "second_perm_id"})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&resting()).await;
    let first = client.frames_until("status 1 Submitted").await.last().unwrap().int(&[6]);
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "2", 11.0, "a"))).await;
    let second = client.frames_until("status 1 Submitted").await.last().unwrap().int(&[6]);
    assert!(first > 0 && second > 0 && first != second, "{first} {second}");
    client.send(&raw::bare(5)).await;
    let open = client.frames_until("open orders end").await;
    assert!(open.iter().any(|f| f.msg_id == 5 && f.int(&[3, 3]) == second));
    assert_eq!(ledger(&venue).await.len(), 1);
}

#[tokio::test]
async fn a_delayed_request_holds_back_all_behind_it_until_its_time() {
    let (venue, mut client) = with(json!({"delay": {"by": "PT3S"}})).await;
    client.send(&resting()).await;
    client.send(&raw::bare(49)).await;
    heard(&venue, 3).await;
    step(&venue, "PT2S").await;
    assert!(ledger(&venue).await.is_empty());
    step(&venue, "PT1S").await;
    let words = client.until("message 49").await;
    assert_eq!(count(&words, "status 1 Submitted"), 1, "{words:?}");
}

#[tokio::test]
async fn a_delayed_reply_holds_back_all_behind_it_until_its_time() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"reply": "open_order"}, "do": {"delay": {"by": "PT3S"}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&resting()).await;
    client.send(&raw::bare(49)).await;
    heard(&venue, 3).await;
    step(&venue, "PT2S").await;
    assert_eq!(ledger(&venue).await.len(), 1);
    step(&venue, "PT1S").await;
    let frames = client.frames_until("message 49").await;
    assert!(frames[0].word().starts_with("open 1"), "nothing overtakes");
    // The server's time is of the moment it was asked for, three seconds ago.
    let asked = frames.last().unwrap().int(&[1]);
    client.send(&raw::bare(49)).await;
    assert_eq!(client.frames_until("message 49").await.last().unwrap().int(&[1]), asked + 3);
}

#[tokio::test]
async fn an_execution_may_come_twice() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"reply": "execution", "order_ref": "a"}, "do": "duplicate"})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&filling()).await;
    let frames = client.frames_until("commission").await;
    let executions: Vec<_> = frames.iter().filter(|f| f.msg_id == 11).collect();
    assert!(executions.len() == 2 && executions[0] == executions[1]);
    assert_eq!(ledger(&venue).await[0]["executions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_status_may_be_lost_and_the_next_one_arrive() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"reply": "order_status", "order_ref": "a"}, "do": "lose_reply"})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&resting()).await;
    let first = client.so_far().await;
    client.send(&raw::bare(5)).await;
    assert_eq!(count(&client.until("open orders end").await, "status 1"), 1, "after {first:?}");
}

#[tokio::test]
async fn an_execution_may_arrive_after_its_commission() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"reply": "execution"}, "do": {"reorder": {"behind": 3}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&filling()).await;
    let words = client.until("execution 1").await;
    assert_eq!(count(&words, "commission"), 1, "{words:?}");
    assert_eq!(count(&words, "status 1 Filled"), 1, "{words:?}");
}

#[tokio::test]
async fn a_corrupt_frame_is_what_the_client_reads_and_not_what_happened() {
    for how in ["length", "body", "truncate"] {
        let venue = start(stepped()).await;
        let mut whole = Raw::connect(&venue, 1).await;
        whole.send(&resting()).await;
        let intact = whole.frames_until("status 1 Submitted").await;
        let venue = start(stepped()).await;
        fault(&venue, json!({"when": {"reply": "open_order"}, "do": {"corrupt": how}})).await;
        let mut client = Raw::connect(&venue, 1).await;
        client.send(&resting()).await;
        let bytes = client.bytes_of_first(intact[0].body.len() + 8).await;
        let sound = [
            &u32::try_from(intact[0].body.len() + 4).unwrap().to_be_bytes()[..],
            &205_i32.to_be_bytes(),
            &intact[0].body,
        ]
        .concat();
        assert_ne!(bytes, sound, "{how}");
        match how {
            "length" => assert!(bytes[0] == 0x7f && bytes[1..] == sound[1..], "{how}"),
            "body" => assert!(bytes.len() == sound.len() && bytes[..4] == sound[..4], "{how}"),
            _ => assert!(bytes.len() < sound.len() && sound.starts_with(&bytes), "{how}"),
        }
        assert_eq!(ledger(&venue).await.len(), 1, "{how}");
    }
}

//! A Gateway in trouble: cut off, restarted, logged out, dumb, and its data with it.

use serde_json::json;
use venue::Venue;

use crate::raw::{self, limit_order, market_order};
use crate::raw_client::Raw;
use crate::support::{fault, get, no_fault, post, start, step, stepped, within};

fn has(words: &[String], wanted: &str) -> bool {
    words.iter().any(|w| w == wanted)
}

fn ticks(words: &[String]) -> usize {
    words.iter().filter(|w| *w == "message 1" || *w == "message 2").count()
}

/// A client that streams AAPL as request 5.
async fn streaming(venue: &Venue, client_id: i32) -> Raw {
    let mut client = Raw::connect(venue, client_id).await;
    client.send(&raw::about(1, 5, "AAPL")).await;
    assert!(ticks(&client.so_far().await) > 0);
    client
}

async fn move_price(venue: &Venue, price: &str) {
    let (status, answer) = post(venue, "/price", &json!({"symbol": "AAPL", "price": price})).await;
    assert_eq!(status, 200, "{answer}");
}

/// The ids of executions that a client is told of when it asks.
async fn executions(client: &mut Raw) -> Vec<i64> {
    client.send(&raw::of_req_id(7, 90)).await;
    let frames = client.frames_until("executions end").await;
    frames.iter().filter(|f| f.msg_id == 11).map(|f| f.int(&[3, 1])).collect()
}

#[tokio::test]
async fn a_fill_while_cut_off_is_never_reported_and_seen_only_by_asking_for_executions() {
    let venue = start(stepped()).await;
    let mut client = streaming(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 100.0, "a"))).await;
    client.until("status 1 Submitted").await;
    let id = fault(&venue, json!({"do": {"connectivity_lost": {}}})).await;
    client.until("error -1 1100").await;
    move_price(&venue, "90").await;
    step(&venue, "PT10S").await;
    assert_eq!(get(&venue, "/ledger").await[0]["status"], "Filled");
    assert_eq!(client.so_far().await, [""; 0], "the Gateway itself still answers the time");
    no_fault(&venue, id).await;
    client.until("error -1 1102").await;
    step(&venue, "PT1S").await;
    let words = client.so_far().await;
    assert!(ticks(&words) > 0, "subscriptions go on: {words:?}");
    assert!(!words.iter().any(|w| w.starts_with("status") || w.starts_with("execution")), "{words:?}");
    assert_eq!(executions(&mut client).await, [1]);
}

#[tokio::test]
async fn what_is_asked_while_cut_off_is_answered_afterwards() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    fault(&venue, json!({"do": {"connectivity_lost": {"for": "PT1M"}}})).await;
    client.send(&raw::about(9, 3, "AAPL")).await;
    assert_eq!(client.so_far().await, ["error -1 1100"]);
    step(&venue, "PT1M").await;
    client.until("error -1 1102").await;
    client.until("message 52").await;
}

#[tokio::test]
async fn after_1101_market_data_have_to_be_asked_for_again() {
    let venue = start(stepped()).await;
    let mut client = streaming(&venue, 1).await;
    let lost = json!({"do": {"connectivity_lost": {"for": "PT5S", "restored": "data_lost"}}});
    fault(&venue, lost).await;
    step(&venue, "PT5S").await;
    client.until("error -1 1101").await;
    move_price(&venue, "200").await;
    step(&venue, "PT5S").await;
    assert_eq!(ticks(&client.so_far().await), 0);
    client.send(&raw::about(1, 5, "AAPL")).await;
    assert!(ticks(&client.so_far().await) > 0);
}

#[tokio::test]
async fn a_broken_farm_says_so_holds_its_requests_and_comes_back() {
    let cases = [("market_data", 2103, 2104), ("historical", 2105, 2106), ("contracts", 2157, 2158)];
    for (farm, broken, ok) in cases {
        let venue = start(stepped()).await;
        let mut client = streaming(&venue, 1).await;
        fault(&venue, json!({"do": {"farm_outage": {"farm": farm, "for": "PT1M"}}})).await;
        client.until(&format!("error -1 {broken}")).await;
        client.send(&raw::about(9, 3, "AAPL")).await;
        move_price(&venue, "200").await;
        step(&venue, "PT30S").await;
        let words = client.so_far().await;
        assert_eq!(ticks(&words) == 0, farm == "market_data", "{farm}: {words:?}");
        assert_eq!(has(&words, "message 52"), farm != "contracts", "{farm}: {words:?}");
        step(&venue, "PT30S").await;
        client.until(&format!("error -1 {ok}")).await;
        step(&venue, "PT1S").await;
        let words = client.so_far().await;
        assert!(ticks(&words) > 0, "{farm}: {words:?}");
        assert_eq!(has(&words, "message 52"), farm == "contracts", "{farm}: {words:?}");
    }
}

#[tokio::test]
async fn an_inactive_farm_is_a_notice_and_nothing_else() {
    for (farm, code) in [("market_data", 2108), ("historical", 2107)] {
        let venue = start(stepped()).await;
        let mut client = streaming(&venue, 1).await;
        fault(&venue, json!({"do": {"farm_inactive": {"farm": farm}}})).await;
        client.until(&format!("error -1 {code}")).await;
        move_price(&venue, "200").await;
        assert!(ticks(&client.so_far().await) > 0);
    }
}

#[tokio::test]
async fn a_competing_session_takes_the_live_data_and_gives_them_back() {
    let venue = start(stepped()).await;
    let mut client = streaming(&venue, 1).await;
    let id = fault(&venue, json!({"do": {"competing_session": {}}})).await;
    client.until("error 5 10197").await;
    client.send(&raw::about(1, 6, "MSFT")).await;
    client.until("error 6 10197").await;
    move_price(&venue, "200").await;
    step(&venue, "PT5S").await;
    assert_eq!(ticks(&client.so_far().await), 0);
    no_fault(&venue, id).await;
    step(&venue, "PT1S").await;
    let frames = client.frames_so_far().await;
    for req_id in [5, 6] {
        assert!(frames.iter().any(|f| f.msg_id == 1 && f.int(&[1]) == req_id), "{req_id}");
    }
}

#[tokio::test]
async fn a_restart_loses_late_orders_without_an_error_and_issues_their_ids_again() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "kept"))).await;
    client.until("status 1 Submitted").await;
    fault(&venue, json!({"do": {"restart": {"losing": "PT2S", "down": "PT30S"}}})).await;
    client.send(&raw::place(2, "AAPL", &limit_order("BUY", "1", 10.0, "lost"))).await;
    // The Gateway has seen the id, and says nothing about the order.
    client.send(&raw::bare(8)).await;
    assert_eq!(client.until("next 3").await, ["next 3"]);
    step(&venue, "PT2S").await;
    assert_eq!(client.rest().await, [""; 0]);
    assert!(Raw::greet(venue.tws_addr()).await.is_none(), "nobody is let in");
    step(&venue, "PT30S").await;
    let mut again = Raw::begin(&venue, 1).await;
    again.until("next 2").await;
    let ledger = get(&venue, "/ledger").await;
    assert_eq!(ledger.as_array().unwrap().len(), 1);
    assert_eq!(ledger[0]["order_ref"], "kept");
}

#[tokio::test]
async fn the_order_that_meets_a_restart_is_lost_with_it() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"when": {"message": "place_order", "nth": 2}, "do": {"restart": {}}})).await;
    let mut client = Raw::connect(&venue, 1).await;
    for (id, name) in [(1, "kept"), (2, "lost")] {
        client.send(&raw::place(id, "AAPL", &limit_order("BUY", "1", 10.0, name))).await;
    }
    let words = client.rest().await;
    assert!(has(&words, "status 1 Submitted") && !words.iter().any(|w| w.contains(" 2 ")), "{words:?}");
    Raw::begin(&venue, 1).await.until("next 2").await;
}

#[tokio::test]
async fn a_weekly_log_out_lets_nobody_in_until_it_is_over() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    let id = fault(&venue, json!({"do": {"log_out": {}}})).await;
    assert_eq!(client.rest().await, [""; 0]);
    assert!(Raw::greet(venue.tws_addr()).await.is_none());
    no_fault(&venue, id).await;
    Raw::connect(&venue, 1).await;
}

#[tokio::test]
async fn a_gateway_may_accept_a_connection_and_never_answer() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    let id = fault(&venue, json!({"do": {"never_answers": {}}})).await;
    let dumb = Raw::open(venue.tws_addr()).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "unheard"))).await;
    client.send(&raw::bare(49)).await;
    // The venue has read both when the control API answers behind them.
    within("both to be read", async { while get(&venue, "/connections").await[0]["messages_in"] != 3 {} }).await;
    assert!(get(&venue, "/ledger").await.as_array().unwrap().is_empty());
    no_fault(&venue, id).await;
    assert_eq!(client.so_far().await, [""; 0]);
    assert!(dumb.said_nothing(), "no greeting ever came");
}

#[tokio::test]
async fn a_client_id_stays_occupied_for_a_while() {
    let venue = start(stepped()).await;
    fault(&venue, json!({"do": {"client_id_lingers": {"by": "PT30S"}}})).await;
    drop(Raw::connect(&venue, 1).await);
    within("the end of the session", async { while get(&venue, "/connections").await != json!([]) {} }).await;
    let mut refused = Raw::begin(&venue, 1).await;
    assert_eq!(refused.rest().await, ["error -1 326"]);
    Raw::connect(&venue, 2).await;
    step(&venue, "PT30S").await;
    Raw::connect(&venue, 1).await;
}

#[tokio::test]
async fn a_halted_symbol_fills_nothing_until_it_trades_again() {
    let venue = start(stepped()).await;
    let mut client = streaming(&venue, 1).await;
    fault(&venue, json!({"do": {"halt": {"symbol": "AAPL", "for": "PT10M"}}})).await;
    let halted = client.frames_so_far().await;
    assert!(halted.iter().any(|f| f.msg_id == 45 && f.int(&[2]) == 49 && f.double(&[3]) > 0.5));
    client.send(&raw::place(1, "AAPL", &market_order("BUY", "1", "a"))).await;
    client.send(&raw::place(2, "MSFT", &market_order("BUY", "1", "b"))).await;
    client.until("status 2 Filled").await;
    step(&venue, "PT9M").await;
    let words = client.so_far().await;
    assert!(!has(&words, "execution 1"), "{words:?}");
    assert_eq!(get(&venue, "/state").await["halted"], json!(["AAPL"]));
    step(&venue, "PT2M").await;
    client.until("status 1 Filled").await;
}

#[tokio::test]
async fn frozen_data_stand_still_while_the_market_goes_on() {
    let venue = start(stepped()).await;
    let mut client = streaming(&venue, 1).await;
    client.send(&raw::about(1, 6, "MSFT")).await;
    client.so_far().await;
    fault(&venue, json!({"do": {"freeze_data": {"symbol": "AAPL", "for": "PT1M"}}})).await;
    // AAPL was subscribed to before there was any fault: it counts all the same.
    move_price(&venue, "200").await;
    step(&venue, "PT30S").await;
    let of = |frames: &[raw::Frame], req_id| frames.iter().filter(|f| f.msg_id == 1 && f.int(&[1]) == req_id).count();
    let frames = client.frames_so_far().await;
    assert!(of(&frames, 5) == 0 && of(&frames, 6) > 0);
    step(&venue, "PT31S").await;
    let frames = client.frames_so_far().await;
    let last = frames.iter().rfind(|f| f.msg_id == 1 && f.int(&[1]) == 5 && f.int(&[2]) == 1);
    assert!(last.is_some_and(|f| f.double(&[3]) > 150.0), "the price it has now");
}

#[tokio::test]
async fn a_script_moves_a_price_and_drops_connections_at_their_times() {
    let script = "[[fault]]\nwhen = { at = \"2022-06-01T08:10:00Z\" }\n\
                  do = { move_price = { symbol = \"AAPL\", price = \"50\" } }\n\
                  [[fault]]\nwhen = { after = \"PT20M\" }\ndo = \"drop_connections\"\n";
    let faults = Some(venue::FaultScript::parse(script).unwrap());
    let venue = start(venue::VenueConfig { faults, ..stepped() }).await;
    let mut client = streaming(&venue, 1).await;
    // One step passes both: each happens at its own instant.
    step(&venue, "PT1H").await;
    let words = client.rest().await;
    assert!(ticks(&words) > 0, "{words:?}");
    let fired: Vec<_> = get(&venue, "/faults")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["state"].clone(), f["fired"].clone()))
        .collect();
    assert_eq!(fired, [(json!("over"), json!(1)), (json!("over"), json!(1))]);
}

//! The control API.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::raw::{self, limit_order};
use crate::raw_client::Raw;
use crate::support::{connect, get, hello, http, post, remove, start, start_api, stepped, within};

#[tokio::test]
async fn health_ledger_and_state_answer_from_the_start() {
    let venue = start(stepped()).await;
    assert_eq!(get(&venue, "/healthz").await["status"], "ok");
    assert_eq!(get(&venue, "/ledger").await, json!([]));
    assert!(get(&venue, "/state").await.is_object());
}

#[tokio::test]
async fn a_stepped_clock_goes_forward_and_never_back() {
    let venue = start(stepped()).await;
    let (status, body) = post(&venue, "/clock/step", &json!({"to": "2022-06-01T14:00:00Z"})).await;
    assert_eq!((status, &body["venue_time"]), (200, &json!("2022-06-01T14:00:00Z")));
    let (status, body) = post(&venue, "/clock/step", &json!({"by": "PT90S"})).await;
    assert_eq!((status, &body["venue_time"]), (200, &json!("2022-06-01T14:01:30Z")));
    let (status, body) = post(&venue, "/clock/step", &json!({"to": "2022-06-01T14:00:00Z"})).await;
    assert_eq!((status, &body["code"]), (409, &json!("clock_not_steppable")));
    assert_eq!(get(&venue, "/healthz").await["venue_time"], "2022-06-01T14:01:30Z");
}

#[tokio::test]
async fn a_real_clock_cannot_be_stepped() {
    let venue = start(venue::VenueConfig::default()).await;
    let (status, _) = post(&venue, "/clock/step", &json!({"by": "PT1S"})).await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_with_a_problem() {
    let venue = start(stepped()).await;
    let cases = [
        ("/clock/step", json!({})),
        ("/clock/step", json!({"to": "2022-06-01T14:00:00Z", "by": "PT1S"})),
        ("/clock/step", json!({"by": "soon"})),
        ("/clock/step", json!({"by": "PT1S", "extra": 1})),
        ("/price", json!({"symbol": "AAPL"})),
        ("/price", json!({"symbol": "AAPL", "price": "-1"})),
        ("/price", json!({"symbol": "AAPL", "price": "NaN"})),
        ("/price", json!({"symbol": "NOSUCH", "price": "10"})),
    ];
    for (path, body) in cases {
        let (status, answer) = post(&venue, path, &body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("invalid_request")), "{path} {body}");
    }
    let (status, answer) = post(&venue, "/nowhere", &json!({})).await;
    assert_eq!((status, &answer["code"]), (404, &json!("not_found")));
    let (status, answer) = post(&venue, "/ledger", &json!({})).await;
    assert_eq!((status, &answer["code"]), (405, &json!("method_not_allowed")));
}

#[tokio::test]
async fn only_this_machine_and_no_web_page_is_served() {
    let venue = start(stepped()).await;
    let url = format!("http://{}/ledger", venue.control_addr());
    let client = http();
    let cases = [
        ("host", "evil.example"),
        ("host", "127.0.0.1.evil.example:80"),
        ("host", "127.0.0.1:1"),
        ("origin", "http://localhost"),
    ];
    for (name, value) in cases {
        let answer = client.get(&url).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    let local =
        client.get(&url).header("host", format!("localhost:{}", venue.control_addr().port())).send().await.unwrap();
    assert_eq!(local.status(), 200);
}

#[tokio::test]
async fn dropped_connections_are_closed_and_can_come_back() {
    let venue = start(stepped()).await;
    let session = [hello("v213..226"), start_api(1)].concat();
    let mut socket = TcpStream::connect(venue.tws_addr()).await.unwrap();
    socket.write_all(&session).await.unwrap();
    let mut buffer = vec![0; 4_096];
    // The greeting, then what follows `startApi`: from here on the session is there.
    let mut seen = 0;
    within("the session", async {
        while seen < 60 {
            seen += socket.read(&mut buffer).await.unwrap();
        }
    })
    .await;
    let (status, body) = post(&venue, "/connections/drop", &json!({})).await;
    assert_eq!((status, &body["dropped"]), (200, &json!(1)));
    within("the connection to be closed", async { while socket.read(&mut buffer).await.is_ok_and(|n| n > 0) {} }).await;
    let client = connect(&venue, 2).await;
    assert_eq!(client.managed_accounts().await.unwrap(), ["DUV0000001"]);
}

#[tokio::test]
async fn state_shows_books_orders_and_connections_with_what_passed_over_them() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 7).await;
    client.send(&raw::about(1, 5, "AAPL")).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "3", 10.0, "<b>mine</b>"))).await;
    client.until("status 1 Submitted").await;
    let state = get(&venue, "/state").await;
    let connection = &state["connections"][0];
    assert_eq!((&connection["client_id"], &connection["messages_in"]), (&json!(7), &json!(3)));
    assert_eq!(connection["subscriptions"], json!(["ticks 5 AAPL"]));
    assert!(connection["messages_out"].as_u64().unwrap() > 5 && connection["server_version"] == 226);
    let book = &state["books"][0];
    assert_eq!((&book["symbol"], &book["buys"]), (&json!("AAPL"), &json!(1)));
    assert!(book["bid"].is_string());
    assert_eq!((&state["working_orders"][0]["order_ref"], &state["clock"]), (&json!("<b>mine</b>"), &json!("stepped")));

    let page = http().get(format!("http://{}/", venue.control_addr())).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let page = page.text().await.unwrap();
    assert!(policy.starts_with("default-src 'none'") && page.starts_with("<!doctype html>"), "{policy}");
    assert!(page.contains("&lt;b&gt;mine") && !page.contains("<b>mine"), "{page}");
}

#[tokio::test]
async fn the_ledger_can_be_asked_for_some_orders_only() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 7).await;
    for (id, symbol, order_ref) in [(1, "AAPL", "a"), (2, "MSFT", "b"), (3, "AAPL", "c")] {
        client.send(&raw::place(id, symbol, &limit_order("BUY", "1", 10.0, order_ref))).await;
    }
    client.send(&raw::cancel(3)).await;
    client.until("error 3 202").await;
    let cases = [
        ("symbol=AAPL", vec!["a", "c"]),
        ("symbol=AAPL&status=Cancelled", vec!["c"]),
        ("order_ref=b", vec!["b"]),
        ("client_id=8", vec![]),
        ("client_id=7&order_id=2", vec!["b"]),
        ("since=2022-06-02T00:00:00Z", vec![]),
    ];
    for (query, expected) in cases {
        let ledger = get(&venue, &format!("/ledger?{query}")).await;
        let refs: Vec<_> = ledger.as_array().unwrap().iter().map(|o| o["order_ref"].as_str().unwrap()).collect();
        assert_eq!(refs, expected, "{query}");
    }
    let wrong = http().get(format!("http://{}/ledger?symbl=AAPL", venue.control_addr())).send().await.unwrap();
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn a_fast_clock_can_be_made_faster_and_others_cannot() {
    let fast = venue::VenueConfig {
        clock: venue::ClockMode::Speed(10),
        start: Some("2022-06-01".parse().unwrap()),
        ..venue::VenueConfig::default()
    };
    let venue = start(fast).await;
    let before = get(&venue, "/clock").await;
    assert_eq!(before["mode"], "speed 10");
    assert_eq!(post(&venue, "/clock/speed", &json!({"speed": 1000})).await.0, 200);
    let after = get(&venue, "/clock").await;
    assert!(after["mode"] == "speed 1000" && after["venue_time"].as_str() >= before["venue_time"].as_str());
    assert_eq!(post(&venue, "/clock/speed", &json!({"speed": 0})).await.0, 400);
    let stepped = start(stepped()).await;
    assert_eq!(post(&stepped, "/clock/speed", &json!({"speed": 2})).await.0, 409);
}

#[tokio::test]
async fn a_symbol_can_be_halted_and_let_go_by_hand() {
    let venue = start(stepped()).await;
    assert_eq!(post(&venue, "/halt", &json!({"symbol": "AAPL", "halted": true})).await.0, 200);
    assert_eq!(get(&venue, "/state").await["halted"], json!(["AAPL"]));
    assert_eq!(post(&venue, "/halt", &json!({"symbol": "AAPL", "halted": false})).await.0, 200);
    assert_eq!(get(&venue, "/state").await["halted"], json!([]));
    assert_eq!(post(&venue, "/halt", &json!({"symbol": "NOSUCH", "halted": true})).await.0, 400);
}

#[tokio::test]
async fn a_long_step_keeps_nobody_waiting_for_its_end() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 1).await;
    client.send(&raw::place(1, "AAPL", &limit_order("BUY", "1", 10.0, "a").text(11, "GTC"))).await;
    client.until("status 1 Submitted").await;
    let far = json!({"by": "PT20H"});
    let stepping = post(&venue, "/clock/step", &far);
    let asking = async {
        loop {
            client.send(&raw::bare(49)).await;
            let told = client.frames_until("message 49").await.last().unwrap().int(&[1]);
            // Somewhere in the middle: not before it and not after it.
            if told > 1_654_070_400 {
                return told;
            }
        }
    };
    let ((status, _), told) = within("the step and an answer", async { tokio::join!(stepping, asking) }).await;
    assert_eq!(status, 200);
    assert!(told < 1_654_070_400 + 20 * 3600, "{told}");
}

#[tokio::test]
async fn what_cannot_be_borrowed_is_held_until_it_can_and_the_audit_finds_nothing() {
    let venue = start(stepped()).await;
    let mut client = Raw::connect(&venue, 7).await;
    let (status, body) = post(&venue, "/shortable", &json!({"symbol": "AAPL", "shares": 0})).await;
    assert_eq!((status, &body["shares"]), (200, &json!("0")));
    client.send(&raw::place(1, "AAPL", &limit_order("SELL", "3", 1.0, "short"))).await;
    client.until("error 1 404").await;
    assert_eq!(get(&venue, "/audit").await["executions"], json!(0));
    let (status, _) = post(&venue, "/shortable", &json!({"symbol": "AAPL", "shares": null})).await;
    assert_eq!(status, 200);
    client.until("status 1 Filled").await;
    let audit = get(&venue, "/audit").await;
    assert_eq!((&audit["executions"], &audit["violations"]), (&json!(1), &json!([])));
    for body in [json!({"symbol": "AAPL", "shares": -1}), json!({"symbol": "NOSUCH", "shares": 1})] {
        assert_eq!(post(&venue, "/shortable", &body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn an_order_can_be_entered_by_hand_and_refused_orders_are_listed_apart() {
    let venue = start(venue::VenueConfig { sessions: venue::Sessions::Always, ..venue::VenueConfig::default() }).await;
    let entered = json!({
        "symbol": "AAPL", "side": "BUY", "quantity": 5, "order_type": "LMT", "limit_price": "1.5", "order_ref": "by hand"
    });
    let (status, body) = post(&venue, "/orders", &entered).await;
    assert_eq!(status, 200, "{body}");
    let ledger = get(&venue, "/ledger").await;
    assert_eq!((&ledger[0]["perm_id"], &ledger[0]["order_ref"]), (&body["perm_id"], &json!("by hand")));
    assert_eq!(get(&venue, "/ledger/refused").await, json!([]));
    let by_hand = format!("/orders/{}", body["perm_id"]);
    assert_eq!(remove(&venue, &by_hand).await, 200);
    assert_eq!(get(&venue, "/ledger").await[0]["status"], "Cancelled");
    for gone in [by_hand.as_str(), "/orders/1", "/orders/x"] {
        assert_eq!(remove(&venue, gone).await, 404, "{gone}");
    }
    let (status, body) = post(
        &venue,
        "/orders",
        &json!({
            "symbol": "AAPL", "side": "BUY", "quantity": "0", "order_type": "MKT"
        }),
    )
    .await;
    assert_eq!((status, body["detail"].as_str().unwrap()), (400, "434: The order size cannot be zero."));
}

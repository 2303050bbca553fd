//! The control API.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{connect, get, hello, post, start, start_api, stepped, within};

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
    let client = reqwest::Client::new();
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

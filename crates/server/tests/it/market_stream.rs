//! Streams of quotes: what is sent, how often, and what is said of what is fed no more.

use crate::client::{gateway, gateway_with};
use crate::fake_desk::{Call, apple, quote};
use crate::sse::Sse;
use domain::fault::Fault;
use domain::market::Quote;
use engine::{FeedState, KeyEnd, WatchedQuote};
use serde_json::json;
use std::time::Duration;

const PATH: &str = "/api/v1/market/stream";

fn watched(state: FeedState, quote: Option<Quote>) -> WatchedQuote {
    WatchedQuote { contract: apple(), state, quote }
}

#[tokio::test(start_paused = true)]
async fn the_newest_quote_comes_at_most_so_often_and_only_when_it_changes() {
    let gateway = gateway_with(|limits| {
        (limits.streams.market_interval, limits.streams.heartbeat) = (Duration::from_secs(2), Duration::from_secs(11));
    })
    .await;
    let say = |state, quote| *gateway.desk.quotes.lock().unwrap() = vec![watched(state, quote)];
    say(FeedState::Unknown, None);
    let mut stream = Sse::open(&gateway, &format!("{PATH}?symbols=AAPL"), &[]).await;
    let began = tokio::time::Instant::now();
    let first = stream.event().await;
    assert_eq!((first.event.as_deref(), first.id), (Some("quote"), None));
    assert_eq!(
        first.data.unwrap(),
        json!({"con_id": "265598", "symbol": "AAPL", "state": "unknown", "reason": null, "quote": null})
    );
    for bid in ["100", "101", "102"] {
        say(FeedState::Fed, Some(quote(bid, "103")));
    }
    let second = stream.event().await.data.unwrap();
    assert_eq!(
        (&second["state"], &second["quote"]["bid"], &second["quote"]["data_type"]),
        (&json!("fed"), &json!("102"), &json!("delayed"))
    );
    assert!(second["quote"]["received_at"].is_string() && second["quote"]["age_ms"].is_i64());
    assert_eq!(began.elapsed().as_secs(), 2);
    let quiet = stream.next().await.unwrap();
    assert_eq!((quiet.comment.as_deref(), quiet.event), (Some("alive"), None), "the same quote is not sent again");
    say(FeedState::NotFed("no connection".to_owned()), Some(quote("102", "103")));
    let last = stream.event().await.data.unwrap();
    assert_eq!(
        (&last["state"], &last["reason"], &last["quote"]["bid"]),
        (&json!("not_fed"), &json!("no connection"), &json!("102"))
    );
    *gateway.desk.key_left.lock().unwrap() = Err(KeyEnd::Revoked);
    assert_eq!(stream.end().await["reason"], "key_revoked");
}

#[tokio::test]
async fn without_the_media_type_one_page_comes() {
    let gateway = gateway().await;
    *gateway.desk.quotes.lock().unwrap() = vec![watched(FeedState::Fed, Some(quote("100", "101")))];
    let page = gateway.get(&format!("{PATH}?symbols=AAPL&con_ids=4711,4712")).await;
    assert_eq!(
        (page.status, &page.body["items"][0]["quote"]["ask"], &page.body["next_cursor"]),
        (200, &json!("101"), &json!(null))
    );
    let asked = gateway.desk.calls();
    assert!(asked.iter().all(|call| matches!(call, Call::Quote(_))), "{asked:?}");
    assert_eq!(asked.len(), 3, "{asked:?}");
}

#[tokio::test]
async fn what_cannot_be_watched_is_refused_before_the_stream_begins() {
    let gateway = gateway_with(|limits| limits.streams.market_instruments_max = 3).await;
    let asks = [("Accept", "text/event-stream")];
    for (query, field) in [
        ("", "symbols"),
        ("?symbols=", "symbols"),
        ("?symbols=AAPL,,MSFT", "symbols"),
        ("?con_ids=x", "con_ids"),
        ("?symbols=A,B&con_ids=1,2", "symbols"),
        ("?symbol=AAPL", "symbol"),
    ] {
        let reply = gateway.ask("GET", &format!("{PATH}{query}"), &asks, "").await;
        reply.is_problem(400, "invalid_request");
        assert_eq!(reply.body["field"], field, "{query}");
    }
    let ambiguous = Fault::ContractAmbiguous { instrument: "AAPL".to_owned(), candidates: vec![apple(), apple()] };
    gateway.desk.tell(|told| told.fault = Some(ambiguous));
    let reply = gateway.ask("GET", &format!("{PATH}?symbols=AAPL"), &asks, "").await;
    reply.is_problem(400, "contract_ambiguous");
    assert_eq!(reply.body["candidates"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_end_of_the_gateway_ends_it_with_the_reason() {
    let gateway = gateway().await;
    let mut stream = Sse::open(&gateway, &format!("{PATH}?con_ids=1"), &[]).await;
    let (end, ()) = tokio::join!(stream.end(), gateway.stop());
    assert_eq!(end["reason"], "shutting_down");
}

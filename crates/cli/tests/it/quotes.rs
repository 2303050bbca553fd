//! Quotes as they come, from the simulated broker through the real binary to a reader.

use crate::sse::{Event, Sse};
use crate::support::Desktop;
use serde_json::Value;

/// Reads until an event is as wanted.
fn until(stream: &mut Sse, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let Some(Event { id, name, data }) = stream.next() else { panic!("the stream ended before {what}") };
        assert_eq!((id, name.as_deref()), (None, Some("quote")), "{data:?}");
        let data = data.unwrap();
        if wanted(&data) {
            return data;
        }
    }
}

#[test]
fn a_reader_hears_each_instrument_s_newest_quote_and_how_it_is_fed_over_the_end_of_the_broker() {
    let desktop = Desktop::new();
    let mut venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let mut stream = Sse::open(&desktop, &gateway.url, "/market/stream?symbols=AAPL&con_ids=272093", None);
    for symbol in ["AAPL", "MSFT"] {
        let fed = until(&mut stream, symbol, |said| said["symbol"] == symbol && said["state"] == "fed");
        let quote = &fed["quote"];
        assert_eq!((&quote["data_type"], &quote["symbol"]), (&"live".into(), &symbol.into()), "{fed}");
        assert!(quote["bid"].is_string() && quote["ask"].is_string(), "{fed}");
        assert!(quote["age_ms"].as_i64().is_some_and(|age| age >= 0) && quote["received_at"].is_string(), "{fed}");
    }
    venue.price("AAPL", "123.45");
    let is_near = |said: &Value| {
        let bid = said["quote"]["bid"].as_str().and_then(|bid| bid.parse::<f64>().ok());
        said["symbol"] == "AAPL" && bid.is_some_and(|bid| (120.0..127.0).contains(&bid))
    };
    let moved = until(&mut stream, "the new price", is_near);
    // One who comes later hears the newest at once, without another line to the broker.
    let mut late = Sse::open(&desktop, &gateway.url, "/market/stream?con_ids=265598", None);
    until(&mut late, "the newest", is_near);

    let port = venue.port;
    venue.running.kill();
    let away = until(&mut stream, "the end of the line", |said| said["symbol"] == "AAPL" && said["state"] == "not_fed");
    assert!(away["reason"].as_str().is_some_and(|why| !why.is_empty()), "{away}");
    assert!(away["quote"]["bid"].is_string(), "the last one that was known stays: {away}, {moved}");
    let _venue = desktop.venue(port);
    until(&mut stream, "the line again", |said| said["symbol"] == "AAPL" && said["state"] == "fed");

    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let end = loop {
        let event = stream.next().unwrap();
        if event.name.as_deref() == Some("stream_ended") {
            break event.data.unwrap();
        }
    };
    assert_eq!((&end["reason"], &end["retryable"]), (&"shutting_down".into(), &true.into()));
}

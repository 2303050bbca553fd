use super::*;
use crate::book::tests::{at, contract};

const STALE: SignedDuration = SignedDuration::from_secs(60);

fn quote(second: i64, last: &str) -> Quote {
    Quote {
        con_id: contract().con_id,
        bid: None,
        ask: None,
        last: Some(last.parse().unwrap()),
        bid_size: None,
        ask_size: None,
        last_size: None,
        volume: None,
        close: Some("180".parse().unwrap()),
        halted: None,
        shortable: None,
        data_type: DataType::Live,
        received_at: at(second),
    }
}

fn told(price: &Price, second: i64) -> (Source, Option<String>, bool) {
    let made = record(&contract(), price, STALE, at(second));
    (made.source, made.price.map(|price| price.to_string()), made.stale)
}

#[test]
fn a_price_comes_from_the_line_then_from_a_question_then_from_the_last_close() {
    let full = Price {
        line: Some(quote(0, "190")),
        snapshot: Some(quote(100, "191")),
        last_close: Some(("179".parse().unwrap(), at(-3_600))),
        ..Price::default()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(told(&full, 60), (Source::Stream, some("190"), false));
    assert_eq!(told(&full, 100), (Source::Snapshot, some("191"), false));
    // Neither is fresh: the newer one, and it is said.
    assert_eq!(told(&full, 161), (Source::Snapshot, some("191"), true));
    let line_only = Price { snapshot: None, ..full.clone() };
    assert_eq!(told(&line_only, 61), (Source::Stream, some("190"), true));
    let lost = Price { line: None, snapshot: None, line_trouble: Some("no line".to_owned()), ..full };
    assert_eq!(told(&lost, 0), (Source::LastClose, some("179"), true));
    assert_eq!(told(&Price { last_close: None, ..lost.clone() }, 0), (Source::None, None, true));
    assert_eq!(record(&contract(), &lost, STALE, at(0)).reason, some("no line"));
}

#[test]
fn a_quote_that_holds_a_close_alone_is_a_last_close() {
    let mut close = quote(0, "190");
    (close.last, close.data_type) = (None, DataType::Close);
    let price = Price { line: Some(close), ..Price::default() };
    assert_eq!(told(&price, 0), (Source::LastClose, Some("180".to_owned()), true));
}

#[test]
fn a_crossed_quote_is_no_price() {
    let mut crossed = quote(0, "190");
    (crossed.bid, crossed.ask) = (Some("191".parse().unwrap()), Some("190".parse().unwrap()));
    let price = Price { line: Some(crossed), snapshot: Some(quote(0, "190.5")), ..Price::default() };
    assert_eq!(told(&price, 0), (Source::Snapshot, Some("190.5".to_owned()), false));
}

#[test]
fn the_record_is_plain_json_with_amounts_as_texts() {
    let price = Price { line: Some(quote(0, "190.10")), ..Price::default() };
    let json = serde_json::to_value(record(&contract(), &price, STALE, at(2))).unwrap();
    assert_eq!(json["price"], "190.1");
    assert_eq!(
        (json["source"].as_str(), json["age_ms"].as_i64(), json["bid"].is_null()),
        (Some("stream"), Some(2_000), true)
    );
    assert_eq!((json["symbol"].as_str(), json["con_id"].as_str()), (Some("AAPL"), Some("265598")));
}

#[test]
fn stocks_have_their_symbol_for_a_name_and_no_symbol_leaves_the_directory() {
    let mut one = contract();
    assert_eq!(file_name(&one, false), "AAPL.json");
    assert_eq!(file_name(&one, true), "AAPL-265598.json");
    one.symbol = "BRK B".to_owned();
    assert_eq!(file_name(&one, false), "BRK_B.json");
    one.symbol = "../../etc".to_owned();
    assert_eq!(file_name(&one, false), "etc.json");
    one.symbol = "_status".to_owned();
    assert_eq!(file_name(&one, false), "status.json");
    one.symbol = "../".to_owned();
    assert_eq!(file_name(&one, false), "-265598.json");
    one.symbol = "AAPL.bars".to_owned();
    assert_eq!(file_name(&one, false), "AAPL.bars-265598.json");
    one.symbol = "X".repeat(300);
    assert_eq!(file_name(&one, false), format!("{}-265598.json", "X".repeat(64)));
    (one.symbol, one.sec_type) = ("ES".to_owned(), SecType::Fut);
    assert_eq!(file_name(&one, false), "ES-265598.json");
}

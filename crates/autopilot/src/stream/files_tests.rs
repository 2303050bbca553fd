use super::*;
use domain::stream::StreamState;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn con_id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = Files::open(dir.path()).unwrap();
    files.record("AAPL.json", &json!({"number": 0, "rest": ""})).unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let (path, is_over) = (dir.path().join("AAPL.json"), Arc::clone(&over));
    let reader = std::thread::spawn(move || {
        let mut read = 0;
        while !is_over.load(Ordering::SeqCst) || read == 0 {
            let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let number = usize::try_from(value["number"].as_u64().unwrap()).unwrap();
            assert_eq!(value["rest"].as_str().unwrap().len(), number);
            read += 1;
        }
    });
    for number in 0..500 {
        files.record("AAPL.json", &json!({"number": number, "rest": "x".repeat(number)})).unwrap();
    }
    over.store(true, Ordering::SeqCst);
    reader.join().unwrap();
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["AAPL.json"]);
}

#[test]
fn what_is_not_wanted_any_more_is_taken_away_also_what_the_runner_before_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = Files::open(dir.path()).unwrap();
    for name in ["AAPL.json", "MSFT.json"] {
        files.record(name, &json!({})).unwrap();
        files.write_history(name, con_id(1), &History::default()).unwrap();
    }
    let mut status = StreamStatus::idle(StreamState::Streaming, 1);
    let of = |file: &str| {
        json!({
            "symbol": "X", "con_id": "1", "file": file, "reasons": [], "has_line": true, "source": "stream", "stale": false,
            "data_type": null, "age_ms": null, "error": null,
        })
    };
    status.subscriptions =
        ["AAPL.json", "MSFT.json", "../keep", "_lock"].map(|file| serde_json::from_value(of(file)).unwrap()).into();
    files.status(&status).unwrap();
    std::fs::write(dir.path().join(".new-KO.json"), "half").unwrap();
    std::fs::write(dir.path().join("_lock"), "").unwrap();
    let mut files = Files::open(dir.path()).unwrap();
    files.keep_only(&BTreeSet::from(["MSFT.json".to_owned()])).unwrap();
    let mut names: Vec<String> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["MSFT.bars.json", "MSFT.json", "_lock", "_status.json"]);
}

#[test]
fn history_is_read_again_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(dir.path()).unwrap();
    let price = "190.5".parse().unwrap();
    let time = "2026-03-02T15:00:00Z".parse().unwrap();
    let bar = Bar { time, open: price, high: price, low: price, close: price, volume: None, wap: None, count: Some(3) };
    let mut history = History::default();
    history.merge([bar]);
    files.write_history("AAPL.json", con_id(1), &history).unwrap();
    assert_eq!(files.history("AAPL.json", con_id(1)), history);
    assert_eq!(files.history("AAPL.json", con_id(2)), History::default(), "those are another contract's minutes");
    assert_eq!(files.history("MSFT.json", con_id(1)), History::default());
}

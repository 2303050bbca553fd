//! Prices in files: what any program on this machine reads, while the venue comes and goes.

use crate::support::{Desktop, Gateway, PATIENCE, Venue};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A gateway that streams these into a directory of its own.
fn streaming(desktop: &Desktop, more: &str) -> (Venue, PathBuf) {
    let venue = desktop.venue(0);
    venue.price("AAPL", "190");
    venue.price("MSFT", "410");
    desktop.configure(venue.port);
    let dir = desktop.path("stream");
    desktop.append_config(&format!(
        "[stream]\ndir = \"{}\"\ninterval_ms = 100\nstale_after_s = 3600\nsnapshot_every_s = 1\n{more}",
        dir.display()
    ));
    (venue, dir)
}

fn read(path: &Path) -> Option<Value> {
    // Whole or not there: never half.
    std::fs::read(path).ok().map(|text| serde_json::from_slice(&text).unwrap())
}

/// Waits until a file is as wanted.
fn until(path: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    let mut last = None;
    while Instant::now() < deadline {
        if let Some(value) = read(path) {
            if wanted(&value) {
                return value;
            }
            last = Some(value);
        }
        std::thread::yield_now();
    }
    panic!("{} did not become as wanted; last: {last:#?}", path.display());
}

fn is_streamed(value: &Value) -> bool {
    value["source"] == "stream" && value["stale"] == false
}

fn symbols(status: &Value) -> Vec<String> {
    let all = status["subscriptions"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["symbol"].as_str().unwrap(), one["reasons"])).collect()
}

fn buys(gateway: &Gateway<'_>, symbol: &str, limit: &str, key: &str) {
    let output = gateway.ask(&format!("order submit buy 1 {symbol} --limit {limit} --key {key}"));
    assert_eq!(output.exit, 0, "{output:?}");
    gateway.until(&format!("order show {key}"), |order| order["status"] == "filled");
}

#[test]
fn prices_follow_the_market_and_say_where_they_come_from_when_it_is_gone() {
    let desktop = Desktop::new();
    let (mut venue, dir) = streaming(&desktop, "symbols = [\"AAPL\", \"MSFT\", \"NOSUCHTICKER\"]\n");
    let gateway = desktop.serve();
    let first = until(&dir.join("AAPL.json"), is_streamed);
    assert_eq!((first["symbol"].as_str(), first["schema"].as_i64()), (Some("AAPL"), Some(1)));
    assert!(!first["con_id"].is_null() && first["reason"].is_null(), "{first}");
    venue.price("AAPL", "201");
    until(&dir.join("AAPL.json"), |record| {
        let price: f64 = record["price"].as_str().unwrap_or("0").parse().unwrap();
        (price - 201.0).abs() < 1.0
    });
    // The same source for everybody: what REST quotes is what the file says.
    let status = until(&dir.join("_status.json"), |status| status["state"] == "streaming");
    assert_eq!(symbols(&status), ["AAPL [\"watch_list\"]", "MSFT [\"watch_list\"]"]);
    assert!(status["unresolved"][0].as_str().unwrap().contains("NOSUCHTICKER"), "{status}");
    assert_eq!(status["owner"]["pid"], gateway.running.pid());
    // What is held is streamed without being named.
    venue.price("KO", "60");
    buys(&gateway, "KO", "61", "k-1");
    until(&dir.join("KO.json"), is_streamed);
    let shown = gateway.until("stream status", |status| status["subscriptions"].as_array().unwrap().len() == 3);
    assert!(symbols(&shown).contains(&"KO [\"position\"]".to_owned()), "{shown}");
    // The minutes of today, out of the broker's history.
    let bars = until(&dir.join("AAPL.bars.json"), |bars| !bars["bars"].as_array().unwrap().is_empty());
    assert_eq!(bars["size"], "1m");
    venue.running.kill();
    let lost = until(&dir.join("AAPL.json"), |record| record["source"] != "stream");
    assert!(lost["reason"].as_str().unwrap().contains("connection"), "{lost}");
    let status = until(&dir.join("_status.json"), |status| status["state"] == "degraded");
    assert!(!status["subscriptions"][0]["error"].is_null(), "{status}");
    let _venue = desktop.venue(venue.port);
    until(&dir.join("AAPL.json"), is_streamed);
    until(&dir.join("_status.json"), |status| status["state"] == "streaming");
}

#[test]
fn one_runner_to_a_directory_and_a_dead_one_is_followed() {
    let (desktop, other) = (Desktop::new(), Desktop::new());
    let (venue, dir) = streaming(&desktop, "symbols = [\"AAPL\"]\n");
    let mut first = desktop.serve();
    until(&dir.join("AAPL.json"), is_streamed);
    // Another installation, on a venue of its own, with the same directory.
    let second_venue = other.venue(0);
    other.configure(second_venue.port);
    other.append_config(&format!("[stream]\ndir = \"{}\"\ninterval_ms = 100\nsymbols = [\"MSFT\"]\n", dir.display()));
    let second = other.serve();
    let status = second.until("stream status", |status| status["state"] == "locked_out");
    assert_eq!(status["owner"]["pid"], first.running.pid());
    assert!(!dir.join("MSFT.json").exists());
    first.running.kill();
    drop(first);
    second.until("stream status", |status| status["state"] == "streaming");
    until(&dir.join("MSFT.json"), is_streamed);
    // A price that nobody keeps any more is not left lying about.
    assert!(!dir.join("AAPL.json").exists());
    drop((second, venue));
}

#[test]
fn beyond_the_line_budget_prices_are_asked_for_and_say_so() {
    let desktop = Desktop::new();
    let (_venue, dir) = streaming(&desktop, "symbols = [\"AAPL\", \"MSFT\"]\nlines_max = 1\n");
    let mut gateway = desktop.serve();
    until(&dir.join("AAPL.json"), is_streamed);
    let asked = until(&dir.join("MSFT.json"), |record| record["source"] == "snapshot" && record["stale"] == false);
    assert_eq!(asked["reason"], "the line budget is used up");
    let status = gateway.json("stream status");
    assert_eq!((status["lines"].as_u64(), status["state"].as_str()), (Some(1), Some("degraded")));
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let status = read(&dir.join("_status.json")).unwrap();
    assert_eq!((status["state"].as_str(), status["owner"].is_null()), (Some("stopped"), true));
    assert_eq!(std::fs::read_to_string(dir.join("_lock")).unwrap(), "");
}

#[test]
fn where_nothing_is_named_nothing_is_streamed() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    assert_eq!(gateway.json("stream status")["state"], "off");
    assert!(!desktop.data("stream").exists());
}

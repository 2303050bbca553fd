//! `--watch`: what is shown again, because something happened.

use crate::support::{Desktop, Gateway, PATIENCE, Running};
use serde_json::{Value, json};
use std::time::Instant;

fn watch(desktop: &Desktop, gateway: &Gateway<'_>, words: &str) -> Running {
    let words: Vec<&str> = ["--url", &gateway.url].into_iter().chain(words.split_whitespace()).collect();
    desktop.start(&words)
}

/// Reads lines of JSON until one is as wanted.
fn until(shown: &Running, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let line: Value = serde_json::from_str(&shown.stdout_line("")).unwrap();
        if wanted(&line) {
            return line;
        }
    }
    panic!("never shown: {what}");
}

#[test]
fn an_order_shows_in_every_watch_as_soon_as_it_trades() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let orders = watch(&desktop, &gateway, "--json order list --watch");
    let positions = watch(&desktop, &gateway, "--json account positions --watch");
    let status = watch(&desktop, &gateway, "--json status --watch");
    until(&orders, "no orders", |page| page["items"].as_array().unwrap().is_empty());
    until(&positions, "no positions", |page| page["items"].as_array().unwrap().is_empty());
    until(&status, "ready", |status| status["ready"] == true);

    assert_eq!(gateway.ask("order submit buy 3 AAPL --key seen").exit, 0);
    until(&orders, "the fill", |page| {
        page["items"][0]["cl_ord_id"] == "seen" && page["items"][0]["status"] == "filled"
    });
    until(&positions, "the position", |page| page["items"][0]["qty"] == "3");
    until(&status, "the order", |status| status["orders_by_status"]["filled"] == 1);
}

#[test]
fn quotes_are_shown_as_they_come_as_lines_and_as_a_table() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let lines = watch(&desktop, &gateway, "--json quote AAPL --watch");
    let is_near = |fed: &Value, price: f64| {
        let bid = fed["quote"]["bid"].as_str().and_then(|bid| bid.parse::<f64>().ok());
        bid.is_some_and(|bid| (bid - price).abs() < price / 20.0)
    };
    until(&lines, "a quote", |fed| fed["state"] == "fed" && fed["quote"]["bid"].is_string());
    venue.price("AAPL", "77.00");
    until(&lines, "the new price", |fed| is_near(fed, 77.0));

    let table = watch(&desktop, &gateway, "quote AAPL MSFT --watch");
    table.stdout_line("symbol");
    let row = table.stdout_line("AAPL");
    assert!(!row.contains('\u{1b}'), "no screen is cleared where there is none: {row}");
    table.stdout_line("MSFT");

    let specified = gateway.ask("quote AAPL --watch --sec-type stk");
    assert_eq!(specified.exit, 2, "{specified:?}");
    assert!(specified.stderr.contains("--con-id"), "{specified:?}");
    assert_eq!(gateway.ask("quote NOSUCH --watch").exit, 3);
}

#[test]
fn a_watch_waits_for_a_gateway_that_is_away_and_goes_on_when_it_is_back() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let port = gateway.url.rsplit(':').next().unwrap().to_owned();
    let status = watch(&desktop, &gateway, "--json status --watch");
    let first = until(&status, "ready", |status| status["ready"] == true);
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    status.stderr_line("waiting for the gateway: ");
    let address = format!("127.0.0.1:{port}");
    let again = desktop.start_with(&[("TOLLGATE_LISTEN", &address)], &["serve"]);
    again.stderr_line("tollgate is ready at ");
    status.stderr_line("the gateway is back");
    let second = until(&status, "another start", |status| status["started_at"] != first["started_at"]);
    assert_ne!(second["lease"]["epoch"], json!(1));
}

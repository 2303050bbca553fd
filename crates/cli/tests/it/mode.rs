//! Off, paper and live cannot be confused.

use crate::support::Desktop;

#[test]
fn with_trading_off_every_gate_runs_and_nothing_is_sent() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure_as(venue.port, "off", "DUV0000001");
    let gateway = desktop.serve();
    let simulated = gateway.json("order submit buy 10 AAPL --limit 120 --key dry");
    assert_eq!((&simulated["status"], &simulated["outcome"]), (&"simulated".into(), &"simulated".into()));
    assert_eq!(gateway.ask("order submit buy 1000000 AAPL --limit 120 --key dry-2").exit, 6);
    assert_eq!(venue.order_refs().len(), 0);
}

#[test]
fn an_account_that_the_broker_does_not_name_is_refused() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure_as(venue.port, "paper", "DUV0000009");
    let running = desktop.start(&["serve"]);
    let line = running.stderr_line("tollgate listens at ");
    assert!(line.contains("not ready") && line.contains("DUV0000009"), "{line}");
    assert_eq!(venue.order_refs().len(), 0);
}

#[test]
fn the_word_live_on_a_paper_account_sends_nothing() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure_as(venue.port, "live", "DUV0000001");
    let running = desktop.start(&["serve"]);
    let url =
        running.stderr_line("tollgate ").split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
    let url = url.trim_end_matches(';');
    let refused = desktop.run(&["--url", url, "order", "submit", "buy", "1", "KO", "--limit", "10"]);
    assert!(matches!(refused.exit, 6 | 9), "{refused:?}");
    assert_eq!(venue.order_refs().len(), 0);
}

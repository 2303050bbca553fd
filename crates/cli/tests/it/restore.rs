//! The restore drill: trade, back up, trade on, lose everything, restore, look, lift, trade again.

use crate::support::{Desktop, Gateway, Venue, mode};
use std::collections::BTreeSet;

/// Fills at once and comes with its commission.
fn fill(gateway: &Gateway<'_>, qty: u32, key: &str) {
    let bought = gateway.ask(&format!("order submit buy {qty} AAPL --limit 130 --key {key}"));
    assert_eq!(bought.exit, 0, "{bought:?}");
    gateway.until(&format!("order show {key}"), |order| order["status"] == "filled");
}

fn rest(gateway: &Gateway<'_>, symbol: &str, key: &str) {
    let placed = gateway.ask(&format!("order submit buy 3 {symbol} --limit 10 --tif gtc --key {key}"));
    assert_eq!(placed.exit, 0, "{placed:?}");
    assert_eq!(gateway.json(&format!("order show {key}"))["status"], "working");
}

fn installed() -> (Desktop, Venue) {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    (desktop, venue)
}

fn back_up(desktop: &Desktop, words: &[&str]) -> String {
    let file = desktop.path("backup.tar").to_str().unwrap().to_owned();
    let words: Vec<&str> = ["--json", "backup", "--to", &file].iter().chain(words).copied().collect();
    let taken = desktop.run(&words);
    assert_eq!(taken.exit, 0, "{taken:?}");
    assert_eq!(mode(&desktop.path("backup.tar")), 0o600);
    file
}

#[test]
fn the_drill_trade_back_up_trade_on_lose_everything_restore_look_lift_and_trade_again() {
    let (desktop, venue) = installed();
    let mut gateway = desktop.serve();
    fill(&gateway, 10, "before-filled");
    rest(&gateway, "KO", "before-works");
    let file = back_up(&desktop, &[]);
    fill(&gateway, 7, "after-filled");
    rest(&gateway, "PG", "after-works");
    gateway.running.kill();
    drop(gateway);
    std::fs::remove_dir_all(desktop.path("data")).unwrap();

    let restored = desktop.run(&["--json", "restore", &file]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    let said = restored.json();
    assert!(said["lost_records"].as_u64().unwrap() > 5, "the checkpoint file knows how many: {said:#}");
    assert_eq!((said["state"].as_str(), &said["moved_aside"]), (Some("halted"), &serde_json::Value::Null));

    // Halted, and the broker shows what the journal forgot.
    let gateway = desktop.serve_unready();
    let status = gateway.until("status", |status| status["alarm"].is_string());
    assert!(status["alarm"].as_str().unwrap().contains("after-"), "{status:#}");
    assert_eq!(status["trading_states"][0]["state"], "halted", "{status:#}");
    assert_eq!(gateway.json("order show before-filled")["status"], "filled");
    assert_eq!(gateway.ask("order show after-filled").exit, 3);
    let refused = gateway.ask("order submit buy 1 KO --limit 10 --key too-early");
    assert!(refused.exit == 9 || refused.exit == 6, "{refused:?}");
    assert_eq!(venue.order_refs().len(), 4, "nothing was sent");

    // No lift while an order that nobody knows works; here it fills, at a desk its owner cancels it in TWS.
    let early = gateway.ask("kill off --reason looked");
    assert_eq!(early.exit, 2, "{early:?}");
    assert!(early.stderr.contains("after-works") && early.stderr.contains("cancel it in TWS"), "{early:?}");
    venue.price("PG", "9.50");
    gateway.until("account positions", |body| body["items"].as_array().unwrap().len() == 2);
    while gateway.ask("kill off --reason looked").exit != 0 {
        assert_eq!(gateway.json("status")["trading_states"][0]["state"], "halted");
    }
    gateway.until("status", |status| status["ready"] == true);

    // A key that the broker has seen is spent, an id that it has seen is never used again.
    for words in ["buy 7 AAPL --limit 130 --key after-filled", "buy 3 PG --limit 10 --tif gtc --key after-works"] {
        let again = gateway.ask(&format!("order submit {words}"));
        assert_eq!(again.exit, 5, "{again:?}");
    }
    // What the order that nobody knew has bought is worth something only once a look has told it.
    while gateway.ask("--json order preview buy 2 AAPL --limit 130").json()["decision"] != "approved" {
        assert_eq!(gateway.json("status")["ready"], true);
    }
    fill(&gateway, 2, "new");
    let ledger = venue.ledger();
    assert_eq!(ledger.len(), 5, "{ledger:#?}");
    let ids: BTreeSet<i64> = ledger.iter().map(|order| order["order_id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 5, "no order id twice: {ids:?}");
    assert!(ids.last().is_some_and(|id| *id > 1_000_000), "{ids:?}");
    let refs: BTreeSet<String> = venue.order_refs().into_iter().collect();
    assert_eq!(refs.len(), 5, "no reference twice: {refs:?}");
    assert_eq!(gateway.json("order show before-works")["status"], "working");
    let positions = gateway.until("account positions", |body| {
        body["items"].as_array().unwrap().iter().any(|one| one["symbol"] == "AAPL" && one["qty"] == "19")
    });
    assert!(positions["items"].as_array().unwrap().iter().any(|one| one["symbol"] == "PG" && one["qty"] == "3"));
    let tail = gateway.json("audit tail --kind restored");
    assert_eq!(tail["items"][0]["event"]["restoration"]["checkpoint"]["found"], "ahead", "{tail:#}");
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn another_machine_takes_over_with_a_backup_that_holds_the_keys() {
    let (desktop, venue) = installed();
    let mut gateway = desktop.serve();
    fill(&gateway, 10, "before-filled");
    back_up(&desktop, &["--with-keys"]);
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let key = std::fs::read(desktop.data("operator.key")).unwrap();

    let other = Desktop::new();
    other.configure(venue.port);
    std::fs::copy(desktop.path("backup.tar"), other.path("b.tar")).unwrap();
    let file = other.path("b.tar").to_str().unwrap().to_owned();
    let restored = other.run(&["restore", &file]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    assert!(restored.stdout.contains("how much nobody knows"), "{restored:?}");
    assert_eq!(std::fs::read(other.data("operator.key")).unwrap(), key);
    let gateway = other.serve();
    assert_eq!(gateway.json("order show before-filled")["status"], "filled");
    assert_eq!(gateway.ask("order submit buy 1 KO --limit 10 --key halted").exit, 6);
    assert_eq!(gateway.ask("kill off --reason looked").exit, 0);
    fill(&gateway, 2, "new");
    assert_eq!(venue.order_refs().len(), 2);
    assert_eq!(other.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn without_a_backup_a_journal_whose_end_is_lost_goes_on_halted() {
    let (desktop, venue) = installed();
    let mut gateway = desktop.serve();
    fill(&gateway, 10, "kept");
    gateway.running.kill();
    drop(gateway);
    let log = desktop.data("journal.sqlite-wal");
    let len = log.metadata().unwrap().len();
    std::fs::File::options().write(true).open(&log).unwrap().set_len(len / 8 * 7).unwrap();
    let refused = desktop.run_to_its_end(&["serve"]);
    assert!(refused.exit == 9 && refused.stderr.contains("restore --in-place"), "{refused:?}");

    let restored = desktop.run(&["--json", "restore", "--in-place"]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    let said = restored.json();
    assert!(said["lost_records"].as_u64().unwrap() > 0, "{said:#}");
    let aside = said["moved_aside"].as_str().unwrap();
    assert!(std::path::Path::new(aside).join("journal.sqlite").is_file(), "what was there is kept");
    let verified = desktop.run(&["audit", "verify"]);
    assert_eq!(verified.exit, 0, "{verified:?}");
    drop(desktop.start(&["serve"]));
    assert_eq!(venue.order_refs().len(), 1);
}

#[test]
fn a_restore_is_refused_while_a_gateway_runs_and_over_another_installation() {
    let (desktop, _venue) = installed();
    let mut gateway = desktop.serve();
    let file = back_up(&desktop, &[]);
    let again = desktop.run(&["backup", "--to", &file]);
    assert_eq!(again.exit, 5, "nothing is overwritten: {again:?}");
    let running = desktop.run(&["restore", &file]);
    assert_eq!(running.exit, 5, "{running:?}");
    assert!(running.stderr.contains(&gateway.running.pid().to_string()), "{running:?}");
    assert_eq!(gateway.running.end_with("-TERM"), 0);

    let (other, _venue) = installed();
    let mut gateway = other.serve();
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let foreign = other.run(&["restore", &file]);
    assert_eq!(foreign.exit, 5, "{foreign:?}");
    assert!(foreign.stderr.contains("belongs to installation"), "{foreign:?}");
    assert_eq!(other.run(&["audit", "verify"]).exit, 0);
    assert_eq!(other.run(&["restore", "nosuch.tar"]).exit, 3);
    std::fs::write(other.path("b.tar"), "x".repeat(2_000)).unwrap();
    assert_eq!(other.run(&["restore", other.path("b.tar").to_str().unwrap()]).exit, 9);
}

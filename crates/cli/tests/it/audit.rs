//! The journal on disk: verified without a gateway, and not to be set back.

use crate::support::Desktop;

fn copy_journal(desktop: &Desktop, from: &str, to: &str) {
    std::fs::create_dir_all(desktop.path(to)).unwrap();
    for file in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
        let (from, to) = (desktop.path(from).join(file), desktop.path(to).join(file));
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        } else if to.exists() {
            std::fs::remove_file(to).unwrap();
        }
    }
}

#[test]
fn a_journal_set_back_to_an_older_state_is_found_and_not_served() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
    copy_journal(&desktop, "data", "older");

    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key forgotten").exit, 0);
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);

    copy_journal(&desktop, "older", "data");
    let verified = desktop.run(&["audit", "verify"]);
    assert_eq!(verified.exit, 1, "{verified:?}");
    assert!(verified.stdout.contains("truncated"), "{verified:?}");
    let served = desktop.run(&["serve"]);
    assert_eq!(served.exit, 9, "{served:?}");
    assert!(served.stderr.contains("audit verify"), "{served:?}");
}

#[test]
fn the_records_can_be_read_and_filtered() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key traced").exit, 0);
    let tail = gateway.json("audit tail --order traced");
    let records = tail["items"].as_array().unwrap();
    assert!(records.iter().any(|record| record["kind"] == "order_submitting"), "{tail:#}");
    assert!(records.iter().all(|record| record["cl_ord_id"] == "traced"));
    assert_eq!(gateway.json("audit show 1")["seq"], 1);
    assert_eq!(gateway.ask("audit show 999999").exit, 3);
    assert_eq!(gateway.json("--no-input audit verify")["ok"], true);
}

#[test]
fn an_export_hides_account_numbers_unless_asked_and_overwrites_nothing() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key traced").exit, 0);
    let hidden = desktop.run(&["audit", "export"]);
    assert_eq!(hidden.exit, 0, "{hidden:?}");
    assert!(!hidden.stdout.contains("DUV0000001") && hidden.stdout.contains("REDACTED-1"));
    assert_eq!(gateway.running.end_with("-TERM"), 0);

    let file = desktop.path("export.jsonl").to_str().unwrap().to_owned();
    let words = ["audit", "export", "--with-accounts", "--to", &file];
    assert_eq!(desktop.run(&words).exit, 0);
    assert_eq!(desktop.run(&words).exit, 5, "nothing is overwritten");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("DUV0000001"));
    let mut before = "0".repeat(64);
    for (place, line) in (1..).zip(text.lines()) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((record["seq"].as_i64(), record["prev_hash"].as_str()), (Some(place), Some(before.as_str())));
        record["hash"].as_str().unwrap().clone_into(&mut before);
        assert_eq!(record["redacted"], false);
    }
}

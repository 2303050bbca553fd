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

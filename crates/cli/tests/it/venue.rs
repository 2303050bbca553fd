//! The simulated broker as a command: its state, its faults.

use crate::support::Desktop;
use std::fs::write;

#[test]
fn the_state_of_a_running_venue_is_shown_in_words_and_in_json() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    let port = venue.control.rsplit(':').next().unwrap().to_owned();
    let words = desktop.run(&["venue", "status", "--control-port", &port]);
    assert_eq!(words.exit, 0, "{words:?}");
    assert!(words.stdout.contains("DUV0000001") && words.stdout.contains("nobody is connected"), "{words:?}");
    let json = desktop.run(&["venue", "status", "--control-port", &port, "--json"]).json();
    assert_eq!(json["accounts"][0]["account"], "DUV0000001");
    assert_eq!(json["clock"], "real");
    drop(venue);
    let gone = desktop.run(&["venue", "status", "--control-port", &port]);
    assert!(gone.exit != 0 && gone.stderr.contains("no venue answers"), "{gone:?}");
}

#[test]
fn a_fault_script_is_read_or_refused_with_its_line() {
    let desktop = Desktop::new();
    let path = desktop.path("day.toml");
    let words = ["venue", "--tws-port", "0", "--control-port", "0", "--faults", path.to_str().unwrap()];
    write(&path, "[[fault]]\ndo = { halt = { symbol = \"AAPL\", untl = 1 } }\n").unwrap();
    let refused = desktop.run(&words);
    assert_eq!(refused.exit, 2, "{refused:?}");
    assert!(refused.stderr.contains("line 2") && refused.stderr.contains("symbol, for"), "{refused:?}");
    write(&path, "[[fault]]\ndo = { halt = { symbol = \"NOSUCH\" } }\n").unwrap();
    let refused = desktop.run(&words);
    assert!(refused.exit != 0 && refused.stderr.contains("NOSUCH"), "{refused:?}");
    write(&path, "[[fault]]\ndo = { halt = { symbol = \"AAPL\" } }\n").unwrap();
    let running = desktop.start(&words);
    let control = running.stdout_line("control http://");
    let port = control.rsplit(':').next().unwrap();
    let json = desktop.run(&["venue", "status", "--control-port", port, "--json"]).json();
    assert_eq!(json["halted"], serde_json::json!(["AAPL"]));
}

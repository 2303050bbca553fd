//! The guard of the real binary: what it sees, what it does, and that it does it once.

use crate::support::{Desktop, Gateway, Venue};
use serde_json::Value;

fn guarded(desktop: &Desktop, section: &str) -> Venue {
    let venue = desktop.venue(0);
    venue.price("AAPL", "190");
    desktop.configure(venue.port);
    desktop.append_config(&format!("[guard]\nevery_s = 1\nhours = \"always\"\n{section}"));
    venue
}

fn buys(gateway: &Gateway<'_>, qty: u32, key: &str) {
    let output = gateway.ask(&format!("order submit buy {qty} AAPL --limit 195 --key {key}"));
    assert_eq!(output.exit, 0, "{output:?}");
    gateway.until(&format!("order show {key}"), |order| order["status"] == "filled");
}

fn finding(report: &Value, rule: &str) -> Value {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{report}")).clone()
}

fn state(gateway: &Gateway<'_>) -> Value {
    let states = gateway.json("kill status");
    let all = states["items"].as_array().unwrap();
    all.iter().find(|one| one["state"] != "active").cloned().unwrap_or(Value::Null)
}

#[test]
fn too_much_exposure_reduces_once_and_a_human_who_resumes_is_not_stopped_again() {
    let desktop = Desktop::new();
    let _venue = guarded(&desktop, "exposure_percent_max = \"0.0001\"\n");
    let mut gateway = desktop.serve();
    let calm = gateway.until("guard show", |state| state["last"]["findings"][0]["verdict"] == "holds");
    assert_eq!(calm["rules"][0]["action"], "reduce");
    buys(&gateway, 1, "k-1");
    let broken = gateway.until("guard show", |state| state["last"]["findings"][0]["acted_at"].is_string());
    let seen = finding(&broken["last"], "exposure");
    assert_eq!((seen["verdict"].as_str(), seen["limit"].as_str()), (Some("broken"), Some("0.0001")));
    let stopped = state(&gateway);
    assert_eq!((stopped["state"].as_str(), stopped["by"].as_str()), (Some("reducing"), Some("guard")), "{stopped}");
    assert!(stopped["reason"].as_str().unwrap().starts_with("guard: exposure: "), "{stopped}");
    // It is in the journal like any other kill, and somebody is told.
    let record = gateway.json("audit tail --kind trading_state_set");
    assert_eq!(record["items"][0]["event"]["by"]["key_id"], "guard");
    gateway.until("alert list", |list| {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|alert| alert["kind"] == "guard" && alert["severity"] == "critical")
    });
    let refused = gateway.ask("order submit buy 1 AAPL --limit 195 --key k-2");
    assert_eq!(refused.exit, 6, "{refused:?}");
    // What was done is known after a crash, and to a human who asks.
    gateway.running.kill();
    drop(gateway);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("kill off --scope account --id DUV0000001 --reason looked").exit, 0);
    let asked = gateway.json("guard evaluate");
    assert_eq!(finding(&asked, "exposure")["acted_at"], seen["acted_at"]);
    assert_eq!((asked["asked_by"].as_str(), asked["outcome"].as_str()), (Some("operator"), Some("reduce")));
    assert_eq!(state(&gateway), Value::Null);
    assert_eq!(gateway.ask_as_agent("guard evaluate").exit, 0);
}

#[test]
fn a_loss_of_the_day_halts_and_cancels_what_works() {
    let desktop = Desktop::new();
    let venue = guarded(
        &desktop,
        "daily_loss_percent_max = \"0.001\"\ndaily_loss_action = \"halt\"\norder_stuck_s_max = \"3600\"\n",
    );
    let gateway = desktop.serve();
    buys(&gateway, 10, "k-1");
    let working = gateway.ask("order submit buy 1 AAPL --limit 150 --key k-2");
    assert_eq!(working.exit, 0, "{working:?}");
    venue.price("AAPL", "171");
    let broken = gateway.until("guard show", |state| {
        let all = state["last"]["findings"].as_array();
        all.is_some_and(|all| all.iter().any(|one| one["rule"] == "daily_loss" && one["acted_at"].is_string()))
    });
    assert_eq!(finding(&broken["last"], "order_stuck")["verdict"], "nothing");
    assert_eq!(state(&gateway)["state"], "halted");
    gateway.until("order show k-2", |order| order["status"] == "canceled");
}

#[test]
fn without_limits_the_guard_looks_at_nothing_and_stops_nobody() {
    let desktop = Desktop::new();
    let _venue = guarded(&desktop, "");
    let gateway = desktop.serve();
    let shown = gateway.json("guard show");
    assert_eq!((shown["awake"].as_bool(), shown["rules"].as_array().map(Vec::len)), (Some(false), Some(0)));
    let asked = gateway.json("guard evaluate");
    assert_eq!((asked["findings"].as_array().map(Vec::len), asked["outcome"].is_null()), (Some(0), true));
}

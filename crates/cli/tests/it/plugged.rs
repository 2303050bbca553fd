//! What watches beside the loop, plugged into it: its symbols are streamed, its targets are what the guard measures drift by, its runs are
//! told, and its life is looked at.

use crate::bot_api::{BotApi, TOKEN};
use crate::support::{Desktop, Gateway, Venue};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

const CHAT: i64 = 4711;
const POLICY: &str = "approval_required_for = []\nlook_alike_window_s = 0\n";

/// A loop over three stocks with everything beside it.
fn configured(venue: &Venue, api: &BotApi, signal: &str) -> Desktop {
    let desktop = Desktop::new();
    desktop.configure(venue.port);
    desktop.configure_more("policy = \"loose\"");
    std::fs::create_dir_all(desktop.data("policies")).unwrap();
    std::fs::write(desktop.data("policies/loose.toml"), POLICY).unwrap();
    let token = desktop.path("bot.token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    desktop.append_config(&format!(
        "[loop]\nuniverse = [\"AAPL\", \"KO\", \"XOM\"]\ncash_buffer = \"0.94\"\nbegin_within_s = 20\n{signal}\n\
         [stream]\ninterval_ms = 100\nstale_after_s = 3600\n\
         [guard]\nevery_s = 1\nhours = \"always\"\nposition_drift_percent_max = \"1\"\nheartbeat_s_max = \"60\"\n\
         [alerts.telegram]\ntoken_file = \"{}\"\nchats = [\"{CHAT}\"]\napi_url = \"{}\"\nseverity = \"info\"\n",
        token.display(),
        api.url
    ));
    desktop
}

fn finding(state: &Value, rule: &str) -> Value {
    let all = state["last"]["findings"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|finding| finding["rule"] == rule).unwrap_or(Value::Null)
}

fn until_found(gateway: &Gateway<'_>, rule: &str, verdict: &str) -> Value {
    finding(&gateway.until("guard show", |state| finding(state, rule)["verdict"] == verdict), rule)
}

/// Symbol and reasons of what is streamed.
fn streamed(status: &Value) -> Vec<String> {
    let all = status["subscriptions"].as_array().unwrap().iter();
    let mut lines: Vec<String> =
        all.map(|one| format!("{} {}", one["symbol"].as_str().unwrap(), one["reasons"])).collect();
    lines.sort();
    lines
}

#[test]
fn a_decision_is_streamed_measured_and_told_as_soon_as_it_is_in_force() {
    let (home, api) = (Desktop::new(), BotApi::start());
    let venue = home.venue(0);
    for (symbol, price) in [("AAPL", "190"), ("KO", "60"), ("XOM", "110")] {
        venue.price(symbol, price);
    }
    let weights = "signal = \"fixed\"\nweights = [\"AAPL=0.3\", \"KO=0.3\", \"XOM=0.3\"]";
    let desktop = configured(&venue, &api, weights);
    let gateway = desktop.serve();
    // The loop shows life, and nothing is in force.
    until_found(&gateway, "heartbeat", "holds");
    until_found(&gateway, "position_drift", "nothing");
    assert_eq!(gateway.json("stream status")["follows_decision"], false);

    assert_eq!(gateway.ask("loop run --id plugged").exit, 0);
    api.told(CHAT, "Run plugged is done");
    api.told(CHAT, "Bought ");
    let both = ["AAPL", "KO", "XOM"].map(|symbol| format!("{symbol} [\"decision\",\"position\"]"));
    let status = gateway.until("stream status", |status| streamed(status) == both);
    assert_eq!((status["follows_decision"].as_bool(), status["lines"].as_u64()), (Some(true), Some(3)));
    // Weights are parts of what is invested: six hundredths of the account.
    until_found(&gateway, "position_drift", "holds");

    venue.price("AAPL", "1900");
    let drifted = until_found(&gateway, "position_drift", "broken");
    assert_eq!(drifted["about"], "AAPL");
    api.told(CHAT, "Guard, alert: position_drift: ");
    let records = gateway.json("audit tail --kind loop");
    let judged = records["items"].as_array().unwrap().iter().map(|record| &record["event"]["event"]);
    let judged = judged.filter(|event| event["event"] == "guard_judged");
    let drift = |event: &Value| {
        let all = event["report"]["findings"].as_array().unwrap();
        all.iter()
            .any(|one| one["rule"] == "position_drift" && one["verdict"] == "broken" && one["acted_at"].is_string())
    };
    assert!(judged.clone().any(drift), "{:#?}", judged.collect::<Vec<_>>());

    api.write(CHAT, "/runs");
    api.told(CHAT, "plugged: done");
    assert_eq!(gateway.ask("loop pause --reason look").exit, 0);
    api.told(CHAT, "The loop is paused");
    assert_eq!(gateway.ask("loop resume --reason seen").exit, 0);
    api.told(CHAT, "The loop goes on");
}

#[test]
fn a_run_that_fails_is_told_with_its_reason_and_what_it_sent_is_nothing() {
    let (home, api) = (Desktop::new(), BotApi::start());
    let venue = home.venue(0);
    let desktop = configured(&venue, &api, "signal = \"command\"\ncommand = [\"/bin/sh\", \"-c\", \"exit 3\"]");
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("loop run --id bad").exit, 0);
    let text = api.told(CHAT, "Run bad failed");
    assert!(text.contains("exit status: 3"), "{text}");
    api.told(CHAT, "A decision was refused");
    api.write(CHAT, "/runs");
    api.told(CHAT, "bad: failed");
    until_found(&gateway, "position_drift", "nothing");
    assert_eq!(venue.order_refs(), Vec::<String>::new());
}

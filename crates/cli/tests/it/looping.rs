//! The loop of the real binary in front of a venue: killed on the way, two processes on one journal, signals that misbehave.

use crate::support::{Desktop, Gateway, Venue};
use serde_json::Value;
use std::cell::RefCell;

/// Orders of the loop need no human here, and slices that come within seconds are no slip of the hand.
pub(crate) const POLICY: &str = "approval_required_for = []\nlook_alike_window_s = 0\n";

/// As much of each of three, with room, so that nothing is cut to the cash.
pub(crate) const WEIGHTS: &str = "signal = \"fixed\"\nweights = [\"AAPL=0.3\", \"KO=0.3\", \"XOM=0.3\"]\n";

/// States in which a run is over.
const OVER: [&str; 5] = ["done", "partial", "failed", "blocked", "rolled_back"];

/// Three stocks, a third of seven hundredths of the account each.
pub(crate) fn configured(venue: &Venue, section: &str) -> Desktop {
    let desktop = Desktop::new();
    desktop.configure(venue.port);
    desktop.configure_more("policy = \"loose\"");
    std::fs::create_dir_all(desktop.data("policies")).unwrap();
    std::fs::write(desktop.data("policies/loose.toml"), POLICY).unwrap();
    desktop.append_config(&format!(
        "[loop]\nuniverse = [\"AAPL\", \"KO\", \"XOM\"]\ncash_buffer = \"0.94\"\nbegin_within_s = 20\n{section}"
    ));
    desktop
}

pub(crate) fn until_over(gateway: &Gateway<'_>, run: &str) -> Value {
    gateway.until(&format!("loop show {run}"), |body| OVER.contains(&body["run"]["state"].as_str().unwrap_or_default()))
}

/// The end of a run that was killed on its way, and the orders that never left. A kill between the journal and the socket
/// leaves one that the broker does not know, which nobody can prove: a person says so, and so much is not traded.
pub(crate) fn until_settled(gateway: &Gateway<'_>, run: &str) -> (Value, Vec<String>) {
    let lost = RefCell::new(Vec::new());
    let evidence = gateway.until(&format!("loop show {run}"), |body| {
        for order in body["orders"].as_array().unwrap().iter().filter(|order| order["status"] == "missing") {
            let key = order["cl_ord_id"].as_str().unwrap();
            assert_eq!(gateway.ask(&format!("order resolve {key} --reason never-left")).exit, 0, "{key}");
            lost.borrow_mut().push(key.to_owned());
        }
        OVER.contains(&body["run"]["state"].as_str().unwrap_or_default())
    });
    (evidence, lost.into_inner())
}

/// Keys of the run's orders at the venue, in the order in which they came.
pub(crate) fn keys(venue: &Venue) -> Vec<String> {
    venue.order_refs().iter().filter_map(|reference| Some(reference.rsplit_once(':')?.1.to_owned())).collect()
}

#[test]
fn control_46_hears_the_loop_and_the_runner_of_its_streams() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, WEIGHTS);
    let strict = format!("{POLICY}\n[strategy.strict]\nheartbeat_s_max = 0\n");
    std::fs::write(desktop.data("policies/loose.toml"), strict).unwrap();
    let gateway = desktop.serve();
    // Nobody shows life at every moment: whoever is silent for an instant is named.
    for part in ["loop", "stream runner"] {
        let named = format!("The {part} has shown no life");
        let mut nth = 0;
        loop {
            nth += 1;
            let key = format!("{}-{nth}", part.replace(' ', "-"));
            let told = gateway.ask(&format!("--json order submit buy 1 AAPL --limit 1 --strategy strict --key {key}"));
            let reasons = told.json()["order"]["reasons"].as_array().cloned().unwrap_or_default();
            if reasons.iter().any(|one| one["message"].as_str().unwrap_or_default().starts_with(&named)) {
                break;
            }
            assert!(nth < 50, "{part} is not heard: {told:?}");
        }
    }
}

#[test]
fn a_gateway_killed_in_the_middle_of_a_run_finishes_it_and_sends_nothing_twice() {
    let home = Desktop::new();
    let venue = home.venue(0);
    // Slices, so that the run takes long enough to be killed in.
    // Weights that leave room: nothing is cut to the cash.
    let weights = "signal = \"fixed\"\nweights = [\"AAPL=0.3\", \"KO=0.3\", \"XOM=0.3\"]\n";
    let desktop = configured(&venue, &format!("{weights}slices = 4\nslice_every_s = 1\n"));
    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("loop run --id walk").exit, 0);
    for round in 1..=3 {
        let before = keys(&venue).len();
        gateway.until("loop show walk", |body| body["run"]["state"] == "executing" || body["run"]["state"] == "done");
        gateway.running.kill();
        assert!(keys(&venue).len() >= before, "round {round}");
        gateway = desktop.serve();
    }
    let (evidence, lost) = until_settled(&gateway, "walk");
    assert_eq!(evidence["run"]["state"], if lost.is_empty() { "done" } else { "partial" }, "{:#}", evidence["run"]);
    let mut sent = keys(&venue);
    assert_eq!(sent.len(), 12 - lost.len(), "{sent:?}, and {lost:?} never left");
    sent.extend(lost.iter().cloned());
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 12, "nothing is sent twice");
    let differs = |difference: &&Value| difference["wanted"] != difference["held"];
    let differences: Vec<&Value> = evidence["differences"].as_array().unwrap().iter().filter(differs).collect();
    assert_eq!(differences.is_empty(), lost.is_empty(), "{differences:?}");
    assert_eq!(evidence["orders"].as_array().unwrap().len(), 12);
    assert!(
        evidence["records"].as_array().unwrap().iter().any(|record| record["event"]["event"]["event"] == "run_ended")
    );
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn two_processes_on_one_journal_run_a_run_once() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let weights = "signal = \"fixed\"\nweights = [\"AAPL=0.3\", \"KO=0.3\", \"XOM=0.3\"]\n";
    let desktop = configured(&venue, weights);
    desktop.configure_more("lease_silence_s = 2");
    let mut first = desktop.serve();
    let second = desktop.stand_by();
    assert_eq!(first.ask("loop run --id once").exit, 0);
    assert_eq!(second.ask("loop run --id twice").exit, 2, "the one that stands by runs no loop");
    let state = until_over(&first, "once")["run"]["state"].clone();
    assert_eq!(state, "done");
    first.running.kill();
    second.until("status", |status| status["ready"] == true);
    let told = second.until("loop status", |status| status["last"]["id"] == "once");
    assert_eq!(told["state"], "idle");
    assert_eq!(second.ask("loop run --id once").exit, 0, "the same run again");
    second.until("loop history", |history| history["items"].as_array().unwrap().len() == 1);
    let mut sent = keys(&venue);
    sent.sort();
    assert_eq!(sent, ["once.1", "once.2", "once.3"]);
}

#[test]
fn a_signal_that_misbehaves_costs_its_run_and_orders_nothing() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let cases = [
        ("sleep 1000", "took longer than 1 s"),
        ("exit 3", "exit status: 3"),
        ("echo garbage", "not JSON"),
        ("kill -SEGV $$", "signal: 11"),
        ("cat /dev/zero", "more than 262144 bytes"),
        ("cat /dev/zero >&2", "took longer than 1 s"),
        (r#"echo '{"as_of": "2026-01-01T00:00:00Z"}'"#, "targets: needed"),
        (
            r#"echo '{"as_of": "'$(date -u +%FT%TZ)'", "targets": [{"symbol": "KO", "weight": 0.7}, {"symbol": "XOM", "weight": 0.4}]}'"#,
            "add up to 1.1",
        ),
        (
            r#"echo '{"as_of": "'$(date -u +%FT%TZ)'", "targets": [{"symbol": "ENRN", "weight": 0.7}]}'"#,
            "ENRN: unknown",
        ),
        (r#"echo '{"as_of": "'$(date -u +%FT%TZ)'", "targets": [{"symbol": "KO", "qty": 1000000}]}'"#, "KO: too large"),
        (r#"echo '{"as_of": "2020-01-01T00:00:00Z", "targets": [{"symbol": "KO", "weight": 1}]}'"#, "stale"),
    ];
    let desktop =
        configured(&venue, "signal = \"command\"\ncommand = [\"/bin/sh\", \"signal.sh\"]\ncommand_timeout_s = 1\n");
    let gateway = desktop.serve();
    for (at, (script, why)) in cases.into_iter().enumerate() {
        std::fs::write(desktop.data("signal.sh"), script).unwrap();
        assert_eq!(gateway.ask(&format!("loop run --id bad-{at}")).exit, 0);
        let run = until_over(&gateway, &format!("bad-{at}"))["run"].clone();
        assert_eq!(run["state"], "failed", "{script}: {run:#}");
        assert!(run["reason"].as_str().unwrap().contains(why), "{script}: {}", run["reason"]);
    }
    assert_eq!(venue.order_refs(), Vec::<String>::new());
    assert_eq!(gateway.json("status")["ready"], true, "the gateway is none the worse");
}

#[test]
fn a_bad_proposal_is_refused_with_every_reason_and_a_good_one_is_what_a_run_goes_by() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, "");
    let gateway = desktop.serve();
    let propose = |targets: &str| {
        let file = desktop.path("decision.json");
        let now = gateway.json("loop status")["now"].as_str().unwrap().to_owned();
        std::fs::write(&file, format!("{{\"as_of\": \"{now}\", \"targets\": [{targets}]}}")).unwrap();
        gateway.ask(&format!("--json loop propose {}", file.display()))
    };
    let bad = propose(r#"{"symbol": "ENRN", "weight": "0.8"}, {"symbol": "KO", "weight": "0.8"}"#);
    assert_eq!(bad.exit, 2);
    let told = bad.stdout;
    assert!(told.contains("ENRN: unknown") && told.contains("add up to 1.6"), "{told}");
    assert_eq!(gateway.ask("loop run --id none --decision d-none").exit, 3);
    let good = propose(r#"{"symbol": "KO", "weight": "0.3"}"#).json();
    let id = good["id"].as_str().unwrap();
    let plan = gateway.json(&format!("loop plan --decision {id}"));
    let lines = plan["plan"]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert_eq!((&lines[0]["symbol"], &lines[0]["action"]), (&"KO".into(), &"buy".into()));
    assert!(venue.order_refs().is_empty(), "a look does nothing");
    assert_eq!(gateway.ask(&format!("loop run --id good --decision {id}")).exit, 0);
    assert_eq!(until_over(&gateway, "good")["run"]["state"], "done");
    assert_eq!(keys(&venue), ["good.1"]);
    assert_eq!(gateway.ask("loop pause --reason look").exit, 0);
    assert_eq!(gateway.ask("loop run --id paused").exit, 5);
    assert_eq!(gateway.ask("loop resume --reason seen").exit, 0);
}

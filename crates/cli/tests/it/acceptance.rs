//! What the loop was designed to be accepted by, end to end: the real binary in front of a venue. The table in docs/loop.md
//! names which point stands where.

use crate::live;
use crate::looping::{WEIGHTS, configured, keys, until_over, until_settled};
use crate::support::{Desktop, Gateway, Venue};
use serde_json::Value;
use std::collections::BTreeSet;

fn items(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

fn texts(values: &[Value], field: &str) -> BTreeSet<String> {
    values.iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

/// A run of three buys that is done; its evidence.
fn done(gateway: &Gateway<'_>, run: &str) -> Value {
    assert_eq!(gateway.ask(&format!("loop run --id {run}")).exit, 0);
    let evidence = until_over(gateway, run);
    assert_eq!(evidence["run"]["state"], "done", "{:#}", evidence["run"]);
    evidence
}

#[test]
fn real_orders_and_their_fills_are_written_back() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, WEIGHTS);
    let gateway = desktop.serve();
    let evidence = done(&gateway, "real");
    let orders = evidence["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 3);
    for order in orders {
        let key = order["cl_ord_id"].as_str().unwrap();
        assert_eq!((order["status"].as_str(), &order["cum_qty"]), (Some("filled"), &order["qty"]), "{key}");
        assert!(order["avg_px"].is_string() && order["perm_id"].is_string(), "{order:#}");
        assert!(!order["executions"].as_array().unwrap().is_empty(), "{key} has its trades");
    }
    // The broker's own ledger knows the same orders, and the face of executions the same trades.
    let seen: BTreeSet<String> = venue.ledger().iter().map(|order| order["perm_id"].to_string()).collect();
    let told: BTreeSet<String> = texts(orders, "perm_id");
    assert_eq!(seen.iter().map(|id| id.trim_matches('"').to_owned()).collect::<BTreeSet<_>>(), told);
    let executions = items(&gateway.json("order executions"));
    for order in orders {
        let own = texts(order["executions"].as_array().unwrap(), "exec_id");
        assert!(own.is_subset(&texts(&executions, "exec_id")), "{own:?}");
    }
    // What was wanted is what the broker says that is held.
    let positions = items(&gateway.json("account positions"));
    for line in evidence["run"]["plan"]["lines"].as_array().unwrap() {
        let held = positions.iter().find(|position| position["symbol"] == line["symbol"]).unwrap();
        assert_eq!(held["qty"], line["target"], "{line}");
    }
}

#[test]
fn prices_come_from_one_source_and_can_be_traced() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, WEIGHTS);
    let gateway = desktop.serve();
    let evidence = done(&gateway, "traced");
    let lines = evidence["run"]["plan"]["lines"].as_array().unwrap();
    for line in lines {
        let symbol = line["symbol"].as_str().unwrap();
        // Where it came from and when, on record; the same desk quotes it and exports it.
        let quote = gateway.json(&format!("quote {symbol}"));
        let quote = quote["items"].get(0).unwrap_or(&quote).clone();
        assert_eq!(line["price_source"], quote["data_type"], "{quote:#}");
        assert_eq!(line["con_id"].to_string(), quote["con_id"].as_str().unwrap());
        let (at, since) = (line["price_at"].as_str().unwrap(), evidence["run"]["executing_since"].as_str().unwrap());
        assert!(at.parse::<jiff::Timestamp>().unwrap() <= since.parse().unwrap(), "{at} {since}");
    }
    let record =
        evidence["records"].as_array().unwrap().iter().find(|one| one["event"]["event"]["event"] == "run_planned");
    let planned = &record.unwrap()["event"]["event"]["plan"]["lines"];
    assert_eq!(planned.as_array().unwrap().len(), lines.len(), "the prices lie in the journal, not beside it");
    gateway.until("stream status", |_| desktop.data("stream/KO.json").exists());
    let file: Value = serde_json::from_slice(&std::fs::read(desktop.data("stream/KO.json")).unwrap()).unwrap();
    let ko = lines.iter().find(|line| line["symbol"] == "KO").unwrap();
    assert_eq!(file["con_id"].to_string().trim_matches('"'), ko["con_id"].to_string());
    assert!(file["source"].is_string(), "{file:#}");
}

#[test]
fn a_risk_trigger_blocks_orders_and_alerts() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, WEIGHTS);
    std::fs::write(
        desktop.data("policies/loose.toml"),
        format!("{}order_notional_max = 1000\n", crate::looping::POLICY),
    )
    .unwrap();
    let gateway = desktop.serve();
    // A limit: every order is refused, and the run says by what.
    assert_eq!(gateway.ask("loop run --id limited").exit, 0);
    let run = until_over(&gateway, "limited")["run"].clone();
    assert_eq!(run["state"], "failed", "{run:#}");
    assert!(run["reason"].as_str().unwrap().contains("C14_MAX_NOTIONAL"), "{}", run["reason"]);
    // A kill: no run begins.
    assert_eq!(gateway.ask("kill on --reason drill").exit, 0);
    assert_eq!(gateway.ask("loop run --id killed").exit, 0);
    let run = until_over(&gateway, "killed")["run"].clone();
    assert_eq!(run["state"], "blocked", "{run:#}");
    assert!(run["reason"].as_str().unwrap().contains("trading is halted"), "{}", run["reason"]);
    assert_eq!(venue.order_refs(), Vec::<String>::new());
    for kind in ["order_denied", "risk", "run"] {
        gateway.until("alert list", |list| items(list).iter().any(|alert| alert["kind"] == kind));
    }
}

#[test]
fn runs_orders_and_fills_leave_a_whole_trail() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = configured(&venue, WEIGHTS);
    let mut gateway = desktop.serve();
    let evidence = done(&gateway, "trail");
    let records = evidence["records"].as_array().unwrap();
    let loop_words: Vec<&str> = records
        .iter()
        .filter_map(|record| record["event"]["event"]["event"].as_str())
        .filter(|word| word.starts_with("run_"))
        .collect();
    // Who asked for it stands under the request's own correlation id; that and when it was asked, the run tells.
    assert_eq!(loop_words, ["run_checking", "run_decided", "run_planned", "run_ended"]);
    assert_eq!(evidence["run"]["moves"][0]["state"], "queued", "{:#}", evidence["run"]["moves"]);
    for key in keys(&venue) {
        let of = |record: &&Value| record.to_string().contains(&format!("\"{key}\""));
        let kinds: Vec<&str> = records.iter().filter(of).filter_map(|record| record["kind"].as_str()).collect();
        assert!(kinds.contains(&"order_submitting"), "{key}: {kinds:?}");
        assert!(
            kinds.iter().filter(|kind| **kind == "order").count() >= 2,
            "{key}: acknowledged and traded: {kinds:?}"
        );
    }
    let places: Vec<u64> = records.iter().map(|record| record["seq"].as_u64().unwrap()).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "each once, in order: {places:?}");
    // Decision, data, gates, what was wanted and what is held.
    assert_eq!(evidence["decision"]["data_hash"].as_str().unwrap().len(), 64);
    let passed = records.iter().find_map(|record| record["event"]["gates_passed"].as_array());
    assert!(passed.is_some_and(|gates| gates.len() > 20), "{passed:?}");
    for difference in evidence["differences"].as_array().unwrap() {
        assert_eq!(difference["wanted"], difference["held"], "{difference}");
    }
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

/// The built-in rule about agents' keys counts, and no mandate was granted.
fn asking(venue: &Venue) -> Desktop {
    let desktop = configured(venue, WEIGHTS);
    std::fs::write(desktop.data("policies/loose.toml"), "look_alike_window_s = 0\n").unwrap();
    desktop
}

fn question(gateway: &Gateway<'_>, run: &str) -> String {
    let shown = gateway.until(&format!("loop show {run}"), |body| body["run"]["approval_id"].is_string());
    assert_eq!(shown["run"]["state"], "checking");
    assert!(shown["run"]["reason"].as_str().unwrap().starts_with("awaits approval "), "{}", shown["run"]["reason"]);
    shown["run"]["approval_id"].as_str().unwrap().to_owned()
}

#[test]
fn one_yes_to_a_plan_lets_each_of_its_orders_leave_once_over_a_crash() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = asking(&venue);
    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("loop run --id asked").exit, 0);
    let id = question(&gateway, "asked");
    let list = items(&gateway.json("approval list"));
    assert_eq!(list.len(), 1, "{list:#?}");
    assert_eq!(
        (&list[0]["id"], &list[0]["run_id"], &list[0]["bounds"]),
        (&id.as_str().into(), &"asked".into(), &Value::Null)
    );
    assert_eq!(list[0]["plan"]["parts"].as_array().unwrap().len(), 3);
    assert_eq!(gateway.json("status")["pending_approvals"], 1);
    gateway.running.kill();
    let mut gateway = desktop.serve();
    // No agent answers, neither the loop's own key nor another one.
    for file in ["agent.key", "loop.key"] {
        let key = desktop.data(file).display().to_string();
        for words in [format!("approve {id}"), format!("deny {id} --reason no")] {
            assert_eq!(gateway.ask(&format!("--key-file {key} approval {words}")).exit, 4, "{file} {words}");
        }
    }
    assert_eq!(venue.order_refs(), Vec::<String>::new());
    let shown = gateway.ask(&format!("approval show {id}"));
    assert!(shown.stdout.contains("plan of run") && shown.stdout.contains("KO"), "{}", shown.stdout);
    let yes = gateway.json(&format!("approval approve {id} --reason friday"));
    assert_eq!((&yes["status"], &yes["decided_by"]), (&"approved".into(), &"operator".into()));
    gateway.running.kill();
    let gateway = desktop.serve();
    // What the kill caught between journal and socket never left, and a person says so.
    let (evidence, lost) = until_settled(&gateway, "asked");
    assert_eq!(evidence["run"]["state"] == "done", lost.is_empty(), "{:#}", evidence["run"]);
    let mut all: Vec<String> = keys(&venue).into_iter().chain(lost).collect();
    all.sort();
    assert_eq!(all, ["asked.1", "asked.2", "asked.3"], "each once");
    assert_eq!(gateway.json(&format!("approval show {id}"))["status"], "consumed");
    assert_eq!(gateway.ask(&format!("approval approve {id}")).exit, 5, "an answer is given once");
}

#[test]
fn a_plan_that_is_denied_blocks_its_run_and_orders_nothing() {
    let home = Desktop::new();
    let venue = home.venue(0);
    let desktop = asking(&venue);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("loop run --id denied").exit, 0);
    let id = question(&gateway, "denied");
    assert_eq!(gateway.json(&format!("approval deny {id} --reason not-this-week"))["status"], "denied");
    let run = until_over(&gateway, "denied")["run"].clone();
    assert_eq!(run["state"], "blocked");
    assert!(run["reason"].as_str().unwrap().contains("is denied by operator: not-this-week"), "{}", run["reason"]);
    assert_eq!(venue.order_refs(), Vec::<String>::new());
    gateway.until("alert list", |list| items(list).iter().any(|alert| alert["kind"] == "approval"));
}

/// An approval stands for no arming, and an arming for no approval.
#[test]
fn in_live_a_plan_leaves_behind_an_arming_and_a_yes_and_behind_nothing_less() {
    let desktop = Desktop::new();
    live::rehearse(&desktop);
    let venue = desktop.live_like_venue();
    live::configure(&desktop, venue.port, "live", live::LIVE);
    let section = "signal = \"fixed\"\nweights = [\"KO=1\"]\ncash_buffer = \"0.99\"\nbegin_within_s = 3\n";
    desktop.append_config(&format!("[loop]\nuniverse = [\"KO\"]\n{section}"));
    std::fs::write(desktop.path("live.yes"), "").unwrap();
    let gateway = desktop.serve();
    live::make_trader(&desktop, &gateway);
    let trader = desktop.path("trader.key").display().to_string();
    let begin = |run: &str| gateway.ask(&format!("--key-file {trader} loop run --id {run}"));
    assert_eq!(gateway.ask("loop run --id operator").exit, 4, "the operator's key may not trade live");
    assert_eq!(begin("unarmed").exit, 0);
    let run = until_over(&gateway, "unarmed")["run"].clone();
    assert_eq!(run["state"], "blocked");
    assert!(run["reason"].as_str().unwrap().contains("Live trading is not armed"), "{}", run["reason"]);
    assert_eq!(gateway.ask(&format!("live arm {} --reason monday", live::LIVE)).exit, 0);
    assert_eq!(begin("armed").exit, 0);
    let id = question(&gateway, "armed");
    assert_eq!(venue.order_refs(), Vec::<String>::new());
    assert_eq!(gateway.ask(&format!("approval approve {id}")).exit, 0);
    let run = until_over(&gateway, "armed")["run"].clone();
    assert_eq!(run["state"], "done", "{run:#}");
    assert_eq!(keys(&venue), ["armed.1"]);
}

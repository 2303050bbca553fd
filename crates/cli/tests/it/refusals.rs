//! Exit codes, and words that help.

use crate::support::Desktop;

#[test]
fn without_a_gateway_a_client_says_how_to_start_one() {
    let desktop = Desktop::new();
    desktop.configure(1);
    desktop.run(&["kill", "on"]);
    std::fs::write(desktop.data("operator.key"), "tg_0\n").unwrap();
    let output = desktop.run(&["--url", "http://127.0.0.1:1", "status"]);
    assert_eq!(output.exit, 9);
    assert!(output.stderr.contains("tollgate serve"), "{output:?}");
    assert_eq!(output.stdout, "");
}

#[test]
fn the_kill_file_is_made_without_a_gateway_and_stops_the_next_one() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let killed = desktop.run(&["kill", "on", "--reason", "alarm"]);
    assert_eq!(killed.exit, 0, "{killed:?}");
    assert!(killed.stdout.contains("KILL"), "{killed:?}");
    let gateway = desktop.serve();
    let refused = gateway.ask("order submit buy 1 KO --limit 10");
    assert_eq!(refused.exit, 6, "{refused:?}");
    assert!(refused.stderr.contains("C10_"), "{refused:?}");
    assert_eq!(gateway.ask("kill off --reason calm").exit, 0);
    assert!(!desktop.data("KILL").exists());
    assert_eq!(gateway.ask("order submit buy 1 PG --limit 10").exit, 0);
}

#[test]
fn a_kill_that_the_gateway_refuses_is_the_file_s_and_says_so() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let made = gateway.json("key create reader --kind human --scopes read");
    let key = made["secret"].as_str().unwrap().to_owned();
    let path = desktop.path("reader.key");
    std::fs::write(&path, format!("{key}\n")).unwrap();
    venue.price("AAPL", "190");
    let working = gateway.ask("order submit buy 1 AAPL --limit 150 --key rests");
    assert_eq!(working.exit, 0, "{working:?}");
    // Only global: there is no file for less.
    let refused = gateway.ask(&format!("--key-file {} kill on --scope strategy --id nobody", path.display()));
    assert_eq!(refused.exit, 4, "{refused:?}");
    assert!(!desktop.data("KILL").exists());
    let killed = gateway.ask(&format!("--json --key-file {} kill on --reason alarm", path.display()));
    assert_eq!(killed.exit, 0, "{killed:?}");
    let told = killed.json();
    assert_eq!(
        (told["gateway_reached"].as_bool(), told["gateway_code"].as_str()),
        (Some(true), Some("forbidden_scope"))
    );
    assert_eq!(std::fs::read_to_string(desktop.data("KILL")).unwrap(), "alarm\n");
    // The gateway does by the file what it did not do for the key.
    gateway
        .until("kill status", |states| states["items"].as_array().unwrap().iter().any(|one| one["state"] == "halted"));
    gateway.until("order show rests", |order| order["status"] == "canceled");
    let human = gateway.ask(&format!("--key-file {} kill on --reason again", path.display()));
    assert!(human.stdout.contains("The gateway answered, and refused (forbidden_scope)."), "{human:?}");
    assert!(!human.stdout.contains("not reached"), "{human:?}");
}

#[test]
fn each_kind_of_refusal_has_its_exit_code() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let cases = [
        ("order submit buy ten AAPL", 2),
        ("order submit buy 1 AAPL --limit -5", 2),
        ("order submit buy 1 AAPL --limit 10 --tif sometime", 2),
        ("order show nosuch", 3),
        ("contract show 1", 3),
        ("quote NOSUCHSYMBOL", 3),
        ("order submit buy 1000000 AAPL --limit 1000", 6),
    ];
    for (words, exit) in cases {
        let output = gateway.ask(words);
        assert_eq!(output.exit, exit, "{words}: {output:?}");
        assert!(!output.stderr.is_empty(), "{words}");
    }
    let wrong = desktop.path("wrong.key");
    std::fs::write(&wrong, "tg_00\n").unwrap();
    assert_eq!(gateway.ask(&format!("--key-file {} status", wrong.display())).exit, 4);
    assert_eq!(venue.order_refs().len(), 0);
}

#[test]
fn a_denial_names_every_reason_with_what_was_seen_and_what_is_allowed() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let denied = gateway.ask("--json order submit buy 1000000 AAPL --limit 1000").json();
    assert_eq!(denied["outcome"], "denied");
    let reasons = denied["reasons"].as_array().unwrap();
    for code in ["C13_MAX_QTY", "C14_MAX_NOTIONAL", "C15_PRICE_COLLAR", "C40_WORST_CASE"] {
        let reason = reasons.iter().find(|reason| reason["code"] == code);
        let reason = reason.unwrap_or_else(|| panic!("{code} is missing: {denied:#}"));
        assert!(reason["observed"].is_string() && reason["limit"].is_string() && reason["hint"].is_string());
    }
}

#[test]
fn a_wrong_configuration_is_a_usage_error_that_names_key_and_file() {
    let desktop = Desktop::new();
    desktop.write_config("lisen = \"127.0.0.1:1\"\n");
    for words in [["config", "check"], ["config", "explain"], ["order", "list"]] {
        let output = desktop.run(&words);
        assert_eq!(output.exit, 2, "{output:?}");
        assert!(output.stderr.contains("lisen") && output.stderr.contains("tollgate.toml"), "{output:?}");
    }
    assert_eq!(desktop.run(&["doctor"]).exit, 1);
    desktop.write_config("policy = \"nosuch\"\n");
    assert_eq!(desktop.run(&["serve"]).exit, 2);
    assert!(!desktop.path(".local").exists(), "a refused start leaves nothing behind");
}

#[test]
fn the_venue_refuses_what_it_cannot_do() {
    let desktop = Desktop::new();
    let faults = desktop.run(&["venue", "--tws-port", "0", "--control-port", "0", "--faults", "x.toml"]);
    assert_eq!(faults.exit, 2, "{faults:?}");
    assert!(faults.stderr.contains("x.toml"), "{faults:?}");
    assert_eq!(desktop.run(&["venue", "--tws-port", "0", "--control-port", "0", "--stepped"]).exit, 2);
    let venue = desktop.venue(0);
    let port = venue.port.to_string();
    assert_eq!(desktop.run(&["venue", "--tws-port", &port, "--control-port", "0"]).exit, 5);
}

#[test]
fn serve_with_the_embedded_venue_is_ready_by_itself() {
    let desktop = Desktop::new();
    let words = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\n", desktop.path("data").display());
    desktop.write_config(&words);
    let mut gateway = desktop.serve();
    let status = gateway.json("status");
    assert_eq!((&status["simulated"], &status["trading"]), (&true.into(), &"paper".into()));
    assert_eq!(gateway.running.end_with("-INT"), 0);
}

//! Brackets and one-cancels-all groups over two processes, with `kill -9` in between.

use crate::support::{Desktop, Gateway, Venue};
use serde_json::{Value, json};

/// What the venue's ledger has of a bracket.
fn legs_of(venue: &Venue, key: &str) -> Vec<String> {
    let mut legs: Vec<String> = venue
        .order_refs()
        .iter()
        .filter_map(|reference| reference.split_once(&format!(":{key}")).map(|(_, leg)| leg.to_owned()))
        .collect();
    legs.sort();
    legs
}

fn statuses(order: &Value) -> Vec<String> {
    let legs = order["legs"].as_array().unwrap();
    std::iter::once(order).chain(legs).map(|one| one["status"].as_str().unwrap().to_owned()).collect()
}

fn until_statuses(gateway: &Gateway<'_>, key: &str, wanted: [&str; 3]) -> Value {
    gateway.until(&format!("order show {key}"), |order| statuses(order) == wanted)
}

#[test]
fn a_killed_gateway_finds_its_bracket_again_as_a_group_and_the_venue_has_it_once() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let submit = "order submit buy 5 KO --limit 10 --take-profit 90 --stop-loss 5 --tif gtc --key br";
    let sent = gateway.ask(submit);
    assert_eq!(sent.exit, 0, "{sent:?}");
    assert!(sent.stderr.contains("exits good till canceled"), "{sent:?}");
    until_statuses(&gateway, "br", ["working"; 3]);
    gateway.running.kill();
    assert_eq!(legs_of(&venue, "br"), ["", ":sl", ":tp"]);

    let gateway = desktop.serve();
    let order = until_statuses(&gateway, "br", ["working"; 3]);
    assert_eq!(order["legs"][1]["leg"], "stop_loss");
    assert!(order["legs"].as_array().unwrap().iter().all(|leg| leg["perm_id"].is_string()), "{order:#}");
    let again = gateway.ask(submit);
    assert!(again.exit == 0 && again.stdout.contains("nothing was sent again"), "{again:?}");
    let listed = gateway.json("order list");
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "its exits are no orders of their own: {listed:#}");
    let shown = gateway.ask("order show br");
    assert!(shown.stdout.contains("take_profit") && shown.stdout.contains("stop_loss"), "{shown:?}");
    assert_eq!(gateway.ask("order replace br --limit 11").exit, 5, "the entry of a bracket is not changed");
    assert_eq!(gateway.ask("order cancel br --wait 20").exit, 0);
    until_statuses(&gateway, "br", ["canceled"; 3]);
    assert_eq!((legs_of(&venue, "br").len(), venue.order_refs().len()), (3, 3));
    assert_eq!(gateway.json("status")["halted_instruments"].as_array().unwrap().len(), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn the_exits_of_a_filled_entry_outlive_the_gateway_and_end_when_they_are_canceled() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let sent = gateway.ask("order submit buy 5 AAPL --take-profit 900 --stop-loss 1 --key live");
    assert_eq!(sent.exit, 0, "{sent:?}");
    until_statuses(&gateway, "live", ["filled", "working", "working"]);
    gateway.running.kill();
    let gateway = desktop.serve();
    assert_eq!(gateway.json("order list --open")["items"].as_array().unwrap().len(), 1, "its exits are open");
    // Ten held would be five too many: the exits speak for what the entry bought.
    assert_eq!(gateway.ask("order submit sell 5 AAPL --key again").exit, 6);
    let canceled = gateway.ask("order cancel live --wait 20");
    assert_eq!(canceled.exit, 0, "{canceled:?}");
    until_statuses(&gateway, "live", ["filled", "canceled", "canceled"]);
    let status = gateway.json("status");
    assert_eq!(status["halted_instruments"].as_array().unwrap().len(), 0, "whoever cancels it does not miss it");
    assert_eq!(gateway.ask("order submit sell 5 AAPL --key flat").exit, 0);
    assert_eq!(legs_of(&venue, "live").len(), 3);
}

#[test]
fn a_stop_that_is_hit_ends_the_profit_taker_and_both_trades_are_the_groups() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let sent = gateway.ask("order submit buy 5 AAPL --limit 130 --take-profit 900 --stop-loss 110 --key quick");
    assert_eq!(sent.exit, 0, "{sent:?}");
    gateway.until("order show quick", |order| order["status"] == "filled");
    venue.price("AAPL", "105");
    until_statuses(&gateway, "quick", ["filled", "canceled", "filled"]);
    let trades = gateway.json("order executions");
    let trades = trades["items"].as_array().unwrap();
    assert!(trades.iter().all(|trade| trade["cl_ord_id"] == "quick"), "{trades:#?}");
    let of_leg = |leg: &Value| trades.iter().filter(|trade| trade["leg"] == *leg).count();
    assert!(of_leg(&Value::Null) >= 1 && of_leg(&"stop_loss".into()) >= 1, "{trades:#?}");
    let positions = gateway.until("account positions", |body| {
        body["items"].as_array().unwrap().iter().all(|position| position["qty"] == "0")
    });
    assert_eq!(gateway.json("status")["halted_instruments"].as_array().unwrap().len(), 0, "{positions:#}");
    assert_eq!(legs_of(&venue, "quick").len(), 3);
}

#[test]
fn a_gateway_killed_in_the_middle_of_a_bracket_knows_all_of_it_or_never_sent_it() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    for round in 0..4 {
        let mut gateway = desktop.serve();
        let key = format!("cut-{round}");
        let limit = 10 + round;
        let words = format!("order submit buy 1 KO --limit {limit} --take-profit 90 --stop-loss 5 --key {key}");
        let url = gateway.url.as_str();
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let words: Vec<&str> = ["--url", url].into_iter().chain(words.split_whitespace()).collect();
                desktop.run(&words)
            });
            // No wait: each round cuts at another moment of the client's way.
            for _ in 0..round {
                drop(gateway.ask("kill status"));
            }
            let pid = gateway.running.pid().to_string();
            assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
            drop(asking.join());
        });
        gateway.running.kill();
        let mut gateway = desktop.serve();
        let known = gateway.ask(&format!("--json order show {key}"));
        let at_the_venue = legs_of(&venue, &key).len();
        match known.exit {
            0 => assert!([0, 3].contains(&at_the_venue) || known.json()["status"] == "missing", "{known:?}"),
            3 => assert_eq!(at_the_venue, 0, "the venue has an order that the journal does not know"),
            other => panic!("exit {other}: {known:?}"),
        }
        assert_eq!(gateway.running.end_with("-TERM"), 0);
    }
}

/// A bracket that rests, of which the `nth` order meets a fault on its way.
fn struck(gateway: &Gateway<'_>, venue: &Venue, key: &str, nth: u32, fault: &Value) {
    venue.fault(&json!({"when": {"message": "place_order", "nth": nth}, "do": fault}));
    let words =
        format!("order submit buy 5 KO --limit 10 --take-profit 90 --stop-loss 5 --tif gtc --wait 0 --key {key}");
    drop(gateway.ask(&words));
}

#[test]
fn a_bracket_that_is_cut_off_at_any_of_its_orders_is_found_or_missing_as_a_whole() {
    for nth in 1..=3 {
        for point in ["before_read", "after_accept"] {
            let desktop = Desktop::new();
            let venue = desktop.venue(0);
            desktop.configure(venue.port);
            let gateway = desktop.serve();
            struck(&gateway, &venue, "cut", nth, &json!({"drop": point}));
            // Only the last order transmits: what was cut off before it has arrived is invisible, and stays unknown.
            let whole = nth == 3 && point == "after_accept";
            let wanted = if whole { ["working"; 3] } else { ["missing"; 3] };
            until_statuses(&gateway, "cut", wanted);
            let status = gateway.json("status");
            assert_eq!(status["halted_instruments"].as_array().unwrap().len(), 0, "{nth} {point}: {status:#}");
            assert_eq!(gateway.ask("order submit buy 1 KO --limit 9 --key next").exit, if whole { 0 } else { 6 });
            let legs = legs_of(&venue, "cut");
            assert!(legs.len() <= 3, "{nth} {point}: nothing is sent again: {legs:?}");
            if !whole {
                assert_eq!(gateway.ask("order resolve cut --reason not-in-TWS").exit, 0);
                until_statuses(&gateway, "cut", ["canceled"; 3]);
            }
        }
    }
}

#[test]
fn an_exit_that_the_broker_refuses_ends_its_entry_and_halts_the_instrument() {
    for (nth, exit) in [(2, "take profit"), (3, "stop loss")] {
        let desktop = Desktop::new();
        let venue = desktop.venue(0);
        desktop.configure(venue.port);
        let gateway = desktop.serve();
        struck(&gateway, &venue, "bare", nth, &json!({"reject": {"code": 201, "message": "not today"}}));
        let order = gateway.until("order show bare", |order| {
            let over = ["canceled", "rejected"];
            statuses(order).iter().all(|status| over.contains(&status.as_str()))
        });
        let reason = order["group_faults"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("the {exit} of bracket bare is rejected (201: ")), "{order:#}");
        let status = gateway.json("status");
        assert_eq!(status["halted_instruments"].as_array().unwrap().len(), 1, "{status:#}");
        assert_eq!(gateway.ask("order submit buy 1 KO --limit 9 --key next").exit, 6);
        assert_eq!(gateway.ask("order resolve bare --reason seen").exit, 0);
        assert_eq!(gateway.ask("order submit buy 1 KO --limit 9 --key after").exit, 0);
    }
}

#[test]
fn the_first_fill_of_a_group_cancels_the_others() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --oca-group pair --key rests").exit, 0);
    gateway.until("order show rests", |order| order["status"] == "working");
    assert_eq!(gateway.ask("order submit buy 5 AAPL --limit 130 --oca-group pair --key fills").exit, 0);
    gateway.until("order show fills", |order| order["status"] == "filled");
    let rests = gateway.until("order show rests", |order| order["status"] == "canceled");
    assert_eq!(rests["oca_group"], "pair");
    assert_eq!(venue.order_refs().len(), 2);
}

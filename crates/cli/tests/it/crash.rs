//! `kill -9` of either side: no order twice, none lost.

use crate::support::Desktop;

#[test]
fn a_killed_gateway_finds_its_orders_again_and_sends_none_twice() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    for round in 0..3 {
        let submit = format!("order submit buy 1 KO --limit {} --key round-{round}", 10 + round);
        // A look-alike of the round before is held by policy; these differ in price but a human may have to say yes.
        let first = gateway.ask(&submit);
        gateway.running.kill();
        assert_eq!(gateway.ask("status").exit, 9);
        gateway = desktop.serve();
        let again = gateway.ask(&submit);
        assert_eq!(again.exit, first.exit, "{first:?} {again:?}");
        assert!(venue.count_of(&format!("round-{round}")) <= 1);
    }
    let orders = gateway.json("order list");
    assert_eq!(orders["items"].as_array().unwrap().len(), 3);
    let live = orders["items"].as_array().unwrap().iter().filter(|order| order["perm_id"].is_string()).count();
    assert_eq!(venue.order_refs().len(), live);
    assert!(live >= 1);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn a_gateway_killed_in_the_middle_of_a_submit_knows_the_order_or_never_sent_it() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    for round in 0..4 {
        let mut gateway = desktop.serve();
        let key = format!("cut-{round}");
        let words = format!("order submit sell_short 1 KO --limit {} --key {key}", 900 + round);
        let url = gateway.url.as_str();
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| desktop.run(&command(url, &words)));
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
        match known.exit {
            0 => assert!(venue.count_of(&key) <= 1),
            3 => assert_eq!(venue.count_of(&key), 0, "the venue has an order that the journal does not know"),
            other => panic!("exit {other}: {known:?}"),
        }
        assert_eq!(gateway.running.end_with("-TERM"), 0);
    }
}

fn command<'a>(url: &'a str, words: &'a str) -> Vec<&'a str> {
    ["--url", url].into_iter().chain(words.split_whitespace()).collect()
}

#[test]
fn a_killed_venue_comes_back_with_its_orders_and_the_gateway_goes_on() {
    let desktop = Desktop::new();
    let mut venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --tif gtc --key stays").exit, 0);
    let port = venue.port;
    venue.running.kill();
    gateway.until("status", |status| status["ready"] == false);
    assert_eq!(gateway.ask("order submit buy 1 PG --limit 10 --key refused").exit, 9);
    let venue = desktop.venue(port);
    gateway.until("status", |status| status["ready"] == true);
    let order = gateway.json("order show stays");
    assert_eq!(order["status"], "working", "{order:#}");
    assert_eq!(gateway.ask("order submit buy 1 PG --limit 10 --key refused").exit, 0, "a refused key is not spent");
    assert_eq!((venue.count_of("stays"), venue.count_of("refused")), (1, 1));
}

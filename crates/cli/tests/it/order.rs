//! Orders over two processes: gateway and venue, joined by the TWS wire.

use crate::support::{Desktop, mode};

#[test]
fn an_order_goes_all_the_way_and_the_venue_has_it_once() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    for file in ["operator.key", "agent.key"] {
        assert_eq!(mode(&desktop.data(file)), 0o600, "{file}");
        assert!(std::fs::read_to_string(desktop.data(file)).unwrap().ends_with('\n'));
    }
    assert_eq!(mode(&desktop.path("data")), 0o700);

    let preview = gateway.json("order preview buy 10 AAPL --limit 130");
    assert_eq!(preview["decision"], "approved", "{preview:#}");
    let submitted = gateway.ask("order submit buy 10 AAPL --limit 130 --key first");
    assert_eq!(submitted.exit, 0, "{submitted:?}");
    assert!(submitted.stderr.contains("sec_type stk"), "{submitted:?}");
    let order = gateway.until("order show first", |order| order["status"] == "filled");
    assert_eq!(order["cum_qty"], "10");
    let positions = gateway.until("account positions", |body| body["items"][0]["qty"] == "10");
    assert_eq!(positions["items"][0]["symbol"], "AAPL");
    assert_eq!(venue.count_of("first"), 1);

    let again = gateway.ask("order submit buy 10 AAPL --limit 130 --key first");
    assert_eq!(again.exit, 0, "{again:?}");
    assert!(again.stdout.contains("nothing was sent again"), "{again:?}");
    assert_eq!(gateway.ask("order submit buy 11 AAPL --limit 130 --key first").exit, 5);
    assert_eq!(venue.order_refs().len(), 1);
}

#[test]
fn many_processes_with_one_key_make_one_order() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let words = format!("--url {} order submit buy 1 KO --limit 10 --key shared", gateway.url);
    let words: Vec<&str> = words.split_whitespace().collect();
    let exits: Vec<i32> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..12).map(|_| scope.spawn(|| desktop.run(&words).exit)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(exits, [0; 12]);
    assert_eq!(venue.count_of("shared"), 1);
}

#[test]
fn an_agent_asks_and_only_a_human_releases() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let asked = gateway.ask_as_agent("--json order submit buy 5 MSFT --limit 240 --key asked");
    assert_eq!(asked.exit, 10, "{asked:?}");
    let approval = asked.json()["approval_id"].as_str().unwrap().to_owned();
    assert_eq!(gateway.ask_as_agent(&format!("approval approve {approval}")).exit, 4);
    assert_eq!(venue.order_refs().len(), 0);
    assert_eq!(gateway.ask(&format!("approval approve {approval} --reason fine")).exit, 0);
    gateway.until("order show asked", |order| order["status"] == "filled");
    assert_eq!(gateway.ask(&format!("approval approve {approval}")).exit, 5);
    assert_eq!(venue.count_of("asked"), 1);
}

#[test]
fn a_working_order_is_replaced_listed_and_canceled() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --tif gtc --key rest").exit, 0);
    gateway.until("order show rest", |order| order["status"] == "working");
    assert_eq!(gateway.ask("order replace rest --limit 11.50").exit, 0);
    let changed =
        gateway.until("order show rest", |order| order["limit_price"] == "11.5" || order["limit_price"] == "11.50");
    assert_eq!((&changed["tif"], &changed["qty"]), (&"gtc".into(), &"5".into()));
    assert_eq!(gateway.json("order list --open")["items"].as_array().unwrap().len(), 1);
    assert_eq!(gateway.ask("order cancel rest --wait 20").exit, 0);
    gateway.until("order show rest", |order| order["status"] == "canceled");
    assert_eq!(gateway.ask("order cancel rest").exit, 5);
    assert_eq!(gateway.json("order list --open")["items"].as_array().unwrap().len(), 0);
}

#[test]
fn the_kill_switch_holds_over_a_restart_and_only_a_human_lifts_it() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key resting").exit, 0);
    assert_eq!(gateway.ask_as_agent("kill on --reason drill").exit, 0);
    gateway.until("order show resting", |order| order["status"] == "canceled");
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key late").exit, 6);
    assert_eq!(gateway.ask("kill off").exit, 2);
    assert_eq!(gateway.ask_as_agent("kill off --reason please").exit, 4);
    assert_eq!(gateway.ask("kill off --reason over").exit, 0);
    assert_eq!(gateway.ask("order submit buy 4 PG --limit 10 --key after").exit, 0);
    assert_eq!(venue.order_refs().len(), 2);
}

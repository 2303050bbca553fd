//! What an integrator looks at: option chains, the account in every cut, trades, a second look at the broker.

use crate::support::Desktop;
use serde_json::Value;

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn a_chain_lists_every_class_of_options_by_exchange_and_a_stock_without_options_has_none() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let chain = gateway.json("contract chain 265598");
    assert_eq!((chain["underlying"]["symbol"].as_str(), &chain["next_cursor"]), (Some("AAPL"), &Value::Null));
    let classes = chain["items"].as_array().unwrap();
    assert!(!classes.is_empty());
    for class in classes {
        assert_eq!((class["trading_class"].as_str(), class["multiplier"].as_str()), (Some("AAPL"), Some("100")));
        let expiries = texts(&class["expiries"]);
        assert!(expiries.is_sorted() && expiries.iter().all(|expiry| expiry.len() == 8), "{expiries:?}");
        let strikes: Vec<f64> = texts(&class["strikes"]).iter().map(|strike| strike.parse().unwrap()).collect();
        assert!(strikes.len() > 3 && strikes.is_sorted());
    }
    assert!(gateway.ask("contract chain 265598").stdout.contains("AAPL"));
    assert_eq!(gateway.ask("contract chain 1").exit, 3);
    // An option of the chain is found by its full specification.
    let (expiry, strikes) = (texts(&classes[0]["expiries"])[0], texts(&classes[0]["strikes"]));
    let found = strikes.iter().any(|strike| {
        let words = format!("--json quote AAPL --sec-type opt --expiry {expiry} --strike {strike} --right call");
        gateway.ask(&words).exit == 0
    });
    assert!(found, "no strike of {expiry} is listed");
}

#[test]
fn the_account_is_told_in_every_cut_and_what_was_never_tried_is_unknown() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let kinds = |answer: &Value, kind: &str| {
        let items = answer["items"].as_array().unwrap();
        items.iter().find(|item| item["sec_type"] == kind).unwrap().clone()
    };
    let before = gateway.json("account capabilities DUV0000001");
    assert_eq!((before["pinned"].as_bool(), before["mode"].as_str()), (Some(true), Some("paper")));
    assert_eq!(
        (&kinds(&before, "stk")["orders"], &kinds(&before, "stk")["market_data"]),
        (&"unknown".into(), &Value::Null)
    );
    let order = gateway.json("order submit buy 10 AAPL --key k-1");
    assert_eq!(order["outcome"], "acknowledged");
    let after = gateway.json("account capabilities");
    assert_eq!(
        (&kinds(&after, "stk")["orders"], &kinds(&after, "stk")["taken_order"]),
        (&"proven".into(), &"k-1".into())
    );
    assert_eq!(kinds(&after, "stk")["market_data"], "live");
    assert_eq!(kinds(&after, "opt")["orders"], "unknown");

    let pnl = gateway.until("account pnl", |pnl| pnl["by_symbol"].as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!((&pnl["by_symbol"][0]["symbol"], &pnl["by_symbol_absent"]), (&"AAPL".into(), &Value::Null));
    let periods: Vec<&str> =
        pnl["by_period"].as_array().unwrap().iter().map(|one| one["period"].as_str().unwrap()).collect();
    assert_eq!(periods, ["day", "week", "peak"]);
    let history = gateway.json("account history");
    assert!(history["items"][0]["net_liquidation"].is_string(), "{history}");
    assert_eq!(gateway.ask("account history DU999").exit, 3);
    assert_eq!(gateway.ask("account capabilities DU999").exit, 3);
    for words in ["account pnl", "account history", "account capabilities"] {
        assert_eq!(gateway.ask(words).exit, 0, "{words}");
    }
}

#[test]
fn a_second_look_at_the_broker_tells_the_same_account_and_leaves_no_trace() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let found = gateway.json("broker verify");
    assert_eq!((found["account"].as_str(), &found["same_accounts"]), (Some("DUV0000001"), &true.into()));
    assert_eq!((&found["same"], &found["differences"]), (&true.into(), &serde_json::json!([])));
    assert!(found["client_id"].as_str().unwrap().parse::<u32>().unwrap() >= 1_000_000_000);
    let again = gateway.ask("broker verify");
    assert_eq!(again.exit, 9, "not before a rest: {}", again.stdout);
    assert!(again.stderr.contains("less than 10 seconds ago"), "{}", again.stderr);
    assert_eq!((gateway.json("status")["ready"].as_bool(), venue.ledger().len()), (Some(true), 0));
}

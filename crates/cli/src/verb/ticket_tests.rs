use super::*;
use crate::args::{Cli, Noun, OrderVerb};
use clap::Parser;
use serde_json::json;

fn parse(words: &str) -> Ticket {
    let cli = Cli::try_parse_from(std::iter::once("tollgate").chain(words.split_whitespace())).unwrap();
    let Noun::Order(OrderVerb::Submit(args) | OrderVerb::Preview(args)) = cli.noun else {
        panic!("{words:?} is no ticket")
    };
    read(&args)
}

#[test]
fn a_ticket_reads_like_a_ticket_and_tells_what_it_filled_in() {
    let ticket = parse("order submit buy 10 AAPL --limit 189.50");
    assert_eq!(
        ticket.body,
        json!({
            "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy",
            "qty": "10", "order_type": "limit", "limit_price": "189.50", "tif": "day",
        })
    );
    assert_eq!(ticket.filled, ["sec_type stk", "exchange SMART", "currency USD", "tif day"]);
}

#[test]
fn nothing_is_filled_in_where_everything_is_said() {
    let words = "order submit sell 1.5 SPY --stop 400 --limit 399 --tif gtc --sec-type etf --exchange ARCA --currency EUR \
                 --account DU1 --strategy s1 --outside-rth --reduce-only --preview-id p1";
    let ticket = parse(words);
    assert_eq!(
        ticket.body,
        json!({
            "symbol": "SPY", "sec_type": "etf", "exchange": "ARCA", "currency": "EUR", "side": "sell", "qty": "1.5",
            "order_type": "stop_limit", "limit_price": "399", "stop_price": "400", "tif": "gtc", "account": "DU1",
            "strategy": "s1", "preview_id": "p1", "outside_rth": true, "reduce_only": true,
        })
    );
    assert!(ticket.filled.is_empty(), "{:?}", ticket.filled);
}

#[test]
fn a_con_id_needs_no_symbol_and_fills_in_no_exchange() {
    let ticket = parse("order submit buy 3 --con-id 265598 --limit 1 --tif ioc");
    assert_eq!(
        ticket.body,
        json!({"con_id": "265598", "side": "buy", "qty": "3", "order_type": "limit", "limit_price": "1", "tif": "ioc"})
    );
    assert!(ticket.filled.is_empty());
}

#[test]
fn a_bracket_has_both_exits_and_a_group_has_a_name() {
    let ticket = parse("order submit buy 10 AAPL --limit 189.50 --take-profit 210 --stop-loss 180");
    assert_eq!(ticket.body["bracket"], json!({"take_profit": "210", "stop_loss": "180"}));
    assert!(ticket.filled.iter().any(|word| word == "exits good till canceled"));
    let order = wire::NewOrder::parse(&serde_json::to_vec(&ticket.body).unwrap()).unwrap();
    assert!(order.intent("k-1".parse().unwrap()).is_ok());
    let ticket = parse("order submit buy 10 AAPL --limit 189.50 --oca-group pair");
    assert_eq!((ticket.body.get("bracket"), &ticket.body["oca_group"]), (None, &json!("pair")));
    for half in ["--take-profit 210", "--stop-loss 180", "--take-profit 210 --stop-loss 180 --oca-group pair"] {
        let words = format!("tollgate order submit buy 1 X --limit 1 {half}");
        assert!(Cli::try_parse_from(words.split_whitespace()).is_err(), "{half}");
    }
}

#[test]
fn the_prices_decide_the_order_type() {
    let kind = |words: &str| parse(&format!("order preview buy 1 X {words}")).body["order_type"].clone();
    assert_eq!(kind(""), "market");
    assert_eq!(kind("--limit 1"), "limit");
    assert_eq!(kind("--stop 1"), "stop");
    assert_eq!(kind("--limit 1 --stop 2"), "stop_limit");
}

#[test]
fn a_market_order_is_told_because_no_price_was_given() {
    assert!(parse("order submit buy 1 X").filled.iter().any(|word| word.contains("market")));
}

#[test]
fn a_quantity_that_is_no_number_is_a_usage_error() {
    for words in
        ["order submit buy NaN X", "order submit buy ten X", "order submit buy 1 X --limit inf", "order submit buy 1"]
    {
        let words = std::iter::once("tollgate").chain(words.split_whitespace());
        assert!(Cli::try_parse_from(words).is_err());
    }
}

#[test]
fn two_new_keys_differ_and_are_valid_order_keys() {
    let (one, two) = (new_key("cli").unwrap(), new_key("cli").unwrap());
    assert_ne!(one, two);
    assert!(one.parse::<domain::id::ClOrdId>().is_ok());
    // The longest of our words before it.
    assert!(new_key("preview").unwrap().parse::<domain::id::ClOrdId>().is_ok());
}

#[test]
fn a_later_key_sorts_behind_an_earlier_one_so_that_the_index_of_keys_grows_at_its_end() {
    let at = |second| key_at("cli", Timestamp::from_second(second).unwrap()).unwrap();
    assert!(at(1_795_000_000) < at(1_795_000_001));
    assert!(at(1_795_000_001) < at(4_000_000_000));
}

#[test]
fn the_body_is_one_that_the_gateway_reads() {
    let body = serde_json::to_vec(&parse("order submit buy 10 AAPL --limit 189.50").body).unwrap();
    wire::NewOrder::parse(&body).unwrap();
}

#[test]
fn every_word_of_the_command_line_is_well_formed() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

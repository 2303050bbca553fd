use jiff::Timestamp;
use tws::model::{Contract, ContractDetails, Reply, Request, SecDefOptParamsRequest};

use super::rig::{CONN, Rig, dec, order, stock};

fn of(sec_type: &str, symbol: &str, currency: &str, exchange: &str) -> Contract {
    Contract {
        sec_type: sec_type.into(),
        symbol: symbol.into(),
        currency: currency.into(),
        exchange: exchange.into(),
        ..Contract::default()
    }
}

fn all(rig: &mut Rig, contract: Contract) -> Vec<ContractDetails> {
    let replies = rig.ask_raw(CONN, Request::ContractData { req_id: 1, contract });
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::ContractData { details, .. } => Some((**details).clone()),
            _ => None,
        })
        .collect()
}

fn one(rig: &mut Rig, contract: &Contract) -> ContractDetails {
    let found = all(rig, contract.clone());
    assert_eq!(found.len(), 1, "{contract:?}");
    found[0].clone()
}

fn option(expiry: &str, strike: &str, right: &str) -> Contract {
    Contract {
        last_trade_date_or_contract_month: expiry.into(),
        strike: Some(dec(strike)),
        right: right.into(),
        ..of("OPT", "AAPL", "USD", "SMART")
    }
}

#[test]
fn every_security_type_can_be_named_as_clients_name_it() {
    let mut rig = Rig::exchange();
    for (contract, con_id, local_symbol, rule) in [
        (of("STK", "SPY", "USD", "SMART"), Some(756_733), "SPY", "26"),
        (of("CASH", "EUR", "USD", "IDEALPRO"), Some(12_087_792), "EUR.USD", "239"),
        (of("CASH", "USD", "JPY", "IDEALPRO"), Some(15_016_059), "USD.JPY", "59"),
        (of("IND", "SPX", "USD", "CBOE"), Some(416_904), "SPX", "9001"),
        (of("CFD", "AAPL", "USD", "SMART"), None, "AAPLn", "26"),
        (of("CRYPTO", "BTC", "USD", "PAXOS"), Some(479_624_278), "BTC.USD", "9003"),
        (of("FUND", "VFIAX", "USD", "FUNDSERV"), None, "VFIAX", "9001"),
        (of("BOND", "912810TL2", "USD", "SMART"), None, "T 4 11/15/52", "9002"),
    ] {
        let details = one(&mut rig, &contract);
        assert!(con_id.is_none_or(|id| details.contract.con_id == Some(id)), "{contract:?}");
        assert_eq!(details.contract.local_symbol, local_symbol);
        assert_eq!(details.contract.sec_type, contract.sec_type);
        assert_eq!(details.market_rule_ids.split(',').next().unwrap(), rule);
        assert_eq!(details.valid_exchanges.split(',').count(), details.market_rule_ids.split(',').count());
        let again = Contract { con_id: details.contract.con_id, ..Contract::default() };
        assert_eq!(one(&mut rig, &again).contract.local_symbol, local_symbol, "by conId alone");
    }
    let by_cusip = Contract { sec_id_type: "CUSIP".into(), sec_id: "912810TL2".into(), ..Contract::default() };
    let bond = one(&mut rig, &by_cusip);
    assert_eq!(bond.bond.unwrap().coupon, dec("4"));
    assert_eq!(bond.contract.last_trade_date, "20521115");
}

#[test]
fn an_option_is_named_by_its_parts_or_by_its_symbol() {
    let mut rig = Rig::exchange();
    let details = one(&mut rig, &option("20261218", "125", "C"));
    assert_eq!(details.contract.local_symbol, "AAPL  261218C00125000");
    assert_eq!(details.contract.multiplier, Some(dec("100")));
    assert_eq!((details.under_con_id, &*details.under_sec_type), (Some(265_598), "STK"));
    assert_eq!((&*details.contract_month, &*details.real_expiration_date), ("202612", "20261218"));
    let by_local = Contract { local_symbol: "AAPL  261218C00125000".into(), ..of("OPT", "", "USD", "SMART") };
    assert_eq!(one(&mut rig, &by_local).contract.con_id, details.contract.con_id);
    assert_eq!(one(&mut rig, &option("20261218", "125", "CALL")).contract.con_id, details.contract.con_id);
    assert!(all(&mut rig, option("202612", "125", "C")).len() > 1, "a month has weeklies too");
    assert!(all(&mut rig, option("20261218", "125", "X")).is_empty());
    assert!(all(&mut rig, option("20261219", "125", "C")).is_empty());
}

#[test]
fn an_ambiguous_description_gives_several_details_and_no_order_or_data() {
    let mut rig = Rig::exchange();
    for contract in [
        of("CASH", "EUR", "", "IDEALPRO"),
        of("CRYPTO", "BTC", "USD", ""),
        of("FUT", "ES", "USD", "CME"),
        of("OPT", "SPY", "USD", "SMART"),
    ] {
        assert!(all(&mut rig, contract.clone()).len() > 1, "{contract:?}");
        let data = tws::model::MarketDataRequest { req_id: 5, contract: contract.clone(), ..Default::default() };
        let replies = rig.ask_raw(CONN, Request::MarketData(data));
        let [(_, Reply::Notice(notice))] = &replies[..] else { panic!("{replies:?}") };
        assert_eq!(notice.code, 200);
        assert!(notice.message.ends_with(&format!("for {} is ambiguous.", contract.symbol)), "{}", notice.message);
        let placed = tws::model::PlaceOrder { order_id: 9, contract, order: order("BUY 1 MKT") };
        assert_eq!(rig.ask(Request::PlaceOrder(Box::new(placed))).last().unwrap(), "error 9 200");
    }
    assert!(rig.core.ledger().is_empty());
}

#[test]
fn futures_are_listed_by_month_and_expired_ones_shown_on_request() {
    let mut rig = Rig::exchange();
    let es = of("FUT", "ES", "USD", "CME");
    let listed = all(&mut rig, es.clone());
    let months: Vec<&str> = listed.iter().map(|d| &*d.contract_month).collect();
    assert_eq!(months, ["202612", "202703", "202706", "202709", "202712"]);
    assert_eq!(listed[0].contract.local_symbol, "ESZ6");
    assert_eq!(listed[0].contract.multiplier, Some(dec("50")));
    assert_eq!((listed[0].min_tick, &*listed[0].time_zone_id), (dec("0.25"), "US/Central"));
    let december = Contract { last_trade_date_or_contract_month: "202612".into(), ..es.clone() };
    assert_eq!(one(&mut rig, &december).real_expiration_date, "20261218");
    let september = Contract { last_trade_date_or_contract_month: "202609".into(), ..es.clone() };
    assert!(all(&mut rig, september.clone()).is_empty());
    let expired = Contract { include_expired: true, ..september };
    assert_eq!(one(&mut rig, &expired).contract.local_symbol, "ESU6");
    let continuous = Contract { sec_type: "CONTFUT".into(), ..es };
    let front = one(&mut rig, &continuous);
    assert_eq!((&*front.contract.sec_type, &*front.contract.local_symbol), ("CONTFUT", "ESZ6"));
}

#[test]
fn hours_in_the_details_are_those_of_each_market() {
    let mut rig = Rig::exchange();
    let first = |text: &str| text.split(';').next().unwrap().to_owned();
    let details = one(&mut rig, &stock("AAPL"));
    assert_eq!(first(&details.trading_hours), "20261123:0400-20261123:2000");
    assert_eq!(first(&details.liquid_hours), "20261123:0930-20261123:1600");
    assert!(details.trading_hours.contains("20261127:0400-20261127:1700"), "an early close");
    let es = Contract { local_symbol: "ESZ6".into(), ..of("FUT", "", "USD", "CME") };
    let details = one(&mut rig, &es);
    assert_eq!(first(&details.trading_hours), "20261122:1700-20261123:1600", "Chicago time");
    assert_eq!(first(&details.liquid_hours), "20261123:0830-20261123:1500");
    assert!(details.trading_hours.contains("20261125:1700-20261126:1200"), "a short day on Thanksgiving");
    let details = one(&mut rig, &of("CASH", "EUR", "USD", "IDEALPRO"));
    assert_eq!(first(&details.trading_hours), "20261122:1715-20261123:1700");
    assert!(details.trading_hours.contains("20261128:CLOSED"));
    let details = one(&mut rig, &of("CRYPTO", "BTC", "USD", "PAXOS"));
    assert!(!details.trading_hours.contains("CLOSED"));
    assert_eq!(first(&one(&mut rig, &option("20261218", "125", "P")).trading_hours), "20261123:0930-20261123:1600");
}

#[test]
fn a_search_tells_what_derivatives_there_are_and_a_chain_its_expiries_and_strikes() {
    let mut rig = Rig::exchange();
    let replies = rig.ask_raw(CONN, Request::MatchingSymbols { req_id: 1, pattern: "aapl".into() });
    let [(_, Reply::SymbolSamples { samples, .. })] = &replies[..] else { panic!("{replies:?}") };
    assert_eq!(samples.len(), 1);
    assert_eq!(samples[0].derivative_sec_types, ["CFD", "OPT"]);
    let asked = SecDefOptParamsRequest {
        req_id: 2,
        underlying_symbol: "AAPL".into(),
        fut_fop_exchange: String::new(),
        underlying_sec_type: "STK".into(),
        underlying_con_id: Some(265_598),
    };
    let replies = rig.ask_raw(CONN, Request::SecDefOptParams(asked.clone()));
    let Some((_, Reply::SecDefOptParams(smart))) = replies.first() else { panic!("{replies:?}") };
    assert_eq!((&*smart.exchange, &*smart.trading_class, &*smart.multiplier), ("SMART", "AAPL", "100"));
    assert!(smart.expirations.contains(&"20261218".to_owned()) && smart.expirations.contains(&"20261127".to_owned()));
    assert!(smart.expirations.iter().all(|e| &**e >= "20261123"));
    assert!(smart.strikes.contains(&dec("125")));
    assert!(matches!(replies.last(), Some((_, Reply::SecDefOptParamsEnd { req_id: 2 }))));
    let nobody = SecDefOptParamsRequest { underlying_con_id: Some(1), ..asked };
    assert_eq!(rig.ask(Request::SecDefOptParams(nobody)), ["error 2 321"]);
}

#[test]
fn an_order_of_every_class_fills_while_its_market_is_open_and_an_index_takes_none() {
    // A Monday at noon in New York; the fund prices at six in the evening.
    let mut rig = Rig::exchange();
    let future = Contract { local_symbol: "ESZ6".into(), ..of("FUT", "", "USD", "CME") };
    let contracts = [
        of("STK", "SPY", "USD", "SMART"),
        of("CASH", "EUR", "USD", "IDEALPRO"),
        future,
        option("20261218", "125", "C"),
        of("CFD", "AAPL", "USD", "SMART"),
        of("BOND", "912810TL2", "USD", "SMART"),
        of("CRYPTO", "ETH", "USD", "PAXOS"),
        of("FUND", "VFIAX", "USD", "FUNDSERV"),
    ];
    for (id, contract) in (1..).zip(contracts.clone()) {
        let order = if contract.sec_type == "CRYPTO" { order("BUY 1 LMT 5000 IOC") } else { order("BUY 1 MKT") };
        let size = if contract.sec_type == "CASH" { dec("20000") } else { dec("1") };
        let order = tws::model::Order { total_quantity: Some(size), ..order };
        let placed = tws::model::PlaceOrder { order_id: id, contract: contract.clone(), order };
        let told = rig.ask_raw(CONN, Request::PlaceOrder(Box::new(placed)));
        assert!(rig.core.ledger().iter().any(|o| o.order_id == id), "{contract:?} {told:?}");
    }
    for (id, contract) in (1..8).zip(&contracts) {
        assert_eq!(rig.line(id).status.to_string(), "Filled", "{contract:?}");
    }
    assert_ne!(rig.line(8).status.to_string(), "Filled", "a fund has no price at noon");
    let evening: Timestamp = "2026-11-23T23:00:02Z".parse().unwrap();
    rig.now = evening;
    rig.pass(1);
    assert_eq!(rig.line(8).status.to_string(), "Filled");
    let placed =
        tws::model::PlaceOrder { order_id: 20, contract: of("IND", "SPX", "USD", "CBOE"), order: order("BUY 1 MKT") };
    assert_eq!(rig.ask(Request::PlaceOrder(Box::new(placed))), ["error 20 387"]);
}

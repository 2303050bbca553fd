use super::{fallback_increments, from_details, increments, market_rule_id, question};
use domain::contract::{Instrument, Right, SecType, SymbolSpec};
use domain::id::ConId;
use ibapi::contracts::{Contract as WireContract, ContractDetails, MarketRule, PriceIncrement, SecurityType};
use rust_decimal::Decimal;

fn apple() -> ContractDetails {
    ContractDetails {
        contract: WireContract {
            contract_id: 265_598,
            symbol: "AAPL".into(),
            local_symbol: "AAPL".to_owned(),
            trading_class: "NMS".to_owned(),
            primary_exchange: "NASDAQ".into(),
            ..WireContract::default()
        },
        min_tick: 0.01,
        order_types: vec!["LMT".to_owned(), "MKT".to_owned()],
        valid_exchanges: vec!["NASDAQ".to_owned(), "SMART".to_owned()],
        market_rule_ids: vec!["557".to_owned(), "26".to_owned()],
        long_name: "APPLE INC".to_owned(),
        time_zone_id: "US/Eastern".to_owned(),
        trading_hours: vec!["20260413:0400-20260413:2000".to_owned(), "20260414:CLOSED".to_owned()],
        stock_type: "COMMON".to_owned(),
        min_size: Some(0.0001),
        size_increment: Some(0.0001),
        ..ContractDetails::default()
    }
}

fn exact(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn a_stock_is_understood_as_the_broker_describes_it() {
    let details = apple();
    let steps = fallback_increments(&details).unwrap();
    let contract = from_details(&details, steps).unwrap();
    assert_eq!(contract.con_id.get(), 265_598);
    assert_eq!((contract.sec_type, contract.exchange.as_str()), (SecType::Stk, "SMART"));
    assert_eq!(contract.multiplier, Decimal::ONE);
    assert_eq!((contract.min_size, contract.size_increment), (exact("0.0001"), exact("0.0001")));
    assert_eq!(contract.time_zone.as_deref(), Some("America/New_York"));
    assert_eq!(contract.trading_hours.as_deref(), Some("20260413:0400-20260413:2000;20260414:CLOSED"));
    assert_eq!(contract.increment_at(exact("189.5")), Some(exact("0.01")));
    assert_eq!((contract.expiry, contract.strike, contract.right), (None, None, None));
}

#[test]
fn the_market_rule_is_that_of_the_contracts_own_exchange() {
    let mut details = apple();
    assert_eq!(market_rule_id(&details), Some(26));
    details.contract.exchange = "IBIS".into();
    assert_eq!(market_rule_id(&details), None);
    details.contract.exchange = "".into();
    assert_eq!(market_rule_id(&details), Some(557), "an unsaid exchange is the first valid one");
}

#[test]
fn steps_are_sorted_and_a_broken_rule_is_no_rule() {
    let step = |low_edge, increment| PriceIncrement { low_edge, increment };
    let rule = |price_increments| MarketRule { market_rule_id: 26, price_increments };
    let steps = increments(&rule(vec![step(1.0, 0.01), step(0.0, 0.0001)])).unwrap();
    assert_eq!(steps[0].low_edge, Decimal::ZERO);
    assert_eq!(steps[1].increment, exact("0.01"));
    assert_eq!(increments(&rule(vec![step(0.0, 0.0)])), None);
    assert_eq!(increments(&rule(Vec::new())), None);
    assert_eq!(fallback_increments(&ContractDetails::default()), None);
}

#[test]
fn funds_listed_as_stocks_are_told_apart_and_untraded_kinds_are_refused() {
    let steps = || fallback_increments(&apple()).unwrap();
    let mut details = apple();
    details.stock_type = "ETF".to_owned();
    assert_eq!(from_details(&details, steps()).unwrap().sec_type, SecType::Etf);
    details.contract.security_type = SecurityType::Warrant;
    assert!(from_details(&details, steps()).unwrap_err().contains("WAR"));
    details = apple();
    details.contract.contract_id = 0;
    assert!(from_details(&details, steps()).is_err());
    details = apple();
    details.contract.currency = "".into();
    assert!(from_details(&details, steps()).is_err());
}

#[test]
fn an_unknown_time_zone_and_absent_sizes_are_not_guessed() {
    let mut details = apple();
    details.time_zone_id = "Neverland".to_owned();
    details.min_size = None;
    details.size_increment = None;
    let contract = from_details(&details, fallback_increments(&details).unwrap()).unwrap();
    assert_eq!(contract.time_zone, None);
    assert_eq!(contract.min_size, Decimal::ONE, "whole units only");
}

#[test]
fn a_question_by_id_carries_no_word_that_could_contradict_it() {
    let wire = question(&Instrument::ConId(ConId::new(12_087_792).unwrap())).unwrap();
    assert_eq!(wire.contract_id, 12_087_792);
    assert_eq!(wire.security_type.as_str(), "");
    assert_eq!(wire.exchange.as_str(), "");
    assert_eq!(wire.currency.as_str(), "");
}

#[test]
fn a_question_by_specification_says_all_of_it() {
    let spec = SymbolSpec {
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Opt,
        exchange: "SMART".to_owned(),
        currency: "USD".parse().unwrap(),
        expiry: Some("20260619".to_owned()),
        strike: Some("190".parse().unwrap()),
        right: Some(Right::Put),
    };
    let wire = question(&Instrument::Spec(spec)).unwrap();
    assert_eq!(wire.security_type, SecurityType::Option);
    assert_eq!(wire.last_trade_date_or_contract_month, "20260619");
    assert_eq!(wire.strike.to_string(), "190");
    assert_eq!(wire.right.map(|right| right.as_str()), Some("P"));
}

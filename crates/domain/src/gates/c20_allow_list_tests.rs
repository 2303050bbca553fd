use super::GATE;
use crate::contract::{Instrument, SecType};
use crate::gates::world::{Expect, check, con_id};
use crate::order::{OrderType, Tif};

#[test]
fn only_what_is_listed_passes() {
    check(
        &GATE,
        &[
            ("a future", Expect::Deny(1), |w| {
                w.order.contract.sec_type = SecType::Fut;
                w.order.intent.instrument = Instrument::ConId(w.order.contract.con_id);
            }),
            ("a fund that IBKR calls a stock", Expect::Pass, |w| {
                w.order.contract.sec_type = SecType::Etf;
            }),
            ("an order type that is not listed", Expect::Deny(1), |w| {
                w.types(OrderType::Moc);
            }),
            ("a time in force that is not listed", Expect::Deny(1), |w| {
                w.order.intent.tif = Tif::Opg;
            }),
            ("a currency that is not listed", Expect::Deny(1), |w| {
                w.order.contract.currency = "EUR".parse().unwrap();
                w.order.intent.instrument = Instrument::ConId(w.order.contract.con_id);
            }),
            ("an exchange that is not listed", Expect::Deny(1), |w| {
                w.order.contract.exchange = "NYSE".to_owned();
            }),
            ("a symbol on the list", Expect::Pass, |w| {
                w.policy.symbols_allowed = Some(["AAPL".to_owned()].into());
            }),
            ("a symbol that is not on the list", Expect::Deny(1), |w| {
                w.policy.symbols_allowed = Some(["MSFT".to_owned()].into());
            }),
            ("a symbol that is denied", Expect::Deny(1), |w| {
                w.policy.symbols_denied.insert("aapl".to_owned());
            }),
            ("another one that is denied", Expect::Pass, |w| {
                w.policy.symbols_denied.insert("MSFT".to_owned());
            }),
            ("allowed and denied is denied", Expect::Deny(1), |w| {
                w.policy.symbols_allowed = Some(["AAPL".to_owned()].into());
                w.policy.symbols_denied.insert("AAPL".to_owned());
            }),
            ("all lists at once", Expect::Deny(6), |w| {
                w.policy.sec_types_allowed.clear();
                w.policy.order_types_allowed.clear();
                w.policy.tifs_allowed.clear();
                w.policy.currencies_allowed.clear();
                w.policy.exchanges_allowed.clear();
                w.policy.symbols_denied.insert("AAPL".to_owned());
            }),
            ("exits that may not stay", Expect::Deny(2), |w| {
                w.bracket("195", "185");
                w.policy.tifs_allowed = [crate::order::TifKind::Day].into();
            }),
            ("a stop that is not listed", Expect::Deny(1), |w| {
                w.bracket("195", "185");
                w.policy.order_types_allowed = [crate::order::OrderTypeKind::Limit].into();
            }),
        ],
    );
}

#[test]
fn the_contract_is_the_one_that_the_order_names() {
    check(
        &GATE,
        &[
            ("by its con_id", Expect::Pass, |w| {
                w.order.intent.instrument = Instrument::ConId(w.order.contract.con_id);
            }),
            ("another con_id", Expect::Deny(1), |w| {
                w.order.intent.instrument = Instrument::ConId(con_id(1));
            }),
            ("another symbol", Expect::Deny(1), |w| {
                w.order.contract.symbol = "MSFT".to_owned();
            }),
        ],
    );
}

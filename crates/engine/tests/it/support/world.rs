//! One contract, one account, three keys.

use domain::account::AccountSummary;
use domain::bracket::Bracket;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType, SymbolSpec};
use domain::id::{AccountId, ClOrdId, ConId, KeyId};
use domain::market::{Bar, DataType, Quote};
use domain::money::{Currency, Price, Qty};
use domain::order::{Amendment, OrderIntent, OrderType, Side, Tif};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

/// The longest that a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// The contract that everything is about.
pub(crate) const AAPL: i64 = 265_598;

pub(crate) fn id<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// A key as the journal reads it: of a bracket's exit too.
pub(crate) fn key(text: &str) -> ClOrdId {
    text.to_owned().try_into().unwrap()
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn qty(text: &str) -> Qty {
    text.parse().unwrap()
}

pub(crate) fn px(text: &str) -> Price {
    text.parse().unwrap()
}

pub(crate) fn usd() -> Currency {
    id("USD")
}

pub(crate) fn account() -> AccountId {
    id("DU1234567")
}

pub(crate) fn con_id() -> ConId {
    ConId::new(AAPL).unwrap()
}

pub(crate) fn aapl() -> Instrument {
    Instrument::Spec(SymbolSpec {
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        currency: usd(),
        expiry: None,
        strike: None,
        right: None,
    })
}

pub(crate) fn contract() -> Contract {
    Contract {
        con_id: con_id(),
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: usd(),
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: dec("0.01") }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: "APPLE INC".to_owned(),
        order_types: vec!["LMT".to_owned(), "MKT".to_owned(), "STP".to_owned()],
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: Some("20000101:0000-20991231:2359".to_owned()),
        liquid_hours: Some("20000101:0000-20991231:2359".to_owned()),
    }
}

pub(crate) fn quote(bid: &str, ask: &str, at: Timestamp) -> Quote {
    Quote {
        con_id: con_id(),
        bid: Some(px(bid)),
        ask: Some(px(ask)),
        last: Some(px(bid)),
        bid_size: Some(dec("100")),
        ask_size: Some(dec("100")),
        last_size: Some(dec("100")),
        volume: None,
        close: None,
        halted: None,
        shortable: None,
        data_type: DataType::Live,
        received_at: at,
    }
}

/// Two days on which ten million were traded.
pub(crate) fn days(at: Timestamp) -> Vec<Bar> {
    let price = px("100");
    let volume = Some(dec("10000000"));
    let day = Bar { time: at, open: price, high: price, low: price, close: price, volume, wap: None, count: None };
    vec![day.clone(), day]
}

pub(crate) fn summary(at: Timestamp) -> AccountSummary {
    AccountSummary {
        account: account(),
        base_currency: Some(usd()),
        net_liquidation: Some(dec("100000")),
        cash: BTreeMap::from([(usd(), dec("100000"))]),
        total_cash: Some(dec("100000")),
        buying_power: Some(dec("400000")),
        init_margin: Some(Decimal::ZERO),
        maint_margin: Some(Decimal::ZERO),
        excess_liquidity: Some(dec("100000")),
        available_funds: None,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::new(),
        received_at: at,
    }
}

/// Buy 10 at 100.00, day.
pub(crate) fn buy(cl_ord_id: &str) -> OrderIntent {
    OrderIntent {
        cl_ord_id: key(cl_ord_id),
        account: None,
        instrument: aapl(),
        side: Side::Buy,
        qty: qty("10"),
        order_type: OrderType::Limit { limit: px("100") },
        tif: Tif::Day,
        outside_rth: false,
        reduce_only: false,
        strategy: None,
        preview_id: None,
        bracket: None,
        oca_group: None,
        flatten: false,
    }
}

/// The same with exits at 110.00 and 95.00.
pub(crate) fn bracket(cl_ord_id: &str) -> OrderIntent {
    OrderIntent { bracket: Some(Bracket { take_profit: px("110"), stop_loss: px("95") }), ..buy(cl_ord_id) }
}

pub(crate) fn amend(to_qty: &str, limit: &str) -> Amendment {
    Amendment { qty: qty(to_qty), order_type: OrderType::Limit { limit: px(limit) }, tif: Tif::Day }
}

fn principal(name: &str, kind: PrincipalKind, scopes: BTreeSet<Scope>) -> Principal {
    let key_id: KeyId = id(name);
    Principal { key_id, kind, scopes, face: Face::Rest, correlation_id: id(name) }
}

fn all_scopes() -> BTreeSet<Scope> {
    Scope::WORDS.iter().map(|(_, scope)| *scope).collect()
}

/// A person who may do everything and trades.
pub(crate) fn alice() -> Principal {
    principal("alice", PrincipalKind::Human, all_scopes())
}

/// Another person who may do everything.
pub(crate) fn bob() -> Principal {
    principal("bob", PrincipalKind::Human, all_scopes())
}

/// A person without `admin` and `approve`.
pub(crate) fn carol() -> Principal {
    principal("carol", PrincipalKind::Human, BTreeSet::from([Scope::Read, Scope::TradePaper, Scope::Kill]))
}

/// A program.
pub(crate) fn bot() -> Principal {
    principal("bot", PrincipalKind::Agent, BTreeSet::from([Scope::Read, Scope::TradePaper, Scope::Kill]))
}

/// A program whose key was given every scope all the same.
pub(crate) fn rogue() -> Principal {
    principal("rogue", PrincipalKind::Agent, all_scopes())
}

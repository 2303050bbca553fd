//! The few things that every run has: three stocks, one account, people and programs, a policy.

use domain::account::AccountSummary;
use domain::bracket::Bracket;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::id::{AccountId, ConId};
use domain::market::Bar;
use domain::mode::Trading;
use domain::money::{Currency, Price, Qty};
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::policy::Policy;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::EngineConfig;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;
use venue::core::{Core, CoreConfig};

/// A Friday, one hour after the open in New York.
pub const BEGIN: &str = "2026-03-06T15:30:00Z";
/// Our client id at the broker.
pub const CLIENT_ID: i32 = 7;
/// Symbols and contract ids of the venue's universe that are traded.
pub const STOCKS: [(&str, i32); 3] = [("AAPL", 265_598), ("MSFT", 272_093), ("JPM", 1_520_593)];
/// How long a writer may be silent before another takes its journal.
pub const LEASE_SILENCE: Duration = Duration::from_secs(10);
/// Largest worst-case sum of everything open.
pub const OPEN_NOTIONAL_MAX: i64 = 60_000;
/// Most that is held of one contract at worst, either way.
pub const POSITION_QTY_MAX: i64 = 300;

/// Reads what is written in this crate and therefore right.
#[expect(clippy::expect_used, reason = "a literal of the simulation itself")]
pub fn lit<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a literal of the simulation")
}

/// When every run begins.
pub fn begin() -> Timestamp {
    lit(BEGIN)
}

/// The account of the venue.
pub fn account() -> AccountId {
    lit("DUV0000001")
}

/// A venue as it opens; made once, it takes its time.
#[expect(clippy::expect_used, reason = "the settings are the simulation's own")]
pub fn venue() -> Core {
    static OPENED: OnceLock<Core> = OnceLock::new();
    let config = CoreConfig { always: true, pacing: false, ..CoreConfig::default() };
    OPENED.get_or_init(|| Core::new(config, begin()).expect("the venue opens")).clone()
}

fn usd() -> Currency {
    lit("USD")
}

/// The contract id of a stock.
pub fn con_id(stock: usize) -> ConId {
    lit(&STOCKS[stock % STOCKS.len()].1.to_string())
}

/// A stock as the broker describes it.
pub fn contract(stock: usize) -> Contract {
    let (symbol, _) = STOCKS[stock % STOCKS.len()];
    Contract {
        con_id: con_id(stock),
        symbol: symbol.to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: usd(),
        local_symbol: symbol.to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: symbol.to_owned(),
        order_types: vec!["LMT".to_owned(), "MKT".to_owned(), "STP".to_owned()],
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: Some("20000101:0000-20991231:2359".to_owned()),
        liquid_hours: Some("20000101:0000-20991231:2359".to_owned()),
    }
}

/// Two days on which ten million shares were traded.
pub fn days(at: Timestamp) -> Vec<Bar> {
    let price: Price = lit("100");
    let volume = Some(Decimal::from(10_000_000));
    let day = Bar { time: at, open: price, high: price, low: price, close: price, volume, wap: None, count: None };
    vec![day.clone(), day]
}

/// The account's values: enough for every order.
pub fn summary(at: Timestamp) -> AccountSummary {
    let much = Some(Decimal::from(1_000_000));
    AccountSummary {
        account: account(),
        base_currency: Some(usd()),
        net_liquidation: much,
        cash: BTreeMap::from([(usd(), Decimal::from(1_000_000))]),
        total_cash: much,
        buying_power: much,
        init_margin: Some(Decimal::ZERO),
        maint_margin: Some(Decimal::ZERO),
        excess_liquidity: much,
        available_funds: None,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::new(),
        received_at: at,
    }
}

/// What an order says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which stock.
    pub stock: usize,
    /// Buys or sells.
    pub buys: bool,
    /// Shares.
    pub qty: i64,
    /// Limit price in cents; `None` is a market order.
    pub limit_cents: Option<i64>,
    /// How long.
    pub tif: Tif,
    /// Exits beside it: take profit and stop loss, in cents from its price.
    pub exits_cents: Option<i64>,
}

/// An order as a caller gives it.
pub fn intent(key: &str, ask: &Ask) -> OrderIntent {
    let order_type = match ask.limit_cents {
        Some(cents) => OrderType::Limit { limit: lit::<Price>(&Decimal::new(cents.max(1), 2).to_string()) },
        None => OrderType::Market,
    };
    let bracket = ask.exits_cents.zip(ask.limit_cents).filter(|_| ask.buys).map(|(away, entry)| Bracket {
        take_profit: lit(&Decimal::new(entry + away, 2).to_string()),
        stop_loss: lit(&Decimal::new((entry - away).max(1), 2).to_string()),
    });
    OrderIntent {
        bracket,
        side: if ask.buys { Side::Buy } else { Side::Sell },
        order_type,
        tif: ask.tif,
        ..plain(key, ask.stock, lit::<Qty>(&ask.qty.max(1).to_string()))
    }
}

fn plain(key: &str, stock: usize, qty: Qty) -> OrderIntent {
    OrderIntent {
        cl_ord_id: lit(key),
        account: None,
        instrument: Instrument::ConId(con_id(stock)),
        side: Side::Buy,
        qty,
        order_type: OrderType::Market,
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

fn principal(name: &str, kind: PrincipalKind, scopes: BTreeSet<Scope>) -> Principal {
    Principal { key_id: lit(name), kind, scopes, face: Face::Rest, correlation_id: lit(name) }
}

fn all_scopes() -> BTreeSet<Scope> {
    Scope::WORDS.iter().map(|(_, scope)| *scope).collect()
}

/// A person who trades.
pub fn alice() -> Principal {
    principal("alice", PrincipalKind::Human, all_scopes())
}

/// A person who approves.
pub fn bob() -> Principal {
    principal("bob", PrincipalKind::Human, all_scopes())
}

/// A program whose orders need a person's approval.
pub fn bot() -> Principal {
    let scopes = [Scope::Read, Scope::Preview, Scope::TradePaper, Scope::Kill];
    principal("bot", PrincipalKind::Agent, BTreeSet::from(scopes))
}

/// The engine's settings.
pub fn config(kill_file: PathBuf) -> EngineConfig {
    let mut policy = Policy::conservative();
    policy.look_alike_window_s = 0;
    // The machine sleeps for a day: what it missed is looked up, and its broker has no heart.
    policy.heartbeat_s_max = 1_000_000;
    policy.loss_age_s_max = 1_000_000;
    policy.collar_live_percent = Decimal::from(50);
    policy.open_orders_per_instrument_max = 30;
    // Few instruments, much trading back and forth and much canceling: that is the point here.
    (policy.wash_orders_max, policy.cancel_orders_min) = (1_000_000, 1_000_000);
    policy.messages_per_second_max = 1_000;
    policy.messages_per_day_max = 100_000;
    policy.open_notional_max = Decimal::from(OPEN_NOTIONAL_MAX);
    policy.position_qty_max = Decimal::from(POSITION_QTY_MAX);
    policy.clock_skew_ms_max = 7_200_000;
    // Bought and sold at random: what is played is what becomes of orders.
    policy.self_match_allowed = true;
    EngineConfig {
        version: "sim",
        installation: lit("sim00001"),
        trading: Trading::Paper,
        policy_name: "sim".to_owned(),
        policy: Box::new(policy.into()),
        account: Some(account()),
        embedded_venue: false,
        endpoint: "sim:7497".to_owned(),
        port: 7497,
        client_id: lit(&CLIENT_ID.to_string()),
        config_hash: "0".repeat(64),
        key_secret: [7; 32],
        sessions: engine::SessionRules::standard(),
        session_shelf: None,
        kill_file,
        live_override_file: None,
        driller: std::sync::Arc::new(engine::NoDriller),
        witness: std::sync::Arc::new(engine::NoWitness),
        parts: Vec::new(),
        reconcile_every: Duration::from_secs(30),
        look_up_after: Duration::from_secs(5),
        calendar: domain::broker_calendar::BrokerCalendar::without_windows(
            jiff::tz::TimeZone::UTC,
            jiff::civil::time(20, 0, 0, 0),
        ),
        held_after: Duration::from_secs(10),
        lease_silence: LEASE_SILENCE,
    }
}

//! Orders and their lives, as a benchmark's history has them. Shared by the benchmarks of the journal and of a start.

use super::store::{Journal as _, OpenOptions, SqliteJournal};
use domain::approved::ResolvedOrder;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::event::OrderEvent;
use domain::execution::{Commission, Execution};
use domain::id::{BrokerOrderId, ClientId, ConId, Generation, LeaseEpoch, PermId};
use domain::journal::JournalEvent;
use domain::money::Money;
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) const BATCH_MAX: usize = 64;
const START_S: i64 = 1_795_000_000;
const START_MS: u64 = 1_795_000_000_000;

/// What callers name their intents and requests by.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) key: fn(u32) -> String,
    /// Given by the gateway, unless the caller gives one.
    pub(crate) request: fn(u32) -> String,
}

/// As our own faces make them.
pub(crate) const TIMED: Names = Names { key: timed_key, request: timed_request };
/// As callers may make them.
pub(crate) const RANDOM: Names = Names { key: random_key, request: timed_request };
/// Random in every respect.
pub(crate) const ALL_RANDOM: Names = Names { key: random_key, request: random_request };

pub(crate) fn options(dir: &Path) -> OpenOptions {
    OpenOptions::new(dir.join("data"), dir.join("state").join("checkpoint"), at(0))
}

/// How busy the machine is: processes that want to run, over the last minute.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|text| !text.is_empty()).unwrap_or("unknown").to_owned()
}

/// Writes a history that ends in order, and says how long writing took.
pub(crate) fn write(dir: &Path, orders: u32) -> Result<Duration, Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    journal.append(at(0), &begin()?)?;
    let began = Instant::now();
    live(&mut journal, 1..=orders)?;
    journal.append(at(i64::from(orders / 100)), &[JournalEvent::Stopped])?;
    let took = began.elapsed();
    journal.close()?;
    Ok(took)
}

/// The lives of orders, in full batches.
pub(crate) fn live(journal: &mut SqliteJournal, orders: RangeInclusive<u32>) -> Result<(), Failure> {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    for nth in orders.clone() {
        for event in life(nth)? {
            batch.push(event);
            if batch.len() == BATCH_MAX {
                journal.append(at(i64::from(nth / 100)), &batch)?;
                batch.clear();
            }
        }
    }
    journal.append(at(i64::from(orders.end() / 100)), &batch)?;
    Ok(())
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START_S + second).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(crate) fn begin() -> Result<Vec<JournalEvent>, Failure> {
    let accounts = vec!["DUV000001".parse()?];
    let mode = Err("not proven yet".to_owned());
    Ok(vec![
        JournalEvent::Installed { installation: "bench1".parse()? },
        JournalEvent::LinkUp { generation: Generation(1), server_version: 213, accounts, next_valid_id: 1, mode },
    ])
}

/// Ten records of one order: most fill in two trades, every fourth is canceled after one.
pub(crate) fn life(nth: u32) -> Result<Vec<JournalEvent>, Failure> {
    let cl_ord_id: domain::id::ClOrdId = random_key(nth).parse()?;
    let happened = |event| JournalEvent::Order { cl_ord_id: cl_ord_id.clone(), event };
    let perm_id = Some(PermId::new(i64::from(nth) + 700_000_000)?);
    let acknowledged = |word: &str| {
        happened(OrderEvent::Acknowledged { broker_status: word.to_owned(), perm_id, generation: Generation(1) })
    };
    let traded = |trade: u32| -> Result<JournalEvent, Failure> {
        Ok(happened(OrderEvent::Executed { execution: Box::new(execution(nth, trade)?) }))
    };
    let cost = |trade: u32| -> Result<JournalEvent, Failure> {
        let amount = Money { amount: Decimal::new(35, 2), currency: "USD".parse()? };
        let commission = Commission { amount, realized_pnl: Some(Decimal::new(1_234, 2)) };
        Ok(happened(OrderEvent::CommissionJoined { exec_id: exec_id(nth, trade).parse()?, commission }))
    };
    let mut life = vec![
        submitting(nth, RANDOM)?,
        happened(OrderEvent::Written),
        acknowledged("PreSubmitted"),
        acknowledged("Submitted"),
        traded(1)?,
        cost(1)?,
    ];
    if nth.is_multiple_of(4) {
        let by = principal(&timed_request(nth))?;
        let request_hash = "c".repeat(64);
        let key = Some(format!("{}-c", random_key(nth)).parse()?);
        life.push(JournalEvent::CancelSubmitting { cl_ord_id: cl_ord_id.clone(), key, request_hash, by });
        life.push(happened(OrderEvent::CancelPending));
        life.push(happened(OrderEvent::Informed { code: 202, message: "Order Canceled - reason:".to_owned() }));
        life.push(happened(OrderEvent::Canceled { detail: None }));
    } else {
        life.push(acknowledged("Submitted"));
        life.push(traded(2)?);
        life.push(cost(2)?);
        let (filled, avg_px) = (Decimal::from(10), Some(Decimal::new(18_945, 2)));
        life.push(happened(OrderEvent::ReportedFilled { filled, avg_px, perm_id }));
    }
    Ok(life)
}

/// As our command line makes it: 16 in a millisecond.
fn timed_key(nth: u32) -> String {
    format!("buy-{:012x}{}", START_MS + u64::from(nth / 16), chance(nth, 18))
}

/// Neighbours in time are none in an index.
fn random_key(nth: u32) -> String {
    format!("key-{}", chance(nth, 32))
}

fn timed_request(nth: u32) -> String {
    format!("{:012x}{}", START_MS + u64::from(nth / 16), chance(nth, 20))
}

fn random_request(nth: u32) -> String {
    chance(nth.wrapping_add(1 << 31), 32)
}

fn chance(nth: u32, digits: usize) -> String {
    blake3::hash(&nth.to_le_bytes()).to_hex().chars().take(digits).collect()
}

fn exec_id(nth: u32, trade: u32) -> String {
    format!("0000e0d5.{nth:08x}.0{trade}.01")
}

fn principal(request: &str) -> Result<Principal, Failure> {
    Ok(Principal {
        key_id: "strategy-1".parse()?,
        kind: PrincipalKind::Agent,
        scopes: [Scope::Read, Scope::TradePaper].into(),
        face: Face::Rest,
        correlation_id: request.parse()?,
    })
}

fn execution(nth: u32, trade: u32) -> Result<Execution, Failure> {
    Ok(Execution {
        is_cash: false,
        exec_id: exec_id(nth, trade).parse()?,
        account: "DUV000001".parse()?,
        con_id: con_id(nth)?,
        symbol: "AAPL".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: true,
        last_qty: "5".parse()?,
        last_px: "189.45".parse()?,
        exchange: "NASDAQ".to_owned(),
        executed_at: Some(at(i64::from(nth / 100))),
        broker_order_id: Some(BrokerOrderId::new(i64::from(nth))?),
        client_id: Some(ClientId::new(7)?),
        perm_id: Some(PermId::new(i64::from(nth) + 700_000_000)?),
        order_ref: format!("tg:bench1:{}", random_key(nth)),
        commission: None,
    })
}

fn con_id(nth: u32) -> Result<ConId, Failure> {
    Ok(ConId::new(i64::from(265_598 + nth % 20))?)
}

/// As the venue and a real Gateway describe a stock.
pub(crate) fn contract(nth: u32) -> Result<Contract, Failure> {
    let words =
        ["ACTIVETIM", "ADJUST", "ALERT", "ALGO", "DAY", "GTC", "LMT", "MKT", "STP", "STPLMT", "TRAIL", "WHATIF"];
    Ok(Contract {
        con_id: con_id(nth)?,
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: "USD".parse()?,
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: "APPLE INC".to_owned(),
        order_types: words.iter().map(|word| (*word).to_owned()).collect(),
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: Some(
            "20261127:0400-20261127:2000;20261128:CLOSED;20261129:CLOSED;20261130:0400-20261130:2000".to_owned(),
        ),
        liquid_hours: Some(
            "20261127:0930-20261127:1600;20261128:CLOSED;20261129:CLOSED;20261130:0930-20261130:1600".to_owned(),
        ),
    })
}

pub(crate) fn submitting(nth: u32, names: Names) -> Result<JournalEvent, Failure> {
    let contract = contract(nth)?;
    let intent = OrderIntent {
        cl_ord_id: (names.key)(nth).parse()?,
        account: None,
        instrument: Instrument::ConId(contract.con_id),
        side: Side::Buy,
        qty: "10".parse()?,
        order_type: OrderType::Limit { limit: "189.50".parse()? },
        tif: Tif::Day,
        outside_rth: false,
        reduce_only: false,
        strategy: Some("momentum".parse()?),
        preview_id: None,
        bracket: None,
        oca_group: None,
        flatten: false,
    };
    Ok(JournalEvent::OrderSubmitting {
        order: Box::new(ResolvedOrder { intent, account: "DUV000001".parse()?, contract }),
        request_hash: format!("{nth:064x}"),
        by: principal(&(names.request)(nth))?,
        broker_order_id: BrokerOrderId::new(i64::from(nth))?,
        generation: Generation(1),
        epoch: LeaseEpoch(1),
        approval: None,
        exits: None,
        gates_passed: vec!["C13_MAX_QTY".to_owned(), "C14_MAX_NOTIONAL".to_owned(), "C40_WORST_CASE".to_owned()],
        notional: None,
    })
}

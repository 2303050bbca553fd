//! The account of the benchmark `gates`, and the orders that it is asked about.

use crate::engine::measuring::{Ask, Decider, Known};
use crate::engine::{EngineConfig, LEASE_SILENCE, NoDriller, NoWitness, WallClock};
use crate::history::{Failure, at, begin, contract, life};
use domain::account::{AccountSummary, Position};
use domain::activity::AccountMark;
use domain::approved::ResolvedOrder;
use domain::book::Book;
use domain::broker_calendar::BrokerCalendar;
use domain::contract::Contract;
use domain::event::OrderEvent;
use domain::gates::{Dated, Reference};
use domain::hours::Hours;
use domain::id::{BrokerOrderId, ClientId, ConId, Generation, LeaseEpoch, PermId};
use domain::journal::{JournalEvent, Recorded};
use domain::mandate::MandateTerms;
use domain::market::{DataType, Quote};
use domain::mode::{Mode, ModeProof, Trading};
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::policy::{Layer, Policy, PolicySet};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const POSITIONS: u32 = 500;
const WORKING: u32 = 200;
const STRATEGIES: u32 = 8;
const MANDATES: u32 = 20;
const FIRST_CON_ID: i64 = 1_000_000;
const ACCOUNT: &str = "DUV000001";

/// What lies behind a decision.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    /// Orders that ended.
    pub(crate) ended: u32,
    /// Working orders in the instrument that is asked about; the others are spread.
    pub(crate) crowded: u32,
    /// Orders that were sent within the short window and ended.
    pub(crate) window: u32,
}

/// A Monday in the market's hours, long after the history.
pub(crate) fn now() -> Timestamp {
    at(1_050_800)
}

impl Scene {
    pub(crate) fn build(self) -> Result<Decider, Failure> {
        let policy = policy()?;
        let mut pages = Pages { book: Book::empty(), seq: 0 };
        for event in begin()? {
            pages.write(at(0), event)?;
        }
        for nth in 1..=self.ended {
            for event in life(nth)? {
                pages.write(at(i64::from(nth / 100)), event)?;
            }
        }
        let name = "bench".to_owned();
        let reason = "the benchmark".to_owned();
        let applied = JournalEvent::PolicyApplied {
            name,
            policy: Box::new(policy.clone()),
            changes: Vec::new(),
            by: None,
            reason,
        };
        pages.write(at(1_050_000), applied)?;
        pages.write(at(1_050_000), JournalEvent::TradingDayBegan { began_at: at(1_050_000), begins_week: true })?;
        let mark = AccountMark {
            currency: "USD".parse()?,
            net_liquidation: Decimal::from(100_000_000),
            unrealized: None,
            realized: None,
        };
        pages.write(at(1_050_002), JournalEvent::AccountMarked { account: ACCOUNT.parse()?, mark })?;
        for nth in 0..MANDATES {
            for event in mandate(nth)? {
                pages.write(at(1_050_001), event)?;
            }
        }
        let mut next = self.ended + 1;
        for _ in 0..self.window {
            for event in working(next, 1)?.into_iter().chain([over(next)?]) {
                pages.write(at(1_050_790), event)?;
            }
            next += 1;
        }
        for nth in 0..WORKING {
            let place = if nth < self.crowded { 0 } else { nth };
            for event in working(next, place)? {
                pages.write(at(1_050_100), event)?;
            }
            next += 1;
        }
        let account = ACCOUNT.parse()?;
        let known = Known {
            book: pages.book,
            mode: ModeProof {
                pinned: Some(account),
                connected: vec![ACCOUNT.parse()?],
                port: 7497,
                simulated: true,
                loopback: true,
            },
            account: funds()?,
            positions: (0..POSITIONS).map(position).collect::<Result<_, _>>()?,
            quotes: (0..POSITIONS).map(quote).collect::<Result<_, _>>()?,
        };
        Ok(Decider::new(config(policy)?, known, Arc::new(WallClock), now()))
    }
}

/// A journal in memory.
struct Pages {
    book: Book,
    seq: u64,
}

impl Pages {
    fn write(&mut self, at: Timestamp, event: JournalEvent) -> Result<(), Failure> {
        self.seq += 1;
        Ok(self.book.apply(&Recorded { seq: self.seq, at, event })?)
    }
}

/// A human's order that every gate lets through.
pub(crate) fn passes() -> Result<Ask, Failure> {
    ask(intent("judged", 0, "10", "189.50")?, PrincipalKind::Human)
}

/// The same, a cent later.
pub(crate) fn passes_dearer() -> Result<Ask, Failure> {
    let dearer = Quote { bid: Some("189.45".parse()?), ask: Some("189.47".parse()?), ..quote(0)? };
    ask_at(intent("judged", 0, "10", "189.50")?, PrincipalKind::Human, dearer)
}

/// Too many, too dear, beyond the collar, off the tick, for a position that is too large, and too much of the funds.
pub(crate) fn refused() -> Result<Ask, Failure> {
    ask(intent("judged", 0, "5000000", "389.505")?, PrincipalKind::Human)
}

/// An agent's order, which needs an approval or a mandate.
pub(crate) fn by_mandate() -> Result<Ask, Failure> {
    ask(intent("judged", 0, "10", "189.50")?, PrincipalKind::Agent)
}

fn ask(intent: OrderIntent, kind: PrincipalKind) -> Result<Ask, Failure> {
    ask_at(intent, kind, quote(0)?)
}

fn ask_at(intent: OrderIntent, kind: PrincipalKind, quote: Quote) -> Result<Ask, Failure> {
    let paper = paper(0)?;
    let hours = Hours::read(&paper).ok_or("the hours cannot be read")?;
    let reference = Reference {
        hours: Some(Dated { value: Arc::new(hours), at: now() }),
        volume: Some(Dated { value: Decimal::from(50_000_000), at: now() }),
        what_if: None,
    };
    Ok(Ask::new(intent, principal("trader", kind)?, paper, quote, reference))
}

fn principal(key: &str, kind: PrincipalKind) -> Result<Principal, Failure> {
    Ok(Principal {
        key_id: key.parse()?,
        kind,
        scopes: [Scope::Read, Scope::TradePaper].into(),
        face: Face::Rest,
        correlation_id: "bench".parse()?,
    })
}

fn intent(key: &str, place: u32, qty: &str, limit: &str) -> Result<OrderIntent, Failure> {
    Ok(OrderIntent {
        cl_ord_id: key.parse()?,
        account: None,
        instrument: domain::contract::Instrument::ConId(con_id(place)?),
        side: Side::Buy,
        qty: qty.parse()?,
        order_type: OrderType::Limit { limit: limit.parse()? },
        tif: Tif::Day,
        outside_rth: false,
        reduce_only: false,
        strategy: Some(format!("strategy-{}", place % STRATEGIES).parse()?),
        preview_id: None,
        bracket: None,
        oca_group: None,
        flatten: false,
    })
}

fn con_id(place: u32) -> Result<ConId, Failure> {
    Ok(ConId::new(FIRST_CON_ID + i64::from(place))?)
}

fn symbol(place: u32) -> String {
    format!("SYM{place}")
}

fn paper(place: u32) -> Result<Contract, Failure> {
    let hours = Some("20261127:0400-20261127:2000;20261128:CLOSED;20261130:0400-20261130:2000".to_owned());
    Ok(Contract {
        con_id: con_id(place)?,
        symbol: symbol(place),
        local_symbol: symbol(place),
        trading_hours: hours.clone(),
        liquid_hours: hours,
        ..contract(place)?
    })
}

/// An order that works. The sells are worth what the market is with the policy's slippage, for that is above their limit.
fn working(nth: u32, place: u32) -> Result<Vec<JournalEvent>, Failure> {
    let key = format!("{nth:08}-working");
    let order = ResolvedOrder {
        intent: if nth.is_multiple_of(2) {
            intent(&key, place, "10", "180.25")?
        } else {
            OrderIntent { side: Side::Sell, ..intent(&key, place, "10", "190.25")? }
        },
        account: ACCOUNT.parse()?,
        contract: paper(place)?,
    };
    let cl_ord_id = order.intent.cl_ord_id.clone();
    let perm_id = Some(PermId::new(i64::from(nth) + 700_000_000)?);
    let acknowledged =
        OrderEvent::Acknowledged { broker_status: "Submitted".to_owned(), perm_id, generation: Generation(1) };
    Ok(vec![
        JournalEvent::OrderSubmitting {
            order: Box::new(order),
            request_hash: format!("{nth:064x}"),
            by: principal("trader", PrincipalKind::Human)?,
            broker_order_id: BrokerOrderId::new(i64::from(nth))?,
            generation: Generation(1),
            epoch: LeaseEpoch(1),
            approval: None,
            exits: None,
            gates_passed: Vec::new(),
            notional: Some(Decimal::new(180_250, 2)),
        },
        JournalEvent::Order { cl_ord_id: cl_ord_id.clone(), event: OrderEvent::Written },
        JournalEvent::Order { cl_ord_id, event: acknowledged },
    ])
}

fn over(nth: u32) -> Result<JournalEvent, Failure> {
    let cl_ord_id = format!("{nth:08}-working").parse()?;
    Ok(JournalEvent::Order { cl_ord_id, event: OrderEvent::Canceled { detail: None } })
}

/// A mandate that counts. Only the last one covers the order.
fn mandate(nth: u32) -> Result<Vec<JournalEvent>, Failure> {
    let id: domain::id::MandateId = format!("m{nth:02}").parse()?;
    let terms = MandateTerms {
        key: Some("trader".parse()?),
        strategy: None,
        account: ACCOUNT.parse()?,
        mode: Mode::Paper,
        symbols: [if nth + 1 == MANDATES { symbol(0) } else { symbol(nth + 1) }].into(),
        sides: [Side::Buy].into(),
        order_notional_max: Decimal::from(5_000),
        notional_max: Decimal::from(1_000_000),
        orders_max: 1_000,
        expires_at: at(2_000_000),
    };
    let by = principal("owner", PrincipalKind::Human)?;
    let granted =
        JournalEvent::MandateGranted { id: id.clone(), terms: Box::new(terms), by: by.clone(), reason: String::new() };
    Ok(vec![granted, JournalEvent::MandateConfirmed { id, by }])
}

fn funds() -> Result<AccountSummary, Failure> {
    let amount = Some(Decimal::from(100_000_000));
    Ok(AccountSummary {
        account: ACCOUNT.parse()?,
        base_currency: Some("USD".parse()?),
        net_liquidation: amount,
        cash: [("USD".parse()?, Decimal::from(100_000_000))].into(),
        total_cash: amount,
        buying_power: amount,
        init_margin: Some(Decimal::ZERO),
        maint_margin: Some(Decimal::ZERO),
        excess_liquidity: amount,
        available_funds: amount,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::new(),
        received_at: now(),
    })
}

fn position(place: u32) -> Result<Position, Failure> {
    Ok(Position {
        account: ACCOUNT.parse()?,
        con_id: con_id(place)?,
        symbol: symbol(place),
        terms: domain::contract::ContractTerms::NONE,
        currency: "USD".parse()?,
        is_cash: false,
        qty: Decimal::from(100 + place % 7),
        avg_cost: Some(Decimal::new(18_100, 2)),
        market_price: Some(Decimal::new(18_943, 2)),
        market_value: Some(Decimal::new(18_943, 2) * Decimal::from(100 + place % 7)),
        unrealized_pnl: None,
        realized_pnl: None,
    })
}

fn quote(place: u32) -> Result<Quote, Failure> {
    Ok(Quote {
        con_id: con_id(place)?,
        bid: Some("189.44".parse()?),
        ask: Some("189.46".parse()?),
        last: Some("189.45".parse()?),
        bid_size: Some(Decimal::ONE_HUNDRED),
        ask_size: Some(Decimal::ONE_HUNDRED),
        last_size: Some(Decimal::ONE_HUNDRED),
        volume: Some(Decimal::from(5_000_000)),
        close: Some("188.00".parse()?),
        halted: Some(false),
        shortable: None,
        data_type: DataType::Live,
        received_at: now(),
    })
}

/// No gate is left out; what the scene itself needs is allowed. A section for every trait of the order.
fn policy() -> Result<PolicySet, Failure> {
    let large = Decimal::from(100_000_000);
    let mut base = Policy::conservative();
    base.open_orders_max = 1_000;
    base.open_orders_per_instrument_max = 1_000;
    base.capital_gross_max = large;
    base.capital_net_max = large;
    base.currency_notional_max = large;
    base.position_notional_max = large;
    base.issuer_notional_max = large;
    base.open_notional_max = large;
    base.short_window_notional_max = large;
    base.short_window_qty_max = large;
    base.orders_day_max = 1_000_000;
    base.messages_per_day_max = 1_000_000;
    base.efficiency_messages_min = 1_000_000;
    base.strategy_executions_max = 1_000_000;
    base.what_if_required = false;
    let mut set = PolicySet::from(base);
    let layers = [
        Layer::Account(ACCOUNT.parse()?),
        Layer::Strategy("strategy-0".parse()?),
        Layer::SecType(domain::contract::SecType::Stk),
        Layer::Instrument(symbol(0)),
    ];
    for layer in layers {
        let patch = domain::policy::Patch { order_qty_max: Some(Decimal::from(900)), ..Default::default() };
        set.sections.insert(layer, patch);
    }
    Ok(set)
}

fn config(policy: PolicySet) -> Result<EngineConfig, Failure> {
    Ok(EngineConfig {
        installation: "bench1".parse()?,
        version: "0.0.0",
        trading: Trading::Paper,
        policy_name: "bench".to_owned(),
        policy: Box::new(policy),
        account: Some(ACCOUNT.parse()?),
        embedded_venue: false,
        endpoint: "127.0.0.1:7497".to_owned(),
        port: 7497,
        client_id: ClientId::new(7)?,
        config_hash: "0".repeat(64),
        key_secret: [7; 32],
        sessions: tollgate_engine::SessionRules::standard(),
        session_shelf: None,
        kill_file: "/nonexistent/KILL".into(),
        live_override_file: None,
        driller: Arc::new(NoDriller),
        witness: Arc::new(NoWitness),
        parts: Vec::new(),
        lease_silence: LEASE_SILENCE,
        reconcile_every: Duration::from_mins(10),
        calendar: BrokerCalendar::without_windows(TimeZone::UTC, jiff::civil::time(23, 0, 0, 0)),
        held_after: Duration::from_secs(10),
        look_up_after: Duration::from_secs(5),
    })
}

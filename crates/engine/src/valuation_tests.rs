//! What is kept in step is what counting everything anew gives, after any sequence of what may happen to orders and prices.

use crate::config::{EngineConfig, LEASE_SILENCE};
use crate::core::{Batch, Core, Prices, Touch};
use crate::desk::{LeaseStatus, Role};
use crate::drilling::NoDriller;
use crate::input::OrderFacts;
use crate::shared::Session;
use crate::witness::NoWitness;
use domain::account::{AccountSummary, Position};
use domain::approved::ResolvedOrder;
use domain::book::Book;
use domain::bracket::{Bracket, ExitIds};
use domain::broker::NotSentReason;
use domain::broker_calendar::BrokerCalendar;
use domain::change::ChangeFate;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::event::OrderEvent;
use domain::execution::Execution;
use domain::gates::Reference;
use domain::id::{AccountId, BrokerOrderId, ClOrdId, ClientId, ConId, Generation, LeaseEpoch, PermId};
use domain::journal::{JournalEvent, Recorded};
use domain::mode::{ModeProof, Trading};
use domain::money::{Price, Qty};
use domain::order::{Amendment, OrderIntent, OrderType, OrderTypeKind, Side, Tif, Trail};
use domain::order_record::OrderRecord;
use domain::order_ref::OrderRef;
use domain::policy::{Layer, Patch, Policy, PolicySet};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use domain::worst_price::worst_price;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KINDS: [OrderTypeKind; 11] = [
    OrderTypeKind::Limit,
    OrderTypeKind::Stop,
    OrderTypeKind::StopLimit,
    OrderTypeKind::Market,
    OrderTypeKind::Trail,
    OrderTypeKind::TrailLimit,
    OrderTypeKind::Midprice,
    OrderTypeKind::Moc,
    OrderTypeKind::Loc,
    OrderTypeKind::Moo,
    OrderTypeKind::Loo,
];

#[derive(Clone, Copy, Debug)]
enum Happens {
    Written,
    NotSent,
    Unknown,
    Acknowledged,
    Traded(u8),
    Busted(u8),
    ReportedFilled(u8),
    LinkLost,
    NotFound,
    TwinSeen(u8),
    TwinOver,
    ChangeRefused,
    Canceled,
    Rejected,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Submit { place: i64, buys: bool, kind: usize, qty: u8, price: i64, bracket: bool },
    Change { order: usize, qty: u8, price: i64 },
    Happens { order: usize, what: Happens },
    Price { place: i64, price: Option<i64> },
    Rate(Option<i64>),
    Judge,
}

fn any_act() -> impl Strategy<Value = Act> {
    let price = || 9_000_i64..11_000;
    let what = prop_oneof![
        2 => Just(Happens::Written),
        1 => Just(Happens::NotSent),
        1 => Just(Happens::Unknown),
        4 => Just(Happens::Acknowledged),
        6 => (1_u8..8).prop_map(Happens::Traded),
        1 => any::<u8>().prop_map(Happens::Busted),
        1 => (1_u8..20).prop_map(Happens::ReportedFilled),
        1 => Just(Happens::LinkLost),
        1 => Just(Happens::NotFound),
        1 => (1_u8..20).prop_map(Happens::TwinSeen),
        1 => Just(Happens::TwinOver),
        1 => Just(Happens::ChangeRefused),
        1 => Just(Happens::Canceled),
        1 => Just(Happens::Rejected),
    ];
    let submit = (1_i64..3, any::<bool>(), 0..KINDS.len(), 1_u8..20, price(), prop::bool::weighted(0.3))
        .prop_map(|(place, buys, kind, qty, price, bracket)| Act::Submit { place, buys, kind, qty, price, bracket });
    prop_oneof![
        6 => submit,
        3 => (any::<usize>(), 1_u8..30, price()).prop_map(|(order, qty, price)| Act::Change { order, qty, price }),
        20 => (any::<usize>(), what).prop_map(|(order, what)| Act::Happens { order, what }),
        5 => (1_i64..3, proptest::option::weighted(0.9, price())).prop_map(|(place, price)| Act::Price { place, price }),
        1 => proptest::option::weighted(0.8, 90_i64..120).prop_map(Act::Rate),
        6 => Just(Act::Judge),
    ]
}

/// Prices that the test sets.
#[derive(Clone, Default)]
struct Board(Arc<Mutex<BTreeMap<ConId, Decimal>>>);

impl Board {
    fn set(&self, con_id: ConId, price: Option<i64>) {
        let mut prices = self.0.lock().unwrap();
        match price {
            Some(cents) => prices.insert(con_id, Decimal::new(cents, 2)),
            None => prices.remove(&con_id),
        };
    }
}

impl Prices for Board {
    fn reference(&self, con_id: ConId) -> Option<Decimal> {
        self.0.lock().unwrap().get(&con_id).copied()
    }

    /// A cent to either side.
    fn touch(&self, con_id: ConId) -> Touch {
        let beside = |cents: i64| self.reference(con_id).map(|price| price + Decimal::new(cents, 2));
        Touch { buys: beside(1), sells: beside(-1) }
    }

    fn range(&self, _: ConId, _: i64, _: Timestamp) -> Option<(Decimal, Decimal)> {
        None
    }
}

fn con_id(place: i64) -> ConId {
    ConId::new(place).unwrap()
}

fn cents(cents: i64) -> Price {
    Price::new(Decimal::new(cents, 2)).unwrap()
}

fn qty(qty: u8) -> Qty {
    qty.to_string().parse().unwrap()
}

/// One in the base currency, one in another and with a multiplier.
fn contract(place: i64) -> Contract {
    Contract {
        con_id: con_id(place),
        symbol: format!("S{place}"),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: None,
        currency: if place == 1 { "USD" } else { "EUR" }.parse().unwrap(),
        local_symbol: format!("S{place}"),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: if place == 1 { Decimal::ONE } else { Decimal::TEN },
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: String::new(),
        order_types: Vec::new(),
        time_zone: None,
        trading_hours: None,
        liquid_hours: None,
    }
}

fn order_type(kind: OrderTypeKind, price: i64) -> OrderType {
    match kind {
        OrderTypeKind::Limit => OrderType::Limit { limit: cents(price) },
        OrderTypeKind::Stop => OrderType::Stop { stop: cents(price) },
        OrderTypeKind::StopLimit => OrderType::StopLimit { stop: cents(price), limit: cents(price + 50) },
        OrderTypeKind::Trail if price % 2 == 0 => OrderType::Trail { trail: Trail::Amount(cents(100)) },
        OrderTypeKind::Trail => OrderType::Trail { trail: Trail::Percent(cents(200)) },
        OrderTypeKind::TrailLimit => {
            OrderType::TrailLimit { trail: Trail::Amount(cents(100)), stop: cents(price), limit: cents(price + 50) }
        }
        OrderTypeKind::Midprice => OrderType::Midprice { cap: (price % 2 == 0).then(|| cents(price)) },
        OrderTypeKind::Market => OrderType::Market,
        OrderTypeKind::Moc => OrderType::Moc,
        OrderTypeKind::Loc => OrderType::Loc { limit: cents(price) },
        OrderTypeKind::Moo => OrderType::Moo,
        OrderTypeKind::Loo => OrderType::Loo { limit: cents(price) },
    }
}

fn resolved(key: &str, place: i64, buys: bool, order_type: OrderType) -> ResolvedOrder {
    let intent = OrderIntent {
        cl_ord_id: key.parse().unwrap(),
        account: None,
        instrument: Instrument::ConId(con_id(place)),
        side: if buys { Side::Buy } else { Side::Sell },
        qty: qty(10),
        order_type,
        tif: Tif::Day,
        outside_rth: false,
        reduce_only: false,
        strategy: None,
        preview_id: None,
        bracket: None,
        oca_group: None,
        flatten: false,
    };
    ResolvedOrder { intent, account: "DU1".parse().unwrap(), contract: contract(place) }
}

fn trader() -> Principal {
    Principal {
        key_id: "trader".parse().unwrap(),
        kind: PrincipalKind::Human,
        scopes: [Scope::TradePaper].into(),
        face: Face::Rest,
        correlation_id: "test".parse().unwrap(),
    }
}

/// A section thinks worse of one of the markets.
fn policy() -> PolicySet {
    let mut policy = PolicySet::from(Policy::conservative());
    let worse = policy.base.market_order_slippage_percent + Decimal::TEN;
    let patch = Patch { market_order_slippage_percent: Some(worse), ..Default::default() };
    policy.sections.insert(Layer::Instrument("S2".to_owned()), patch);
    policy
}

fn config() -> EngineConfig {
    EngineConfig {
        installation: "test1".parse().unwrap(),
        version: "0.0.0",
        trading: Trading::Paper,
        policy_name: "test".to_owned(),
        policy: Box::new(policy()),
        account: Some("DU1".parse().unwrap()),
        embedded_venue: false,
        endpoint: "127.0.0.1:7497".to_owned(),
        port: 7497,
        client_id: ClientId::new(7).unwrap(),
        config_hash: String::new(),
        key_secret: [7; 32],
        sessions: crate::SessionRules::standard(),
        session_shelf: None,
        kill_file: "/nonexistent/KILL".into(),
        live_override_file: None,
        driller: Arc::new(NoDriller),
        witness: Arc::new(NoWitness),
        parts: Vec::new(),
        lease_silence: LEASE_SILENCE,
        reconcile_every: Duration::from_mins(10),
        calendar: BrokerCalendar::without_windows(jiff::tz::TimeZone::UTC, jiff::civil::time(23, 0, 0, 0)),
        held_after: Duration::from_secs(10),
        look_up_after: Duration::from_secs(5),
    }
}

fn funds() -> AccountSummary {
    AccountSummary {
        account: "DU1".parse().unwrap(),
        base_currency: Some("USD".parse().unwrap()),
        net_liquidation: None,
        cash: BTreeMap::new(),
        total_cash: None,
        buying_power: None,
        init_margin: None,
        maint_margin: None,
        excess_liquidity: None,
        available_funds: None,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::from([("EUR".parse().unwrap(), Decimal::new(108, 2))]),
        received_at: now(),
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

struct World {
    core: Core,
    board: Board,
    next: i32,
    applied: usize,
}

impl World {
    fn begin() -> Self {
        let board = Board::default();
        board.set(con_id(1), Some(10_000));
        board.set(con_id(2), Some(10_000));
        let mut session = Session::down(now(), "", "", LeaseStatus { role: Role::Writer, epoch: 1, holder_pid: None });
        session.account = Some(funds());
        session.held = BTreeMap::from([(con_id(1), Decimal::from(50)), (con_id(2), Decimal::from(-20))]);
        let core = Core::new(config(), Book::empty(), session, Box::new(board.clone()), now());
        let mut world = Self { core, board, next: 0, applied: 0 };
        world.push(JournalEvent::Installed { installation: "test1".parse().unwrap() });
        let (accounts, mode) = (vec!["DU1".parse().unwrap()], Err("not proven".to_owned()));
        let generation = Generation(1);
        world.push(JournalEvent::LinkUp { generation, server_version: 213, accounts, next_valid_id: 1, mode });
        assert_eq!(world.applied, 2);
        world
    }

    /// The account is known to be the pinned one: its trades are ours.
    fn proven() -> Self {
        let mut world = Self::begin();
        let account: AccountId = "DU1".parse().unwrap();
        world.core.session.mode = Some(ModeProof {
            pinned: Some(account.clone()),
            connected: vec![account],
            port: 4002,
            simulated: false,
            loopback: true,
        });
        world
    }

    /// A trade of an order, as the broker reports it.
    fn trade(&mut self, key: &str, many: u8) -> Execution {
        let order = self.core.book.order(&key.parse().unwrap()).unwrap().clone();
        let order_ref = OrderRef::new(&"test1".parse().unwrap(), &order.intent.cl_ord_id).to_string();
        Execution { order_ref, ..self.execution(&order, many) }
    }

    fn number(&mut self) -> i32 {
        self.next += 1;
        self.next
    }

    /// What cannot follow from the book does not happen.
    fn push(&mut self, event: JournalEvent) {
        let record = Recorded { seq: self.core.book.seq + 1, at: now(), event };
        if self.core.book.clone().apply(&record).is_ok() {
            self.core.push(&mut Batch::default(), now(), record.event);
            self.applied += 1;
        }
    }

    fn pick(&self, nth: usize) -> Option<&OrderRecord> {
        let open: Vec<&OrderRecord> = self.core.book.open_orders().collect();
        open.get(nth % open.len().max(1)).copied()
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Submit { place, buys, kind, qty: many, price, bracket } => {
                let kind = if bracket { OrderTypeKind::Limit } else { KINDS[kind] };
                let key = format!("k-{}", self.number());
                let mut order = resolved(&key, place, buys, order_type(kind, price));
                order.intent.qty = qty(many);
                let away = if buys { 500 } else { -500 };
                let exits = Bracket { take_profit: cents(price + away), stop_loss: cents(price - away) };
                order.intent.bracket = bracket.then_some(exits);
                self.submit(order);
            }
            Act::Change { order, qty: many, price } => {
                let Some(found) = self.pick(order) else { return };
                let (cl_ord_id, kind) = (found.intent.cl_ord_id.clone(), found.intent.order_type.kind());
                let amendment = Amendment { qty: qty(many), order_type: order_type(kind, price), tif: Tif::Day };
                let key = format!("r-{}", self.number()).parse().unwrap();
                let (by, request_hash) = (trader(), "r".repeat(64));
                self.push(JournalEvent::ReplaceSubmitting {
                    cl_ord_id,
                    key,
                    request_hash,
                    by,
                    amendment,
                    notional: None,
                });
            }
            Act::Happens { order, what } => {
                let Some(found) = self.pick(order).cloned() else { return };
                if let Some(event) = self.event(&found, what) {
                    self.push(JournalEvent::Order { cl_ord_id: found.intent.cl_ord_id, event });
                }
            }
            Act::Price { place, price } => self.board.set(con_id(place), price),
            Act::Rate(rate) => {
                let rates = rate.map(|rate| ("EUR".parse().unwrap(), Decimal::new(rate, 2)));
                self.core.session.account.as_mut().unwrap().exchange_rates = rates.into_iter().collect();
            }
            Act::Judge => self.check(),
        }
    }

    fn submit(&mut self, order: ResolvedOrder) {
        let mut id = || BrokerOrderId::new(self.number().into()).unwrap();
        let broker_order_id = id();
        let exits = order.intent.bracket.map(|_| ExitIds { take_profit: id(), stop_loss: id() });
        self.push(JournalEvent::OrderSubmitting {
            order: Box::new(order),
            request_hash: "a".repeat(64),
            by: trader(),
            broker_order_id,
            generation: Generation(1),
            epoch: LeaseEpoch(1),
            approval: None,
            exits,
            gates_passed: Vec::new(),
            notional: None,
        });
    }

    fn event(&mut self, order: &OrderRecord, what: Happens) -> Option<OrderEvent> {
        let (code, message) = (201, "no".to_owned());
        let perm_id = order.perm_id.or_else(|| PermId::new(i64::from(self.number()) + 1_000).ok());
        Some(match what {
            Happens::Written => OrderEvent::Written,
            Happens::NotSent => OrderEvent::NotSent { reason: NotSentReason::NoLink },
            Happens::Unknown => OrderEvent::SendUnknown { detail: message },
            Happens::Acknowledged => {
                let broker_status = "Submitted".to_owned();
                OrderEvent::Acknowledged { broker_status, perm_id, generation: Generation(1) }
            }
            Happens::Traded(many) => OrderEvent::Executed { execution: Box::new(self.execution(order, many)) },
            Happens::Busted(pick) => {
                let count = order.executions.len().max(1);
                OrderEvent::Busted { exec_id: order.executions.keys().nth(usize::from(pick) % count)?.clone() }
            }
            Happens::ReportedFilled(many) => {
                OrderEvent::ReportedFilled { filled: many.into(), avg_px: Some(Decimal::ONE_HUNDRED), perm_id }
            }
            Happens::LinkLost => OrderEvent::LinkLost,
            Happens::NotFound => OrderEvent::NotFound,
            Happens::TwinSeen(total) => OrderEvent::TwinSeen {
                perm_id: PermId::new(i64::from(self.number()) + 1_000).unwrap(),
                broker_order_id: None,
                total: Some(total.into()),
                broker_status: "Submitted".to_owned(),
            },
            Happens::TwinOver => {
                let perm_id = *order.twins.keys().next()?;
                OrderEvent::TwinOver { perm_id, broker_status: "Cancelled".to_owned() }
            }
            Happens::ChangeRefused => OrderEvent::ReplaceRefused { code, message },
            Happens::Canceled => OrderEvent::Canceled { detail: None },
            Happens::Rejected => OrderEvent::Rejected { code, message },
        })
    }

    fn execution(&mut self, order: &OrderRecord, many: u8) -> Execution {
        let contract = order.contract.as_ref().unwrap();
        Execution {
            is_cash: false,
            exec_id: format!("e{}.01", self.number()).parse().unwrap(),
            account: "DU1".parse().unwrap(),
            con_id: contract.con_id,
            symbol: contract.symbol.clone(),
            terms: domain::contract::ContractTerms::NONE,
            is_buy: order.intent.side.is_buy(),
            last_qty: qty(many),
            last_px: cents(10_000),
            exchange: "SMART".to_owned(),
            executed_at: None,
            broker_order_id: None,
            client_id: None,
            perm_id: order.perm_id,
            order_ref: String::new(),
            commission: None,
        }
    }

    /// What an order is told of the world, beside what one is told that begins with the book alone.
    fn check(&mut self) {
        let session = self.core.session.clone();
        let mut anew = Core::new(config(), self.core.book.clone(), session, Box::new(self.board.clone()), now());
        let judged = [1, 2].map(|place| resolved("judged", place, true, OrderType::Market));
        for order in &judged {
            // Only what is judged is worth what it is worth at this moment.
            value(&mut self.core, order);
            value(&mut anew, order);
        }
        assert_eq!(self.core.valuation.worth, anew.valuation.worth);
        // A change is told of what is open without the order itself.
        let changed: Vec<ResolvedOrder> = self.core.book.open_orders().filter_map(OrderRecord::resolved).collect();
        for order in judged.into_iter().chain(changed) {
            assert_eq!(value(&mut self.core, &order), value(&mut anew, &order));
        }
        for place in [1, 2] {
            // What the broker has called filled and no trade has told is within what may be held.
            let of = |buys: bool| -> Decimal {
                let orders = self.core.book.orders.values().filter(|order| order.intent.side.is_buy() == buys);
                let here = orders.filter(|order| order.contract.as_ref().unwrap().con_id == con_id(place));
                here.map(|order| {
                    order.cum_qty() - order.executions.values().map(|one| one.last_qty.get()).sum::<Decimal>()
                })
                .sum()
            };
            let range = self.core.valuation.worth.place(con_id(place)).unwrap().qty();
            assert!(range.high >= range.now + of(true) && range.low <= range.now - of(false), "{range:?}");
        }
        let open = open(&self.core);
        assert_eq!(open.len(), self.core.valuation.worth.open_count(&"judged".parse().unwrap()));
        for (key, risk) in open {
            let order = self.core.book.order(&key).unwrap();
            assert_eq!(risk.notional.map(|told| told.round_dp(8)), self.dearest(order, risk.leaves), "{order:?}");
        }
    }

    /// What is left of an order at worst, kind by kind, in words of its own: no formula of the engine's is asked.
    fn dearest(&self, order: &OrderRecord, leaves: Decimal) -> Option<Decimal> {
        if leaves.is_zero() {
            return Some(leaves);
        }
        let (buys, contract) = (order.intent.side.is_buy(), order.contract.as_ref().unwrap());
        let meets = self
            .board
            .reference(contract.con_id)
            .map(|price| if buys { price + Decimal::new(1, 2) } else { price - Decimal::new(1, 2) });
        let mut worst = Decimal::ZERO;
        let open = order.pending_replace.as_ref().map(|change| change.amendment.order_type);
        let overtaken = order.changes.values().filter_map(|fate| {
            let ChangeFate::Overtaken { amendment } = fate else { return None };
            Some(amendment.order_type)
        });
        for kind in std::iter::once(order.intent.order_type).chain(open).chain(overtaken) {
            let slips = |price: Decimal| {
                let more = if contract.symbol == "S2" { Decimal::TEN } else { Decimal::ZERO };
                let percent = Policy::conservative().market_order_slippage_percent + more;
                price + price * percent / Decimal::ONE_HUNDRED
            };
            let at_least = |own: Price| if buys { Some(own.get()) } else { Some(own.get().max(meets?)) };
            let price = match kind {
                OrderType::Limit { limit }
                | OrderType::StopLimit { limit, .. }
                | OrderType::TrailLimit { limit, .. }
                | OrderType::Loc { limit }
                | OrderType::Loo { limit }
                | OrderType::Midprice { cap: Some(limit) } => at_least(limit)?,
                OrderType::Stop { stop } if buys => slips(stop.get().max(meets.unwrap_or_default())),
                OrderType::Stop { stop } => slips(stop.get().max(meets?)),
                OrderType::Trail { trail: Trail::Amount(away) } if buys => slips(meets? + away.get()),
                OrderType::Trail { trail: Trail::Percent(away) } if buys => {
                    slips(meets? + meets? * away.get() / Decimal::ONE_HUNDRED)
                }
                OrderType::Trail { .. }
                | OrderType::Market
                | OrderType::Midprice { cap: None }
                | OrderType::Moc
                | OrderType::Moo => slips(meets?),
            };
            worst = worst.max(price);
        }
        let rate = if contract.currency.to_string() == "USD" {
            Decimal::ONE
        } else {
            *self.core.session.account.as_ref()?.exchange_rates.get(&contract.currency)?
        };
        Some((worst * leaves * contract.multiplier * rate).round_dp(8))
    }
}

/// Fifty of the first paper as a look tells them.
fn told(market: Option<i64>, cost: i64) -> Position {
    Position {
        account: "DU1".parse().unwrap(),
        con_id: con_id(1),
        symbol: "S1".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        currency: "USD".parse().unwrap(),
        is_cash: false,
        qty: Decimal::from(50),
        avg_cost: Some(Decimal::from(cost)),
        market_price: market.map(Decimal::from),
        market_value: market.map(|price| Decimal::from(price * 50)),
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

#[test]
fn of_a_kept_quote_and_what_the_broker_tells_the_dearer_counts_and_the_cost_where_neither_is_known() {
    for (quote, market, worth) in [
        (Some(2_000), Some(60), 60 * 50),
        (Some(9_000), Some(60), 90 * 50),
        (None, Some(60), 60 * 50),
        (None, None, 7 * 50),
    ] {
        let mut world = World::begin();
        world.core.valuation.tell(&[told(market, 7)]);
        world.board.set(con_id(1), quote);
        world.core.value_everything();
        let place = world.core.valuation.worth.place(con_id(1)).unwrap();
        assert_eq!(place.worth().map(|range| range.now), Some(Decimal::from(worth)), "{quote:?} {market:?}");
    }
}

#[test]
fn what_is_open_counts_no_less_than_it_was_judged_at() {
    for (nth, kind) in KINDS.into_iter().enumerate() {
        for buys in [true, false] {
            let mut world = World::begin();
            let order = resolved(&format!("k-{nth}"), 2, buys, order_type(kind, 9_901));
            let touch = world.board.touch(con_id(2));
            let touch = if buys { touch.buys } else { touch.sells };
            let slippage = world.core.policy().slippage_percent_for(&order.policy_scope());
            let judged = worst_price(&order.intent.order_type, order.intent.side, touch, slippage).unwrap();
            let judged = judged * Decimal::from(10 * 10) * Decimal::new(108, 2);
            let key = order.intent.cl_ord_id.clone();
            world.submit(order);
            let (open, ..) = value(&mut world.core, &resolved("judged", 1, true, OrderType::Market));
            assert!(open[&key].notional >= Some(judged), "{kind:?}, buys: {buys}");
        }
    }
}

#[test]
fn what_an_order_of_ours_trades_is_worth_something_before_any_order_was_judged() {
    let mut world = World::proven();
    world.core.session.held.clear();
    // As after a restart: the order is in the book, and no look has told of its contract.
    world.submit(resolved("k-1", 1, true, OrderType::Market));
    let execution = world.trade("k-1", 3);
    world.core.executed(&mut Batch::default(), now(), &execution);
    assert_eq!(world.core.session.held[&con_id(1)], Decimal::from(3));
    let (_, view) = value(&mut world.core, &resolved("judged", 2, true, OrderType::Market));
    assert_eq!(view.gross.unknown, 0, "{view:?}");
    assert!(!world.core.look_again, "nothing is left to ask for");
}

#[test]
fn another_slippage_counts_at_once_for_what_is_open() {
    let mut world = World::begin();
    world.submit(resolved("k-1", 1, true, OrderType::Market));
    world.core.value_everything();
    let open = |world: &mut World| {
        let (open, ..) = value(&mut world.core, &resolved("judged", 2, true, OrderType::Market));
        open.values().next().unwrap().notional.unwrap()
    };
    let before = open(&mut world);
    let mut policy = policy();
    policy.base.market_order_slippage_percent += Decimal::TEN;
    let (name, reason) = ("test".to_owned(), "wider".to_owned());
    world.push(JournalEvent::PolicyApplied { name, policy: Box::new(policy), changes: Vec::new(), by: None, reason });
    assert_eq!(open(&mut world) - before, Decimal::new(10_001, 2), "ten percent of ten at 100.01");
}

type Told = (BTreeMap<ClOrdId, domain::exposure::OpenRisk>, domain::worth::View);

fn value(core: &mut Core, order: &ResolvedOrder) -> Told {
    let facts = OrderFacts { contract: order.contract.clone(), quote: None, reference: Reference::default() };
    let view = core.value_for(order, &facts);
    (open(core), view)
}

fn open(core: &Core) -> BTreeMap<ClOrdId, domain::exposure::OpenRisk> {
    let worth = &core.valuation.worth;
    let papers = [1, 2].map(con_id).into_iter();
    papers.flat_map(|con_id| worth.open_in(con_id)).map(|(key, risk)| (key.clone(), risk.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn what_is_kept_in_step_is_what_counting_anew_gives(acts in vec(any_act(), 20..120)) {
        let mut world = World::begin();
        for act in acts {
            world.act(act);
        }
        world.check();
        prop_assert!(world.core.broken.is_none());
    }
}

#[path = "untold_tests.rs"]
mod untold;

//! A journal of the loop, an account, a market. Whoever drives it says what becomes of orders, and where the process dies.

use crate::fake_desk::FakeDesk;
use autopilot::pilot::{Pilot, PilotParts, PilotSettings, Signal};
use domain::account::{AccountSummary, Position};
use domain::approval::ApprovalStatus;
use domain::book::OrderRecord;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::fault::Fault;
use domain::id::{AccountId, ClOrdId, ConId, RunId};
use domain::lifecycle::OrdStatus;
use domain::looping::book::LoopBook;
use domain::looping::calendar::ExchangeCalendar;
use domain::looping::decision::DecisionRules;
use domain::looping::event::LoopEvent;
use domain::looping::execution::{ExecutionTerms, Leftover, Style};
use domain::looping::order_plan::{OrderPlan, PlanRules};
use domain::looping::plan_approval::{PlanApproval, PlanQuestion};
use domain::looping::schedule::{Cadence, MissedPolicy, Schedule, SlotTime};
use domain::looping::schedule_text::spec;
use domain::looping::signal::BuiltIn;
use domain::market::{DataType, Quote};
use domain::mode::{Mode, Trading};
use domain::money::Price;
use domain::order::{Amendment, OrderIntent};
use domain::principal::Principal;
use engine::desk::{LeaseStatus, LinkStatus, Role, Status, VerificationStatus};
use engine::{Clock, OutboundCount, SignOfLife};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// A Friday, an hour before the close.
pub(crate) const BEGIN: &str = "2026-11-20T20:00:00Z";

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// What becomes of an order once it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It fills at once.
    Fills,
    /// It works on.
    Rests,
    /// The gates refuse it.
    Denied,
}

/// The instruments of the decision in force.
pub(crate) type Told = watch::Receiver<Vec<Instrument>>;

/// When the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    Never,
    /// Before so many further things were done.
    Before(usize),
    /// Once they were done, and before anybody was told.
    Behind(usize),
}

pub(crate) struct Inner {
    pub(crate) now: Timestamp,
    pub(crate) book: Arc<LoopBook>,
    pub(crate) events: Vec<LoopEvent>,
    pub(crate) cash: Decimal,
    pub(crate) held: BTreeMap<ConId, Decimal>,
    /// Symbol, contract, bid and ask; one without prices has none.
    pub(crate) market: BTreeMap<String, (ConId, Option<(Decimal, Decimal)>)>,
    pub(crate) orders: BTreeMap<ClOrdId, OrderRecord>,
    pub(crate) sent: Vec<ClOrdId>,
    pub(crate) fates: BTreeMap<String, Fate>,
    pub(crate) not_ready: Vec<String>,
    pub(crate) mode: Mode,
    pub(crate) role: Role,
    pub(crate) death: Death,
    /// Whether plans take a person's yes, which the engine says.
    pub(crate) asks: bool,
    /// The loop's key was made on paper.
    pub(crate) paper_key: bool,
    /// Symbols that fit several contracts.
    pub(crate) ambiguous: BTreeSet<String>,
    /// The broker answers no question about contracts or prices.
    pub(crate) is_deaf: bool,
    /// There is no line to the broker.
    pub(crate) is_offline: bool,
    /// What the answer to a question about a contract or a price takes, and that to an order.
    pub(crate) answers_take: SignedDuration,
    /// What a record of the loop takes to be durable.
    pub(crate) notes_take: SignedDuration,
    /// What the newest loop or runner shows of itself, and how long nothing was shown at most when an answer came.
    life: Option<Arc<SignOfLife>>,
    pub(crate) silence: SignedDuration,
    /// Words of events that the desk does not take.
    pub(crate) refuses: BTreeSet<&'static str>,
}

/// The world.
pub(crate) struct World(pub(crate) Mutex<Inner>);

/// The world's time.
#[derive(Debug)]
struct WorldClock(Arc<World>);

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.0.lock().unwrap().now
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

impl World {
    /// 100,000 in cash, and three stocks at 9.90 to 10.10.
    pub(crate) fn new() -> Arc<Self> {
        let stock = |number, symbol: &str| {
            let id = ConId::new(number).unwrap();
            (symbol.to_owned(), (id, Some((dec("9.90"), dec("10.10")))))
        };
        Arc::new(Self(Mutex::new(Inner {
            now: BEGIN.parse().unwrap(),
            book: Arc::default(),
            events: Vec::new(),
            cash: dec("100000"),
            held: BTreeMap::new(),
            market: [stock(1, "AAA"), stock(2, "BBB"), stock(3, "CCC")].into(),
            orders: BTreeMap::new(),
            sent: Vec::new(),
            fates: BTreeMap::new(),
            not_ready: Vec::new(),
            mode: Mode::Paper,
            role: Role::Writer,
            death: Death::Never,
            asks: false,
            paper_key: false,
            ambiguous: BTreeSet::new(),
            is_deaf: false,
            is_offline: false,
            answers_take: SignedDuration::ZERO,
            notes_take: SignedDuration::ZERO,
            life: None,
            silence: SignedDuration::ZERO,
            refuses: BTreeSet::new(),
        })))
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.with(|world| world.now += time);
    }

    pub(crate) fn book(&self) -> Arc<LoopBook> {
        self.with(|world| Arc::clone(&world.book))
    }

    /// The loop over this world, as it comes up after a start.
    pub(crate) fn pilot(self: &Arc<Self>, settings: PilotSettings) -> Arc<Pilot> {
        self.pilot_and_wanted(settings).0
    }

    /// The same, and what it tells the runner of streams.
    pub(crate) fn pilot_and_wanted(self: &Arc<Self>, settings: PilotSettings) -> (Arc<Pilot>, Told) {
        let wanted = watch::Sender::new(Vec::new());
        let told = wanted.subscribe();
        let (clock, life) = self.clock_and_life();
        let pilot = Pilot::new(PilotParts {
            desk: Arc::new(FakeDesk(Arc::clone(self))),
            key: "loop-key".to_owned(),
            settings,
            clock,
            life,
            wanted,
        });
        (pilot, told)
    }

    /// The world's time, and what is shown from now on.
    pub(crate) fn clock_and_life(self: &Arc<Self>) -> (Arc<dyn Clock>, Arc<SignOfLife>) {
        let clock = Arc::new(WorldClock(Arc::clone(self)));
        let life = Arc::new(SignOfLife::begun(clock.now()));
        self.with(|world| world.life = Some(Arc::clone(&life)));
        (clock, life)
    }

    /// Does something that a crash may come before or behind.
    fn act<T>(&self, act: impl FnOnce(&mut Inner) -> Result<T, Fault>) -> Result<T, Fault> {
        let dead = || Fault::Storage("the process died".to_owned());
        self.with(|world| match world.death {
            Death::Before(0) => Err(dead()),
            Death::Before(left) => {
                world.death = Death::Before(left - 1);
                act(world)
            }
            Death::Behind(0) => {
                world.death = Death::Before(0);
                act(world)?;
                Err(dead())
            }
            Death::Behind(left) => {
                world.death = Death::Behind(left - 1);
                act(world)
            }
            Death::Never => act(world),
        })
    }

    pub(crate) fn note(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault> {
        self.act(|world| {
            if world.refuses.contains(event.word()) {
                return Err(Fault::Conflict { what: "loop", why: "it does not follow".to_owned() });
            }
            world.now += world.notes_take;
            let at = world.now;
            let event = if let (LoopEvent::RunPlanned { run, account, plan }, true) = (&event, world.asks) {
                held(world, by, run, account, plan)
            } else {
                event
            };
            Arc::make_mut(&mut world.book)
                .apply(&event, by, at)
                .map_err(|why| Fault::Conflict { what: "loop", why })?;
            world.events.push(event);
            Ok(())
        })
    }

    /// A person answers the question about a run's plan.
    pub(crate) fn answer(&self, run: &str, status: ApprovalStatus, reason: Option<&str>) {
        let run: RunId = run.parse().unwrap();
        let approval = self.book().run(&run).unwrap().approval.as_ref().unwrap().id.clone();
        let event = LoopEvent::PlanAnswered { run, approval, status, reason: reason.map(str::to_owned) };
        let person = person();
        self.with(|world| {
            let at = world.now;
            Arc::make_mut(&mut world.book).apply(&event, &person, at).unwrap();
        });
    }

    pub(crate) fn submit(&self, by: &Principal, intent: OrderIntent) -> Result<OrderRecord, Fault> {
        self.act(|world| {
            assert!(!world.orders.contains_key(&intent.cl_ord_id), "{} is sent twice", intent.cl_ord_id);
            take_time(world);
            let mut record = record(world, by, intent);
            world.sent.push(record.intent.cl_ord_id.clone());
            let symbol = record.contract.as_ref().unwrap().symbol.clone();
            match world.fates.get(&symbol).copied().unwrap_or(Fate::Fills) {
                Fate::Fills => fill(world, &mut record),
                Fate::Rests => {}
                Fate::Denied => record.status = OrdStatus::Denied,
            }
            world.orders.insert(record.intent.cl_ord_id.clone(), record.clone());
            Ok(record)
        })
    }

    pub(crate) fn replace(&self, order: &ClOrdId, key: ClOrdId, amendment: Amendment) -> Result<OrderRecord, Fault> {
        self.act(|world| {
            let record = world.orders.get_mut(order).unwrap();
            assert!(!record.changes.contains_key(&key), "{key} is sent twice");
            record.intent = amendment.of(record.intent.clone());
            record.changes.insert(key, domain::change::ChangeFate::Taken);
            Ok(record.clone())
        })
    }

    pub(crate) fn cancel(&self, order: &ClOrdId) -> Result<OrderRecord, Fault> {
        self.act(|world| {
            let record = world.orders.get_mut(order).unwrap();
            record.cancel_wanted = true;
            record.status = OrdStatus::Canceled;
            record.updated_at = world.now;
            Ok(record.clone())
        })
    }

    pub(crate) fn orders(&self, open_only: bool) -> Vec<OrderRecord> {
        let wanted = |order: &&OrderRecord| !open_only || !order.status.is_final();
        self.with(|world| world.orders.values().filter(wanted).cloned().collect())
    }

    pub(crate) fn order(&self, key: &ClOrdId) -> Option<OrderRecord> {
        self.with(|world| world.orders.get(key).cloned())
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.with(|world| world.sent.iter().map(ToString::to_string).collect())
    }

    pub(crate) fn held(&self) -> Vec<(i32, Decimal)> {
        self.with(|world| world.held.iter().map(|(id, qty)| (id.get(), *qty)).collect())
    }

    /// Everything that works trades.
    pub(crate) fn trade(&self) {
        self.with(|world| {
            let open: Vec<ClOrdId> =
                world.orders.iter().filter(|(_, order)| !order.status.is_final()).map(|(key, _)| key.clone()).collect();
            for key in open {
                let mut record = world.orders[&key].clone();
                fill(world, &mut record);
                world.orders.insert(key, record);
            }
        });
    }

    pub(crate) fn contract(&self, instrument: &Instrument) -> Result<Contract, Fault> {
        self.with(|world| {
            take_time(world);
            hears(world)?;
            contract(world, instrument)
        })
    }

    pub(crate) fn quote(&self, instrument: &Instrument) -> Result<(Contract, Quote), Fault> {
        self.with(|world| {
            take_time(world);
            hears(world)?;
            let contract = contract(world, instrument)?;
            let Some((bid, ask)) = world.market[&contract.symbol].1 else {
                return Err(Fault::MarketDataUnavailable("nobody quotes it".to_owned()));
            };
            let quote = Quote {
                con_id: contract.con_id,
                bid: Some(Price::new(bid).unwrap()),
                ask: Some(Price::new(ask).unwrap()),
                last: None,
                bid_size: None,
                ask_size: None,
                last_size: None,
                volume: None,
                close: None,
                halted: None,
                shortable: None,
                data_type: DataType::Live,
                received_at: world.now,
            };
            Ok((contract, quote))
        })
    }

    pub(crate) fn summary(&self) -> AccountSummary {
        self.with(|world| {
            let dollars: domain::money::Currency = "USD".parse().unwrap();
            AccountSummary {
                account: "DU1234567".parse().unwrap(),
                base_currency: Some(dollars.clone()),
                net_liquidation: Some(world.cash + worth(world)),
                cash: BTreeMap::from([(dollars, world.cash)]),
                total_cash: None,
                buying_power: None,
                init_margin: None,
                maint_margin: None,
                excess_liquidity: None,
                available_funds: None,
                gross_position_value: None,
                unrealized_pnl: None,
                realized_pnl: None,
                exchange_rates: BTreeMap::new(),
                received_at: world.now,
            }
        })
    }

    pub(crate) fn positions(&self) -> Vec<Position> {
        self.with(|world| {
            let position = |(id, qty): (&ConId, &Decimal)| Position {
                account: "DU1234567".parse().unwrap(),
                con_id: *id,
                symbol: world.market.iter().find(|(_, (own, _))| own == id).unwrap().0.clone(),
                terms: domain::contract::ContractTerms::NONE,
                currency: "USD".parse().unwrap(),
                is_cash: false,
                qty: *qty,
                avg_cost: None,
                market_price: None,
                market_value: None,
                unrealized_pnl: None,
                realized_pnl: None,
            };
            world.held.iter().map(position).collect()
        })
    }

    pub(crate) fn status(&self) -> Status {
        self.with(|world| Status {
            version: "0.0.0-test",
            installation: "test0001".parse().unwrap(),
            started_at: world.now,
            trading: Trading::Paper,
            mode: Ok(world.mode),
            simulated: true,
            account: Some("DU1234567".parse().unwrap()),
            policy: ("test".to_owned(), String::new()),
            lease: LeaseStatus { role: world.role, epoch: 1, holder_pid: None },
            link: LinkStatus {
                state: "up",
                since: world.now,
                endpoint: String::new(),
                generation: 1,
                server_version: None,
                clock_skew_ms: None,
                reason: None,
                last_message_at: None,
            },
            reconciliation: None,
            verification: VerificationStatus { newest: None, is_under_way: false, failed: None },
            trading_states: Vec::new(),
            kill_file: false,
            orders_by_status: BTreeMap::new(),
            unknown_orders: Vec::new(),
            pending_approvals: 0,
            halted_instruments: Vec::new(),
            alarm: None,
            journal_head: (1, String::new()),
            not_ready: world.not_ready.clone(),
            now: world.now,
            window: None,
            held_in_tws: Vec::new(),
            doubled_orders: Vec::new(),
            external_orders: Vec::new(),
            outbound: OutboundCount { intended: 0, left: 0, cancels: 0 },
            worst_quote_age_ms: None,
        })
    }
}

fn held(world: &Inner, by: &Principal, run: &RunId, account: &AccountId, plan: &OrderPlan) -> LoopEvent {
    let question = PlanQuestion {
        id: format!("ap-{run}").parse().unwrap(),
        run,
        terms: &world.book.run(run).unwrap().order.terms,
        by: &by.key_id,
        account,
        mode: world.mode,
        policy_hash: "policy",
        ttl_s: 900,
        band: dec("0.02"),
        reasons: Vec::new(),
    };
    let approval = Box::new(PlanApproval::ask(question, plan, world.now).unwrap());
    LoopEvent::PlanHeld { run: run.clone(), account: account.clone(), plan: Box::new(plan.clone()), approval }
}

fn hears(world: &Inner) -> Result<(), Fault> {
    if world.is_offline {
        return Err(Fault::BrokerUnreachable("the broker is not connected".to_owned()));
    }
    if world.is_deaf { Err(Fault::Unanswered("no answer in time".to_owned())) } else { Ok(()) }
}

fn worth(world: &Inner) -> Decimal {
    let price = |id: &ConId| {
        let (_, prices) = world.market.values().find(|(own, _)| own == id).unwrap();
        prices.map_or(Decimal::TEN, |(bid, ask)| (bid + ask) / Decimal::TWO)
    };
    world.held.iter().map(|(id, qty)| price(id) * qty).sum()
}

/// Lets the time pass that an answer takes, and hears whether anybody showed life meanwhile.
fn take_time(world: &mut Inner) {
    world.now += world.answers_take;
    if let Some(shown) = world.life.as_ref().and_then(|life| life.at()) {
        world.silence = world.silence.max(world.now.duration_since(shown));
    }
}

fn contract(world: &Inner, instrument: &Instrument) -> Result<Contract, Fault> {
    let found = world.market.iter().find(|(symbol, (id, _))| match instrument {
        Instrument::ConId(wanted) => wanted == id,
        Instrument::Spec(spec) => spec.symbol == **symbol,
    });
    let (symbol, (id, _)) = found.ok_or_else(|| Fault::ContractNotFound(instrument.to_string()))?;
    if world.ambiguous.contains(symbol) {
        return Err(Fault::ContractAmbiguous { instrument: instrument.to_string(), candidates: Vec::new() });
    }
    Ok(Contract {
        con_id: *id,
        symbol: symbol.clone(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: None,
        currency: "USD".parse().unwrap(),
        local_symbol: symbol.clone(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: dec("0.01") }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: String::new(),
        order_types: Vec::new(),
        // The broker tells no hours: the calendar counts.
        time_zone: None,
        trading_hours: None,
        liquid_hours: None,
    })
}

fn record(world: &Inner, by: &Principal, intent: OrderIntent) -> OrderRecord {
    OrderRecord {
        account: intent.account.clone(),
        contract: Some(Arc::new(contract(world, &intent.instrument).unwrap())),
        intent,
        request_hash: String::new(),
        by: by.clone(),
        status: OrdStatus::Working,
        broker_status: None,
        reasons: Vec::new(),
        broker_messages: Vec::new(),
        attempts: Vec::new(),
        perm_id: None,
        executions: BTreeMap::new(),
        busts: BTreeSet::new(),
        twins: BTreeMap::new(),
        ended_as: None,
        declared_dead: false,
        reported_filled: None,
        reported_avg_px: None,
        approval_id: None,
        cancel_wanted: false,
        acknowledged_in: None,
        acknowledged_at: None,
        pending_replace: None,
        group_faults: BTreeMap::new(),
        changes: BTreeMap::new(),
        denied_changes: BTreeMap::new(),
        version: 1,
        created_at: world.now,
        updated_at: world.now,
    }
}

/// It trades as a whole, in the middle of the market.
fn fill(world: &mut Inner, record: &mut OrderRecord) {
    let qty = record.intent.qty.get();
    let price = Decimal::TEN;
    let id = record.contract.as_ref().unwrap().con_id;
    let change = record.intent.side.signed(qty);
    *world.held.entry(id).or_default() += change;
    world.cash -= change * price;
    record.status = OrdStatus::Filled;
    record.reported_filled = Some(qty);
    record.reported_avg_px = Some(price);
}

/// By hand; as much of AAA as of BBB.
pub(crate) fn settings() -> PilotSettings {
    PilotSettings {
        signal: fixed(&[("AAA", "0.45"), ("BBB", "0.45")]),
        schedule: None,
        calendar: ExchangeCalendar::new(TimeZone::get("America/New_York").unwrap()),
        decisions: DecisionRules {
            universe: ["AAA", "BBB", "CCC"].map(str::to_owned).into(),
            weight_max: Decimal::ONE,
            age_max: SignedDuration::from_hours(24),
        },
        rules: PlanRules {
            cash_buffer: dec("0.02"),
            min_trade_value: dec("100"),
            turnover_max: Decimal::TWO,
            slippage: dec("0.02"),
            commission_per_unit: Decimal::ZERO,
            commission_min: Decimal::ZERO,
        },
        terms: ExecutionTerms {
            style: Style::Marketable { collar: dec("0.001") },
            slices: 1,
            slice_every_s: 60,
            deadline_s: 600,
            leftover: Leftover::Cancel,
            strategy: "loop".parse().unwrap(),
        },
        begin_within: SignedDuration::from_mins(5),
        rolls_back: false,
        currency: "USD".parse().unwrap(),
    }
}

pub(crate) fn fixed(weights: &[(&str, &str)]) -> Signal {
    Signal::BuiltIn(BuiltIn::Fixed(
        weights.iter().map(|(symbol, weight)| ((*symbol).to_owned(), dec(weight))).collect(),
    ))
}

pub(crate) fn weekly(missed: MissedPolicy) -> (Schedule, String) {
    let schedule = Schedule {
        name: "weekly".to_owned(),
        cadence: Cadence::Weekly(Weekday::Friday),
        at: SlotTime::BeforeClose(SignedDuration::from_mins(20)),
        missed,
    };
    let missed = match missed {
        MissedPolicy::Skip => "skip".to_owned(),
        MissedPolicy::Late(within) => format!("late {}m", within.as_mins()),
    };
    (schedule, spec("weekly fri", "close-20m", &missed))
}

/// A person who may trade and administer.
pub(crate) fn person() -> Principal {
    use domain::principal::{Face, PrincipalKind, Scope};
    Principal {
        key_id: "operator".parse().unwrap(),
        kind: PrincipalKind::Human,
        scopes: BTreeSet::from([Scope::Read, Scope::TradePaper, Scope::Admin]),
        face: Face::Cli,
        correlation_id: "c-1".parse().unwrap(),
    }
}

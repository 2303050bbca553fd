//! How many orders a second the core takes on one core of the machine.
//!
//! `cargo bench -p tollgate-venue --bench matching [-- ORDERS [SEED]]`
//!
//! Five clients, five accounts, every stock of the universe, one thread. A venue second holds a
//! hundred messages: limits that meet the market, market and IOC orders, limits that rest, changes of
//! price and quantity, cancels. What is timed is the core's whole work through its public entry
//! (`advance` once a venue second, `request` per message): validation, margin, matching, bookkeeping,
//! the changes to be made durable, the replies to be sent, and the dropping of both. Not timed:
//! making the requests (a codec does that), writing the replies, disk and sockets.
//!
//! It is a plain program because a run is one long history, which a statistics harness that repeats a
//! closure cannot measure, and because on a shared machine only time on the processor says anything:
//! orders a second are per second of the thread's own processor time. The percentiles are wall time
//! per request, interruptions of the machine included.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;
use rustix::time::{ClockId, clock_gettime};
use tollgate_venue::core::{ConnId, Core, CoreConfig, Step};
use tws::model::{
    CancelOrder, Contract, MarketDataRequest, Order, PlaceOrder, Reply, Request, Status, TickPrice, tick,
};

/// The program's own allocator: an order is some forty small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

/// A Saturday: the market is open all the same.
const START: &str = "2026-11-21T15:00:00Z";
const SYMBOLS: [&str; 20] = [
    "AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK", "MSFT", "PEP", "PFE", "PG",
    "RRC", "UNH", "WMT", "XOM",
];
const CLIENTS: u8 = 5;
const MESSAGES_PER_SECOND: usize = 100;
/// The same run again, with a new venue each time. In the first, the kernel hands out and clears every
/// page the venue fills; in the others the allocator has them, as in a venue that lets go of old orders
/// while it takes new ones.
const ROUNDS: u8 = 3;
const WORKING_PER_CLIENT: usize = 200;

/// One client: what it has working, and what it holds.
struct Client {
    conn: ConnId,
    account: String,
    next_id: i32,
    working: VecDeque<Working>,
    /// Whether the next order that meets the market buys, by symbol: what it bought it sells again.
    buys_next: [bool; SYMBOLS.len()],
}

struct Working {
    order_id: i32,
    symbol: usize,
    order: Order,
}

/// What came of the orders.
#[derive(Default)]
struct Tally {
    placed: u64,
    modified: u64,
    cancelled: u64,
    executions: u64,
    refusals: BTreeMap<i32, u64>,
    replies: u64,
    changes: u64,
}

impl Tally {
    fn count(&mut self, step: &Step) {
        self.changes += step.changes.len() as u64;
        self.replies += step.out.len() as u64;
        for (_, reply) in &step.out {
            if let Reply::ExecutionDetails(_) = reply {
                self.executions += 1;
            }
            if let Reply::Notice(notice) = reply {
                *self.refusals.entry(notice.code).or_default() += 1;
            }
        }
    }
}

fn main() -> Result<(), Failure> {
    // Cargo adds `--bench`.
    let mut numbers = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    let orders: u64 = numbers.next().map_or(Ok(400_000), |a| a.parse())?;
    let seed: u64 = numbers.next().map_or(Ok(1), |a| a.parse())?;
    for round in 1..=ROUNDS {
        let mut bench = Bench::open(seed)?;
        bench.run(orders / 10);
        bench.forget();
        bench.run(orders);
        writeln!(std::io::stdout(), "round {round} of {ROUNDS}")?;
        bench.report()?;
    }
    Ok(())
}

struct Bench {
    core: Core,
    /// Another core of the same seed, asked for quotes, so that the measured one does not get its
    /// quotes worked out off the clock.
    prices: Core,
    contracts: Vec<Contract>,
    /// Bid and ask by symbol.
    touch: [(Decimal, Decimal); SYMBOLS.len()],
    clients: Vec<Client>,
    now: Timestamp,
    rng: ChaCha8Rng,
    tally: Tally,
    on_processor: Duration,
    /// Of that: the passing of time, and the dropping of what came out.
    in_advance: Duration,
    in_drop: Duration,
    waits: Vec<u32>,
}

impl Bench {
    fn open(seed: u64) -> Result<Self, Failure> {
        let now: Timestamp = START.parse()?;
        let config = CoreConfig { seed, accounts: u32::from(CLIENTS), always: true, ..CoreConfig::default() };
        let (mut core, mut prices) = (Core::new(config, now)?, Core::new(config, now)?);
        prices.connect(ConnId(1), 1, now);
        let mut clients = Vec::new();
        for n in 1..=CLIENTS {
            let conn = ConnId(u64::from(n));
            core.connect(conn, i32::from(n), now);
            let account = format!("DUV{n:07}");
            let buys_next = [true; SYMBOLS.len()];
            clients.push(Client { conn, account, next_id: 1, working: VecDeque::new(), buys_next });
        }
        let mut bench = Self {
            core,
            prices,
            contracts: Vec::new(),
            touch: [(Decimal::ZERO, Decimal::ZERO); SYMBOLS.len()],
            clients,
            now,
            rng: ChaCha8Rng::seed_from_u64(seed),
            tally: Tally::default(),
            on_processor: Duration::ZERO,
            in_advance: Duration::ZERO,
            in_drop: Duration::ZERO,
            waits: Vec::new(),
        };
        for (req_id, symbol) in (0..).zip(SYMBOLS) {
            let contract = qualified(&mut bench.prices, symbol, now)?;
            let asked = MarketDataRequest { req_id, contract: contract.clone(), ..MarketDataRequest::default() };
            let quotes = bench.prices.request(ConnId(1), Request::MarketData(asked), now);
            bench.look(&quotes);
            bench.contracts.push(contract);
        }
        Ok(bench)
    }

    fn forget(&mut self) {
        self.tally = Tally::default();
        (self.on_processor, self.in_advance, self.in_drop) = Default::default();
        self.waits.clear();
    }

    fn run(&mut self, orders: u64) {
        while self.tally.placed < orders {
            self.now += 1.seconds();
            let quotes = self.prices.advance(self.now);
            self.look(&quotes);
            let requests: Vec<(ConnId, Request)> = (0..MESSAGES_PER_SECOND).map(|_| self.next_request()).collect();

            let mut steps = Vec::with_capacity(MESSAGES_PER_SECOND + 1);
            let began = processor_time();
            steps.push(self.core.advance(self.now));
            let advanced = processor_time();
            self.in_advance += advanced.saturating_sub(began);
            for (conn, request) in requests {
                let asked = Instant::now();
                steps.push(self.core.request(conn, request, self.now));
                self.waits.push(u32::try_from(asked.elapsed().as_nanos()).unwrap_or(u32::MAX));
            }
            self.on_processor += processor_time().saturating_sub(began);

            for step in &steps {
                self.tally.count(step);
                self.learn(step);
            }
            let began = processor_time();
            drop(steps);
            let dropped = processor_time().saturating_sub(began);
            self.in_drop += dropped;
            self.on_processor += dropped;
        }
    }

    /// Reads quotes off what the other core streams.
    fn look(&mut self, step: &Step) {
        for (_, reply) in &step.out {
            if let Reply::TickPrice(TickPrice { req_id, tick_type, price: Some(price), .. }) = reply
                && let Some(touch) = usize::try_from(*req_id).ok().and_then(|symbol| self.touch.get_mut(symbol))
            {
                match *tick_type {
                    tick::BID => touch.0 = *price,
                    tick::ASK => touch.1 = *price,
                    _ => {}
                }
            }
        }
    }

    /// Of a hundred messages: 28 limits that meet the market, 6 market orders, 8 IOC, 28 limits that
    /// rest, 12 changes, 18 cancels; more cancels when too much is working.
    fn next_request(&mut self) -> (ConnId, Request) {
        let rng = &mut self.rng;
        let (client, symbol) = (rng.random_range(0..self.clients.len()), rng.random_range(0..SYMBOLS.len()));
        let client = &mut self.clients[client];
        let lot = Decimal::from(rng.random_range(1..=20_u32) * 5);
        let crowded = client.working.len() > WORKING_PER_CLIENT;
        let drawn = if crowded { 85 } else { rng.random_range(0..100_u32) };
        let (bid, ask) = self.touch[symbol];
        let away = Decimal::new(rng.random_range(1..200), 2);
        if drawn >= 70
            && let Some(working) = client.working.pop_front()
        {
            if drawn >= 82 {
                let cancel = CancelOrder { order_id: working.order_id, ..CancelOrder::default() };
                self.tally.cancelled += 1;
                return (client.conn, Request::CancelOrder(cancel));
            }
            let step = Decimal::new(rng.random_range(1..5), 2);
            let order = Order {
                lmt_price: working.order.lmt_price.map(|p| if p > step + step { p - step } else { p + step }),
                ..working.order
            };
            let changed = Working { order: order.clone(), ..working };
            let placed = self.contracts[changed.symbol].clone();
            let request = PlaceOrder { order_id: changed.order_id, contract: placed, order };
            client.working.push_back(changed);
            self.tally.modified += 1;
            return (client.conn, Request::PlaceOrder(Box::new(request)));
        }
        let meets = drawn < 42;
        let buys = if meets { client.buys_next[symbol] } else { rng.random() };
        let (near, far) = if buys { (ask, bid - away) } else { (bid, ask + away) };
        let order = Order {
            action: if buys { "BUY" } else { "SELL" }.to_owned(),
            total_quantity: Some(if meets { Decimal::from(40) } else { lot }),
            order_type: if (28..34).contains(&drawn) { "MKT" } else { "LMT" }.to_owned(),
            lmt_price: (!(28..34).contains(&drawn)).then_some(if meets {
                near
            } else {
                far.max(near / Decimal::TWO).round_dp(2)
            }),
            tif: if (34..42).contains(&drawn) { "IOC" } else { "DAY" }.to_owned(),
            account: client.account.clone(),
            order_ref: format!("bench-{}-{}", client.conn.0, client.next_id),
            transmit: true,
            ..Order::default()
        };
        if meets {
            client.buys_next[symbol] = !buys;
        } else {
            client.working.push_back(Working { order_id: client.next_id, symbol, order: order.clone() });
        }
        let request = PlaceOrder { order_id: client.next_id, contract: self.contracts[symbol].clone(), order };
        client.next_id += 1;
        self.tally.placed += 1;
        (client.conn, Request::PlaceOrder(Box::new(request)))
    }

    /// Forgets what no longer works, as a client that reads its statuses does.
    fn learn(&mut self, step: &Step) {
        for (conn, reply) in &step.out {
            if let Reply::OrderStatus(status) = reply
                && matches!(status.status, Status::Filled | Status::Cancelled | Status::Inactive)
                && let Some(client) = self.clients.iter_mut().find(|c| c.conn == *conn)
            {
                client.working.retain(|w| w.order_id != status.order_id);
            }
        }
    }

    fn report(mut self) -> Result<(), Failure> {
        let Tally { placed, modified, cancelled, executions, refusals, replies, changes } = &self.tally;
        let seconds = self.on_processor.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "counts of one run")]
        let per_second = |n: u64| n as f64 / seconds;
        let messages = placed + modified + cancelled;
        self.waits.sort_unstable();
        let at = |permille: usize| self.waits[(self.waits.len() - 1) * permille / 1_000];
        let mut out = std::io::stdout().lock();
        writeln!(out, "new orders   {placed}; changes {modified}, cancels {cancelled}, executions {executions}")?;
        writeln!(out, "brought about {changes} changes, {replies} replies; notices by code {refusals:?}")?;
        let (advance, drop) = (self.in_advance.as_secs_f64(), self.in_drop.as_secs_f64());
        writeln!(out, "processor    {seconds:.3} s: {advance:.3} time passing, {drop:.3} dropping what came out")?;
        writeln!(
            out,
            "orders/s     {:.0} new orders, {:.0} order messages",
            per_second(*placed),
            per_second(messages)
        )?;
        writeln!(
            out,
            "latency ns   p50 {} p90 {} p99 {} p99.9 {} max {}",
            at(500),
            at(900),
            at(990),
            at(999),
            at(1_000)
        )?;
        if executions * 4 < *placed {
            return Err("fewer than a quarter of the orders filled: this measures something else".into());
        }
        Ok(())
    }
}

/// The contract as the venue describes it, as a client that asked for it would name it.
fn qualified(core: &mut Core, symbol: &str, now: Timestamp) -> Result<Contract, Failure> {
    let contract = Contract {
        symbol: symbol.to_owned(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        currency: "USD".to_owned(),
        ..Contract::default()
    };
    let step = core.request(ConnId(1), Request::ContractData { req_id: 1, contract }, now);
    let found = step.out.into_iter().find_map(|(_, reply)| {
        if let Reply::ContractData { details, .. } = reply { Some(details.contract) } else { None }
    });
    found.ok_or_else(|| format!("there is no {symbol}").into())
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

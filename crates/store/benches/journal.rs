//! What the journal does on this disk: durable intents a second, replay, start-up.
//!
//! `cargo bench -p tollgate-store --bench journal [-- ORDERS [DIRECTORY]]`
//!
//! It is a plain program because each part is one long history on one disk, which a statistics harness that repeats a
//! closure cannot measure. Everything goes through the journal's public entry, as the engine uses it: SQLite with
//! `synchronous=FULL`, the hash chain, the claims, the derived tables, the checkpoint file synced once a second.
//!
//! * `raw`: 1 KiB appended to a file and one `fdatasync`, over and over: what the disk alone allows.
//! * `single`: one intent per commit.
//! * `group`: 64 callers, each with one intent at a time; one writer takes what waits, at most 64, and commits once. With
//!   keys that begin with the time, and with keys that are random throughout: those touch a page of their own in every
//!   index.
//! * `build`, `replay`, `start`: a history of ORDERS orders (default 100,000) with ten records each, written in batches
//!   of 64; read and booked from the first record on; opened as at a start-up, with a snapshot and without.
//!
//! Beside the wall time stands the processor time of the process: on a busy machine only that one compares.

use domain::approved::ResolvedOrder;
use domain::book::Book;
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
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tollgate_store::{Journal, JournalReader, OpenOptions, SqliteJournal};

/// The program's own allocator, as in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CALLERS: usize = 64;
const CALLERS_IN_ALL: u32 = 64;
const BATCH_MAX: usize = 64;
const ORDERS: u32 = 100_000;
const RAW_LEN: usize = 1_024;
/// Of `raw` and of `single`.
const SINGLES: u32 = 2_000;
const GROUPED: u32 = 64_000;
const ROUNDS: u32 = 3;
const START_S: i64 = 1_795_000_000;

fn main() -> Result<(), Failure> {
    // cargo hands `--bench` through.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let orders = args.next().map_or(Ok(ORDERS), |text| text.parse())?;
    let parent = args.next().map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    std::fs::create_dir_all(&parent)?;
    let dir = tempfile::tempdir_in(&parent)?;
    let mut best = [Rate::default(); 5];
    for round in 1..=ROUNDS {
        let raw = raw(&dir.path().join("raw"))?;
        let single_timed = single(&dir.path().join(format!("single-timed-{round}")), timed_key)?;
        let single_random = single(&dir.path().join(format!("single-random-{round}")), key)?;
        let timed = group(&dir.path().join(format!("timed-{round}")), timed_key)?;
        let random = group(&dir.path().join(format!("random-{round}")), key)?;
        say(&format!(
            "round {round}: raw {raw}; timed keys: single {single_timed}, group {timed}; random keys: single \
             {single_random}, group {random}"
        ))?;
        for (best, rate) in best.iter_mut().zip([raw, single_timed, timed, single_random, random]) {
            *best = best.faster(rate);
        }
    }
    let [raw, single_timed, timed, single_random, random] = best;
    say(&format!("raw fdatasync   {raw}"))?;
    for (keys, single, group) in [("timed", single_timed, timed), ("random", single_random, random)] {
        say(&format!("{keys} keys: single commit {single}"))?;
        say(&format!(
            "{keys} keys: group commit {group}, {:.1} times single",
            group.per_second() / single.per_second()
        ))?;
    }
    history(&dir.path().join("history"), orders)
}

fn say(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// So many things in so long.
#[derive(Clone, Copy, Default)]
struct Rate {
    count: u32,
    wall: Duration,
    processor: Duration,
}

impl Rate {
    fn of(count: u32, clock: &Clock) -> Self {
        let (wall, processor) = clock.passed();
        Self { count, wall, processor }
    }

    fn per_second(&self) -> f64 {
        f64::from(self.count) / self.wall.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn faster(self, other: Self) -> Self {
        if self.count == 0 || other.per_second() > self.per_second() { other } else { self }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let each_us = self.processor.as_secs_f64() * 1e6 / f64::from(self.count.max(1));
        write!(f, "{:.0}/s ({each_us:.1} us of the processor each)", self.per_second())
    }
}

struct Clock {
    wall: Instant,
    processor: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), processor: processor() }
    }

    fn passed(&self) -> (Duration, Duration) {
        (self.wall.elapsed(), processor().saturating_sub(self.processor))
    }
}

fn processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn raw(path: &Path) -> Result<Rate, Failure> {
    let mut file = File::create(path)?;
    let clock = Clock::start();
    for _ in 0..SINGLES {
        file.write_all(&[7; RAW_LEN])?;
        file.sync_data()?;
    }
    Ok(Rate::of(SINGLES, &clock))
}

fn options(dir: &Path) -> OpenOptions {
    OpenOptions::new(dir.join("data"), dir.join("state").join("checkpoint"), at(0))
}

fn single(dir: &Path, key: fn(u32) -> String) -> Result<Rate, Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    let mut synced = Instant::now();
    let clock = Clock::start();
    for nth in 1..=SINGLES {
        journal.append(at(0), &[submitting(nth, &key(nth))?])?;
        sync_each_second(&mut journal, &mut synced)?;
    }
    Ok(Rate::of(SINGLES, &clock))
}

fn sync_each_second(journal: &mut SqliteJournal, synced: &mut Instant) -> Result<(), Failure> {
    if synced.elapsed() >= Duration::from_secs(1) {
        journal.sync_checkpoint()?;
        *synced = Instant::now();
    }
    Ok(())
}

/// One intent of a caller, who waits for its answer.
struct Asked {
    caller: u32,
    event: JournalEvent,
}

fn group(dir: &Path, key: fn(u32) -> String) -> Result<Rate, Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    let (ask, asked) = mpsc::sync_channel::<Asked>(CALLERS);
    let (answer, answered) = mpsc::sync_channel::<u32>(CALLERS);
    let clock = Clock::start();
    let mut durable = 0;
    std::thread::scope(|scope| -> Result<(), Failure> {
        let callers = scope.spawn(move || call(&ask, &answered, key));
        let mut synced = Instant::now();
        while let Ok(first) = asked.recv() {
            let (mut events, mut callers) = (vec![first.event], vec![first.caller]);
            for next in asked.try_iter().take(BATCH_MAX - 1) {
                events.push(next.event);
                callers.push(next.caller);
            }
            for event in &mut events {
                durable += 1;
                // Broker order ids only rise: the writer gives them out, as the engine does.
                if let JournalEvent::OrderSubmitting { broker_order_id, .. } = event {
                    *broker_order_id = BrokerOrderId::new(i64::from(durable))?;
                }
            }
            journal.append(at(0), &events)?;
            for caller in callers {
                // The callers have what they wanted once this fails.
                let _ = answer.send(caller);
            }
            sync_each_second(&mut journal, &mut synced)?;
        }
        callers.join().map_err(|_| "the callers panicked")?
    })?;
    Ok(Rate::of(durable, &clock))
}

/// Plays all callers: each asks again once it was answered.
fn call(ask: &mpsc::SyncSender<Asked>, answered: &mpsc::Receiver<u32>, key: fn(u32) -> String) -> Result<(), Failure> {
    for nth in 1..=GROUPED {
        let caller = if nth > CALLERS_IN_ALL { answered.recv()? } else { nth };
        ask.send(Asked { caller, event: submitting(nth, &key(nth))? })?;
    }
    Ok(())
}

/// Writes a history, replays it, starts from it.
fn history(dir: &Path, orders: u32) -> Result<(), Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    journal.append(at(0), &begin()?)?;
    let clock = Clock::start();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    for nth in 1..=orders {
        for event in life(nth)? {
            batch.push(event);
            if batch.len() == BATCH_MAX {
                journal.append(at(i64::from(nth / 100)), &batch)?;
                batch.clear();
            }
        }
    }
    batch.push(JournalEvent::Stopped);
    journal.append(at(i64::from(orders / 100)), &batch)?;
    let records = u32::try_from(journal.head().seq)?;
    say(&format!("history         {records} records of {orders} orders, written at {}", Rate::of(records, &clock)))?;
    journal.close()?;

    let reader = JournalReader::open(&dir.join("data"))?;
    let clock = Clock::start();
    let mut book = Book::empty();
    reader.replay(1, &mut |record| book.apply(&record).map_err(tollgate_store::JournalError::Refused))?;
    let replayed = Rate::of(records, &clock);
    say(&format!("replay          {records} records in {:.2} s, {replayed}", replayed.wall.as_secs_f64()))?;
    let clock = Clock::start();
    let copy = book.clone();
    let (wall, _) = clock.passed();
    say(&format!(
        "copy            of a book of {} orders, which a snapshot begins with: {} ms",
        copy.orders.len(),
        wall.as_millis()
    ))?;
    drop(copy);
    start(dir, &book, "start")
}

/// Opens as a start-up does.
fn start(dir: &Path, expected: &Book, what: &str) -> Result<(), Failure> {
    let mut best: Option<(Duration, Duration)> = None;
    for _ in 0..ROUNDS {
        let clock = Clock::start();
        let journal = SqliteJournal::open(&options(dir))?;
        // The engine keeps a book of its own, and one for its readers.
        let copies = (journal.book().cloned(), journal.book().cloned());
        let passed = clock.passed();
        if copies.0.as_ref() != Some(expected) || copies.1.as_ref() != Some(expected) {
            return Err("the journal opened with another book".into());
        }
        best = Some(best.map_or(passed, |best| best.min(passed)));
    }
    let (wall, processor) = best.unwrap_or_default();
    let orders = expected.orders.len();
    say(&format!(
        "{what:<15} with {orders} orders in {} ms ({} ms of the processor)",
        wall.as_millis(),
        processor.as_millis()
    ))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START_S + second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn begin() -> Result<Vec<JournalEvent>, Failure> {
    let accounts = vec!["DUV000001".parse()?];
    let mode = Err("not proven yet".to_owned());
    Ok(vec![
        JournalEvent::Installed { installation: "bench1".parse()? },
        JournalEvent::LinkUp { generation: Generation(1), server_version: 213, accounts, next_valid_id: 1, mode },
    ])
}

/// Ten records of one order: most fill in two trades, every fourth is canceled after one.
fn life(nth: u32) -> Result<Vec<JournalEvent>, Failure> {
    let cl_ord_id: domain::id::ClOrdId = key(nth).parse()?;
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
        submitting(nth, &key(nth))?,
        happened(OrderEvent::Written),
        acknowledged("PreSubmitted"),
        acknowledged("Submitted"),
        traded(1)?,
        cost(1)?,
    ];
    if nth.is_multiple_of(4) {
        let by = principal(nth)?;
        let request_hash = "c".repeat(64);
        let key = Some(format!("{}-c", key(nth)).parse()?);
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

/// As a UUID of version 7: the time, then chance.
fn timed_key(nth: u32) -> String {
    let random = blake3::hash(&nth.to_le_bytes()).to_hex();
    format!("{:012x}-7{}", u64::from(nth / 16), random.get(..18).unwrap_or_default())
}

/// As random as the keys of callers are: neighbours in time are none in the indexes.
fn key(nth: u32) -> String {
    let random = blake3::hash(&nth.to_le_bytes()).to_hex();
    format!("{}-{}", random.get(..16).unwrap_or_default(), random.get(16..32).unwrap_or_default())
}

fn exec_id(nth: u32, trade: u32) -> String {
    format!("0000e0d5.{nth:08x}.0{trade}.01")
}

fn principal(nth: u32) -> Result<Principal, Failure> {
    Ok(Principal {
        key_id: "strategy-1".parse()?,
        kind: PrincipalKind::Agent,
        scopes: [Scope::Read, Scope::TradePaper].into(),
        face: Face::Rest,
        correlation_id: format!("01j9z8k3e0q5b{nth:013}").parse()?,
    })
}

fn execution(nth: u32, trade: u32) -> Result<Execution, Failure> {
    Ok(Execution {
        is_cash: false,
        exec_id: exec_id(nth, trade).parse()?,
        account: "DUV000001".parse()?,
        con_id: con_id(nth)?,
        symbol: "AAPL".to_owned(),
        is_buy: true,
        last_qty: "5".parse()?,
        last_px: "189.45".parse()?,
        exchange: "NASDAQ".to_owned(),
        executed_at: Some(at(i64::from(nth / 100))),
        broker_order_id: Some(BrokerOrderId::new(i64::from(nth))?),
        client_id: Some(ClientId::new(7)?),
        perm_id: Some(PermId::new(i64::from(nth) + 700_000_000)?),
        order_ref: format!("tg:bench1:{}", key(nth)),
        commission: None,
    })
}

fn con_id(nth: u32) -> Result<ConId, Failure> {
    Ok(ConId::new(i64::from(265_598 + nth % 20))?)
}

/// As the venue and a real Gateway describe a stock.
fn contract(nth: u32) -> Result<Contract, Failure> {
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

fn submitting(nth: u32, key: &str) -> Result<JournalEvent, Failure> {
    let contract = contract(nth)?;
    let intent = OrderIntent {
        cl_ord_id: key.parse()?,
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
    };
    Ok(JournalEvent::OrderSubmitting {
        order: Box::new(ResolvedOrder { intent, account: "DUV000001".parse()?, contract }),
        request_hash: format!("{nth:064x}"),
        by: principal(nth)?,
        broker_order_id: BrokerOrderId::new(i64::from(nth))?,
        generation: Generation(1),
        epoch: LeaseEpoch(1),
        approval: None,
        exits: None,
        gates_passed: vec!["C13_MAX_QTY".to_owned(), "C14_MAX_NOTIONAL".to_owned(), "C40_WORST_CASE".to_owned()],
    })
}

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
//! * `group`: 64 callers, each a thread that waits until its own intent is durable before it asks again; one writer takes
//!   what waits, at most 64, and commits once.
//! * Both with intents that were made before the clock starts, and with three kinds of names: order keys that begin with the
//!   time, as our command line makes them; keys that are random throughout, which touch a page of their own in the index of
//!   keys; and random request ids too, which touch one more.
//! * `history`, `replay`, `copy`, `open`: a history of ORDERS orders (default 100,000) with ten records each, written in
//!   batches of 64; read and booked from the first record on; the book copied; opened from the snapshot. What a whole start
//!   takes is measured by the engine's benchmark `start`.
//!
//! Beside the wall time stands the processor time of the process: on a busy machine only that one compares.

#[path = "support/history.rs"]
mod history;

use domain::book::Book;
use domain::id::BrokerOrderId;
use domain::journal::JournalEvent;
use history::{ALL_RANDOM, BATCH_MAX, Failure, Names, RANDOM, TIMED, at, load, options, submitting};
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Barrier, mpsc};
use std::time::{Duration, Instant};
use store::{Journal, JournalReader, SqliteJournal};
use tollgate_store as store;

/// The program's own allocator, as in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLERS: u32 = 64;
const ORDERS: u32 = 100_000;
const RAW_LEN: usize = 1_024;
/// Of `raw` and of `single`.
const SINGLES: u32 = 2_000;
const INTENTS_OF_CALLER: u32 = 1_000;
const ROUNDS: u32 = 3;
const KINDS: [(&str, Names); 3] =
    [("timed keys", TIMED), ("random keys", RANDOM), ("random keys and request ids", ALL_RANDOM)];

fn main() -> Result<(), Failure> {
    // cargo hands `--bench` through.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let orders = args.next().map_or(Ok(ORDERS), |text| text.parse())?;
    let parent = args.next().map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    std::fs::create_dir_all(&parent)?;
    let dir = tempfile::tempdir_in(&parent)?;
    let mut best_raw = Rate::default();
    let mut best = [(Rate::default(), Rate::default()); KINDS.len()];
    for round in 1..=ROUNDS {
        let raw = raw(&dir.path().join("raw"))?;
        say(&format!("round {round}: raw fdatasync {raw}; load {}", load()))?;
        best_raw = best_raw.faster(raw);
        for ((name, names), best) in KINDS.into_iter().zip(&mut best) {
            let place = dir.path().join(format!("{name} {round}"));
            let single = single(&place.join("single"), names)?;
            let group = group(&place.join("group"), names)?;
            say(&format!("round {round}: {name}: single {single}; group {group}"))?;
            *best = (best.0.faster(single), best.1.faster(group));
            std::fs::remove_dir_all(&place)?;
        }
    }
    say(&format!("best: raw fdatasync {best_raw}"))?;
    for ((name, _), (single, group)) in KINDS.into_iter().zip(best) {
        let (of_raw, of_single) =
            (group.per_second() / best_raw.per_second(), group.per_second() / single.per_second());
        say(&format!(
            "best: {name}: single {single}; group {group}: {of_single:.1} times single, {of_raw:.1} times raw"
        ))?;
    }
    past(&dir.path().join("history"), orders)
}

fn say(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// So many things in so long.
#[derive(Clone, Copy, Default)]
struct Rate {
    count: u32,
    /// How many of them came together, on average.
    together: f64,
    wall: Duration,
    processor: Duration,
}

impl Rate {
    fn of(count: u32, clock: &Clock) -> Self {
        let (wall, processor) = clock.passed();
        Self { count, together: 1.0, wall, processor }
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
        write!(f, "{:.0}/s ({each_us:.1} us of the processor each", self.per_second())?;
        if self.together > 1.0 { write!(f, ", {:.1} to a commit)", self.together) } else { f.write_str(")") }
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

fn single(dir: &Path, names: Names) -> Result<Rate, Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    let mut synced = Instant::now();
    let intents = (1..=SINGLES).map(|nth| submitting(nth, names)).collect::<Result<Vec<_>, _>>()?;
    let clock = Clock::start();
    for intent in intents {
        journal.append(at(0), &[intent])?;
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
    caller: usize,
    intent: JournalEvent,
}

fn group(dir: &Path, names: Names) -> Result<Rate, Failure> {
    let mut journal = SqliteJournal::open(&options(dir))?;
    // Callers come in turn: what one names comes between what the others name.
    let intents_of = |caller| (0..INTENTS_OF_CALLER).map(move |nth| submitting(nth * CALLERS + caller + 1, names));
    let intents = (0..CALLERS).map(|caller| intents_of(caller).collect()).collect::<Result<Vec<Vec<_>>, _>>()?;
    let (ask, asked) = mpsc::sync_channel::<Asked>(BATCH_MAX);
    let ready = Barrier::new(intents.len() + 1);
    std::thread::scope(|scope| {
        let mut answers = Vec::with_capacity(intents.len());
        for (caller, intents) in intents.into_iter().enumerate() {
            let (answer, answered) = mpsc::sync_channel(1);
            answers.push(answer);
            let (ask, ready) = (ask.clone(), &ready);
            scope.spawn(move || {
                ready.wait();
                call(caller, intents, &ask, &answered);
            });
        }
        drop(ask);
        let clock = Clock::start();
        ready.wait();
        let (durable, commits) = serve(&mut journal, asked, answers)?;
        if durable != CALLERS * INTENTS_OF_CALLER {
            return Err(format!("only {durable} intents came").into());
        }
        let together = f64::from(durable) / f64::from(commits);
        Ok(Rate { together, ..Rate::of(durable, &clock) })
    })
}

/// One caller: asks again once it was answered, until nobody answers any more.
fn call(caller: usize, intents: Vec<JournalEvent>, ask: &mpsc::SyncSender<Asked>, answered: &mpsc::Receiver<()>) {
    for intent in intents {
        if ask.send(Asked { caller, intent }).is_err() || answered.recv().is_err() {
            return;
        }
    }
}

/// The writer, until all callers are gone: intents and commits. It owns its ends, so that one that fails leaves no caller
/// waiting.
#[expect(clippy::needless_pass_by_value, reason = "dropped with the writer")]
fn serve(
    journal: &mut SqliteJournal,
    asked: mpsc::Receiver<Asked>,
    answers: Vec<mpsc::SyncSender<()>>,
) -> Result<(u32, u32), Failure> {
    let mut synced = Instant::now();
    let (mut durable, mut commits) = (0, 0);
    while let Ok(first) = asked.recv() {
        let (mut callers, mut intents) = (vec![first.caller], vec![first.intent]);
        for next in asked.try_iter().take(BATCH_MAX - 1) {
            callers.push(next.caller);
            intents.push(next.intent);
        }
        for intent in &mut intents {
            durable += 1;
            // Broker order ids only rise: the writer gives them out, as the engine does.
            if let JournalEvent::OrderSubmitting { broker_order_id, .. } = intent {
                *broker_order_id = BrokerOrderId::new(i64::from(durable))?;
            }
        }
        journal.append(at(0), &intents)?;
        commits += 1;
        for caller in callers {
            answers.get(caller).ok_or("nobody by that number")?.send(())?;
        }
        sync_each_second(journal, &mut synced)?;
    }
    Ok((durable, commits))
}

/// Writes a history, replays it, copies its book, opens it.
fn past(dir: &Path, orders: u32) -> Result<(), Failure> {
    let took = history::write(dir, orders)?;
    let reader = JournalReader::open(&dir.join("data"))?;
    let records = u32::try_from(reader.head()?.seq)?;
    say(&format!("history         {records} records of {orders} orders, written in {:.1} s", took.as_secs_f64()))?;
    let (mut book, mut best) = (Book::empty(), Rate::default());
    for _ in 0..ROUNDS {
        let clock = Clock::start();
        book = Book::empty();
        reader.replay(1, &mut |record| book.apply(&record).map_err(store::JournalError::Refused))?;
        best = best.faster(Rate::of(records, &clock));
    }
    say(&format!("replay          {records} records in {:.2} s, {best}", best.wall.as_secs_f64()))?;
    let clock = Clock::start();
    let copy = book.clone();
    let (wall, _) = clock.passed();
    say(&format!(
        "copy            of a book of {} orders, which a commit waits for when a snapshot begins: {} ms",
        copy.orders.len(),
        wall.as_millis()
    ))?;
    drop(copy);
    open(dir, &book)
}

/// Opens as a start-up does.
fn open(dir: &Path, expected: &Book) -> Result<(), Failure> {
    let mut best: Option<(Duration, Duration)> = None;
    for _ in 0..2 * ROUNDS {
        let clock = Clock::start();
        let journal = SqliteJournal::open(&options(dir))?;
        let passed = clock.passed();
        if journal.book() != Some(expected) {
            return Err("the journal opened with another book".into());
        }
        best = Some(best.map_or(passed, |best| best.min(passed)));
    }
    let (wall, processor) = best.unwrap_or_default();
    let orders = expected.orders.len();
    say(&format!(
        "open            with {orders} orders in {} ms ({} ms of the processor)",
        wall.as_millis(),
        processor.as_millis()
    ))
}

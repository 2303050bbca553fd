//! How long a user waits for a start with a long history.
//!
//! `cargo bench -p tollgate-engine --bench start [-- ORDERS [DIRECTORY]]`
//!
//! From opening the journal (lease, snapshot, verification since the newest checkpoint) over the engine's own state and its
//! first commit to its first answer, the status with all orders counted. Each start is a process of its own, as a user's is:
//! memory that an earlier one has touched makes a start look faster.
//!
//! * `after an orderly end`: the snapshot holds everything.
//! * `after a kill`: almost as many records as ever lie behind the newest snapshot, and must be replayed.

#[expect(dead_code, reason = "the journal's benchmark uses the rest")]
#[path = "../../store/benches/support/history.rs"]
mod history;

use ::store;
use domain::broker_calendar::BrokerCalendar;
use domain::id::{ClientId, CorrelationId};
use domain::mode::Trading;
use domain::policy::Policy;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::desk::Desk as _;
use engine::{Books, BrokerLink, DiskArchive, Ended, EngineConfig, Interlock, Parts, Seat, SystemEntropy, WallClock};
use history::{Failure, load, options};
use jiff::tz::TimeZone;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::SqliteJournal;
use store::verify::VerifyOptions;
use tokio::sync::mpsc;
use tollgate_engine as engine;

/// The program's own allocator, as in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ORDERS: u32 = 100_000;
const ROUNDS: u32 = 7;
/// Whose records, ten each, lie behind the snapshot after a kill: a hundred more, and a new one would be written.
const ORDERS_BEHIND: u32 = 9_900;
/// In the place of ORDERS: this process is one start; then how it ends, and where.
const ONCE: &str = "once";

#[derive(Clone, Copy)]
enum End {
    Orderly,
    Kill,
}

impl End {
    fn word(self) -> &'static str {
        match self {
            Self::Orderly => "orderly end",
            Self::Kill => "kill",
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // cargo hands `--bench` through.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let [ONCE, end, dir] = args.as_slice() {
        let end = if *end == End::Kill.word() { End::Kill } else { End::Orderly };
        return start(Path::new(dir), end).await;
    }
    let orders = args.first().map_or(Ok(ORDERS), |text| text.parse())?;
    let parent = args.get(1).map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    std::fs::create_dir_all(&parent)?;
    let dir = tempfile::tempdir_in(&parent)?;
    history::write(dir.path(), orders)?;
    best(dir.path(), End::Orderly, orders)?;
    let mut journal = SqliteJournal::open(&options(dir.path()))?;
    history::live(&mut journal, orders + 1..=orders + ORDERS_BEHIND)?;
    drop(journal);
    best(dir.path(), End::Kill, orders + ORDERS_BEHIND)
}

/// Starts over and over, each time after an end of this kind.
fn best(dir: &Path, end: End, orders: u32) -> Result<(), Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let one = Command::new(std::env::current_exe()?).args([ONCE, end.word()]).arg(dir).output()?;
        let said = String::from_utf8(one.stdout)?;
        let words: Vec<&str> = said.split_whitespace().collect();
        let [counted, open_us, whole_us] = words.as_slice() else {
            return Err(format!("a start failed: {}", String::from_utf8_lossy(&one.stderr)).into());
        };
        if counted.parse() != Ok(orders) {
            return Err(format!("the engine started with {counted} orders").into());
        }
        let (open, whole) = (Duration::from_micros(open_us.parse()?), Duration::from_micros(whole_us.parse()?));
        times.push((whole, open));
    }
    times.sort();
    let (whole, open) = times.first().copied().unwrap_or_default();
    let (median, _) = times.get(times.len() / 2).copied().unwrap_or_default();
    writeln!(
        std::io::stdout(),
        "start after {:<11} {orders} orders: first answer after {} ms (journal open after {} ms); median of {ROUNDS}: {} ms; \
         load {}",
        end.word(),
        whole.as_millis(),
        open.as_millis(),
        median.as_millis(),
        load()
    )?;
    Ok(())
}

/// Tells how many orders there were, when the journal was open, and when the first answer came, in microseconds.
async fn start(dir: &Path, end: End) -> Result<(), Failure> {
    let began = Instant::now();
    let journal = SqliteJournal::open(&options(dir))?;
    let open = began.elapsed();
    let books = Books::of(journal.book().ok_or("the journal has no book")?);
    let config = config(dir)?;
    let interlock = Arc::new(Interlock::new(config.kill_file.clone(), Arc::new(WallClock)));
    // A broker that never says anything.
    let ((commands, _commands), (_events, events)) = (mpsc::channel(64), mpsc::channel(64));
    let (data_dir, checkpoint_file) = (options(dir).data_dir, options(dir).checkpoint_file);
    let archive = VerifyOptions { data_dir, checkpoint_file, key_file: None, faults_max: 1 };
    let parts = Parts {
        journal: Box::new(journal),
        archive: Box::new(DiskArchive::new(archive)),
        link: BrokerLink { commands, events },
        interlock,
        clock: Arc::new(WallClock),
        entropy: Arc::new(SystemEntropy),
        seat: Seat::Thread,
    };
    let engine = engine::start(config, books, parts)?;
    let seen = engine.desk().status(&reader()?)?;
    let whole = began.elapsed();
    let counted: u64 = seen.orders_by_status.values().sum();
    writeln!(std::io::stdout(), "{counted} {} {}", open.as_micros(), whole.as_micros())?;
    match end {
        // As the operating system sees a kill: nothing of this process runs any more.
        End::Kill => std::process::exit(0),
        End::Orderly => match engine.stop().await {
            Ended::Orderly => Ok(()),
            ended @ (Ended::Poisoned(_) | Ended::LeaseLost(_)) => Err(format!("the engine ended: {ended:?}").into()),
        },
    }
}

fn reader() -> Result<Principal, Failure> {
    Ok(Principal {
        key_id: "reader".parse()?,
        kind: PrincipalKind::Human,
        scopes: [Scope::Read].into(),
        face: Face::Rest,
        correlation_id: "bench".parse::<CorrelationId>()?,
    })
}

fn config(dir: &Path) -> Result<EngineConfig, Failure> {
    Ok(EngineConfig {
        installation: "bench1".parse()?,
        version: "0.0.0",
        trading: Trading::Paper,
        policy_name: "conservative".to_owned(),
        policy: Box::new(Policy::conservative().into()),
        account: None,
        embedded_venue: false,
        endpoint: "127.0.0.1:7497".to_owned(),
        port: 7497,
        client_id: ClientId::new(7)?,
        config_hash: "0".repeat(64),
        key_secret: [7; 32],
        sessions: tollgate_engine::SessionRules::standard(),
        session_shelf: None,
        kill_file: dir.join("KILL"),
        live_override_file: None,
        driller: Arc::new(engine::NoDriller),
        witness: Arc::new(engine::NoWitness),
        parts: Vec::new(),
        lease_silence: engine::LEASE_SILENCE,
        reconcile_every: Duration::from_mins(10),
        calendar: BrokerCalendar::without_windows(TimeZone::UTC, jiff::civil::time(23, 0, 0, 0)),
        held_after: Duration::from_secs(10),
        look_up_after: Duration::from_secs(5),
    })
}

//! A gateway beside the one that writes: it reads, watches, and takes over.

use super::place;
use super::writing::{Setup, Socket, Writing};
use crate::failure::Failure;
use crate::out::talk;
use engine::{Desk, Ended, Follower, Holder, Standby, StandbyParts, SystemEntropy};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{JournalReader, OpenError, SqliteJournal};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// For a process that starts at the same moment to write its first records.
const FIRST_RECORDS_DEADLINE: Duration = Duration::from_secs(10);
const FIRST_RECORDS_LOOK: Duration = Duration::from_millis(20);
/// Looks at the journal within the silence after which the lease is taken away.
const LOOKS_PER_SILENCE: u32 = 40;
const LOOK_EVERY_MAX: Duration = Duration::from_millis(250);

/// What this process is, once it looked who writes.
pub(crate) enum Seated {
    /// Nobody else does.
    Writer(Box<SqliteJournal>),
    /// Another process does.
    Standby(Box<Waiting>),
}

/// A standby, and the thread that watches for it.
pub(crate) struct Waiting {
    standby: Standby,
    socket: Socket,
    watch: Watch,
}

/// Takes the lease if it is free, or else stands by.
///
/// # Errors
/// The data directory cannot be used.
pub(crate) async fn take_or_follow(setup: &Setup) -> Result<Seated, Failure> {
    let deadline = Instant::now() + FIRST_RECORDS_DEADLINE;
    loop {
        let held = match SqliteJournal::open(&setup.open_options(false)) {
            Ok(journal) => return Ok(Seated::Writer(Box::new(journal))),
            Err(held @ OpenError::LeaseHeld { .. }) => held,
            Err(error) => return Err(place::open_failure(&error)),
        };
        match JournalReader::open(&setup.config.data_dir) {
            Ok(reader) if reader.head().map_err(|error| unreadable(&error))?.seq > 0 => {
                return Ok(Seated::Standby(Box::new(Waiting::begin(setup, reader)?)));
            }
            Ok(_) | Err(OpenError::NoJournal { .. } | OpenError::Older { .. }) if Instant::now() < deadline => {
                // tidy: sleep — the other process is in the middle of its first start, or brings the schema up
                tokio::time::sleep(FIRST_RECORDS_LOOK).await;
            }
            Ok(_) => return Err(place::open_failure(&held)),
            Err(error) => return Err(place::open_failure(&error)),
        }
    }
}

impl Waiting {
    fn begin(setup: &Setup, reader: JournalReader) -> Result<Self, Failure> {
        let (socket, link, interlock) = Socket::new(setup);
        let parts = StandbyParts {
            view: Box::new(reader),
            archive: Box::new(setup.archive()),
            link,
            interlock,
            clock: Arc::clone(&setup.ground.clock),
            entropy: Arc::new(SystemEntropy),
        };
        let (standby, follower) = engine::stand_by(setup.engine_config()?, parts).map_err(|error| {
            Failure::storage(format!("cannot stand by: {error}"), "`tollgate doctor` looks at files and disk")
        })?;
        Ok(Self { standby, socket, watch: Watch::begin(setup.clone(), follower)? })
    }

    /// The use cases; the same desk after the take-over.
    pub(crate) fn desk(&self) -> Arc<dyn Desk> {
        self.standby.desk()
    }

    /// Stands by until it takes over, and writes from then on; ends once the other end of `ending` is gone.
    pub(crate) async fn until_end(
        self: Box<Self>,
        setup: Setup,
        mut ending: oneshot::Receiver<()>,
    ) -> Result<Ended, Failure> {
        let Self { standby, socket, mut watch } = *self;
        let journal = tokio::select! {
            taken = &mut watch.taken => taken.unwrap_or_else(|_gone| {
                Err(Failure::unavailable("the thread that watches the journal is gone", "start again"))
            })?,
            _word = &mut ending => return Ok(Ended::Orderly),
        };
        talk("this process writes now");
        Box::pin(Writing::take_over(&setup, journal, standby, socket)).await?.until_end(ending).await
    }
}

/// The thread that follows the journal and waits for the lease. It ends with this.
struct Watch {
    taken: oneshot::Receiver<Result<SqliteJournal, Failure>>,
    over: Arc<AtomicBool>,
}

impl Watch {
    fn begin(setup: Setup, follower: Follower) -> Result<Self, Failure> {
        let (tell, taken) = oneshot::channel();
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || {
                if let Some(taken) = follow(&setup, follower, &is_over) {
                    // Whoever waited is at the end; then the journal is given back unused.
                    drop(tell.send(taken));
                }
            })
            .map_err(|error| Failure::unavailable(format!("the system refused a thread: {error}"), "start again"))?;
        Ok(Self { taken, over })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// Follows until the lease was taken, or cannot be; `None` when nobody waits for it any more.
fn follow(setup: &Setup, mut follower: Follower, over: &AtomicBool) -> Option<Result<SqliteJournal, Failure>> {
    let look_every = (setup.config.lease_silence / LOOKS_PER_SILENCE).min(LOOK_EVERY_MAX);
    while !over.load(Ordering::SeqCst) {
        let holder = match follower.look() {
            Ok(holder) => holder,
            Err(error) => return Some(Err(unreadable(&error))),
        };
        // A silent process that holds the embedded venue takes the broker with it: there is nothing to take over.
        let seize = holder == Holder::Silent && !setup.embeds_venue();
        match SqliteJournal::open(&setup.open_options(seize)) {
            Ok(journal) => return Some(Ok(journal)),
            Err(OpenError::LeaseHeld { .. }) => std::thread::park_timeout(look_every),
            Err(error) => return Some(Err(place::open_failure(&error))),
        }
    }
    None
}

fn unreadable(error: &store::JournalError) -> Failure {
    Failure::storage(format!("the journal cannot be followed: {error}"), "`tollgate audit verify` says what is wrong")
}

//! One Tollgate: a runtime of one thread with paused time, the real engine on it, its adapter's place taken by a
//! [`Link`].

use crate::broker::Broker;
use crate::clock::{SimClock, SimEntropy};
use crate::disk::{Disk, Fate};
use crate::inbox::Inbox;
use crate::link::Link;
use crate::truth::Truth;
use crate::world;
use domain::fault::Fault;
use domain::id::Generation;
use engine::desk::{AuditFilter, AuditRecord, AuditVerification};
use engine::{Archive, BrokerLink, Clock, Ended, EngineHandle, Interlock, Parts, Seat, Service};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

const CHANNEL_LEN_MAX: usize = 4_096;

/// A running Tollgate.
pub struct Process {
    runtime: Runtime,
    engine: EngineHandle,
    /// Its adapter.
    pub link: Link,
    /// What it has come to.
    pub fate: Fate,
    /// It is stopped in the middle of whatever it did (SIGSTOP).
    pub paused: bool,
    /// Names it in transcripts.
    pub number: u32,
}

/// What a process is started on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Its journal.
    pub disk: Disk,
    /// What is durable.
    pub truth: Truth,
    /// Time.
    pub clock: SimClock,
    /// Where the file `KILL` is looked for.
    pub kill_file: PathBuf,
    /// The seed of its ids.
    pub seed: u64,
}

impl Process {
    /// Starts one.
    ///
    /// # Errors
    /// Why it did not start, in words.
    pub fn start(ground: &Ground, number: u32) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| error.to_string())?;
        let fate = Fate::default();
        let (commands, commands_out) = mpsc::channel(CHANNEL_LEN_MAX);
        let inbox = Inbox::new(commands_out);
        let journal = ground
            .disk
            .open(ground.clock.now(), ground.truth.clone(), fate.clone(), inbox.clone())
            .map_err(|error| format!("the journal does not open: {error}"))?;
        let book = engine::replay(&journal).map_err(|error| format!("the journal does not replay: {error}"))?;
        let before = Generation(book.generation.0);
        let interlock = Arc::new(Interlock::new(ground.kill_file.clone(), Arc::new(ground.clock.clone())));
        let (events_in, events) = mpsc::channel(CHANNEL_LEN_MAX);
        let parts = Parts {
            journal: Box::new(journal),
            archive: Box::new(NoArchive),
            link: BrokerLink { commands, events },
            interlock: Arc::clone(&interlock),
            clock: Arc::new(ground.clock.clone()),
            entropy: Arc::new(SimEntropy::new(ground.seed ^ u64::from(number))),
            seat: Seat::Task,
        };
        let config = world::config(ground.kill_file.clone());
        let started = runtime.block_on(async { engine::start(config, engine::Books::of(&book), parts) });
        let engine = started.map_err(|error| format!("the engine does not start: {error}"))?;
        let link = Link::new(inbox, ground.truth.clone(), events_in, interlock, ground.clock.clone(), before);
        Ok(Self { runtime, engine, link, fate, paused: false, number })
    }

    /// Its use cases.
    pub fn desk(&self) -> Arc<Service> {
        self.engine.desk()
    }

    /// Does something for a caller while the process runs.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(work));
    }

    /// Runs it for so many milliseconds of its time: everything that can happen in them happens.
    pub fn run(&mut self, broker: &mut Broker, ms: i64) {
        if self.paused {
            return;
        }
        if !self.fate.is_dead() {
            self.link.pump(broker);
        }
        let time = Duration::from_millis(ms.unsigned_abs());
        // tidy: sleep — paused time: the runtime works off everything, then moves on by this much
        self.runtime.block_on(async { tokio::time::sleep(time).await });
        if !self.fate.is_dead() {
            self.link.pump(broker);
        }
    }

    /// Why its writer ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.engine.has_ended()
    }

    /// Asks it to end in order, and lets it.
    pub fn stop(&mut self, broker: &mut Broker) -> Option<Ended> {
        let ended =
            self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(5), self.engine.stop()).await });
        self.link.pump(broker);
        ended.ok()
    }
}

/// The simulation reads the journal itself.
#[derive(Clone, Copy, Debug)]
struct NoArchive;

impl Archive for NoArchive {
    fn page(&self, _: &AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        Err(Fault::CapabilityMissing("the simulation reads the journal itself".to_owned()))
    }

    fn verify(&self) -> Result<AuditVerification, Fault> {
        Err(Fault::CapabilityMissing("the simulation reads the journal itself".to_owned()))
    }
}

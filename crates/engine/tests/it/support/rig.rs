//! An engine between a journal and the scripted broker, with the means to crash and to start again.

use super::broker::Broker;
use super::clock::TestClock;
use super::log::{Log, Watched};
use super::world::{PATIENCE, account, alice, con_id, key};
use domain::approval::Approval;
use domain::approval_request::ApprovalRequest;
use domain::book::OrderRecord;
use domain::change::ChangeOutcome;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::mode::Trading;
use domain::order::OrderIntent;
use domain::policy::Policy;
use domain::principal::Principal;
use engine::desk::{ChangeAnswer, Desk as _, OrderAnswer};
use engine::{
    Clock as _, DiskArchive, Ended, EngineConfig, EngineHandle, Follower, Interlock, Parts, Service, Standby,
    StandbyParts,
};
use jiff::SignedDuration;
use std::sync::{Arc, Weak};
use std::time::Duration;
use store::verify::VerifyOptions;
use store::{JournalReader, MemoryDisk, OpenOptions, Page, RecordFilter, SqliteJournal};
use tempfile::TempDir;

fn guard(config: &EngineConfig, clock: &TestClock) -> Interlock {
    Interlock::new(config.kill_file.clone(), Arc::new(clock.clone()))
        .with_override_file(config.live_override_file.clone())
}

/// Where the journal lies.
pub(crate) enum Disk {
    Memory(MemoryDisk),
    Files,
}

/// Everything of one scenario.
pub(crate) struct Rig {
    pub(crate) disk: Disk,
    pub(crate) dir: TempDir,
    pub(crate) clock: TestClock,
    pub(crate) log: Log,
    pub(crate) broker: Broker,
    pub(crate) config: EngineConfig,
    pub(crate) interlock: Arc<Interlock>,
    /// What the readers' book is told to hold beside the journal.
    pub(crate) misread: Option<fn(&mut domain::book::Book)>,
    engine: Option<EngineHandle>,
    writer: Weak<()>,
}

impl Rig {
    /// A ready engine over a journal in memory.
    pub(crate) async fn ready() -> Self {
        Self::ready_with(|_| {}).await
    }

    pub(crate) async fn ready_with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        let mut rig = Self::cold(Disk::Memory(MemoryDisk::new()), change);
        rig.boot();
        rig.connect(1).await;
        rig
    }

    pub(crate) async fn ready_on_files() -> Self {
        let mut rig = Self::cold(Disk::Files, |_| {});
        rig.boot();
        rig.connect(1).await;
        rig
    }

    /// Nothing runs yet.
    pub(crate) fn cold(disk: Disk, change: impl FnOnce(&mut EngineConfig)) -> Self {
        let dir = TempDir::new().unwrap();
        let (clock, log) = (TestClock::new(), Log::new());
        let mut policy = Policy::conservative();
        // Scenarios repeat the same little order on purpose; the look-alike question has a scenario of its own.
        policy.look_alike_window_s = 0;
        // Scenarios let hours pass in a moment; the silence of the broker has one of its own.
        policy.heartbeat_s_max = 1_000_000;
        policy.loss_age_s_max = 1_000_000;
        let mut config = EngineConfig {
            installation: "test0001".parse().unwrap(),
            version: "0.0.0-test",
            trading: Trading::Paper,
            policy_name: "test".to_owned(),
            policy: Box::new(policy.into()),
            account: Some(account()),
            embedded_venue: false,
            endpoint: "127.0.0.1:7497".to_owned(),
            port: 7497,
            client_id: domain::id::ClientId::new(7).unwrap(),
            config_hash: "0".repeat(64),
            key_secret: [7; 32],
            sessions: engine::SessionRules::standard(),
            session_shelf: None,
            kill_file: dir.path().join("KILL"),
            live_override_file: None,
            driller: Arc::new(engine::NoDriller),
            witness: Arc::new(engine::NoWitness),
            parts: Vec::new(),
            lease_silence: engine::LEASE_SILENCE,
            reconcile_every: Duration::from_mins(10),
            calendar: domain::broker_calendar::BrokerCalendar::without_windows(
                jiff::tz::TimeZone::UTC,
                jiff::civil::time(23, 0, 0, 0),
            ),
            held_after: Duration::from_secs(10),
            look_up_after: Duration::from_secs(5),
        };
        change(&mut config);
        let durable: Arc<dyn Fn() -> domain::book::Book + Send + Sync> = match &disk {
            Disk::Memory(_) => {
                let log = log.clone();
                Arc::new(move || log.book())
            }
            Disk::Files => {
                let data = dir.path().join("data");
                Arc::new(move || read_book(&data))
            }
        };
        let broker = Broker::new(clock.clone(), durable);
        let interlock = Arc::new(guard(&config, &clock));
        Self { disk, dir, clock, log, broker, config, interlock, misread: None, engine: None, writer: Weak::new() }
    }

    /// Opens the journal and starts an engine; no connection stands yet.
    pub(crate) fn boot(&mut self) {
        assert!(self.try_boot().is_ok(), "the engine must start");
    }

    pub(crate) fn try_boot(&mut self) -> Result<(), String> {
        let options = self.open_options();
        let journal: Box<dyn store::Journal> = match &self.disk {
            Disk::Memory(disk) => Box::new(disk.open().map_err(|error| error.to_string())?),
            Disk::Files => Box::new(SqliteJournal::open(&options).map_err(|error| error.to_string())?),
        };
        self.log.take_over(journal.as_ref());
        let book = engine::replay(journal.as_ref()).map_err(|error| error.to_string())?;
        self.interlock = Arc::new(guard(&self.config, &self.clock));
        let archive: Box<dyn engine::Archive> = match &self.disk {
            Disk::Memory(_) => Box::new(self.log.clone()),
            Disk::Files => Box::new(DiskArchive::new(VerifyOptions {
                data_dir: options.data_dir,
                checkpoint_file: options.checkpoint_file,
                key_file: None,
                faults_max: 10,
            })),
        };
        let alive = Arc::new(());
        self.writer = Arc::downgrade(&alive);
        let parts = Parts {
            journal: Box::new(Watched { inner: journal, log: self.log.clone(), _alive: alive }),
            archive,
            link: self.broker.attach(Arc::clone(&self.interlock)),
            interlock: Arc::clone(&self.interlock),
            clock: Arc::new(self.clock.clone()),
            entropy: Arc::new(engine::SystemEntropy),
            seat: engine::Seat::Thread,
        };
        let mut shown = book.clone();
        if let Some(misread) = self.misread {
            misread(&mut shown);
        }
        let books = engine::Books::apart(book, shown);
        let engine = engine::start(self.config.clone(), books, parts).map_err(|error| error.to_string())?;
        self.engine = Some(engine);
        Ok(())
    }

    /// A second process beside the one that writes.
    pub(crate) fn stand_by(&self) -> (Standby, Follower) {
        let Disk::Memory(disk) = &self.disk else { unreachable!("these scenarios are in memory") };
        let (commands, _no_adapter) = tokio::sync::mpsc::channel(1);
        let (_silent, events) = tokio::sync::mpsc::channel(1);
        self.stand_by_with(disk, engine::BrokerLink { commands, events }, Arc::clone(&self.interlock))
    }

    /// A process of another version tries to join.
    pub(crate) fn stand_by_as(&self, version: &'static str) -> Result<(), String> {
        let Disk::Memory(disk) = &self.disk else { unreachable!("these scenarios are in memory") };
        let (commands, _no_adapter) = tokio::sync::mpsc::channel(1);
        let (_silent, events) = tokio::sync::mpsc::channel(1);
        let parts = self.standby_parts(disk, engine::BrokerLink { commands, events }, Arc::clone(&self.interlock));
        let config = EngineConfig { version, ..self.config.clone() };
        engine::stand_by(config, parts).map(drop).map_err(|error| error.to_string())
    }

    fn stand_by_with(
        &self,
        disk: &MemoryDisk,
        link: engine::BrokerLink,
        interlock: Arc<Interlock>,
    ) -> (Standby, Follower) {
        engine::stand_by(self.config.clone(), self.standby_parts(disk, link, interlock)).unwrap()
    }

    fn standby_parts(&self, disk: &MemoryDisk, link: engine::BrokerLink, interlock: Arc<Interlock>) -> StandbyParts {
        StandbyParts {
            view: Box::new(disk.view()),
            archive: Box::new(self.log.clone()),
            link,
            interlock,
            clock: Arc::new(self.clock.clone()),
            entropy: Arc::new(engine::SystemEntropy),
        }
    }

    /// A second process takes over from the one that writes, which comes back, still alive. From now on the broker talks
    /// to the successor.
    pub(crate) fn succeed(&mut self) -> EngineHandle {
        let Disk::Memory(disk) = &self.disk else { unreachable!("these scenarios are in memory") };
        let disk = disk.clone();
        self.interlock = Arc::new(guard(&self.config, &self.clock));
        let link = self.broker.attach(Arc::clone(&self.interlock));
        let (standby, _follower) = self.stand_by_with(&disk, link, Arc::clone(&self.interlock));
        let desk = standby.desk();
        let journal = disk.open().unwrap();
        self.log.take_over(&journal);
        let book = engine::replay(&journal).unwrap();
        let alive = Arc::new(());
        self.writer = Arc::downgrade(&alive);
        let journal = Watched { inner: Box::new(journal), log: self.log.clone(), _alive: alive };
        let endpoint = self.config.endpoint.clone();
        let engine =
            standby.take_over(Box::new(journal), engine::Books::of(&book), endpoint, engine::Seat::Thread).unwrap();
        assert!(Arc::ptr_eq(&desk, &engine.desk()), "the desk stays the same");
        self.engine.replace(engine).unwrap()
    }

    fn open_options(&self) -> OpenOptions {
        OpenOptions::new(
            self.dir.path().join("data"),
            self.dir.path().join("state").join("checkpoint"),
            self.clock.now(),
        )
    }

    /// Connects and waits until trading is ready.
    pub(crate) async fn connect(&self, next_valid_id: i64) {
        self.broker.up(next_valid_id).await;
        // What the last connection was ready for does not count.
        self.settle().await;
        self.until_ready().await;
    }

    pub(crate) async fn until_ready(&self) {
        self.until("trading is ready", || self.desk().not_ready().is_empty()).await;
    }

    /// The process dies and the power fails.
    pub(crate) async fn crash(&mut self) {
        if let Disk::Memory(disk) = &self.disk {
            disk.crash();
        }
        self.end().await;
    }

    /// The process dies; what the operating system was given survives.
    pub(crate) async fn end(&mut self) {
        drop(self.engine.take());
        self.until("the writer has ended", || self.writer.strong_count() == 0).await;
    }

    /// Ends in order.
    pub(crate) async fn stop(&mut self) -> Ended {
        let engine = self.engine.take().unwrap();
        tokio::time::timeout(PATIENCE, engine.stop()).await.unwrap()
    }

    pub(crate) fn engine(&self) -> &EngineHandle {
        self.engine.as_ref().unwrap()
    }

    pub(crate) fn desk(&self) -> Arc<Service> {
        self.engine().desk()
    }

    /// Why the engine ended by itself.
    pub(crate) async fn ended(&self) -> Ended {
        tokio::time::timeout(PATIENCE, self.engine().ended()).await.unwrap()
    }

    /// Waits for a condition; anything that the journal or the broker sees makes it be looked at again.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let (mut records, mut broker) = (self.log.watch(), self.broker.watch());
        while !holds() {
            assert!(tokio::time::Instant::now() < deadline, "waited in vain until {what}");
            let moved = async {
                tokio::select! {
                    grown = records.changed() => drop(grown),
                    seen = broker.changed() => drop(seen),
                }
            };
            // A record is in the log a moment before readers see it: look again soon, whatever happens.
            drop(tokio::time::timeout(Duration::from_millis(5), moved).await);
        }
    }

    pub(crate) async fn until_status(&self, cl_ord_id: &str, status: OrdStatus) -> OrderRecord {
        let is_there = || self.find(cl_ord_id).is_some_and(|order| order.status == status);
        self.until(&format!("{cl_ord_id} is {}", status.word()), is_there).await;
        self.order(cl_ord_id)
    }

    /// Everything that was handed to the writer before is decided: the cost of a trade that nobody knows went through
    /// behind it, and readers see it.
    pub(crate) async fn settle(&self) {
        let mark = format!("settled.{}", self.log.records().len());
        self.broker.commission(&mark, "0").await;
        let told = |event: &JournalEvent| matches!(event, JournalEvent::ExternalCommission { exec_id, .. } if exec_id.as_str() == mark);
        let place = || self.log.records().into_iter().rev().find(|record| told(&record.event)).map(|record| record.seq);
        let head = || self.desk().status(&alice()).unwrap().journal_head.0;
        self.until("the writer has worked off what came before", || place().is_some_and(|seq| head() >= seq)).await;
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    pub(crate) fn find(&self, cl_ord_id: &str) -> Option<OrderRecord> {
        self.desk().order(&alice(), &key(cl_ord_id)).ok()
    }

    pub(crate) fn order(&self, cl_ord_id: &str) -> OrderRecord {
        self.find(cl_ord_id).unwrap()
    }

    /// Submits without waiting for the broker.
    pub(crate) async fn submit(&self, by: &Principal, intent: OrderIntent) -> Result<OrderAnswer, Fault> {
        let submit = self.desk();
        tokio::time::timeout(PATIENCE, submit.submit(by, intent, Duration::ZERO)).await.unwrap()
    }

    /// A small order of a person that works at the broker.
    pub(crate) async fn working(&self, cl_ord_id: &str) -> OrderRecord {
        self.submit(&alice(), super::world::buy(cl_ord_id)).await.unwrap();
        self.until("the broker has it", || self.broker.submits().iter().any(|key| key == cl_ord_id)).await;
        self.broker.acknowledge(cl_ord_id).await;
        self.until_status(cl_ord_id, OrdStatus::Working).await
    }

    pub(crate) fn pending_approval(&self) -> Approval {
        let pending = self.desk().approvals(&alice(), true).unwrap();
        assert_eq!(pending.len(), 1, "one approval waits");
        of_order(pending.into_iter().next().unwrap())
    }

    pub(crate) fn halted(&self) -> Option<String> {
        let status = self.desk().status(&alice()).unwrap();
        status.halted_instruments.into_iter().find(|(id, _)| *id == con_id()).map(|(_, why)| why)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert_eq!(self.broker.early(), Vec::<String>::new(), "nothing leaves before it is durable");
        assert_eq!(self.broker.doubles(), Vec::<String>::new(), "nothing reaches the broker twice");
        let book = self.log.book();
        let index = domain::book::Index::of(&book.orders, &book.external_executions);
        assert_eq!(*book.index(), index, "what lists are read by says what orders and trades say");
    }
}

fn read_book(data: &std::path::Path) -> domain::book::Book {
    let reader = JournalReader::open(data).unwrap();
    let mut book = domain::book::Book::empty();
    let page = Page { cursor: None, limit: u32::MAX, direction: store::Direction::Forward };
    let everything = RecordFilter { kind: None, cl_ord_id: None, correlation_id: None };
    for stored in reader.records(&everything, &page).unwrap() {
        book.apply(&stored.recorded).unwrap();
    }
    book
}

/// The codes of a denial, in order.
pub(crate) fn reason_codes(order: &OrderRecord) -> Vec<String> {
    order.reasons.iter().map(|reason| reason.code.clone()).collect()
}

/// The name of a fault, for comparing.
/// What a caller was told of a change: what became of it, or the fault.
pub(crate) fn told_of(answer: &Result<ChangeAnswer, Fault>) -> String {
    let outcome = match answer {
        Ok(ChangeAnswer { outcome: ChangeOutcome::Sent(fate), .. }) => format!("{fate:?}"),
        Ok(ChangeAnswer { outcome: outcome @ ChangeOutcome::Denied(_), .. }) => format!("{outcome:?}"),
        Err(_) => return code_of(answer),
    };
    outcome.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

pub(crate) fn code_of<T: std::fmt::Debug>(result: &Result<T, Fault>) -> String {
    match result {
        Ok(value) => format!("no fault: {value:?}"),
        Err(fault) => format!("{fault:?}").split([' ', '(', '{']).next().unwrap_or_default().to_owned(),
    }
}

/// On a runtime of one thread: all of its tasks do what they can without the writer's thread.
pub(crate) async fn work_off() {
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
}

/// The approval of an order.
pub(crate) fn of_order(request: ApprovalRequest) -> Approval {
    let of_order = match request {
        ApprovalRequest::Order(approval) => Some(*approval),
        ApprovalRequest::Plan(_) => None,
    };
    of_order.unwrap()
}

//! Puts an engine together: replay, recovery, the writer's thread, the tasks that feed it.

use crate::archive::Archive;
use crate::asks::Asks;
use crate::clock::Clock;
use crate::config::EngineConfig;
use crate::core::{Batch, Core, Prices, Touch};
use crate::desk::{LeaseStatus, Role};
use crate::entropy::Entropy;
use crate::guard::Interlock;
use crate::input::Input;
use crate::market::MarketDesk;
use crate::service::Service;
use crate::shared::{Predecessor, Session, Shared, Shown};
use crate::way;
use crate::writer::{Ended, Seat, Writer};
use domain::book::Book;
use domain::broker::{BrokerCommand, BrokerEvent};
use domain::fault::Fault;
use domain::id::{ConId, Generation, InstallationId, KeyId};
use domain::journal::{JournalEvent, Recorded};
use domain::principal::{PrincipalKind, Scope};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use store::{Journal, JournalError};
use tokio::sync::{mpsc, oneshot, watch};

/// Inputs that may wait for the writer; callers beyond wait themselves.
const INPUTS_MAX: usize = 1_024;
/// How often the writer looks at the time.
const TICK: Duration = Duration::from_millis(250);

/// Both ends of a broker adapter.
#[derive(Debug)]
pub struct BrokerLink {
    /// To the adapter.
    pub commands: mpsc::Sender<BrokerCommand>,
    /// From the adapter.
    pub events: mpsc::Receiver<BrokerEvent>,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal cannot be replayed or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another version writes.
    #[error(
        "version {running} writes this journal and this process is version {given}: end that one first, versions do not mix"
    )]
    OtherVersion {
        /// The one that writes.
        running: String,
        /// This one.
        given: &'static str,
    },
    /// The journal belongs to another installation: its orders bear another name at the broker.
    #[error(
        "the journal belongs to installation {journal}, the data directory says {given}: put the right directory back"
    )]
    OtherInstallation {
        /// What the journal says.
        journal: InstallationId,
        /// What the data directory says.
        given: InstallationId,
    },
    /// The process that writes has not written its first record yet.
    #[error("there is nothing to follow in the journal yet: wait a moment and start again")]
    NothingToFollow,
    /// The operating system refused a thread or randomness.
    #[error("the operating system refused: {0}")]
    System(String),
}

/// A running engine. It ends with this, whoever still holds its desk.
#[derive(Debug)]
pub struct EngineHandle {
    service: Arc<Service>,
    inputs: mpsc::Sender<Input>,
    ended: watch::Receiver<Option<Ended>>,
}

impl EngineHandle {
    /// The use cases.
    pub fn desk(&self) -> Arc<Service> {
        Arc::clone(&self.service)
    }

    /// Waits for the writer's end.
    pub async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(value) => value.clone().unwrap_or(Ended::Orderly),
            Err(_gone) => Ended::Poisoned("the writer's thread is gone".to_owned()),
        }
    }

    /// How the writer ended, if it has.
    pub fn has_ended(&self) -> Option<Ended> {
        self.ended.borrow().clone()
    }

    /// Ends in order: the last record says so. Orders stay where they are, at the broker.
    pub async fn stop(&self) -> Ended {
        let (reply, stopped) = oneshot::channel();
        if self.inputs.send(Input::Stop { reply }).await.is_ok() {
            // If the writer ended otherwise in this moment, `ended` says how.
            drop(stopped.await);
        }
        self.ended().await
    }

    /// Makes an API key unless one of that name exists. Returns its secret the one time that it is known.
    ///
    /// # Errors
    /// The journal's fault.
    pub async fn ensure_key(
        &self,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
    ) -> Result<Option<String>, Fault> {
        self.service.ensure_key(id, kind, scopes).await
    }

    /// Whether somebody revoked the key with this id.
    pub fn is_revoked(&self, id: &KeyId) -> bool {
        self.service.look(|book, _| book.api_keys.get(id).is_some_and(|key| key.revoked_at.is_some()))
    }
}

/// The parts that the composition root brings.
pub struct Parts {
    /// The journal, opened for writing.
    pub journal: Box<dyn Journal>,
    /// The same journal, for reading.
    pub archive: Box<dyn Archive>,
    /// The adapter's ends.
    pub link: BrokerLink,
    /// The last look before each send; the adapter holds the same one.
    pub interlock: Arc<Interlock>,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// Where new ids and secrets come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where the writer runs.
    pub seat: Seat,
}

/// What the journal's records add up to, for the writer and for its readers.
#[derive(Debug)]
pub struct Books {
    decides: Book,
    shown: Book,
}

impl Books {
    /// Two copies, made at the same time: with a long history each takes a while, and a user waits for both.
    pub fn of(book: &Book) -> Self {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| book.clone());
            let decides = book.clone();
            Self { decides, shown: other.join().unwrap_or_else(|_panic| book.clone()) }
        })
    }

    /// The two as they are given. What follows where they do not agree can be shown by them alone.
    pub fn apart(decides: Book, shown: Book) -> Self {
        Self { decides, shown }
    }

    /// Number of the newest connection.
    pub fn generation(&self) -> Generation {
        self.decides.generation
    }
}

/// Replays the journal into a book, and tells the number that the next connection shall carry at least.
///
/// # Errors
/// A record that does not follow from the ones before it.
pub fn replay(journal: &dyn Journal) -> Result<Book, JournalError> {
    let mut book = Book::empty();
    journal.replay(1, &mut |record| book.apply(&record).map_err(JournalError::Refused))?;
    Ok(book)
}

/// Starts an engine on the running tokio runtime.
///
/// # Errors
/// See [`StartError`].
pub fn start(config: EngineConfig, books: Books, parts: Parts) -> Result<EngineHandle, StartError> {
    let Parts { journal, archive, link, interlock, clock, entropy, seat } = parts;
    let session = Session::down(clock.now(), "connecting", &config.endpoint, ours(journal.as_ref()));
    let shared = Arc::new(Shared::new(Book::empty(), session));
    Office::furnish(config, shared, archive.into(), link, clock, entropy).open(journal, books, interlock, seat)
}

/// The lease of a journal that is open here for writing.
fn ours(journal: &dyn Journal) -> LeaseStatus {
    LeaseStatus { role: Role::Writer, epoch: journal.lease().epoch.0, holder_pid: Some(std::process::id()) }
}

/// Everything of an engine but its writer.
pub(crate) struct Office {
    pub(crate) config: EngineConfig,
    pub(crate) shared: Arc<Shared>,
    pub(crate) service: Arc<Service>,
    market: Arc<MarketDesk>,
    asks: Arc<Asks>,
    archive: Arc<dyn Archive>,
    link: BrokerLink,
    clock: Arc<dyn Clock>,
}

impl Office {
    pub(crate) fn furnish(
        config: EngineConfig,
        shared: Arc<Shared>,
        archive: Arc<dyn Archive>,
        link: BrokerLink,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let asks = Arc::new(Asks::new(link.commands.clone()));
        let market = Arc::new(MarketDesk::new(Arc::clone(&asks), link.commands.clone(), Arc::clone(&clock)));
        let service = Service::new(
            config.clone(),
            Arc::clone(&shared),
            Arc::clone(&market),
            Arc::clone(&asks),
            Arc::clone(&archive),
            Arc::clone(&clock),
            entropy,
        );
        service.take_up_sessions();
        Self { config, shared, service, market, asks, archive, link, clock }
    }

    /// Seats the writer: from here on this process decides.
    pub(crate) fn open(
        self,
        mut journal: Box<dyn Journal>,
        books: Books,
        interlock: Arc<Interlock>,
        seat: Seat,
    ) -> Result<EngineHandle, StartError> {
        let Self { config, shared, service, market, asks, archive, link, clock } = self;
        let now = clock.now();
        let lease = journal.lease();
        let mut session = Session::down(now, "connecting", &config.endpoint, ours(journal.as_ref()));
        session.takeover_from = (!lease.previous_ended_cleanly).then_some(Predecessor { pid: lease.previous_pid });
        let prices = Box::new(MarketPrices(Arc::clone(&market)));
        let mut core = Core::new(config, books.decides, session, prices, now);
        let proven = clock.monotonic();
        let first = begin(&mut core, journal.as_mut(), now)?;
        interlock.set_lease(core.book.epoch);
        interlock.prove_lease(proven, core.config.lease_fresh());
        interlock.set_kill(core.book.trading_states.epoch);
        // No connection of this process stands yet: generation 0 lets nothing through.
        interlock.set_generation(Generation(0));
        let (inputs, waiting) = mpsc::channel(INPUTS_MAX);
        service.seat(inputs.downgrade())?;
        let seq = core.book.seq;
        let mut shown = books.shown;
        for record in &first {
            shown.apply(record).map_err(JournalError::Refused)?;
        }
        *shared.write() = Shown::new(shown, core.session.clone());
        shared.announce(seq);
        let writer = Writer {
            core,
            journal,
            inputs: waiting,
            itself: inputs.downgrade(),
            commands: link.commands,
            asks: Arc::clone(&asks),
            market: Arc::clone(&market),
            shared: Arc::clone(&shared),
            interlock,
            clock: Arc::clone(&clock),
            runtime: tokio::runtime::Handle::current(),
            seat,
            archive,
            synced_at: now,
            proven,
            held: Vec::new(),
            bounced: VecDeque::new(),
        };
        let ended = sit(writer, seat)?;
        let listening = listen(link.events, inputs.downgrade(), Arc::clone(&asks), market, shared, Arc::clone(&clock));
        tokio::spawn(until_ended(ended.clone(), asks, listening));
        tokio::spawn(tick(inputs.downgrade(), clock));
        Ok(EngineHandle { service, inputs, ended })
    }
}

/// Sets the writer going; what comes back tells its end.
fn sit(writer: Writer, seat: Seat) -> Result<watch::Receiver<Option<Ended>>, StartError> {
    let (tell, ended) = watch::channel(None);
    match seat {
        Seat::Thread => {
            std::thread::Builder::new()
                .name("writer".to_owned())
                .spawn(move || tell.send_replace(Some(writer.run())))
                .map_err(|error| StartError::System(error.to_string()))?;
        }
        Seat::Task => {
            tokio::spawn(async move { tell.send_replace(Some(writer.run_as_task().await)) });
        }
    }
    Ok(ended)
}

/// The first records of this start: installation, start, and what the last one left in flight.
fn begin(core: &mut Core, journal: &mut dyn Journal, now: Timestamp) -> Result<Vec<Recorded>, StartError> {
    let mut batch = Batch::default();
    match &core.book.installation {
        Some(known) if *known == core.config.installation => {}
        Some(known) => {
            return Err(StartError::OtherInstallation {
                journal: known.clone(),
                given: core.config.installation.clone(),
            });
        }
        None => {
            let installation = core.config.installation.clone();
            core.push(&mut batch, now, JournalEvent::Installed { installation });
        }
    }
    let config = core.config.clone();
    let started = JournalEvent::Started {
        version: config.version.to_owned(),
        epoch: journal.lease().epoch,
        trading: config.trading,
        policy: config.policy_name,
        policy_hash: config.policy.hash(),
        policy_text: config.policy.text(),
        config_hash: config.config_hash,
    };
    let configured_before = core.book.configured_policy.clone();
    core.push(&mut batch, now, started);
    core.begin_policy(&mut batch, now, configured_before.as_deref());
    core.recover(&mut batch, now);
    if let Some(why) = core.broken.take() {
        return Err(JournalError::Stopped(why).into());
    }
    let events: Vec<JournalEvent> = batch.records.iter().map(|record| record.event.clone()).collect();
    journal.append(now, &events)?;
    let head = journal.head();
    core.session.head = (head.seq, head.hash.to_string());
    Ok(batch.records)
}

/// Listens to the adapter until it or the writer has ended; from then on nobody who asks waits for an answer.
async fn until_ended(
    mut ended: watch::Receiver<Option<Ended>>,
    asks: Arc<Asks>,
    listening: impl Future<Output = ()> + Send,
) {
    tokio::select! {
        biased;
        () = listening => {}
        // A writer that is gone without a word has ended, too.
        _ended = ended.wait_for(Option::is_some) => {}
    }
    asks.adapter_ended();
}

/// Sorts what the broker says: answers and quotes to whoever waits, everything about orders to the writer.
async fn listen(
    mut events: mpsc::Receiver<BrokerEvent>,
    inputs: mpsc::WeakSender<Input>,
    asks: Arc<Asks>,
    market: Arc<MarketDesk>,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
) {
    while let Some(event) = events.recv().await {
        shared.heard(clock.now());
        match event {
            BrokerEvent::Answer { id, answer } => asks.answer(id, answer),
            BrokerEvent::Quote(quote) => {
                market.put(quote);
            }
            BrokerEvent::QuoteRefused { con_id, code, message } => {
                tracing::warn!(%con_id, code, message, "the broker refused a market-data line");
                market.refuse_line(con_id, &format!("the broker refused it ({code}): {message}"));
            }
            event @ (BrokerEvent::LinkUp(_)
            | BrokerEvent::LinkDown { .. }
            | BrokerEvent::LinkFailed { .. }
            | BrokerEvent::ClockSkew { .. }
            | BrokerEvent::Notice { .. }
            | BrokerEvent::Sent { .. }
            | BrokerEvent::CancelSent { .. }
            | BrokerEvent::OpenOrder { .. }
            | BrokerEvent::Status { .. }
            | BrokerEvent::Executed { .. }
            | BrokerEvent::Busted { .. }
            | BrokerEvent::CommissionReported { .. }
            | BrokerEvent::OrderError { .. }) => {
                way::heard(&event);
                let Some(inputs) = inputs.upgrade() else {
                    return;
                };
                if inputs.send(Input::Broker(event)).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn tick(inputs: mpsc::WeakSender<Input>, clock: Arc<dyn Clock>) {
    let mut every = tokio::time::interval(TICK);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        let seen = clock.now();
        tokio::select! {
            _ = every.tick() => {}
            () = clock.moved(seen) => {}
        }
        let Some(inputs) = inputs.upgrade() else {
            return;
        };
        if inputs.send(Input::Tick).await.is_err() {
            return;
        }
    }
}

pub(crate) struct MarketPrices(pub(crate) Arc<MarketDesk>);

impl Prices for MarketPrices {
    fn reference(&self, con_id: ConId) -> Option<Decimal> {
        self.0.last_quote(con_id).and_then(|quote| quote.reference())
    }

    fn touch(&self, con_id: ConId) -> Touch {
        let quote = self.0.last_quote(con_id);
        let of = |buys: bool| quote.as_ref().and_then(|quote| quote.touch(buys));
        Touch { buys: of(true), sells: of(false) }
    }

    fn range(&self, con_id: ConId, window_s: i64, now: Timestamp) -> Option<(Decimal, Decimal)> {
        self.0.price_range(con_id, window_s, now)
    }
}

//! The part of a gateway that writes: journal, engine, adapter, and the embedded venue if there is one.

use super::driller::OwnProgram;
use super::gateway::{EmbeddedSessions, Ground};
use super::piloting::{LoopSeat, Looping};
use super::reporting::{Reporter, Reporting};
use super::session_file::SessionFile;
use super::streaming::Streaming;
use super::venue_controls::OwnVenue;
use super::watch::WatchPlace;
use super::watching::Watching;
use super::witness::SecondLook;
use super::{key_files, place, venue};
use crate::config::{BrokerKind, Config};
use crate::failure::Failure;
use ::venue::{Sessions, Venue, VenueConfig};
use domain::broker::{BrokerCommand, BrokerEvent};
use domain::broker_calendar::BrokerCalendar;
use domain::id::Generation;
use domain::policy::PolicySet;
use engine::venue_controls::VenueSeat;
use engine::{
    Books, BrokerLink, Desk, DiskArchive, Ended, EngineConfig, EngineHandle, Interlock, Parts, SignOfLife, Standby,
    SystemEntropy,
};
use ibkr::{Adapter, TimeSource, TwsConfig};
use jiff::tz::TimeZone;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::verify::VerifyOptions;
use store::{OpenOptions, SqliteJournal};
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for the adapter.
const COMMANDS_MAX: usize = 1_024;
/// Events that may wait for the engine.
const EVENTS_MAX: usize = 4_096;
/// Below the 50 messages a second that a Gateway allows.
const MESSAGES_PER_SECOND: u32 = 45;
const RECONCILE_EVERY: Duration = Duration::from_mins(5);
const LOOK_UP_AFTER: Duration = Duration::from_secs(5);
/// An order that has no permanent id for so long is shown as held in TWS.
const HELD_AFTER: Duration = Duration::from_secs(10);
/// Findings of an audit told one by one.
const FINDINGS_MAX: usize = 1_000;

/// What a gateway is made out of, whoever writes now.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The configuration.
    pub(crate) config: Config,
    /// Clock, pace and the embedded venue's hours.
    pub(crate) ground: Ground,
    /// The policy, as read at the start.
    pub(crate) policy: Box<PolicySet>,
    /// Where the end of the journal is noted.
    pub(crate) checkpoint_file: PathBuf,
    /// What the reports of trades show of themselves.
    pub(crate) reports: Arc<SignOfLife>,
    /// What the path of the alerts shows of itself.
    pub(crate) alerts: Arc<SignOfLife>,
    /// What the runner of streams shows of itself.
    pub(crate) streams: Arc<SignOfLife>,
    /// Looks at the broker a second time.
    pub(crate) witness: Arc<SecondLook>,
    /// What others see of the loop.
    pub(crate) looping: LoopSeat,
    /// Whoever watches over the gateway.
    pub(crate) watch: Arc<WatchPlace>,
    /// Where faces find the embedded venue's controls.
    pub(crate) venue: VenueSeat,
}

impl Setup {
    /// How the journal is opened for writing. With `seize` its holder is known to be silent.
    pub(crate) fn open_options(&self, seize: bool) -> OpenOptions {
        let options = OpenOptions::new(&self.config.data_dir, &self.checkpoint_file, self.ground.clock.now());
        OpenOptions { seize_lease: seize, ..options }
    }

    /// Who has to show life, for control 46.
    fn parts(&self) -> Vec<(&'static str, Arc<SignOfLife>)> {
        let always = [("report of trades", &self.reports), ("path of the alerts", &self.alerts)];
        let turning = self.config.looping.is_on().then_some(("loop", &self.looping.life));
        let streaming = Streaming::is_wanted(&self.config).then_some(("stream runner", &self.streams));
        let parts = always.into_iter().chain(turning).chain(streaming);
        parts.map(|(part, life)| (part, Arc::clone(life))).collect()
    }

    /// Whether the broker lives in the process that writes, and ends with it.
    pub(crate) fn embeds_venue(&self) -> bool {
        match self.config.broker.kind {
            BrokerKind::Venue => true,
            BrokerKind::Tws => false,
        }
    }

    /// Where the journal's past is read.
    pub(crate) fn archive(&self) -> DiskArchive {
        DiskArchive::new(verify_options(&self.config, self.checkpoint_file.clone()))
    }

    /// Where and by which clock the reports of trades show life.
    fn reporting(&self) -> Reporting {
        Reporting { life: Arc::clone(&self.reports), clock: Arc::clone(&self.ground.clock) }
    }

    /// Settings of the engine, with the broker that the configuration names.
    pub(crate) fn engine_config(&self) -> Result<EngineConfig, Failure> {
        engine_config(self)
    }
}

/// The adapter's place before it is started.
pub(crate) struct Socket {
    commands: mpsc::Receiver<BrokerCommand>,
    events: mpsc::Sender<BrokerEvent>,
    interlock: Arc<Interlock>,
}

impl Socket {
    /// Both ends of the link to the broker, and the look before each send that they share.
    pub(crate) fn new(setup: &Setup) -> (Self, BrokerLink, Arc<Interlock>) {
        let config = &setup.config;
        let interlock = Interlock::new(config.kill_file(), Arc::clone(&setup.ground.clock));
        let interlock = Arc::new(interlock.with_override_file(config.live_override_file.clone()));
        let (commands, commands_out) = mpsc::channel(COMMANDS_MAX);
        let (events_in, events) = mpsc::channel(EVENTS_MAX);
        let socket = Self { commands: commands_out, events: events_in, interlock: Arc::clone(&interlock) };
        (socket, BrokerLink { commands, events }, interlock)
    }
}

/// A gateway that writes.
pub(crate) struct Writing {
    engine: EngineHandle,
    adapter: Adapter,
    venue: Option<Venue>,
    reporter: Reporter,
    looping: Looping,
    watching: Watching,
}

impl Writing {
    /// Begins with a journal that was free.
    ///
    /// # Errors
    /// The journal, the venue or a key file cannot be used.
    pub(crate) async fn begin(setup: &Setup, journal: SqliteJournal) -> Result<Self, Failure> {
        let (socket, link, interlock) = Socket::new(setup);
        let archive = Box::new(setup.archive());
        Self::seat(setup, journal, socket, |endpoint, books, journal| {
            let parts = Parts {
                journal,
                archive,
                link,
                interlock,
                clock: Arc::clone(&setup.ground.clock),
                entropy: Arc::new(SystemEntropy),
                seat: engine::Seat::Thread,
            };
            engine::start(EngineConfig { endpoint, ..setup.engine_config()? }, books, parts)
                .map_err(|error| not_started(&error))
        })
        .await
    }

    /// Takes over from a process that is gone, silent, or ended in order.
    ///
    /// # Errors
    /// As [`Writing::begin`].
    pub(crate) async fn take_over(
        setup: &Setup,
        journal: SqliteJournal,
        standby: Standby,
        socket: Socket,
    ) -> Result<Self, Failure> {
        Self::seat(setup, journal, socket, |endpoint, books, journal| {
            standby.take_over(journal, books, endpoint, engine::Seat::Thread).map_err(|error| not_started(&error))
        })
        .await
    }

    async fn seat(
        setup: &Setup,
        journal: SqliteJournal,
        socket: Socket,
        start: impl FnOnce(String, Books, Box<SqliteJournal>) -> Result<EngineHandle, Failure>,
    ) -> Result<Self, Failure> {
        let config = &setup.config;
        // The journal has added its records up already, from a snapshot where one fits.
        let books = journal
            .book()
            .map_or_else(|| engine::replay(&journal).map(|book| Books::of(&book)), |book| Ok(Books::of(book)))
            .map_err(|error| Failure::storage(error.to_string(), "`tollgate audit verify` says what is wrong"))?;
        let venue = if setup.embeds_venue() { Some(venue::start(embedded(setup)).await?) } else { None };
        if let Some(venue) = &venue {
            setup.venue.seat(Arc::new(OwnVenue(venue.controls())));
        }
        let tws = adapter_config(setup, venue.as_ref(), Generation(books.generation().0 + 1));
        setup.witness.tell(&tws);
        let engine = start(tws.endpoint(), books, Box::new(journal))?;
        key_files::ensure(&engine, config).await?;
        let reporter = Reporter::begin(&config.data_dir, config.execution_report_file(), setup.reporting())?;
        let adapter = ibkr::start(tws, socket.interlock, socket.commands, socket.events).map_err(|error| {
            Failure::unavailable(
                format!("the TWS adapter cannot start: {error}"),
                "start again; `tollgate doctor` looks at the way to the broker",
            )
        })?;
        let desk: Arc<dyn Desk> = engine.desk();
        let watching = Watching::begin(setup, &desk)?;
        let looping = Looping::begin(setup, desk)?;
        Ok(Self { engine, adapter, venue, reporter, looping, watching })
    }

    /// The use cases.
    pub(crate) fn desk(&self) -> Arc<dyn Desk> {
        self.engine.desk()
    }

    /// The embedded venue's control API.
    pub(crate) fn venue_control(&self) -> Option<SocketAddr> {
        self.venue.as_ref().map(Venue::control_addr)
    }

    /// Goes on until the engine ends by itself, or in order once the other end of `ending` is gone; then closes the
    /// broker's socket and ends the venue.
    pub(crate) async fn until_end(self, ending: oneshot::Receiver<()>) -> Result<Ended, Failure> {
        let Self { engine, adapter, venue, mut reporter, looping, watching } = self;
        let ended = tokio::select! {
            ended = engine.ended() => {
                watching.end(why(&ended)).await;
                ended
            }
            _word = ending => {
                // What it has begun goes on after the next start.
                drop(looping);
                tokio::join!(watching.end(None), reporter.let_go());
                engine.stop().await
            }
        };
        drop(engine);
        if !adapter.end().await {
            tracing::error!("the TWS adapter failed");
        }
        // Behind the last record.
        reporter.end().await;
        if let Some(venue) = venue {
            venue.shutdown().await.map_err(|error| venue::failed(&error))?;
        }
        Ok(ended)
    }
}

/// What the alerts are to say of an end that nobody asked for.
fn why(ended: &Ended) -> Option<String> {
    match ended {
        Ended::Orderly => None,
        Ended::Poisoned(why) => Some(format!("The journal cannot be trusted any more: {why}")),
        Ended::LeaseLost(why) => Some(format!("Another process writes now: {why}")),
    }
}

fn not_started(error: &engine::StartError) -> Failure {
    Failure::storage(
        format!("the engine cannot start: {error}"),
        "`tollgate doctor` looks at files and disk, `tollgate audit verify` at the journal",
    )
}

fn verify_options(config: &Config, checkpoint_file: PathBuf) -> VerifyOptions {
    VerifyOptions { data_dir: config.data_dir.clone(), checkpoint_file, key_file: None, faults_max: FINDINGS_MAX }
}

/// The policy `bench` measures: it lifts the venue's message rate too.
fn unthrottled(setup: &Setup) -> bool {
    setup.config.policy == "bench" || !setup.ground.is_paced
}

fn embedded(setup: &Setup) -> VenueConfig {
    let (sessions, state_dir) = match setup.ground.sessions {
        EmbeddedSessions::Exchange => (Sessions::Exchange, Some(setup.config.data_dir.join("venue"))),
        EmbeddedSessions::AlwaysInMemory => (Sessions::Always, None),
    };
    // A clock that has run ahead stays there for as long as the state is kept, and the gateway refuses orders meanwhile.
    let may_speed = state_dir.is_none();
    VenueConfig { sessions, state_dir, may_speed, throttle: !unthrottled(setup), ..VenueConfig::default() }
}

fn adapter_config(setup: &Setup, venue: Option<&Venue>, first_generation: Generation) -> TwsConfig {
    let config = &setup.config;
    let (host, port) = match venue {
        Some(venue) => (venue.tws_addr().ip().to_string(), venue.tws_addr().port()),
        None => (config.broker.host.clone(), config.broker.port),
    };
    let mut tws = TwsConfig::new(host, port, config.broker.client_id);
    tws.account.clone_from(&config.broker.account);
    tws.first_generation = first_generation;
    tws.messages_per_second = (!unthrottled(setup)).then_some(MESSAGES_PER_SECOND);
    let clock = Arc::clone(&setup.ground.clock);
    tws.time = TimeSource::new(move || clock.now());
    tws
}

fn engine_config(setup: &Setup) -> Result<EngineConfig, Failure> {
    let config = &setup.config;
    let tws = adapter_config(setup, None, Generation(0));
    Ok(EngineConfig {
        version: crate::version::own()?,
        installation: place::installation_at_start(config)?,
        trading: config.trading,
        policy_name: config.policy.clone(),
        policy: setup.policy.clone(),
        account: config.broker.account.clone(),
        embedded_venue: setup.embeds_venue(),
        endpoint: tws.endpoint(),
        port: tws.port,
        client_id: tws.client_id,
        config_hash: config.hash(),
        key_secret: place::api_secret(&config.data_dir)?,
        sessions: config.server.sessions,
        session_shelf: SessionFile::of(config),
        kill_file: config.kill_file(),
        live_override_file: config.live_override_file.clone(),
        driller: Arc::new(OwnProgram),
        witness: Arc::clone(&setup.witness) as Arc<dyn engine::Witness>,
        parts: setup.parts(),
        lease_silence: config.lease_silence,
        reconcile_every: RECONCILE_EVERY,
        look_up_after: LOOK_UP_AFTER,
        calendar: BrokerCalendar::ibkr(new_york()?),
        held_after: HELD_AFTER,
    })
}

/// The zone that IBKR's times in North America are given in.
pub(crate) fn new_york() -> Result<TimeZone, Failure> {
    TimeZone::get("America/New_York").map_err(|error| {
        Failure::storage(format!("no time zones: {error}"), "report this: they are part of the binary")
    })
}

//! One gateway in this process: assembled here, taken apart in order.

use super::place::LeaseHolder;
use super::{key_files, place, rest, venue};
use crate::config::{BrokerKind, Config, load_policy};
use crate::failure::{Failure, UNAVAILABLE};
use ::venue::{Sessions, Venue, VenueConfig};
use domain::id::{Generation, IdError};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::{BrokerLink, Desk, DiskArchive, Ended, EngineConfig, EngineHandle, Interlock, Parts, WallClock};
use ibkr::TwsConfig;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::verify::VerifyOptions;
use store::{OpenError, OpenOptions, SqliteJournal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Commands that may wait for the adapter.
const COMMANDS_MAX: usize = 1_024;
/// Events that may wait for the engine.
const EVENTS_MAX: usize = 4_096;
/// Below the 50 messages a second that a Gateway allows.
const MESSAGES_PER_SECOND: u32 = 45;
const RECONCILE_EVERY: Duration = Duration::from_mins(5);
const LOOK_UP_AFTER: Duration = Duration::from_secs(5);
/// Findings of an audit told one by one.
const FINDINGS_MAX: usize = 1_000;

/// When the embedded venue's market is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmbeddedSessions {
    /// By the exchange's calendar.
    Exchange,
    /// Always; its state is kept in memory.
    AlwaysInMemory,
}

/// A running gateway.
pub(crate) struct Gateway {
    engine: EngineHandle,
    server: rest::Server,
    adapter: JoinHandle<()>,
    venue: Option<Venue>,
}

impl Gateway {
    /// Starts everything. After an error the process is to end: what was started already ends with it.
    ///
    /// # Errors
    /// A port in use, a data directory in use or not usable, an unknown policy.
    pub(crate) async fn start(config: &Config, sessions: EmbeddedSessions) -> Result<Self, Failure> {
        let policy = load_policy(&config.data_dir, &config.policy)?;
        // First what fails for others' sake: a port in use must leave the data directory as it is.
        if let Err(taken) = rest::probe(config.listen).await {
            return Err(running_already(config).unwrap_or(taken));
        }
        let checkpoint_file = place::checkpoint_file_at_start(config)?;
        let options = OpenOptions::new(&config.data_dir, &checkpoint_file, Timestamp::now());
        let journal = SqliteJournal::open(&options).map_err(|error| place::open_failure(&error))?;
        let book = engine::replay(&journal)
            .map_err(|error| Failure::storage(error.to_string(), "`tollgate audit verify` says what is wrong"))?;
        let venue = match config.broker.kind {
            BrokerKind::Venue => Some(venue::start(embedded(config, sessions)).await?),
            BrokerKind::Tws => None,
        };
        let tws = adapter_config(config, venue.as_ref(), Generation(book.generation.0 + 1));
        let engine_config = engine_config(config, policy, venue.is_some(), &tws)?;
        let interlock = Arc::new(Interlock::new(config.kill_file(), Arc::new(WallClock)));
        let (commands, commands_out) = mpsc::channel(COMMANDS_MAX);
        let (events_in, events) = mpsc::channel(EVENTS_MAX);
        let verify = verify_options(config, checkpoint_file);
        let parts = Parts {
            journal: Box::new(journal),
            archive: Box::new(DiskArchive::new(verify)),
            link: BrokerLink { commands, events },
            interlock: Arc::clone(&interlock),
            clock: Arc::new(WallClock),
            entropy: Arc::new(engine::SystemEntropy),
            seat: engine::Seat::Thread,
        };
        let engine = engine::start(engine_config, book, parts)
            .map_err(|error| Failure::storage(format!("the engine cannot start: {error}"), ""))?;
        key_files::ensure(&engine, config).await?;
        let adapter = ibkr::start(tws, interlock, commands_out, events_in);
        let desk: Arc<dyn Desk> = engine.desk();
        let server = rest::start(desk, config.listen).await?;
        Ok(Self { engine, server, adapter, venue })
    }

    /// Where REST listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The use cases.
    pub(crate) fn desk(&self) -> Arc<dyn Desk> {
        self.engine.desk()
    }

    /// The embedded venue's control API.
    pub(crate) fn venue_control(&self) -> Option<SocketAddr> {
        self.venue.as_ref().map(Venue::control_addr)
    }

    /// Waits until the engine ends by itself, which it does only when the journal cannot be trusted any more.
    pub(crate) async fn ended(&self) -> Ended {
        self.engine.ended().await
    }

    /// Ends in order: no more requests, then the last record, then the broker's socket, then the venue.
    ///
    /// # Errors
    /// The engine ended otherwise than asked; the venue could not keep its state.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        let Self { engine, server, adapter, venue } = self;
        let served = server.stop().await;
        let ended = engine.stop().await;
        drop(engine);
        adapter.abort();
        if let Err(error) = adapter.await
            && !error.is_cancelled()
        {
            tracing::error!(%error, "the adapter failed");
        }
        if let Some(venue) = venue {
            venue.shutdown().await.map_err(|error| venue::failed(&error))?;
        }
        match ended {
            Ended::Orderly => served,
            Ended::Poisoned(why) => Err(poisoned(&why)),
            Ended::LeaseLost(why) => Err(lease_lost(&why)),
        }
    }
}

/// A port in use is most often that of the same gateway: then its process is the better answer.
fn running_already(config: &Config) -> Option<Failure> {
    match place::lease_holder(&config.data_dir) {
        Ok(LeaseHolder::Process(pid)) => Some(place::open_failure(&OpenError::LeaseHeld { pid })),
        Ok(LeaseHolder::Never | LeaseHolder::Free) | Err(_) => None,
    }
}

/// The engine's end for a reason.
pub(crate) fn poisoned(why: &str) -> Failure {
    Failure::storage(
        format!("the engine stopped: {why}"),
        "nothing was sent after it; start again, the journal tells what is known",
    )
}

/// The engine's end because another process writes now.
pub(crate) fn lease_lost(why: &str) -> Failure {
    Failure::told(
        UNAVAILABLE,
        "lease_not_held",
        format!("the engine stopped: {why}"),
        "another process took over while this one was stopped or hung; nothing was sent after it: talk to that one",
    )
}

fn verify_options(config: &Config, checkpoint_file: PathBuf) -> VerifyOptions {
    VerifyOptions { data_dir: config.data_dir.clone(), checkpoint_file, key_file: None, faults_max: FINDINGS_MAX }
}

/// The policy `bench` measures: it lifts the venue's message rate too.
fn unthrottled(config: &Config) -> bool {
    config.policy == "bench"
}

fn embedded(config: &Config, sessions: EmbeddedSessions) -> VenueConfig {
    let (sessions, state_dir) = match sessions {
        EmbeddedSessions::Exchange => (Sessions::Exchange, Some(config.data_dir.join("venue"))),
        EmbeddedSessions::AlwaysInMemory => (Sessions::Always, None),
    };
    VenueConfig { sessions, state_dir, throttle: !unthrottled(config), ..VenueConfig::default() }
}

fn adapter_config(config: &Config, venue: Option<&Venue>, first_generation: Generation) -> TwsConfig {
    let (host, port) = match venue {
        Some(venue) => (venue.tws_addr().ip().to_string(), venue.tws_addr().port()),
        None => (config.broker.host.clone(), config.broker.port),
    };
    let mut tws = TwsConfig::new(host, port, config.broker.client_id);
    tws.account.clone_from(&config.broker.account);
    tws.first_generation = first_generation;
    tws.messages_per_second = (!unthrottled(config)).then_some(MESSAGES_PER_SECOND);
    tws
}

fn engine_config(
    config: &Config,
    policy: domain::policy::Policy,
    embedded_venue: bool,
    tws: &TwsConfig,
) -> Result<EngineConfig, Failure> {
    Ok(EngineConfig {
        version: env!("CARGO_PKG_VERSION"),
        installation: place::installation_at_start(config)?,
        trading: config.trading,
        policy_name: config.policy.clone(),
        policy,
        account: config.broker.account.clone(),
        embedded_venue,
        endpoint: tws.endpoint(),
        port: tws.port,
        client_id: tws.client_id,
        config_hash: config.hash(),
        key_secret: place::api_secret(&config.data_dir)?,
        kill_file: config.kill_file(),
        lease_silence: engine::LEASE_SILENCE,
        reconcile_every: RECONCILE_EVERY,
        look_up_after: LOOK_UP_AFTER,
    })
}

/// Tollgate itself, looking at its own status.
///
/// # Errors
/// Never with these constants; the parser's word otherwise.
pub(crate) fn onlooker() -> Result<Principal, IdError> {
    Ok(Principal {
        key_id: "tollgate".parse()?,
        kind: PrincipalKind::Human,
        scopes: BTreeSet::from([Scope::Read]),
        face: Face::Engine,
        correlation_id: "start".parse()?,
    })
}

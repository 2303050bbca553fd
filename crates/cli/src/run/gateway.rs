//! One gateway in this process: assembled here, taken apart in order.

use super::alerts;
use super::piloting::LoopSeat;
use super::place::{self, LeaseHolder};
use super::rest;
use super::standby::{self, Seated};
use super::watch::WatchPlace;
use super::writing::{Setup, Writing};
use crate::config::{Config, load_policy};
use crate::failure::{Failure, UNAVAILABLE};
use domain::id::IdError;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::venue_controls::VenueSeat;
use engine::{Clock, Desk, Ended, SignOfLife, WallClock};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use store::OpenError;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

/// When the embedded venue's market is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmbeddedSessions {
    /// By the exchange's calendar.
    Exchange,
    /// Always; its state is kept in memory.
    AlwaysInMemory,
}

/// What a gateway stands on beside its configuration.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Of the embedded venue.
    pub(crate) sessions: EmbeddedSessions,
    /// The one clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the broker's message rate is kept to.
    pub(crate) is_paced: bool,
}

impl Ground {
    /// The machine's clock and the broker's rate.
    fn usual(sessions: EmbeddedSessions) -> Self {
        Self { sessions, clock: Arc::new(WallClock), is_paced: true }
    }
}

/// A running gateway: it writes, or it stands by for the process that does.
pub(crate) struct Gateway {
    desk: Arc<dyn Desk>,
    server: rest::Server,
    url: String,
    venue_control: Option<SocketAddr>,
    /// How it goes on until it ends; `None` once that was told.
    life: Option<JoinHandle<Result<Ended, Failure>>>,
    /// The word that ends it.
    end: oneshot::Sender<()>,
}

impl Gateway {
    /// Starts everything. After an error the process is to end: what was started already ends with it.
    ///
    /// # Errors
    /// A port in use, a data directory not usable, an unknown policy.
    pub(crate) async fn start(config: &Config, sessions: EmbeddedSessions) -> Result<Self, Failure> {
        Self::start_on(config, Ground::usual(sessions)).await
    }

    /// The same by a clock that somebody else moves.
    ///
    /// # Errors
    /// As [`Gateway::start`].
    pub(crate) async fn start_on(config: &Config, ground: Ground) -> Result<Self, Failure> {
        let policy = Box::new(load_policy(&config.data_dir, &config.policy)?);
        // First what fails for others' sake: a port in use must leave the data directory as it is.
        rest::check(config)?;
        alerts::check(&config.alerts)?;
        if let Err(taken) = rest::probe(config.listen).await {
            return Err(running_already(config).unwrap_or(taken));
        }
        let checkpoint_file = place::checkpoint_file_at_start(config)?;
        let reports = Arc::new(SignOfLife::begun(ground.clock.now()));
        let watch: Arc<WatchPlace> = Arc::default();
        let setup = Setup {
            config: config.clone(),
            policy,
            checkpoint_file,
            reports,
            alerts: Arc::new(SignOfLife::begun(ground.clock.now())),
            streams: Arc::new(SignOfLife::begun(ground.clock.now())),
            witness: Arc::default(),
            watch: Arc::clone(&watch),
            looping: LoopSeat::empty(ground.clock.now()),
            venue: VenueSeat::default(),
            ground,
        };
        let seats = rest::Seats { pilot: setup.looping.pilot.clone(), venue: setup.venue.clone() };
        let (end, ending) = oneshot::channel();
        let (desk, venue_control, life): (Arc<dyn Desk>, _, _) = match standby::take_or_follow(&setup).await? {
            Seated::Writer(journal) => {
                let writing = Box::pin(Writing::begin(&setup, *journal)).await?;
                (writing.desk(), writing.venue_control(), tokio::spawn(writing.until_end(ending)))
            }
            Seated::Standby(waiting) => (waiting.desk(), None, tokio::spawn(waiting.until_end(setup, ending))),
        };
        let server = rest::start(Arc::clone(&desk), watch, seats, config).await?;
        let url = config.server.own_url(server.address());
        Ok(Self { desk, server, url, venue_control, life: Some(life), end })
    }

    /// Where REST listens.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// The use cases.
    pub(crate) fn desk(&self) -> Arc<dyn Desk> {
        Arc::clone(&self.desk)
    }

    /// The embedded venue's control API, as long as it was started with the gateway.
    pub(crate) fn venue_control(&self) -> Option<SocketAddr> {
        self.venue_control
    }

    /// Waits until it ends by itself, which it does only when the journal cannot be trusted any more, another process
    /// took the lease, or a standby cannot follow or take over.
    ///
    /// # Errors
    /// Why a standby ended, or the venue could not keep its state.
    pub(crate) async fn ended(&mut self) -> Result<Ended, Failure> {
        match &mut self.life {
            Some(life) => {
                let ended = life.await;
                self.life = None;
                told(ended)
            }
            None => Ok(Ended::Orderly),
        }
    }

    /// Ends as a process does that is killed: nothing more is written, and nothing is said to anybody. What it had begun
    /// is found by whoever opens the journal next.
    pub(crate) async fn vanish(self) {
        let Self { server, life, end, .. } = self;
        if let Some(life) = life {
            life.abort();
            // Its parts are gone once it is; it was to fail.
            drop(life.await);
        }
        drop(end);
        if let Err(failure) = server.stop().await {
            tracing::warn!(why = failure.human(), "the server of a gateway that vanished");
        }
    }

    /// Ends in order: no more requests, then the last record, then the broker's socket, then the venue.
    ///
    /// # Errors
    /// The engine ended otherwise than asked; the venue could not keep its state.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        let Self { server, life, end, .. } = self;
        let served = server.stop().await;
        drop(end);
        let ended = match life {
            Some(life) => told(life.await)?,
            None => Ended::Orderly,
        };
        match ended {
            Ended::Orderly => served,
            Ended::Poisoned(why) => Err(poisoned(&why)),
            Ended::LeaseLost(why) => Err(lease_lost(&why)),
        }
    }
}

fn told(ended: Result<Result<Ended, Failure>, JoinError>) -> Result<Ended, Failure> {
    ended.unwrap_or_else(|error| Err(Failure::unavailable(format!("the gateway failed: {error}"), "start again")))
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

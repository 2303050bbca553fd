//! The REST server as a part of the gateway: started last, ended first.

use crate::config::{Config, Shown};
use crate::failure::{CONFLICT, Failure};
use engine::venue_controls::VenueSeat;
use engine::{Desk, PilotSeat, Watch};
use server::{Running, ServeError, ServerConfig, Watching};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wire::configuration::{Configuration, ConfigurationValue};

/// A running server, and the word that ends it.
pub(crate) struct Server {
    running: Running,
    end: oneshot::Sender<()>,
}

/// Looks whether certificate and key can be used, before anything else is touched.
///
/// # Errors
/// They cannot.
pub(crate) fn check(config: &Config) -> Result<(), Failure> {
    server::check(&config.server.config_at(config.listen)).map_err(|error| refused(&error))
}

/// Looks whether the address can be had, before anything else is touched.
///
/// # Errors
/// It cannot.
pub(crate) async fn probe(address: SocketAddr) -> Result<(), Failure> {
    match TcpListener::bind(address).await {
        Ok(_free) => Ok(()),
        Err(error) => Err(unbound(address, &error)),
    }
}

/// What faces find once it is there.
pub(crate) struct Seats {
    /// The loop.
    pub(crate) pilot: PilotSeat,
    /// The embedded venue's controls.
    pub(crate) venue: VenueSeat,
}

/// What `config explain` shows.
fn told(config: &Config) -> Configuration {
    let value = |(key, shown): (&&'static str, &Shown)| ConfigurationValue {
        key: (*key).to_owned(),
        value: shown.value.clone(),
        source: shown.place.to_string(),
    };
    Configuration {
        file: config.file.as_ref().map(|file| file.display().to_string()),
        profile: config.profile.clone(),
        config_hash: config.hash(),
        values: config.shown.iter().map(value).collect(),
    }
}

/// Starts to listen.
///
/// # Errors
/// The address cannot be had.
pub(crate) async fn start(
    desk: Arc<dyn Desk>,
    watch: Arc<dyn Watch>,
    seats: Seats,
    config: &Config,
) -> Result<Server, Failure> {
    let (end, ended) = oneshot::channel();
    let spans = config.telemetry.as_ref().map(|telemetry| telemetry.counts.clone());
    let watch = Some(Watching(watch));
    let (Seats { pilot, venue }, configuration) = (seats, Arc::new(told(config)));
    let config = ServerConfig { spans, pilot, watch, venue, configuration, ..config.server.config_at(config.listen) };
    // A sender that is gone means the same as one that spoke.
    let shutdown = async move {
        drop(ended.await);
    };
    let running = server::serve(desk, config, shutdown).await.map_err(|error| refused(&error))?;
    Ok(Server { running, end })
}

fn refused(error: &ServeError) -> Failure {
    match error {
        ServeError::Bind { addr, source } => unbound(*addr, source),
        ServeError::NotLoopback(_) => Failure::usage(error.to_string(), "set `listen` to a loopback address"),
        ServeError::Tls(_) => Failure::usage(error.to_string(), "see [tls] in docs/security.md"),
        ServeError::NoRandomness(_) | ServeError::Description(_) | ServeError::Ended(_) => {
            Failure::unavailable(error.to_string(), "start again")
        }
    }
}

fn unbound(address: SocketAddr, error: &std::io::Error) -> Failure {
    let hint = "another gateway may run already (`tollgate status`); or set another `listen`";
    Failure::told(CONFLICT, "conflict", format!("cannot listen on {address}: {error}"), hint)
}

impl Server {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.local_addr()
    }

    /// Takes no more requests and waits for those that are open.
    ///
    /// # Errors
    /// Its task failed.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        drop(self.end);
        self.running.finished().await.map_err(|error| Failure::unavailable(error.to_string(), "start again"))
    }
}

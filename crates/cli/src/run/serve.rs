//! `tollgate serve`: the gateway until a signal.

use super::gateway::{EmbeddedSessions, Gateway, lease_lost, onlooker, poisoned};
use super::open_files;
use crate::config::Config;
use crate::failure::Failure;
use crate::out::{Said, talk};
use domain::mode::{Mode, Trading};
use engine::desk::{Role, Status};
use engine::{Desk, Ended};
use serde_json::Value;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind};

/// How often readiness is looked at until it is told.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// When to say why it takes so long.
const EXPLAIN_AFTER: Duration = Duration::from_secs(5);

/// The signals that end a process in order.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

/// Listens for SIGINT and SIGTERM from now on.
///
/// # Errors
/// The system refused.
pub(crate) fn signal() -> Result<Signals, Failure> {
    let listen = |kind| {
        tokio::signal::unix::signal(kind)
            .map_err(|error| Failure::unavailable(format!("no signals: {error}"), "start again"))
    };
    Ok(Signals { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
}

impl Signals {
    /// Waits for either.
    pub(crate) async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Runs the gateway.
pub(crate) async fn run(config: &Config) -> Result<Said, Failure> {
    let signals = signal()?;
    open_files::allow_many();
    for doubt in config.doubts() {
        talk(format!("warning: {doubt}"));
    }
    let mut gateway = Gateway::start(config, EmbeddedSessions::Exchange).await?;
    let ended = until_end(&mut gateway, signals).await;
    let stopped = gateway.stop().await;
    match ended.transpose()? {
        Some(Ended::Poisoned(why)) => Err(poisoned(&why)),
        Some(Ended::LeaseLost(why)) => Err(lease_lost(&why)),
        Some(Ended::Orderly) | None => {
            stopped?;
            talk("stopped; orders stay as they are at the broker");
            Ok(Said::new(Value::Null, ""))
        }
    }
}

/// Tells readiness and waits; `Some` when the gateway ended by itself.
async fn until_end(gateway: &mut Gateway, signals: Signals) -> Option<Result<Ended, Failure>> {
    let (desk, url) = (gateway.desk(), gateway.url());
    tokio::select! {
        ended = gateway.ended() => Some(ended),
        () = signals.wait() => None,
        () = tell_readiness(desk.as_ref(), &url) => None,
    }
}

/// Says one line when trading is ready, and one before when that takes long or another process writes; then waits for
/// ever.
async fn tell_readiness(desk: &dyn Desk, url: &str) {
    if status(desk).is_ok_and(|status| status.lease.role == Role::Standby) {
        talk(format!("tollgate stands by at {url}; {}", desk.not_ready().join("; ")));
        ready(desk).await;
    } else if tokio::time::timeout(EXPLAIN_AFTER, ready(desk)).await.is_err() {
        talk(format!("tollgate listens at {url}; trading is not ready yet: {}", desk.not_ready().join("; ")));
        ready(desk).await;
    }
    talk(format!("tollgate is ready at {url} ({})", standing(desk)));
    std::future::pending::<()>().await;
}

fn status(desk: &dyn Desk) -> Result<Status, String> {
    let by = onlooker().map_err(|error| error.to_string())?;
    desk.status(&by).map_err(|fault| fault.to_string())
}

/// Waits until trading is ready.
pub(crate) async fn ready(desk: &dyn Desk) {
    while !desk.not_ready().is_empty() {
        // tidy: sleep — readiness is looked at, not told; the caller decides how long
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn standing(desk: &dyn Desk) -> String {
    let status = match status(desk) {
        Ok(status) => status,
        Err(why) => return why,
    };
    let mut words = vec![match status.trading {
        Trading::Off => "trading off".to_owned(),
        Trading::Paper | Trading::Live => format!("trading {}", status.trading.word()),
    }];
    words.push(match &status.mode {
        Ok(Mode::Paper) if status.simulated => "SIMULATED paper account".to_owned(),
        Ok(mode) if status.simulated => format!("SIMULATED {} account", mode.word()),
        Ok(mode) => format!("{} account", mode.word()),
        Err(why) => why.clone(),
    });
    words.extend(status.account.map(|account| account.to_string()));
    words.join(", ")
}

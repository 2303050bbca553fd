//! The broker's port and its greeting; then connections by the adapter.

use super::visit::{self, Heard, NoVisit};
use crate::config::Config;
use ibkr::SERVER_VERSION_MIN;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);
/// For a port that may be the right one.
const GLANCE: Duration = Duration::from_millis(500);
/// TWS and IB Gateway, live and paper.
const USUAL_PORTS: [u16; 4] = [7496, 7497, 4001, 4002];

/// How the port answered.
#[derive(Debug)]
pub(super) enum Greeting {
    /// There is no connection, and why.
    NoConnection(String),
    /// It accepts, and never says a word.
    Silent,
    /// It accepts, and closes before it says a word.
    Closed,
    /// It says something else.
    Strange(String),
    /// Its server version, and its time with zone: `20260302 15:04:05 EST`.
    Spoke(u32, String),
}

/// Whether the client id of the configuration is free.
#[derive(Debug)]
pub(super) enum OwnId {
    /// Nobody else has it.
    Free,
    /// The gateway that runs uses it.
    OfOurGateway,
    /// Not found out, or taken.
    Refused(NoVisit),
}

/// What the wire showed.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) greeting: Greeting,
    /// Usual ports that somebody listens at, when nobody does at the one that is configured.
    pub(super) other_ports: Vec<u16>,
    /// What the log-in showed; `None` when there was no use in trying.
    pub(super) session: Option<Result<Heard, NoVisit>>,
    /// Of the configuration's client id; `None` when there was no use in trying.
    pub(super) own_id: Option<OwnId>,
}

/// Looks at the broker that is configured. With a gateway of ours that runs, its client id is left alone.
pub(super) async fn look(config: &Config, is_running: bool) -> Wire {
    let greeting = greeting(config).await;
    let other_ports = match greeting {
        Greeting::NoConnection(_) => other_ports(config).await,
        Greeting::Silent | Greeting::Closed | Greeting::Strange(_) | Greeting::Spoke(..) => Vec::new(),
    };
    let can_visit = matches!(&greeting, Greeting::Spoke(version, _) if *version >= SERVER_VERSION_MIN);
    if !can_visit {
        return Wire { greeting, other_ports, session: None, own_id: None };
    }
    let session = visit::hear(config).await;
    let own_id = match (&session, is_running) {
        (Err(_), _) => None,
        (Ok(_), true) => Some(OwnId::OfOurGateway),
        (Ok(_), false) => {
            Some(visit::knock(config, config.broker.client_id).await.map_or_else(OwnId::Refused, |()| OwnId::Free))
        }
    };
    Wire { greeting, other_ports, session: Some(session), own_id }
}

async fn connect(config: &Config, port: u16, patience: Duration) -> io::Result<TcpStream> {
    let connect = TcpStream::connect((config.broker.host.as_str(), port));
    tokio::time::timeout(patience, connect).await.unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))
}

async fn other_ports(config: &Config) -> Vec<u16> {
    let mut open = Vec::new();
    for port in USUAL_PORTS {
        if port != config.broker.port && connect(config, port, GLANCE).await.is_ok() {
            open.push(port);
        }
    }
    open
}

async fn greeting(config: &Config) -> Greeting {
    let mut socket = match connect(config, config.broker.port, PATIENCE).await {
        Ok(socket) => socket,
        Err(error) => return Greeting::NoConnection(error.to_string()),
    };
    match tokio::time::timeout(PATIENCE, ibkr::greet(&mut socket)).await {
        Err(_late) => Greeting::Silent,
        Ok(Ok((version, time))) => Greeting::Spoke(version, time),
        Ok(Err(error)) if is_end(error.kind()) => Greeting::Closed,
        Ok(Err(error)) => Greeting::Strange(error.to_string()),
    }
}

fn is_end(kind: io::ErrorKind) -> bool {
    [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe].contains(&kind)
}

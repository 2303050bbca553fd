//! The broker's port and its greeting, byte by byte; then connections by the adapter.

use super::visit::{self, Heard, NoVisit};
use crate::config::Config;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);
/// For a port that may be the right one.
const GLANCE: Duration = Duration::from_millis(500);
/// The greeting of a TWS client. It reaches far down, so that an old server says how old it is.
const GREETING: &[u8] = b"v100..226";
/// The oldest server version that the adapter speaks.
pub(super) const VERSION_MIN: u32 = 213;
/// TWS and IB Gateway, live and paper.
const USUAL_PORTS: [u16; 4] = [7496, 7497, 4001, 4002];
const FRAME_LEN_MAX: u32 = 256;

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
    let can_visit = matches!(&greeting, Greeting::Spoke(version, _) if *version >= VERSION_MIN);
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
    match tokio::time::timeout(PATIENCE, greet(&mut socket)).await {
        Err(_late) => Greeting::Silent,
        Ok(Ok((version, time))) => Greeting::Spoke(version, time),
        Ok(Err(error)) if is_end(error.kind()) => Greeting::Closed,
        Ok(Err(error)) => Greeting::Strange(error.to_string()),
    }
}

fn is_end(kind: io::ErrorKind) -> bool {
    [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe].contains(&kind)
}

/// The greeting only: no client id is used.
async fn greet(socket: &mut TcpStream) -> io::Result<(u32, String)> {
    socket.write_all(b"API\0").await?;
    let length = u32::try_from(GREETING.len()).map_err(io::Error::other)?;
    socket.write_all(&length.to_be_bytes()).await?;
    socket.write_all(GREETING).await?;
    let length = socket.read_u32().await?;
    if !(1..=FRAME_LEN_MAX).contains(&length) {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut frame = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    socket.read_exact(&mut frame).await?;
    let text = String::from_utf8_lossy(&frame);
    let mut words = text.split('\0');
    match (words.next().map(str::parse), words.next()) {
        (Some(Ok(version)), Some(time)) => Ok((version, time.to_owned())),
        (Some(_) | None, _) => Err(io::Error::other("no version")),
    }
}

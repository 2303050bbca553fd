//! What the server may be told, and why it may not start.

use crate::tls::TlsError;
use engine::Watch;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where to listen, by what names and keys, and the bounds of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Beyond loopback only with TLS; port 0 takes any free port.
    pub listen: SocketAddr,
    /// Names by which callers reach us, beside the address itself and loopback: a host, or a host with a port where another one is
    /// mapped to ours.
    pub public_names: Vec<String>,
    /// Certificate and key; `None` speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Bounds.
    pub limits: Limits,
    /// What became of exported spans, for `/metrics`; `None` where none are exported.
    pub spans: Option<SpanCounts>,
    /// The loop, once there is one.
    pub pilot: engine::PilotSeat,
    /// Who watches over the gateway; `None` where nobody does.
    pub watch: Option<Watching>,
    /// The embedded venue's controls, once there are any.
    pub venue: engine::venue_controls::VenueSeat,
    /// What is told of the configuration.
    pub configuration: Arc<wire::configuration::Configuration>,
}

/// Who watches over the gateway.
#[derive(Clone, Debug)]
pub struct Watching(pub Arc<dyn Watch>);

impl PartialEq for Watching {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Watching {}

/// What became of spans that are exported. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct SpanCounts(Arc<Spans>);

#[derive(Debug, Default)]
struct Spans {
    taken: AtomicU64,
    refused: AtomicU64,
    dropped: AtomicU64,
}

impl SpanCounts {
    /// The collector answered: so many were taken, so many not.
    pub fn count(&self, taken: u64, refused: u64) {
        self.0.taken.fetch_add(taken, Ordering::Relaxed);
        self.0.refused.fetch_add(refused, Ordering::Relaxed);
    }

    /// There was no room for one.
    pub fn drop_one(&self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// All of them, by word.
    pub(crate) fn read(&self) -> [(&'static str, u64); 3] {
        let Spans { taken, refused, dropped } = &*self.0;
        [("taken", taken), ("refused", refused), ("dropped", dropped)]
            .map(|(word, count)| (word, count.load(Ordering::Relaxed)))
    }
}

impl PartialEq for SpanCounts {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SpanCounts {}

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the certificate first, then those that lead to its root.
    pub cert_file: PathBuf,
    /// PEM: its private key.
    pub key_file: PathBuf,
    /// How often the files are looked at: new ones count without a restart.
    pub look_every: Duration,
}

/// Bounds on everything that a peer can make the server hold or wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest body, bytes.
    pub body_bytes_max: usize,
    /// Largest head of a request (and read buffer), bytes; hyper's least is 8,192.
    pub head_bytes_max: usize,
    /// Most header fields.
    pub header_count_max: usize,
    /// Time for a whole head to arrive; also how long an idle connection lives.
    pub head_read_timeout: Duration,
    /// Time for a whole body to arrive.
    pub body_read_timeout: Duration,
    /// Time for a TLS handshake.
    pub handshake_timeout: Duration,
    /// How long a peer may take nothing of an answer.
    pub write_timeout: Duration,
    /// Most connections at a time. One more waits until one ends; meanwhile connections that wait for a request are ended, those
    /// without a valid key first. While all are at work a few more come in, for whoever stops trading, cancels, revokes a key or
    /// looks at the gateway's health.
    pub connections_max: usize,
    /// Most connections of one peer at a time; 0 is no bound of its own.
    pub connections_per_peer_max: usize,
    /// Most connections with one key at a time, its sessions included; 0 is no bound of its own.
    pub connections_per_key_max: usize,
    /// How long a request waits for the broker when it does not say `Prefer: wait=N`.
    pub wait_default: Duration,
    /// A longer `Prefer: wait=N` is clamped to this.
    pub wait_max: Duration,
    /// Failed authentications of one peer in a minute before they are answered with 429.
    pub failed_auth_per_minute_max: u32,
    /// Requests of one valid key in a second; 0 is no bound.
    pub requests_per_second_per_key_max: u32,
    /// Requests of one peer in a second, with a key or without; 0 is no bound.
    pub requests_per_second_per_peer_max: u32,
    /// How long open requests may go on after the shutdown began.
    pub shutdown_timeout: Duration,
    /// Of streams, which are counted apart from other connections.
    pub streams: StreamLimits,
    /// Of the MCP face.
    pub mcp: McpLimits,
}

/// Bounds on what MCP clients can make the server hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct McpLimits {
    /// Most sessions of clients that begin with `initialize`; one more is told to come back later.
    pub sessions_max: usize,
    /// A session that has said nothing for so long is over.
    pub session_idle: Duration,
    /// Most resources that one session or listener subscribes to.
    pub subscriptions_max: usize,
}

impl McpLimits {
    /// The shipped bounds.
    pub fn standard() -> Self {
        Self { sessions_max: 256, session_idle: Duration::from_mins(30), subscriptions_max: 40 }
    }
}

/// Bounds on streams of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Most streams at a time; one more is told to come back later.
    pub open_max: usize,
    /// Most streams with one key, its sessions included; 0 is no bound of its own.
    pub open_per_key_max: usize,
    /// A stream that has said nothing for so long says that it lives.
    pub heartbeat: Duration,
    /// A reader who was at the journal's end and has fallen so many records behind is ended.
    pub lag_records_max: u64,
    /// Newest records that are kept ready for all readers.
    pub ready_records_max: usize,
    /// Their bytes.
    pub ready_bytes_max: usize,
    /// Readings of the journal at a time for readers who are further behind than what is kept ready.
    pub readings_max: usize,
    /// Bytes that the system may hold of an answer that its peer does not take.
    pub send_buffer_bytes: u32,
    /// Quotes of one market stream come at most so often; the newest of each instrument counts.
    pub market_interval: Duration,
    /// Most instruments of one market stream.
    pub market_instruments_max: usize,
    /// How long streams may take over their last word after the shutdown began.
    pub farewell: Duration,
}

impl StreamLimits {
    /// The shipped bounds.
    pub fn standard() -> Self {
        Self {
            open_max: 2_048,
            open_per_key_max: 1_024,
            heartbeat: Duration::from_secs(15),
            lag_records_max: 8_192,
            ready_records_max: 2_048,
            ready_bytes_max: 8 * 1024 * 1024,
            readings_max: 4,
            send_buffer_bytes: 64 * 1024,
            market_interval: Duration::from_millis(250),
            market_instruments_max: 40,
            farewell: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// The shipped bounds on loopback: no bound on the rate of valid keys.
    pub fn standard() -> Self {
        Self {
            body_bytes_max: 64 * 1024,
            head_bytes_max: 16 * 1024,
            header_count_max: 64,
            head_read_timeout: Duration::from_secs(10),
            body_read_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            connections_max: 512,
            connections_per_peer_max: 0,
            connections_per_key_max: 0,
            wait_default: Duration::from_secs(2),
            wait_max: Duration::from_secs(30),
            failed_auth_per_minute_max: 10,
            requests_per_second_per_key_max: 0,
            requests_per_second_per_peer_max: 0,
            shutdown_timeout: Duration::from_secs(5),
            streams: StreamLimits::standard(),
            mcp: McpLimits::standard(),
        }
    }

    /// The shipped bounds beyond loopback.
    pub fn beyond_loopback() -> Self {
        Self {
            connections_per_peer_max: 64,
            connections_per_key_max: 64,
            requests_per_second_per_key_max: 100,
            requests_per_second_per_peer_max: 200,
            ..Self::standard()
        }
    }
}

impl ServerConfig {
    /// The shipped bounds at an address, without TLS.
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_names: Vec::new(),
            tls: None,
            limits: Limits::standard(),
            spans: None,
            pilot: engine::PilotSeat::default(),
            watch: None,
            venue: engine::venue_controls::VenueSeat::default(),
            configuration: Arc::default(),
        }
    }
}

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Beyond loopback the keys would travel in the clear.
    #[error(
        "{0} is not a loopback address, and without TLS keys would travel in the clear: set `tls.cert_file` and `tls.key_file`, or listen on loopback (127.0.0.1 or [::1])"
    )]
    NotLoopback(SocketAddr),
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address cannot be had.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// Which.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Sessions and states are sealed with random bits.
    #[error("the system gives no random bits: {0}")]
    NoRandomness(String),
    /// The tools cannot be described; a fault of ours.
    #[error("the tools cannot be described: {0}")]
    Description(String),
    /// The serving task ended by a fault of its own.
    #[error("the server ended by itself: {0}")]
    Ended(String),
}

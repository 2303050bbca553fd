//! What the server may be told, and why it may not start.

use std::net::SocketAddr;
use std::time::Duration;

/// Where to listen, and the bounds of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// A loopback address; port 0 takes any free port.
    pub listen: SocketAddr,
    /// Bounds.
    pub limits: Limits,
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
    /// Most connections at a time; more wait until one ends.
    pub connections_max: usize,
    /// How long a request waits for the broker when it does not say `Prefer: wait=N`.
    pub wait_default: Duration,
    /// A longer `Prefer: wait=N` is clamped to this.
    pub wait_max: Duration,
    /// Failed authentications of one peer in a minute before they are answered with 429.
    pub failed_auth_per_minute_max: u32,
    /// How long open requests may go on after the shutdown began.
    pub shutdown_timeout: Duration,
    /// Of streams, which are counted apart from other connections.
    pub streams: StreamLimits,
}

/// Bounds on streams of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Most streams at a time; one more is told to come back later.
    pub open_max: usize,
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
    /// The shipped bounds.
    pub fn standard() -> Self {
        Self {
            body_bytes_max: 64 * 1024,
            head_bytes_max: 16 * 1024,
            header_count_max: 64,
            head_read_timeout: Duration::from_secs(10),
            body_read_timeout: Duration::from_secs(10),
            connections_max: 512,
            wait_default: Duration::from_secs(2),
            wait_max: Duration::from_secs(30),
            failed_auth_per_minute_max: 10,
            shutdown_timeout: Duration::from_secs(5),
            streams: StreamLimits::standard(),
        }
    }
}

impl ServerConfig {
    /// The shipped bounds at an address.
    pub fn at(listen: SocketAddr) -> Self {
        Self { listen, limits: Limits::standard() }
    }
}

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Beyond loopback the keys would travel in the clear.
    #[error(
        "{0} is not a loopback address: this version speaks no TLS, so it listens on loopback only (127.0.0.1 or [::1])"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// Which.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The serving task ended by a fault of its own.
    #[error("the server ended by itself: {0}")]
    Ended(String),
}

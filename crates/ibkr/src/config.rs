//! What the adapter must be told; everything else it learns from the broker.

use domain::id::{AccountId, ClientId, Generation};
use domain::market::DataType;
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What tells the time that answers and quotes are received at; patience and pace go by real time all the same.
#[derive(Clone)]
pub struct TimeSource(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl TimeSource {
    /// One that somebody else moves.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    pub fn machine() -> Self {
        Self::new(Timestamp::now)
    }

    /// Now, UTC.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for TimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimeSource")
    }
}

/// Where the broker listens and how patient to be with it.
#[derive(Clone, Debug)]
pub struct TwsConfig {
    /// Host name or address of TWS or IB Gateway.
    pub host: String,
    /// Its API port: 7496/7497 for TWS, 4001/4002 for IB Gateway by default.
    pub port: u16,
    /// The one client id of this installation.
    pub client_id: ClientId,
    /// The pinned account; a login that does not offer it is refused. `None` accepts any login.
    pub account: Option<AccountId>,
    /// Number of the first connection; later ones count upwards.
    pub first_generation: Generation,
    /// Outbound messages a second, shared out as two fifths orders, one fifth cancels, two fifths questions.
    /// `None` is unlimited; a real Gateway allows 50.
    pub messages_per_second: Option<u32>,
    /// Kind of market data to ask for. The broker may send a lesser kind and says so in each quote.
    pub data_type: DataType,
    /// First pause after a lost connection or a failed attempt; doubles up to `retry_max`.
    pub retry_min: Duration,
    /// Longest pause.
    pub retry_max: Duration,
    /// Pause after error 326 (client id in use): the broker frees the id of a dead socket late.
    pub retry_client_id: Duration,
    /// From the connect to accounts and next valid id; a gateway that accepts and never answers ends here.
    pub handshake_deadline: Duration,
    /// For one write to the socket; past it the connection is dropped and the order is unknown.
    pub write_deadline: Duration,
    /// For an order to wait for its message budget; past it the order is `NotSent(Pacing)`.
    pub pacing_deadline: Duration,
    /// For an order to wait behind others here; past it the order is `NotSent(Pacing)`. It must stay well below the time
    /// after which reconciliation takes an order that no list shows for missing (10 s): what was given up never leaves.
    pub queue_deadline: Duration,
    /// For one question, and for each section of a snapshot.
    pub ask_deadline: Duration,
    /// For a what-if.
    pub what_if_deadline: Duration,
    /// How often to ask for the time on an otherwise silent connection; an answer that misses `ask_deadline` ends it.
    pub heartbeat: Option<Duration>,
    /// Smallest distance between two quote events of one contract.
    pub quote_interval: Duration,
    /// The clock.
    pub time: TimeSource,
}

impl TwsConfig {
    /// The usual patience, unlimited messages and live data.
    pub fn new(host: impl Into<String>, port: u16, client_id: ClientId) -> Self {
        Self {
            host: host.into(),
            port,
            client_id,
            account: None,
            first_generation: Generation(1),
            messages_per_second: None,
            data_type: DataType::Live,
            retry_min: Duration::from_millis(500),
            retry_max: Duration::from_secs(10),
            retry_client_id: Duration::from_millis(250),
            handshake_deadline: Duration::from_secs(10),
            write_deadline: Duration::from_secs(5),
            pacing_deadline: Duration::from_secs(1),
            queue_deadline: Duration::from_secs(5),
            ask_deadline: Duration::from_secs(10),
            what_if_deadline: Duration::from_secs(10),
            heartbeat: Some(Duration::from_secs(20)),
            quote_interval: Duration::from_millis(50),
            time: TimeSource::machine(),
        }
    }

    /// Host and port as one text; an IPv6 address gets its brackets.
    pub fn endpoint(&self) -> String {
        if self.host.contains(':') && !self.host.starts_with('[') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;

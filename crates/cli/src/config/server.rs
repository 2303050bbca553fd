//! The sections `[server]` and `[tls]`: names, certificates, and every bound of the door.

use super::error::ConfigError;
use super::settings::Reader;
use engine::SessionRules;
use jiff::SignedDuration;
use server::{Limits, ServerConfig, TlsFiles};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// Most names that callers may use.
const NAMES_MAX: usize = 32;
/// Longest name with its port.
const NAME_MAX: usize = 260;
/// How often certificate and key are looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// What the door is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerSettings {
    /// Names by which callers reach the gateway.
    pub(crate) public_names: Vec<String>,
    /// Certificate and key.
    pub(crate) tls: Option<TlsFiles>,
    /// Whom our own commands trust to say who the gateway is.
    pub(crate) ca_file: Option<PathBuf>,
    /// Bounds.
    pub(crate) limits: Limits,
    /// Sessions.
    pub(crate) sessions: SessionRules,
}

/// One bound: its key, its range, how it is set and shown.
struct Bound {
    key: &'static str,
    range: RangeInclusive<u64>,
    hint: &'static str,
    set: fn(&mut ServerSettings, u64),
    get: fn(&ServerSettings) -> u64,
}

const TIME: &str = "whole seconds";

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn count(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

fn number(rate: u32) -> u64 {
    u64::from(rate)
}

fn rate(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn seconds(time: SignedDuration) -> u64 {
    u64::try_from(time.as_secs()).unwrap_or(0)
}

fn same(number: u64) -> u64 {
    number
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn whole(time: Duration) -> u64 {
    time.as_secs()
}

fn signed(number: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(number).unwrap_or(i64::MAX))
}

macro_rules! bounds {
    ($($key:literal $range:expr, $hint:expr, $($field:ident).+, $write:expr, $read:expr;)+) => {
        [$(Bound {
            key: $key,
            range: $range,
            hint: $hint,
            set: |settings, number| settings.$($field).+ = $write(number),
            get: |settings| $read(settings.$($field).+),
        },)+]
    };
}

fn all() -> [Bound; 30] {
    bounds! {
        "server.body_bytes_max" 1_024..=16_777_216, "bytes; 65536 holds every order", limits.body_bytes_max, size, count;
        "server.head_bytes_max" 8_192..=1_048_576, "bytes; 16384 is usual", limits.head_bytes_max, size, count;
        "server.header_count_max" 16..=1_000, "header fields; 64 is usual", limits.header_count_max, size, count;
        "server.head_read_timeout_s" 1..=600, TIME, limits.head_read_timeout, Duration::from_secs, whole;
        "server.body_read_timeout_s" 1..=600, TIME, limits.body_read_timeout, Duration::from_secs, whole;
        "server.handshake_timeout_s" 1..=60, TIME, limits.handshake_timeout, Duration::from_secs, whole;
        "server.write_timeout_s" 1..=600, TIME, limits.write_timeout, Duration::from_secs, whole;
        "server.connections_max" 4..=100_000, "each takes a file descriptor", limits.connections_max, size, count;
        "server.connections_per_peer_max" 0..=100_000, "0 is no bound of its own", limits.connections_per_peer_max, size, count;
        "server.connections_per_key_max" 0..=100_000, "0 is no bound of its own", limits.connections_per_key_max, size, count;
        "server.wait_default_s" 0..=60, TIME, limits.wait_default, Duration::from_secs, whole;
        "server.wait_max_s" 0..=60, TIME, limits.wait_max, Duration::from_secs, whole;
        "server.failed_auth_per_minute_max" 1..=1_000, "10 is usual; a valid key is never held up by it", limits.failed_auth_per_minute_max, rate, number;
        "server.requests_per_second_per_key_max" 0..=1_000_000, "0 is no bound", limits.requests_per_second_per_key_max, rate, number;
        "server.requests_per_second_per_peer_max" 0..=1_000_000, "0 is no bound", limits.requests_per_second_per_peer_max, rate, number;
        "server.shutdown_timeout_s" 0..=300, TIME, limits.shutdown_timeout, Duration::from_secs, whole;
        "server.streams_max" 1..=100_000, "each takes a file descriptor", limits.streams.open_max, size, count;
        "server.streams_per_key_max" 0..=100_000, "0 is no bound of its own", limits.streams.open_per_key_max, size, count;
        "server.stream_heartbeat_s" 1..=300, TIME, limits.streams.heartbeat, Duration::from_secs, whole;
        "server.stream_lag_records_max" 16..=1_000_000, "records that a reader may be behind", limits.streams.lag_records_max, same, same;
        "server.stream_send_buffer_bytes" 4_096..=16_777_216, "bytes; the system doubles it", limits.streams.send_buffer_bytes, rate, number;
        "server.market_stream_interval_ms" 10..=60_000, "milliseconds", limits.streams.market_interval, Duration::from_millis, millis;
        "server.market_stream_instruments_max" 1..=1_000, "the broker has a limit of its own", limits.streams.market_instruments_max, size, count;
        "server.mcp_sessions_max" 1..=10_000, "sessions of MCP clients that begin with initialize", limits.mcp.sessions_max, size, count;
        "server.mcp_session_idle_s" 10..=86_400, TIME, limits.mcp.session_idle, Duration::from_secs, whole;
        "server.mcp_subscriptions_max" 1..=1_000, "resources that one MCP session subscribes to", limits.mcp.subscriptions_max, size, count;
        "server.session_idle_s" 60..=86_400, TIME, sessions.idle, signed, seconds;
        "server.session_lasts_s" 60..=604_800, TIME, sessions.lasts, signed, seconds;
        "server.sessions_per_key_max" 1..=1_000, "one more ends the one that was used longest ago", sessions.per_key_max, size, count;
        "server.sessions_max" 1..=10_000, "one more ends the one that was used longest ago", sessions.sessions_max, size, count;
    }
}

impl ServerSettings {
    /// Reads both sections. Where nobody says otherwise, the bounds beyond loopback are narrower.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>, listen: SocketAddr) -> Result<Self, ConfigError> {
        let limits = if listen.ip().is_loopback() { Limits::standard() } else { Limits::beyond_loopback() };
        let mut settings = Self {
            public_names: names(reader)?,
            tls: tls(reader)?,
            ca_file: reader.path("tls.ca_file")?,
            limits,
            sessions: SessionRules::standard(),
        };
        for bound in all() {
            match reader.number(bound.key)?.map(u64::try_from) {
                None => {}
                Some(Ok(number)) if bound.range.contains(&number) => (bound.set)(&mut settings, number),
                Some(Ok(_) | Err(_)) => {
                    let rule = format!("a whole number from {} to {}", bound.range.start(), bound.range.end());
                    return Err(reader.refuse(bound.key, rule, bound.hint));
                }
            }
        }
        if settings.limits.wait_default > settings.limits.wait_max {
            return Err(reader.refuse("server.wait_default_s", "at most server.wait_max_s", "2 and 30 are usual"));
        }
        if settings.tls.is_none() && !listen.ip().is_loopback() {
            return Err(reader.refuse(
                "listen",
                "a loopback address, or tls.cert_file and tls.key_file beside it: without TLS, keys would travel in the clear",
                "set both files (docs/security.md says how to make them), or use 127.0.0.1 and reach it through an SSH tunnel",
            ));
        }
        Ok(settings)
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        let path = |path: Option<&PathBuf>| Some(path.map(|path| path.display().to_string()).unwrap_or_default());
        match key {
            "server.public_names" => Some(self.public_names.join(", ")),
            "tls.cert_file" => path(self.tls.as_ref().map(|tls| &tls.cert_file)),
            "tls.key_file" => path(self.tls.as_ref().map(|tls| &tls.key_file)),
            "tls.ca_file" => path(self.ca_file.as_ref()),
            bound => all().iter().find(|one| one.key == bound).map(|one| (one.get)(self).to_string()),
        }
    }

    /// What the server is started with.
    pub(crate) fn config_at(&self, listen: SocketAddr) -> ServerConfig {
        ServerConfig {
            listen,
            public_names: self.public_names.clone(),
            tls: self.tls.clone(),
            limits: self.limits.clone(),
            spans: None,
            pilot: engine::PilotSeat::default(),
            watch: None,
            venue: engine::venue_controls::VenueSeat::default(),
            configuration: std::sync::Arc::default(),
        }
    }

    /// How a caller on this machine calls the gateway that listens there: by a name that its certificate holds, where there is one.
    pub(crate) fn own_host(&self, listen: SocketAddr) -> String {
        let here = if listen.ip().is_unspecified() { loopback_of(listen) } else { listen };
        match (&self.tls, self.public_names.first()) {
            (Some(_), Some(name)) => match server::host_of(name) {
                v6 if v6.contains(':') => format!("[{v6}]:{}", listen.port()),
                host => format!("{host}:{}", listen.port()),
            },
            (Some(_), None) | (None, _) => here.to_string(),
        }
    }

    /// The URL of that.
    pub(crate) fn own_url(&self, listen: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.own_host(listen))
    }
}

/// The address at which a gateway that listens everywhere is reached from its own machine.
pub(crate) fn loopback_of(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) | IpAddr::V6(_) => listen.ip(),
    };
    SocketAddr::new(ip, listen.port())
}

fn tls(reader: &Reader<'_>) -> Result<Option<TlsFiles>, ConfigError> {
    match (reader.path("tls.cert_file")?, reader.path("tls.key_file")?) {
        (Some(cert_file), Some(key_file)) => Ok(Some(TlsFiles { cert_file, key_file, look_every: LOOK_EVERY })),
        (None, None) => Ok(None),
        (Some(_), None) => {
            Err(reader.refuse("tls.key_file", "the certificate's private key", "set tls.key_file beside tls.cert_file"))
        }
        (None, Some(_)) => {
            Err(reader.refuse("tls.cert_file", "the key's certificate", "set tls.cert_file beside tls.key_file"))
        }
    }
}

fn names(reader: &Reader<'_>) -> Result<Vec<String>, ConfigError> {
    let names = reader.list("server.public_names")?;
    let refuse = |rule: &str| {
        let hint = "for example [\"gateway.example.net\", \"10.0.0.5\"], without https://";
        Err(reader.refuse("server.public_names", rule, hint))
    };
    if names.len() > NAMES_MAX {
        return refuse("at most 32 names");
    }
    let names: Vec<String> = names.into_iter().map(bracketed).collect();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if names.iter().any(|name| name.is_empty() || name.len() > NAME_MAX || !name.chars().all(allowed)) {
        return refuse("host names or addresses, each with a port only where another one is mapped to ours");
    }
    Ok(names)
}

/// An address of version 6 as a `Host` header writes it.
fn bracketed(name: String) -> String {
    if name.parse::<Ipv6Addr>().is_ok() { format!("[{name}]") } else { name }
}

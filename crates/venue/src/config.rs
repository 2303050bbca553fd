//! What a venue is started with.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;

use crate::core::{Commissions, DataRights};
use crate::faults::FaultScript;
use crate::market::{Intraday, Sessions};

/// The settings of one venue. Everything is kind by default: one account, live data, memory only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueConfig {
    /// Port for TWS clients, always on 127.0.0.1; 0 takes any that is free.
    pub tws_port: u16,
    /// Port of the control API, always on 127.0.0.1; 0 takes any that is free.
    pub control_port: u16,
    /// How the venue's time runs.
    pub clock: ClockMode,
    /// Whether a real clock may be made faster while it runs; the venue's time never comes back from there.
    pub may_speed: bool,
    /// First day of the venue's time. `None` is now, which a stepped clock does not allow: stepped
    /// runs are repeatable.
    pub start: Option<Date>,
    /// Seed of every random choice: the same seed makes the same market.
    pub seed: u64,
    /// When the market is open.
    pub sessions: Sessions,
    /// What prices do within a day.
    pub intraday: Intraday,
    /// Where state is kept; `None` keeps it in memory only.
    pub state_dir: Option<PathBuf>,
    /// Length of the changes in the state directory, in bytes, from which they are replaced by a snapshot.
    pub compact_len: u64,
    /// Number of accounts, at least 1.
    pub accounts: u32,
    /// Behave like a live Gateway where that differs from a paper one.
    pub live_like: bool,
    /// What stock orders cost.
    pub commissions: Commissions,
    /// Market data the accounts have a right to.
    pub data: DataRights,
    /// Hold clients to IBKR's message rate, and to its pacing of historical requests.
    pub throttle: bool,
    /// What is to go wrong.
    pub faults: Option<FaultScript>,
    /// How often the market moves, in venue time.
    pub tick: Duration,
    /// How long a connection may take for its greeting and `startApi`, in real time.
    pub handshake_deadline: Duration,
    /// Most client connections at a time.
    pub connections_max: usize,
}

/// How the venue's time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// With the wall clock.
    Real,
    /// So many times as fast as the wall clock, at least 1.
    Speed(u32),
    /// Only when the control API says so.
    Stepped,
}

impl Default for VenueConfig {
    fn default() -> Self {
        Self {
            tws_port: 0,
            control_port: 0,
            clock: ClockMode::Real,
            may_speed: false,
            start: None,
            seed: 1,
            sessions: Sessions::Exchange,
            intraday: Intraday::Bridge,
            state_dir: None,
            compact_len: 64 << 20,
            accounts: 1,
            live_like: false,
            commissions: Commissions::Fixed,
            data: DataRights::Live,
            throttle: true,
            faults: None,
            tick: Duration::from_millis(250),
            handshake_deadline: Duration::from_secs(10),
            connections_max: 32,
        }
    }
}

/// Most accounts a venue has.
pub const ACCOUNTS_MAX: u32 = 1_000;

/// Highest speed of the clock: a day of trading in under a minute.
pub const SPEED_MAX: u32 = 1_000;

impl VenueConfig {
    /// Says what is wrong with the settings, if anything.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=ACCOUNTS_MAX).contains(&self.accounts) {
            return Err(ConfigError::Accounts(self.accounts));
        }
        match self.clock {
            ClockMode::Speed(speed) if !(1..=SPEED_MAX).contains(&speed) => {
                return Err(ConfigError::Speed(speed));
            }
            ClockMode::Stepped if self.start.is_none() => return Err(ConfigError::SteppedStart),
            ClockMode::Real | ClockMode::Speed(_) | ClockMode::Stepped => {}
        }
        if self.clock == ClockMode::Real && self.start.is_some() {
            return Err(ConfigError::RealStart);
        }
        if self.tick < Duration::from_millis(1) || self.connections_max == 0 {
            return Err(ConfigError::Limits);
        }
        Ok(())
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Number of accounts.
    #[error("accounts must be between 1 and {ACCOUNTS_MAX}, not {0}")]
    Accounts(u32),
    /// Speed of the clock.
    #[error("the speed must be between 1 and {SPEED_MAX}, not {0}")]
    Speed(u32),
    /// A stepped clock without a start.
    #[error("a stepped clock needs a start date")]
    SteppedStart,
    /// A start with the wall clock.
    #[error("a start date needs a stepped or a faster clock: the wall clock cannot be moved")]
    RealStart,
    /// Tick or connection limit.
    #[error("the tick must be at least 1 ms and the connection limit at least 1")]
    Limits,
}

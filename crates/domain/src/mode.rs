//! Paper or live: never a boolean, and proven from several facts that must agree.

use crate::id::AccountId;
use serde::{Deserialize, Serialize};

/// Why nothing is done while no account is known to be the one meant.
pub const NO_ACCOUNT: &str =
    "no pinned account that the broker confirms: set broker.account to the account that the broker shows";

/// The kind of money behind an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Play money.
    Paper,
    /// Real money.
    Live,
}

impl Mode {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// The owner's setting `trading`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trading {
    /// Every gate runs, nothing is sent.
    Off,
    /// Orders go to paper accounts only.
    Paper,
    /// Orders may go to live accounts.
    Live,
}

impl Trading {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// What the account name says. `DU` and `DF` are paper at IBKR; `DUV…` is our venue's and paper too.
pub fn mode_of_account(account: &AccountId) -> Option<Mode> {
    let name = account.as_str();
    if name.starts_with("DU") || name.starts_with("DF") {
        Some(Mode::Paper)
    } else if name.starts_with('U') || name.starts_with('F') {
        Some(Mode::Live)
    } else {
        None
    }
}

/// The name of an account that says neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must begin as IBKR's accounts do: DU, DF paper; U, F live")]
pub struct NoMode;

/// What an account name must say where a human types it.
///
/// # Errors
/// It says nothing.
pub fn said_mode(account: &AccountId) -> Result<Mode, NoMode> {
    mode_of_account(account).ok_or(NoMode)
}

/// What the port says: TWS and IB Gateway have one standard port per mode; any other says nothing.
pub fn mode_of_port(port: u16) -> Option<Mode> {
    match port {
        7497 | 4002 => Some(Mode::Paper),
        7496 | 4001 => Some(Mode::Live),
        _ => None,
    }
}

/// The facts about the mode, gathered at connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeProof {
    /// The account pinned in the configuration.
    pub pinned: Option<AccountId>,
    /// The accounts that the broker named.
    pub connected: Vec<AccountId>,
    /// The port we connected to.
    pub port: u16,
    /// Whether the broker is the embedded or another Tollgate venue (account prefix `DUV`, `UV`): shown as SIMULATED.
    pub simulated: bool,
    /// Whether it runs on this machine.
    pub loopback: bool,
}

impl ModeProof {
    /// The account in use: the pinned one when the broker names it. An unpinned single venue account counts as
    /// pinned by the embedded venue; many accounts without a pin are never chosen from.
    pub fn account(&self) -> Option<&AccountId> {
        self.pinned.as_ref().filter(|pinned| self.connected.contains(pinned))
    }

    /// The mode, if account and port do not contradict each other.
    ///
    /// # Errors
    /// A sentence that names the contradiction or the unknown.
    pub fn mode(&self) -> Result<Mode, String> {
        let Some(account) = self.account() else {
            return Err(NO_ACCOUNT.to_owned());
        };
        let Some(by_account) = mode_of_account(account) else {
            return Err(format!("the prefix of account {account} says neither paper nor live"));
        };
        if by_account == Mode::Live && is_venue_account(account) && !self.loopback {
            return Err(format!("account {account} is a simulated one, which counts on loopback only"));
        }
        match mode_of_port(self.port) {
            Some(by_port) if by_port != by_account => Err(format!(
                "account {account} is {}, port {} is the {} port",
                by_account.word(),
                self.port,
                by_port.word()
            )),
            Some(_) | None => Ok(by_account),
        }
    }
}

/// Whether an account name is one of the simulated venue's.
pub fn is_venue_account(account: &AccountId) -> bool {
    account.as_str().starts_with("DUV") || account.as_str().starts_with("UV")
}

/// Whose an account is: what was shown in one world proves nothing in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// A broker's, on paper or live.
    Real,
    /// A simulated venue's.
    Simulated,
}

impl World {
    /// Of one account.
    pub fn of(account: &AccountId) -> Self {
        if is_venue_account(account) { Self::Simulated } else { Self::Real }
    }

    /// Of a connection, by the accounts that it names: simulated only if all of them are.
    pub fn of_all(accounts: &[AccountId]) -> Self {
        if !accounts.is_empty() && accounts.iter().all(is_venue_account) { Self::Simulated } else { Self::Real }
    }
}

#[cfg(test)]
#[path = "mode_tests.rs"]
mod tests;

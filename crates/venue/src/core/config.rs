//! What a core is made with, and why it cannot be.

use rust_decimal::Decimal;

use super::{Commissions, DataRights};
use crate::market::{Intraday, MarketError};

/// The settings of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreConfig {
    /// Seed of the market.
    pub seed: u64,
    /// Number of accounts, each with [`CoreConfig::DEPOSIT`].
    pub accounts: u32,
    /// Market open at all hours, else by the exchange's calendar.
    pub always: bool,
    /// What prices do within a day.
    pub intraday: Intraday,
    /// Accounts are named as live ones (`UV…`) rather than paper ones (`DUV…`).
    pub live_like: bool,
    /// What stock orders cost.
    pub commissions: Commissions,
    /// Market data the accounts have a right to.
    pub data: DataRights,
    /// Hold clients to IBKR's pacing of historical requests.
    pub pacing: bool,
}

impl CoreConfig {
    /// What an account begins with, in US dollars.
    pub const DEPOSIT: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
}

impl Default for CoreConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            accounts: 1,
            always: false,
            intraday: Intraday::Bridge,
            live_like: false,
            commissions: Commissions::Fixed,
            data: DataRights::Live,
            pacing: true,
        }
    }
}

/// Why a core cannot do what it is told from the inside.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// There is no market.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The changes to restore from do not follow from each other.
    #[error("change {position} does not follow from those before it: {reason}")]
    History {
        /// Which, from 0.
        position: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// An order entered by hand that IBKR would not take.
    #[error("{code}: {message}")]
    Order {
        /// IBKR's code.
        code: i32,
        /// IBKR's text.
        message: String,
    },
    /// No such order, or it is over.
    #[error("no open order has the permId {0}")]
    NotOpen(i64),
    /// No such symbol.
    #[error("there is no symbol {0:?} in the universe")]
    UnknownSymbol(String),
    /// Not a price this instrument can have.
    #[error("{0} is not a price: it must be positive, at most 1,000,000 and a multiple of the tick")]
    Price(Decimal),
    /// Not a number of shares.
    #[error("{0} is not a number of shares that can be borrowed: it must be 0 or more")]
    Shares(Decimal),
    /// No price to move: before the first close or beyond the calendar.
    #[error("there is no market in {0} at this time")]
    NoMarket(String),
}

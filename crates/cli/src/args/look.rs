//! Words of the commands that only look.

use clap::{Args, Subcommand};
use rust_decimal::Decimal;

/// `tollgate status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// Show the gate board: each gate, open or closed, and why
    #[arg(long)]
    pub(crate) gates: bool,
    /// Stay, and show it again whenever something happens; with --json a line each
    #[arg(short, long)]
    pub(crate) watch: bool,
}

/// One instrument: a con_id, or a symbol with what else is said about it.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct InstrumentArgs {
    /// IBKR's contract id, instead of a symbol
    #[arg(long, value_name = "ID")]
    pub(crate) con_id: Option<String>,
    /// Kind of security: stk etf fut opt ind cash cfd bond fund crypto [filled with: stk]
    #[arg(long, value_name = "TYPE")]
    pub(crate) sec_type: Option<String>,
    /// Exchange [filled with: SMART]
    #[arg(long, value_name = "NAME")]
    pub(crate) exchange: Option<String>,
    /// Currency [filled with: USD]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// Expiry of a future or option, YYYYMMDD or YYYYMM
    #[arg(long, value_name = "DATE")]
    pub(crate) expiry: Option<String>,
    /// Strike of an option
    #[arg(long, value_name = "PRICE")]
    pub(crate) strike: Option<Decimal>,
    /// Right of an option: call put
    #[arg(long, value_name = "RIGHT")]
    pub(crate) right: Option<String>,
}

/// `tollgate quote`.
#[derive(Args, Debug)]
pub(crate) struct QuoteArgs {
    /// Symbols
    #[arg(required_unless_present = "con_id", value_name = "SYMBOL")]
    pub(crate) symbols: Vec<String>,
    /// Stay, and show each change as it comes; with --json a line each
    #[arg(short, long)]
    pub(crate) watch: bool,
    /// What else is known about them
    #[command(flatten)]
    pub(crate) instrument: InstrumentArgs,
}

/// `tollgate bars`.
#[derive(Args, Debug)]
pub(crate) struct BarsArgs {
    /// Symbol
    #[arg(required_unless_present = "con_id")]
    pub(crate) symbol: Option<String>,
    /// Length of a bar: 1s 5s 15s 30s 1m 2m 5m 15m 30m 1h 1d 1w 1mo
    #[arg(long, default_value = "1d")]
    pub(crate) size: String,
    /// How far back: 3600s 5d 1w 3mo 1y
    #[arg(long, default_value = "1mo")]
    pub(crate) duration: String,
    /// What else is known about it
    #[command(flatten)]
    pub(crate) instrument: InstrumentArgs,
}

/// `tollgate contract`.
#[derive(Debug, Subcommand)]
pub(crate) enum ContractVerb {
    /// Contracts whose symbol or name fits
    Search {
        /// Part of a symbol or name
        text: String,
    },
    /// Everything about one contract
    Show {
        /// IBKR's contract id
        con_id: String,
    },
    /// The options on a contract: expiries, strikes, multiplier, trading class, by exchange
    Chain {
        /// IBKR's contract id of the underlying
        con_id: String,
    },
}

/// `tollgate account`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// The accounts of the login
    List,
    /// Balances and margins
    Summary {
        /// Account [default: the only one]
        account: Option<String>,
    },
    /// Positions
    Positions {
        /// Account [default: the only one]
        account: Option<String>,
        /// Stay, and show them again whenever something happens; with --json a line each
        #[arg(short, long)]
        watch: bool,
    },
    /// Profit and loss: now, by position, by period
    Pnl {
        /// Account [default: the only one]
        account: Option<String>,
    },
    /// What the account was worth over time, newest last
    History {
        /// Account [default: the only one]
        account: Option<String>,
        /// So many of the newest
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
    },
    /// What the account may do, as far as there is proof
    Capabilities {
        /// Account [default: the only one]
        account: Option<String>,
    },
}

/// `tollgate broker`.
#[derive(Debug, Subcommand)]
pub(crate) enum BrokerVerb {
    /// Read the account on a connection of its own and show what differs from the one in use
    Verify,
}

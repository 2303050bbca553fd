//! Words of orders. They read like a ticket: `buy 10 AAPL --limit 189.50 --tif day`.

use super::look::InstrumentArgs;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;

/// An order, as on a ticket.
#[derive(Args, Clone, Debug)]
pub(crate) struct TicketArgs {
    /// buy, sell, sell_short or buy_to_cover
    pub(crate) side: String,
    /// Quantity
    pub(crate) qty: Decimal,
    /// Symbol; not needed with --con-id
    #[arg(required_unless_present = "con_id", conflicts_with = "con_id")]
    pub(crate) symbol: Option<String>,
    /// Limit price; without any price the order is a market order
    #[arg(long, value_name = "PRICE")]
    pub(crate) limit: Option<Decimal>,
    /// Stop price; with --limit a stop-limit order
    #[arg(long, value_name = "PRICE")]
    pub(crate) stop: Option<Decimal>,
    /// With --stop-loss: close with a profit at this price once it has traded
    #[arg(long, value_name = "PRICE", requires = "stop_loss", conflicts_with = "oca_group")]
    pub(crate) take_profit: Option<Decimal>,
    /// With --take-profit: close with a loss from this price on
    #[arg(long, value_name = "PRICE", requires = "take_profit")]
    pub(crate) stop_loss: Option<Decimal>,
    /// The one-cancels-all group that it joins: the first fill cancels the others
    #[arg(long, value_name = "NAME")]
    pub(crate) oca_group: Option<String>,
    /// Time in force: day gtc ioc fok gtd opg [filled with: day]
    #[arg(long, value_name = "WORD")]
    pub(crate) tif: Option<String>,
    /// End of a gtd order, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) good_till: Option<jiff::Timestamp>,
    /// Account [default: the pinned one]
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// The order key; the same key never makes a second order [default: made and printed]
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Whom the order is attributed to
    #[arg(long)]
    pub(crate) strategy: Option<String>,
    /// The preview that the order stands on
    #[arg(long, value_name = "ID")]
    pub(crate) preview_id: Option<String>,
    /// May fill outside regular hours
    #[arg(long)]
    pub(crate) outside_rth: bool,
    /// May only make the position smaller
    #[arg(long)]
    pub(crate) reduce_only: bool,
    /// What else is known about the instrument
    #[command(flatten)]
    pub(crate) instrument: InstrumentArgs,
    /// Wait so many seconds for the broker [default: 2]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u32>,
}

/// What changes when an order is replaced. What is not said stays as it is.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChangeArgs {
    /// The order's key
    pub(crate) cl_ord_id: String,
    /// The new total quantity
    #[arg(long)]
    pub(crate) qty: Option<Decimal>,
    /// The new limit price
    #[arg(long, value_name = "PRICE")]
    pub(crate) limit: Option<Decimal>,
    /// The new stop price
    #[arg(long, value_name = "PRICE")]
    pub(crate) stop: Option<Decimal>,
    /// The new time in force
    #[arg(long, value_name = "WORD")]
    pub(crate) tif: Option<String>,
    /// The key of this change [default: made and printed]
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Wait so many seconds for the broker [default: 2]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u32>,
}

/// `tollgate flatten`.
#[derive(Args, Debug)]
pub(crate) struct FlattenArgs {
    /// Of this account [default: the one in use]
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Only in this symbol [default: every position]
    #[arg(long)]
    pub(crate) symbol: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// The key of this request; the same key never closes twice [default: made and printed]
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Wait so many seconds for the broker [default: 2]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u32>,
}

/// `tollgate order`.
#[derive(Debug, Subcommand)]
pub(crate) enum OrderVerb {
    /// What the order would do and what every gate says, without sending it; the exit code is 0 whatever they say
    Preview(Box<TicketArgs>),
    /// Send an order through the gates
    Submit(Box<TicketArgs>),
    /// Change quantity, price or time in force of a working order
    Replace(ChangeArgs),
    /// Cancel an order
    Cancel {
        /// The order's key
        cl_ord_id: String,
        /// The key of this cancel [default: made and printed]
        #[arg(long)]
        key: Option<String>,
        /// Wait so many seconds for the proof [default: 2]
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u32>,
    },
    /// Cancel every order of this installation, one by one
    CancelAll {
        /// Wait so many seconds for the proofs [default: 2]
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u32>,
    },
    /// Orders, newest first
    List {
        /// Only those that are not final
        #[arg(long)]
        open: bool,
        /// Only those in this state
        #[arg(long)]
        status: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Stay, and show them again whenever something happens; with --json a line each
        #[arg(short, long)]
        watch: bool,
    },
    /// One order, with its history
    Show {
        /// The order's key
        cl_ord_id: String,
    },
    /// Executions, with commissions
    Executions,
    /// Lift the halt of an instrument, and take the broker's word for its position where the journal's trades differ
    Release {
        /// IBKR's contract id
        con_id: String,
        /// What you saw
        #[arg(long)]
        reason: String,
    },
    /// Say that an order of unknown fate is dead, after looking at TWS
    Resolve {
        /// The order's key
        cl_ord_id: String,
        /// What you saw
        #[arg(long)]
        reason: String,
    },
}

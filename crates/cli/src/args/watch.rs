//! Words of alerts, streams and the guard.

use clap::Subcommand;

/// `tollgate alert`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertVerb {
    /// What somebody was told or is to be told, newest first
    List {
        /// Only what nobody acknowledged and is not over
        #[arg(long)]
        open: bool,
        /// At most so many
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: u32,
    },
    /// Say that you have seen it: it is not told again
    Ack {
        /// The alert's id
        id: String,
    },
    /// Send a message on every configured way, without a running gateway
    Test,
}

/// `tollgate stream`.
#[derive(Debug, Subcommand)]
pub(crate) enum StreamVerb {
    /// What is streamed into files: each price's source and age, who has the lock, what is wrong
    Status,
}

/// `tollgate guard`.
#[derive(Debug, Subcommand)]
pub(crate) enum GuardVerb {
    /// The rules, and how each stood at the newest look
    Show,
    /// Look now, whatever the schedule says; it acts as the schedule would
    Evaluate,
}

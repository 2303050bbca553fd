//! Words of the commands that run something.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `tollgate demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Walk one order through everything, check each step, and end
    #[arg(long)]
    pub(crate) once: bool,
}

/// Programs that speak MCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum McpClient {
    /// Claude Desktop
    ClaudeDesktop,
    /// Claude Code
    ClaudeCode,
    /// Cursor
    Cursor,
    /// VS Code
    Vscode,
    /// Windsurf
    Windsurf,
    /// Zed
    Zed,
    /// Gemini CLI
    Gemini,
    /// Codex
    Codex,
    /// Any client that speaks streamable HTTP
    Http,
}

/// `tollgate mcp`.
#[derive(Args, Debug)]
#[command(
    after_help = "The key is agent.key of the data directory unless --key-file or TOLLGATE_API_KEY says otherwise. Whoever owns it: \
    over MCP it is an agent's, which approves, arms and lifts nothing."
)]
pub(crate) struct McpArgs {
    /// Start the demonstration and talk to it: play money, nothing of yours
    #[arg(long)]
    pub(crate) demo: bool,
    /// Print configuration for a program that speaks MCP, and end
    #[arg(long, value_enum, value_name = "CLIENT")]
    pub(crate) print_config: Option<McpClient>,
}

/// When the market is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SessionsWord {
    /// By the exchange's calendar
    Exchange,
    /// Always
    Always,
}

/// Market data that the accounts have a right to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataWord {
    /// Live data
    Live,
    /// Data fifteen minutes late, after a warning
    Delayed,
    /// No data
    None,
}

/// What stock orders cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CommissionsWord {
    /// IBKR Pro Fixed
    Fixed,
    /// IBKR Pro Tiered
    Tiered,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// On
    On,
    /// Off
    Off,
}

/// What a venue that runs is asked.
#[derive(Debug, Subcommand)]
pub(crate) enum VenueVerb {
    /// Accounts, books, orders and connections of a venue that runs
    Status {
        /// Port of its control API on 127.0.0.1
        #[arg(long, default_value_t = 7498, value_name = "PORT")]
        control_port: u16,
        /// Most working orders shown
        #[arg(long, default_value_t = 50, value_name = "N")]
        orders: usize,
    },
}

/// `tollgate venue`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct VenueArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<VenueVerb>,
    /// Port for TWS clients on 127.0.0.1; 0 takes any and prints it
    #[arg(long, default_value_t = 7497, value_name = "PORT")]
    pub(crate) tws_port: u16,
    /// Port of the control API on 127.0.0.1; 0 takes any and prints it
    #[arg(long, default_value_t = 7498, value_name = "PORT")]
    pub(crate) control_port: u16,
    /// First day of the venue's time, with --speed or --stepped
    #[arg(long, value_name = "DATE")]
    pub(crate) start: Option<jiff::civil::Date>,
    /// Seed of every random choice
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// So many times as fast as the wall clock
    #[arg(long, value_name = "N", conflicts_with = "stepped")]
    pub(crate) speed: Option<u32>,
    /// Time moves only by the control API
    #[arg(long)]
    pub(crate) stepped: bool,
    /// When the market is open
    #[arg(long, value_enum, default_value_t = SessionsWord::Exchange)]
    pub(crate) sessions: SessionsWord,
    /// Directory that keeps orders, accounts and the ledger across restarts [default: memory only]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Script of faults
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Market data the accounts have a right to
    #[arg(long, value_enum, default_value_t = DataWord::Live)]
    pub(crate) data: DataWord,
    /// Whether clients are held to IBKR's 50 messages a second and its pacing of historical requests
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub(crate) throttle: Switch,
    /// What stock orders cost
    #[arg(long, value_enum, default_value_t = CommissionsWord::Fixed)]
    pub(crate) commissions: CommissionsWord,
    /// Number of accounts
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) accounts: u32,
    /// Name the accounts UV…: live to every gate, shown as SIMULATED
    #[arg(long)]
    pub(crate) live_like: bool,
}

/// What goes wrong in a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultsWord {
    /// Nothing
    None,
    /// At one slot in three (two, in a short span) a crash, a lost connection or another process that takes over: the account must
    /// come out the same
    Harmless,
    /// These, also amid orders, refused orders, halts, missing prices and slots that pass unattended
    All,
}

/// `tollgate replay`.
#[derive(Args, Debug)]
#[command(
    after_help = "Prices are real adjusted closes of twenty stocks (data/README.md) and stand still between them; the account begins with a \
    million. Of the configuration only [loop] is read."
)]
pub(crate) struct ReplayArgs {
    /// First day
    #[arg(long, default_value = "1990-01-02", value_name = "DATE")]
    pub(crate) from: jiff::civil::Date,
    /// Last day
    #[arg(long, default_value = "2022-12-28", value_name = "DATE")]
    pub(crate) to: jiff::civil::Date,
    /// Directory for journal, account by day (daily.csv) and runs (runs.csv); new, or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// What goes wrong
    #[arg(long, value_enum, default_value_t = FaultsWord::None)]
    pub(crate) faults: FaultsWord,
    /// Names what goes wrong where
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
}

/// `tollgate backup`.
#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// Where to: a file that is not there yet, or a directory [default: tollgate-INSTALLATION-TIME.tar, here]
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Put all secrets inside: the journal's key, API secret and key files. Whoever has the file can then trade, and forge
    /// a journal: lock it away
    #[arg(long)]
    pub(crate) with_keys: bool,
}

/// `tollgate incident`.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentVerb {
    /// Put what somebody needs who was not there into one file: journal excerpt, orders, trades, policy, state, verification, with
    /// hashes
    Bundle(BundleArgs),
}

/// `tollgate incident bundle`.
#[derive(Args, Debug)]
pub(crate) struct BundleArgs {
    /// Where to: a file that is not there yet
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Records from this time on [default: 24 hours before --until]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<jiff::Timestamp>,
    /// Records up to this time [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<jiff::Timestamp>,
    /// What happened, in your words
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Leave account numbers in
    #[arg(long)]
    pub(crate) with_accounts: bool,
}

/// `tollgate restore`.
#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The backup
    #[arg(required_unless_present = "in_place", conflicts_with = "in_place")]
    pub(crate) file: Option<PathBuf>,
    /// There is no backup: go on with the journal that is there, although its newest records or its checkpoint file are lost
    #[arg(long)]
    pub(crate) in_place: bool,
    /// A copy of journal.key, where it is neither in its place nor in the backup
    #[arg(long, value_name = "FILE")]
    pub(crate) journal_key: Option<PathBuf>,
}

//! The nouns, and the flags that every command takes.

use super::{
    AccountVerb, AlertVerb, ApprovalVerb, AuditVerb, BackupArgs, BarsArgs, BrokerVerb, ConfigVerb, ContractVerb,
    DemoArgs, FlattenArgs, GuardVerb, IncidentVerb, KeyVerb, KillVerb, LimitsVerb, LiveVerb, LoopVerb, MandateVerb,
    McpArgs, OrderVerb, QuoteArgs, ReplayArgs, RestoreArgs, StatusArgs, StreamVerb, VenueArgs,
};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A gateway to Interactive Brokers that lets an order through only when every gate is open, exactly once, with a
/// record that cannot be quietly changed.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 ok, 1 a check found something, 2 usage, 3 not found, 4 auth, 5 conflict, 6 denied by a gate, 7 rejected by \
    the broker, 8 outcome unknown, 9 unavailable (the broker, the gateway, or the disk), 10 needs approval.\n\nEnvironment: every key of tollgate.toml as TOLLGATE_KEY or TOLLGATE_SECTION__KEY (TOLLGATE_BROKER__PORT=7497); \
    TOLLGATE_API_KEY, the key to present; TOLLGATE_LOG, a filter such as debug; TOLLGATE_LOG_FORMAT=json.\n\nUnofficial; not affiliated with Interactive Brokers."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) noun: Noun,
    /// Flags that every command takes.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// Configuration file [default: $XDG_CONFIG_HOME/tollgate/tollgate.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "TOLLGATE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Use the section [profiles.NAME] of the configuration file
    #[arg(long, global = true, value_name = "NAME", env = "TOLLGATE_PROFILE")]
    pub(crate) profile: Option<String>,
    /// Address of the gateway [default: the configured one]
    #[arg(long, global = true, value_name = "URL", env = "TOLLGATE_URL")]
    pub(crate) url: Option<String>,
    /// File with the API key [default: operator.key in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// File with the certificates (PEM) of whoever may say who the gateway is [default: tls.ca_file, or what the system trusts]
    #[arg(long, global = true, value_name = "FILE", env = "TOLLGATE_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Print the answer as JSON, in the shape of the REST API
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Never ask on the terminal
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// See everything work on simulated money, in one process that touches nothing of yours
    Demo(DemoArgs),
    /// Run the gateway
    Serve,
    /// Let an agent's program talk to the gateway, by the Model Context Protocol on stdin and stdout
    Mcp(McpArgs),
    /// Run the simulated Interactive Brokers alone, for this gateway or any other TWS client
    Venue(VenueArgs),
    /// Replay the past through the loop of the configuration, day by day: real closes, simulated broker, everything else as always
    Replay(ReplayArgs),
    /// What the gateway is doing: mode, link, trading states, orders, and why it is not ready
    Status(StatusArgs),
    /// The gateway on this terminal, live: mode, link, orders, approvals, positions, fills, and the kill switch
    ///
    /// Keys: ? help, tab next pane, a approve, d deny, k kill (asks once more), q quit. Without colours with NO_COLOR set. A key with
    /// `read` is enough to look.
    Top,
    /// Check the installation and say how to mend what is wrong
    Doctor,
    /// Prices now
    Quote(QuoteArgs),
    /// Prices then
    Bars(BarsArgs),
    /// Prices in files, for programs of your own
    #[command(subcommand)]
    Stream(StreamVerb),
    /// Find contracts
    #[command(subcommand)]
    Contract(ContractVerb),
    /// Accounts, balances, positions, profit and loss
    #[command(subcommand)]
    Account(AccountVerb),
    /// A second look at the broker
    #[command(subcommand)]
    Broker(BrokerVerb),
    /// Preview, submit, replace, cancel and list orders
    #[command(subcommand)]
    Order(OrderVerb),
    /// Close what is held: a separate action, which a human stands behind; a kill never does it
    Flatten(FlattenArgs),
    /// Orders that wait for a human
    #[command(subcommand)]
    Approval(ApprovalVerb),
    /// Stop trading, allow only reductions, or resume
    #[command(subcommand)]
    Kill(KillVerb),
    /// The owner's limits: show, set, accept, history
    #[command(subcommand)]
    Limits(LimitsVerb),
    /// Live arming: what it stands on, and the checklist from paper to live
    #[command(subcommand)]
    Live(LiveVerb),
    /// Budgets inside which orders need no further approval
    #[command(subcommand)]
    Mandate(MandateVerb),
    /// The closed loop: a signal decides, a plan follows, orders leave, slot by slot
    #[command(subcommand)]
    Loop(LoopVerb),
    /// Rules that are looked at on a schedule, and what is done where one is broken
    #[command(subcommand)]
    Guard(GuardVerb),
    /// What somebody was told, and whether it arrives
    #[command(subcommand)]
    Alert(AlertVerb),
    /// The record of everything
    #[command(subcommand)]
    Audit(AuditVerb),
    /// When something went wrong: the evidence, in one file
    #[command(subcommand)]
    Incident(IncidentVerb),
    /// Take a backup, beside a running gateway or without one
    Backup(BackupArgs),
    /// Set this installation back to a backup; it then starts halted, and what was there is moved aside
    Restore(RestoreArgs),
    /// API keys
    #[command(subcommand)]
    Key(KeyVerb),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigVerb),
    /// Completions for a shell, to stdout
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Manual pages: one for each command into a directory, or the first one to stdout
    Man {
        /// Where to; made if it is not there
        dir: Option<PathBuf>,
    },
}

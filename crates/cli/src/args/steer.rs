//! Words of approvals, the kill switch, the audit, keys and the configuration.

use clap::{Args, Subcommand, ValueEnum};

/// `tollgate approval`.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalVerb {
    /// Orders that wait for a yes
    List {
        /// Also those that were answered
        #[arg(long)]
        all: bool,
    },
    /// One request with its order and bounds
    Show {
        /// The approval's id
        id: String,
    },
    /// Say yes: every gate runs again, then the order is sent
    Approve {
        /// The approval's id
        id: String,
        /// Why
        #[arg(long)]
        reason: Option<String>,
        /// Wait so many seconds for the broker [default: 2]
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u32>,
    },
    /// Say no
    Deny {
        /// The approval's id
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Take a yes back before it was used
    Revoke {
        /// The approval's id
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Where a trading state holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeWord {
    /// Everywhere
    Global,
    /// One account
    Account,
    /// One strategy
    Strategy,
}

/// Scope and reason of a kill.
#[derive(Args, Clone, Debug)]
pub(crate) struct KillArgs {
    /// Where it holds
    #[arg(long, value_enum, default_value_t = ScopeWord::Global)]
    pub(crate) scope: ScopeWord,
    /// Account or strategy
    #[arg(long, required_if_eq_any([("scope", "account"), ("scope", "strategy")]))]
    pub(crate) id: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

/// `tollgate kill`.
#[derive(Debug, Subcommand)]
pub(crate) enum KillVerb {
    /// Halt: no new order leaves, working orders are cancelled; works without a running gateway
    On(KillArgs),
    /// Only orders that make a position smaller
    Reduce(KillArgs),
    /// Resume; needs a human key with admin and a reason
    Off(KillArgs),
    /// The trading states
    Status,
}

/// `tollgate audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// The newest records
    Tail {
        /// So many
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
        /// Only this kind
        #[arg(long)]
        kind: Option<String>,
        /// Only this order
        #[arg(long, value_name = "CL_ORD_ID")]
        order: Option<String>,
        /// Only this request
        #[arg(long, value_name = "ID")]
        correlation: Option<String>,
    },
    /// One record in full
    Show {
        /// Its place
        seq: u64,
    },
    /// Every record as a line of JSON with its hashes; needs no running gateway
    Export {
        /// Where to: a file that is not there yet [default: stdout]
        #[arg(long, value_name = "FILE")]
        to: Option<std::path::PathBuf>,
        /// From this record on
        #[arg(long, default_value_t = 1, value_name = "SEQ")]
        from: u64,
        /// Keep account numbers; only then can the hashes be checked
        #[arg(long)]
        with_accounts: bool,
    },
    /// Walk the whole journal and name what was changed, inserted, removed or cut off; needs no running gateway
    Verify,
}

/// Human or agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// A person
    Human,
    /// A program that decides by itself
    Agent,
}

/// `tollgate key`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Make a key; it is shown once
    Create {
        /// Its public name
        id: String,
        /// What stands behind it
        #[arg(long, value_enum)]
        kind: KindWord,
        /// What it may do: read preview trade:paper trade:live approve kill admin
        #[arg(long, required = true, value_delimiter = ',', num_args = 1..)]
        scopes: Vec<String>,
        /// End of its life, RFC 3339 [default: none]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<jiff::Timestamp>,
    },
    /// All keys, never their secrets
    List,
    /// End a key's life now
    Revoke {
        /// Its public name
        id: String,
    },
}

/// `tollgate config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Each value and where it came from
    Explain,
    /// Read and check everything, as a start would
    Check,
}

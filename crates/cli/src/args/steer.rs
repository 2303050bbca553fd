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

/// For which orders limits are shown or set.
#[derive(Args, Clone, Debug)]
pub(crate) struct LimitsOf {
    /// Of one account
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Of one strategy
    #[arg(long)]
    pub(crate) strategy: Option<String>,
    /// Of one kind of security, such as stk or fut
    #[arg(long, value_name = "TYPE")]
    pub(crate) sec_type: Option<String>,
    /// In one instrument, by symbol or con_id
    #[arg(long)]
    pub(crate) instrument: Option<String>,
}

/// `tollgate limits`.
#[derive(Debug, Subcommand)]
pub(crate) enum LimitsVerb {
    /// Fire every control in a scratch gateway on the simulated broker, and report what came back; touches nothing of
    /// yours. Ends with 1 unless each of the sixty-seven is built and answered as it should
    Drill {
        /// Let the running gateway fire it, and note what it saw: the evidence that live asks for
        #[arg(long)]
        record: bool,
    },
    /// Each limit as it counts, where it comes from, and what waits to replace it
    Show {
        #[command(flatten)]
        of: LimitsOf,
        /// Only limits that are not the built-in default
        #[arg(long)]
        changed: bool,
    },
    /// Set limits: what tightens counts at once, what loosens waits to be accepted
    Set {
        /// Limits as NAME=VALUE; lists with commas
        #[arg(required = true, value_name = "NAME=VALUE")]
        limits: Vec<String>,
        #[command(flatten)]
        of: LimitsOf,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Every change of the policy: old and new values, who, why
    History {
        /// So many
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
    },
    /// As a human: accept the policy that waits. It counts after fifteen minutes, or at once with a second human
    Accept {
        /// Its hash, or the beginning of it
        hash: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let go on what tripped: rejects, strategy:NAME or drawdown:ACCOUNT
    Reset {
        /// What tripped
        breaker: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Withdraw the policy that waits
    Withdraw {
        /// Its hash, or the beginning of it
        hash: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
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
        #[arg(long, value_name = "ID", conflicts_with = "follow")]
        correlation: Option<String>,
        /// Stay, and show each record as it is written; with --json a line of JSON each
        #[arg(short, long)]
        follow: bool,
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
    /// Put the key file (yours, or --key-file) behind a pass phrase that commands then ask for on the terminal; again: another phrase
    Protect {
        /// Take it out again
        #[arg(long)]
        off: bool,
    },
    /// Print the key of the key file, to sign in with a browser
    Reveal,
}

/// `tollgate config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Each value and where it came from
    Explain,
    /// Read and check everything, as a start would
    Check,
}

/// `tollgate live`.
#[derive(Debug, Subcommand)]
pub(crate) enum LiveVerb {
    /// Whether live is armed, and what is missing
    Status,
    /// Let live orders leave for some hours; needs a human key with admin and the complete checklist
    Arm {
        /// The account, typed in full
        account: String,
        /// For so many hours, at most 24
        #[arg(long, default_value_t = 8, value_name = "N")]
        hours: u32,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// No live order leaves any more
    Disarm {
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// What the journal must show before live can be armed, and what it shows
    Checklist,
}

/// What a mandate grants.
#[derive(Args, Clone, Debug)]
pub(crate) struct GrantArgs {
    /// The account, typed in full
    pub(crate) account: String,
    /// The strategy that orders must name
    #[arg(long, required_unless_present = "key")]
    pub(crate) strategy: Option<String>,
    /// The key whose orders it covers
    #[arg(long, value_name = "KEY_ID")]
    pub(crate) key: Option<String>,
    /// Symbols
    #[arg(long, required = true, value_delimiter = ',', num_args = 1..)]
    pub(crate) symbols: Vec<String>,
    /// Sides: buy sell sell_short buy_to_cover
    #[arg(long, required = true, value_delimiter = ',', num_args = 1..)]
    pub(crate) sides: Vec<String>,
    /// Largest worst-case notional of one order, base currency
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) order_notional_max: String,
    /// Largest sum of them, base currency
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) notional_max: String,
    /// Most orders
    #[arg(long, value_name = "N")]
    pub(crate) orders_max: u32,
    /// End of its life, RFC 3339, at most 30 days ahead
    #[arg(long, value_name = "TIME")]
    pub(crate) expires_at: jiff::Timestamp,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

/// `tollgate mandate`.
#[derive(Debug, Subcommand)]
pub(crate) enum MandateVerb {
    /// Grant a budget to a strategy or a key; it waits for the second look
    Grant(Box<GrantArgs>),
    /// The second look: the same human after ten seconds, or another one at once
    Confirm {
        /// The mandate's id
        id: String,
    },
    /// Budgets and what was used of them
    List,
    /// Take one back, at once
    Revoke {
        /// The mandate's id
        id: String,
    },
}

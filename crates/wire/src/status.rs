//! What the operator wants to know in one look.

use crate::kill::TradingStateEntry;
use crate::word::{Mode, Trading};
use domain::broker::BrokerOrder;
use domain::broker_calendar::WindowAhead;
use domain::reconcile;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether trading is ready, and every reason why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether it is.
    pub ready: bool,
    /// Why not; empty when it is. In words for a key with `read`, else by a code each: `alarm`, `broker_offline`, `broker_unreachable`,
    /// `client_id_in_use`, `clock_skew`, `clock_unknown`, `lease_not_held`, `mode_unproven`, `not_reconciled`, `planned_window`, `writer_ended`.
    pub reasons: Vec<String>,
}

/// The process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: String,
}

/// Who may write to the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lease {
    /// Of the process that answers: `writer`, or `standby`, which only reads.
    pub role: String,
    /// Number of the lease in force; each writer has its own.
    pub epoch: u64,
    /// The process that writes.
    pub holder_pid: Option<u32>,
}

/// The broker link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// `up`, `broker_offline`, `down`.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// Host and port.
    pub endpoint: String,
    /// Number of the connection.
    pub generation: u64,
    /// Negotiated version.
    pub server_version: Option<i32>,
    /// The broker's clock minus ours, milliseconds.
    pub clock_skew_ms: Option<i64>,
    /// Why it is not up.
    pub reason: Option<String>,
    /// When the broker last said anything.
    pub last_message_at: Option<Timestamp>,
}

/// One thing that journal and broker disagreed about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The rule's number.
    pub rule: u8,
    /// The order, if it is one of ours.
    pub cl_ord_id: Option<String>,
    /// In plain words.
    pub what: String,
}

/// What one comparison of journal and broker found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reconciliation {
    /// The connection.
    pub generation: u64,
    /// When the look began.
    pub taken_at: Timestamp,
    /// Whether every list was complete.
    pub complete: bool,
    /// Why not, list by list.
    pub incomplete: Vec<String>,
    /// Orders of ours that were compared.
    pub scanned: u32,
    /// Orders that the broker shows as over.
    pub completed: u32,
    /// Orders of ours that no list shows.
    pub missing: u32,
    /// Orders whose fate is still unknown.
    pub unresolved: u32,
    /// Orders and trades that are not ours.
    pub external: u32,
    /// Orders that were proven dead.
    pub proven_dead: u32,
    /// Whether the broker's day has closed since the look before this one.
    pub end_of_day: bool,
    /// Positions that the journal's trades do not add up to.
    pub positions: Vec<PositionGap>,
    /// What differed.
    pub differences: Vec<Difference>,
}

/// A position that the journal's trades do not add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PositionGap {
    /// Whose.
    pub account: String,
    /// Contract.
    pub con_id: String,
    /// Its symbol, where the broker shows it.
    pub symbol: String,
    /// Signed quantity by the journal.
    #[schema(format = "decimal")]
    pub expected: Decimal,
    /// Signed quantity by the broker.
    #[schema(format = "decimal")]
    pub broker: Decimal,
    /// The look that first showed this difference.
    pub since: Timestamp,
    /// Whether it lasted, so that it halts its instrument; until then the position may only lag its trades.
    pub confirmed: bool,
}

impl From<&reconcile::PositionGap> for PositionGap {
    fn from(gap: &reconcile::PositionGap) -> Self {
        Self {
            account: gap.account.to_string(),
            con_id: gap.con_id.to_string(),
            symbol: gap.symbol.clone(),
            expected: gap.expected.normalize(),
            broker: gap.broker.normalize(),
            since: gap.since,
            confirmed: gap.confirmed,
        }
    }
}

/// A time at which the broker is planned to be away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedWindow {
    /// What it is for.
    pub name: String,
    /// From here on nothing is sent.
    pub closes_at: Timestamp,
    /// When it begins.
    pub begins_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Seconds until nothing is sent; 0 while it holds.
    pub closes_in_s: i64,
}

impl PlannedWindow {
    /// With the countdown as of now.
    pub fn of(window: &WindowAhead, now: Timestamp) -> Self {
        Self {
            name: window.name.clone(),
            closes_at: window.closes_at,
            begins_at: window.begins_at,
            ends_at: window.ends_at,
            closes_in_s: window.closes_at.duration_since(now).as_secs().max(0),
        }
    }
}

/// Order messages of the present connection, counted where they leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outbound {
    /// New orders and changes that the journal intends.
    pub intended: u64,
    /// New orders and changes that left.
    pub left: u64,
    /// Cancels that left.
    pub cancels: u64,
}

/// An order that is not ours, as last shown by the broker; never adopted, never touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExternalOrder {
    /// Account.
    pub account: Option<String>,
    /// Contract.
    pub con_id: Option<String>,
    /// Symbol.
    pub symbol: String,
    /// IBKR's side.
    pub action: String,
    /// Total quantity.
    #[schema(format = "decimal")]
    pub total_qty: Option<Decimal>,
    /// IBKR's order type.
    pub order_type: String,
    /// IBKR's status.
    pub status: String,
    /// Whose client it is.
    pub client_id: Option<i32>,
    /// Permanent id.
    pub perm_id: Option<String>,
    /// Somebody else's text.
    pub order_ref: String,
}

impl From<&BrokerOrder> for ExternalOrder {
    fn from(order: &BrokerOrder) -> Self {
        Self {
            account: order.account.as_ref().map(ToString::to_string),
            con_id: order.con_id.map(|con_id| con_id.to_string()),
            symbol: order.symbol.clone(),
            action: order.action.clone(),
            total_qty: order.total_qty,
            order_type: order.order_type.clone(),
            status: order.status.clone(),
            client_id: order.client_id.map(domain::id::ClientId::get),
            perm_id: order.perm_id.map(|perm_id| perm_id.to_string()),
            order_ref: order.order_ref.clone(),
        }
    }
}

impl From<&reconcile::ReconciliationReport> for Reconciliation {
    fn from(one: &reconcile::ReconciliationReport) -> Self {
        let differences = one.differences.iter().map(|difference| Difference {
            rule: difference.rule,
            cl_ord_id: difference.cl_ord_id.as_ref().map(ToString::to_string),
            what: difference.what.clone(),
        });
        Self {
            generation: one.generation.0,
            taken_at: one.taken_at,
            complete: one.complete,
            incomplete: one.incomplete.clone(),
            scanned: one.scanned,
            completed: one.completed,
            missing: one.missing,
            unresolved: one.unresolved,
            external: one.external,
            proven_dead: one.proven_dead,
            end_of_day: one.end_of_day,
            positions: one.positions.iter().map(PositionGap::from).collect(),
            differences: differences.collect(),
        }
    }
}

/// The newest walk over the whole journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// Whether nothing was found; null before the first result.
    pub clean: Option<bool>,
    /// When the result was booked.
    pub verified_at: Option<Timestamp>,
    /// Records walked.
    pub records: Option<u64>,
    /// How many things are wrong.
    pub findings_total: Option<u64>,
    /// The first of them, in words.
    pub findings: Vec<String>,
    /// Whether a walk is under way.
    pub under_way: bool,
    /// Why the newest attempt gave no result.
    pub failed: Option<String>,
}

/// Name and hash of the policy in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyName {
    /// Its name.
    pub name: String,
    /// Its hash.
    pub hash: String,
}

/// An instrument on which new orders are halted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaltedInstrument {
    /// Contract.
    pub con_id: String,
    /// Why.
    pub reason: String,
}

/// Place and hash of the journal's last record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalHead {
    /// Its place.
    pub seq: u64,
    /// Its hash, hex.
    pub hash: String,
}

/// The gateway in one look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// Version of the binary.
    pub version: String,
    /// Short name of the installation.
    pub installation: String,
    /// When this process began.
    pub started_at: Timestamp,
    /// Owner's setting.
    pub trading: Trading,
    /// The proven mode; null when none is proven.
    pub mode: Option<Mode>,
    /// Why no mode is proven.
    pub mode_unproven: Option<String>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// The pinned account, once the broker confirmed it.
    pub account: Option<String>,
    /// The policy in force.
    pub policy: PolicyName,
    /// Who writes.
    pub lease: Lease,
    /// The broker link.
    pub broker: Link,
    /// The newest reconciliation.
    pub reconciliation: Option<Reconciliation>,
    /// The newest walk over the whole journal.
    pub verification: Verification,
    /// Trading states that were ever set.
    pub trading_states: Vec<TradingStateEntry>,
    /// Whether the file `KILL` is there.
    pub kill_file: bool,
    /// Orders by state.
    pub orders_by_status: BTreeMap<String, u64>,
    /// Orders whose fate is unknown.
    pub unknown_orders: Vec<String>,
    /// Approvals that wait.
    pub pending_approvals: u64,
    /// Halted instruments.
    pub halted_instruments: Vec<HaltedInstrument>,
    /// Why everything is halted by an alarm of ours.
    pub alarm: Option<String>,
    /// Place and hash of the journal's last record.
    pub journal_head: JournalHead,
    /// Whether trading is ready.
    pub ready: bool,
    /// Why not; empty when it is.
    pub not_ready: Vec<String>,
    /// The planned window of the broker that holds or comes next.
    pub window: Option<PlannedWindow>,
    /// Orders that TWS seems to hold behind a dialog: look at its screen.
    pub held_in_tws: Vec<String>,
    /// Orders under whose reference the broker works a second one: both count, a cancel goes to both.
    pub doubled_orders: Vec<String>,
    /// Orders that are not ours and were open when last shown.
    pub external_orders: Vec<ExternalOrder>,
    /// Order messages of this connection.
    pub outbound: Outbound,
    /// Oldest age of a quote that is kept current, milliseconds.
    pub worst_quote_age_ms: Option<i64>,
}

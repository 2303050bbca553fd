//! The use cases. Every face calls these and nothing else, and none of them holds a rule.

pub use crate::accounts::{AccountPoint, Capabilities, Capability, ExecutionFilter, HistoryFilter, PnlView};
use crate::drilling::DrillOutcome;
use crate::following::{JournalFeed, KeyEnd};
use crate::outbound::OutboundCount;
pub use crate::sessions::{CsrfProof, NewSession, SessionLife, SessionView};
use crate::watching::{QuoteFeed, WatchedQuote};
use crate::witness::BrokerVerification;
use async_trait::async_trait;
use domain::account::{AccountSummary, Position};
use domain::activity::Breaker;
use domain::approval_request::ApprovalRequest;
use domain::book::OrderRecord;
use domain::broker::{BrokerOrder, Lane, MessageBudget, OptionClass, SymbolMatch, WhatIf};
use domain::broker_calendar::WindowAhead;
use domain::cancel::CancelFate;
use domain::change::ChangeOutcome;
use domain::contract::{Contract, Instrument, SecType};
use domain::execution::Execution;
use domain::fault::Fault;
use domain::gates::GateResult;
use domain::id::{
    AccountId, ApprovalId, ClOrdId, ConId, CorrelationId, InstallationId, KeyId, MandateId, PreviewId, StrategyId,
};
use domain::journal::Recorded;
use domain::live::{Arming, ChecklistItem, OverrideFile};
use domain::looping::book::LoopBook;
use domain::looping::event::LoopEvent;
use domain::looping::plan_approval::PlanApproval;
use domain::mandate::{Mandate, MandateStatus, MandateTerms};
use domain::market::{Bar, BarDuration, BarSize, Quote, WhatToShow};
use domain::mode::{Mode, Trading};
use domain::order::{Amendment, OrderIntent};
use domain::policy::{Effective, LimitChange, PendingPolicy};
use domain::principal::{Face, KeyRecord, Principal, PrincipalKind, Scope};
use domain::reason::Reason;
use domain::reconcile::ReconciliationReport;
use domain::tally::Tally;
use domain::trading_state::{KillScope, StateEntry, TradingState};
use domain::verification::Verification;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What the operator wants to know in one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Version of the binary.
    pub version: &'static str,
    /// Short name of the installation.
    pub installation: InstallationId,
    /// When this process began.
    pub started_at: Timestamp,
    /// Owner's setting.
    pub trading: Trading,
    /// The proven mode, or why none is.
    pub mode: Result<Mode, String>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// The pinned account, once the broker confirmed it.
    pub account: Option<AccountId>,
    /// Name and hash of the policy.
    pub policy: (String, String),
    /// Who writes.
    pub lease: LeaseStatus,
    /// The broker link.
    pub link: LinkStatus,
    /// The newest reconciliation.
    pub reconciliation: Option<ReconciliationReport>,
    /// The newest walk over the whole journal.
    pub verification: VerificationStatus,
    /// Trading states that were ever set.
    pub trading_states: Vec<(KillScope, StateEntry)>,
    /// Whether the file `KILL` is there.
    pub kill_file: bool,
    /// Orders by state.
    pub orders_by_status: BTreeMap<&'static str, u64>,
    /// Orders whose fate is unknown.
    pub unknown_orders: Vec<ClOrdId>,
    /// Approvals that wait.
    pub pending_approvals: u64,
    /// Halted instruments and why.
    pub halted_instruments: Vec<(ConId, String)>,
    /// Why everything is halted by an alarm of ours.
    pub alarm: Option<String>,
    /// Place and hash of the journal's last record.
    pub journal_head: (u64, String),
    /// Why trading is not ready; empty when it is.
    pub not_ready: Vec<String>,
    /// The moment of this look.
    pub now: Timestamp,
    /// The planned window of the broker that holds or comes next.
    pub window: Option<WindowAhead>,
    /// Orders that TWS seems to hold behind a dialog on its screen.
    pub held_in_tws: Vec<ClOrdId>,
    /// Orders under whose reference the broker works a second one.
    pub doubled_orders: Vec<ClOrdId>,
    /// Orders that are not ours and were open when last shown; never touched.
    pub external_orders: Vec<BrokerOrder>,
    /// Order messages of this connection, by the door's own count.
    pub outbound: OutboundCount,
    /// Oldest age of a quote that is kept current, milliseconds; `None` when none is.
    pub worst_quote_age_ms: Option<i64>,
}

/// What a monitor wants to know in one look: counts since this process began, and the status at the same moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// The status.
    pub status: Status,
    /// Orders by state, refusals, trades, the broker's answers.
    pub tally: Tally,
    /// What is left of each budget of messages to the broker; a lane that has sent nothing yet is not listed.
    pub message_budgets: Vec<(Lane, MessageBudget)>,
}

/// When the journal was last walked as a whole, and with what result. Arming for live needs a clean one.
#[derive(Clone, Debug, PartialEq)]
pub struct VerificationStatus {
    /// When the newest result was booked, and the result; `None` before the first.
    pub newest: Option<(Timestamp, Verification)>,
    /// Whether a walk is under way.
    pub is_under_way: bool,
    /// Why the newest attempt gave no result.
    pub failed: Option<String>,
}

/// What a process may do with the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It holds the lease.
    Writer,
    /// It follows the one that does, and only reads.
    Standby,
}

impl Role {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Standby => "standby",
        }
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseStatus {
    /// Of this process.
    pub role: Role,
    /// The epoch in force.
    pub epoch: u64,
    /// The process that writes.
    pub holder_pid: Option<u32>,
}

/// The broker link.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    /// `up`, `broker_offline`, `down`.
    pub state: &'static str,
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

/// A request for bars.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Question::Bars`")]
pub struct BarsRequest {
    pub instrument: Instrument,
    pub size: BarSize,
    pub duration: BarDuration,
    pub end: Option<Timestamp>,
    pub what: WhatToShow,
    pub regular_hours: bool,
}

/// What an order would do, without doing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Ties a submit to this preview; lives five minutes.
    pub id: PreviewId,
    /// End of its life.
    pub expires_at: Timestamp,
    /// The resolved contract.
    pub contract: Contract,
    /// The account.
    pub account: AccountId,
    /// The quote it was judged by.
    pub quote: Option<Quote>,
    /// Worst plausible price per unit.
    pub worst_price: Option<Decimal>,
    /// Worst-case notional in base currency.
    pub notional: Option<Decimal>,
    /// What the gates would say now: `approved`, `needs_approval`, `denied`.
    pub decision: &'static str,
    /// Every reason.
    pub reasons: Vec<Reason>,
    /// Gate by gate.
    pub gates: Vec<GateResult>,
    /// The broker's margin and commission estimate, or why there is none.
    pub what_if: Result<WhatIf, String>,
}

/// How an order stands towards its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The broker acknowledged it, or it went further.
    Acknowledged,
    /// A human must say yes.
    NeedsApproval,
    /// Trading is off; nothing was sent.
    Simulated,
    /// Our gates refused.
    Denied,
    /// The broker refused.
    Rejected,
    /// It ended before the broker had it (killed, not sent).
    Canceled,
    /// The broker did not answer in time: ask again by key, never resubmit.
    Unknown,
}

/// The answer to a submit or a release.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderAnswer {
    /// The order as it is now.
    pub order: OrderRecord,
    /// How it stands.
    pub outcome: Outcome,
    /// Whether the key was known already.
    pub replayed: bool,
}

/// The answer to a change: that the original order works is none.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeAnswer {
    /// The order as it is now.
    pub order: OrderRecord,
    /// What became of the change.
    pub outcome: ChangeOutcome,
    /// Whether the key was known already.
    pub replayed: bool,
}

/// The answer to a cancel.
#[derive(Clone, Debug, PartialEq)]
pub struct CancelAnswer {
    /// The order as it is now.
    pub order: OrderRecord,
    /// What became of the cancel.
    pub fate: CancelFate,
    /// Whether the key was known already.
    pub replayed: bool,
}

/// Which positions to close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlattenWish {
    /// Of this account; `None` is the one in use.
    pub account: Option<AccountId>,
    /// Only in this symbol, in capitals; `None` is every position.
    pub symbol: Option<String>,
    /// Why.
    pub reason: String,
}

/// What became of one position that was to be closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Flattened {
    /// The contract.
    pub con_id: ConId,
    /// Its symbol, where it is known.
    pub symbol: Option<String>,
    /// What is held now, signed; zero once an earlier try of the same request has closed it.
    pub position: Decimal,
    /// Other orders of ours that work in it: they may open it again, or stand in the way of closing it.
    pub other_orders: usize,
    /// The closing order, or why there is none.
    pub answer: Result<OrderAnswer, Fault>,
}

/// The answer to a flatten: position by position.
#[derive(Clone, Debug, PartialEq)]
pub struct FlattenAnswer {
    /// Every position in scope, and every closing order of this request.
    pub items: Vec<Flattened>,
    /// Whether the key was known already.
    pub replayed: bool,
}

/// Which orders to list.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderFilter {
    /// Only those that are not final.
    pub open_only: bool,
    /// Only those in this state.
    pub status: Option<domain::lifecycle::OrdStatus>,
    /// Only those of this strategy.
    pub strategy: Option<StrategyId>,
    /// Begin behind this key, in the order of the list (newest first).
    pub after: Option<ClOrdId>,
    /// At most so many.
    pub limit: usize,
}

/// Which records to list.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditFilter {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this order.
    pub cl_ord_id: Option<ClOrdId>,
    /// Only this request.
    pub correlation_id: Option<CorrelationId>,
    /// Begin behind this place; `None` is the beginning, or the end for `newest_first`.
    pub after: Option<u64>,
    /// Newest first.
    pub newest_first: bool,
    /// At most so many.
    pub limit: usize,
}

/// A record with its seal, for reading.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// The record.
    pub record: Recorded,
    /// Its hash, hex.
    pub hash: String,
}

/// The result of walking the whole journal.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditVerification {
    /// Whether nothing was found.
    pub ok: bool,
    /// Records walked.
    pub records: u64,
    /// Hash of the last record, hex.
    pub head_hash: String,
    /// How many things are wrong.
    pub findings_total: u64,
    /// The first of them: place, and what is wrong.
    pub findings: Vec<(Option<u64>, String)>,
}

/// One control on the gate board, without an order.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardEntry {
    /// Its number.
    pub number: u8,
    /// Its code.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// `open`, `closed`, `per_order` (depends on the order), `off` (left out by the policy).
    pub state: &'static str,
    /// Why it is closed.
    pub reasons: Vec<Reason>,
}

/// A new API key; the secret is shown this once.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What the journal keeps.
    pub record: KeyRecord,
    /// The key itself.
    pub secret: String,
}

/// Which orders limits are shown for; nothing named is every order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsOf {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this strategy.
    pub strategy: Option<StrategyId>,
    /// Of this kind of security.
    pub sec_type: Option<SecType>,
    /// In this instrument, by symbol (of shares, at SMART, in USD, unless a kind of security is named) or con_id.
    pub instrument: Option<String>,
}

/// The policy in force and what waits to replace it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyAnswer {
    /// Its name.
    pub name: String,
    /// Its hash.
    pub hash: String,
    /// Since when.
    pub since: Timestamp,
    /// What waits, and what it would change.
    pub pending: Option<(PendingPolicy, Vec<LimitChange>)>,
}

/// Every limit as it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitsView {
    /// The policy.
    pub policy: PolicyAnswer,
    /// Limit by limit, with where it comes from.
    pub limits: Vec<Effective>,
    /// The sections of the policy.
    pub sections: Vec<String>,
    /// What is used of those that are used up, by name.
    pub used: BTreeMap<&'static str, Decimal>,
    /// What could not be found out, so that more sections may count than are told.
    pub warnings: Vec<String>,
}

/// A mandate as it stands at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct MandateView {
    /// The mandate.
    pub mandate: Mandate,
    /// Where it stands.
    pub status: MandateStatus,
}

impl MandateView {
    pub(crate) fn of(mandate: &Mandate, now: Timestamp) -> Self {
        Self { mandate: mandate.clone(), status: mandate.status(now) }
    }
}

/// What live trading stands on.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveStatus {
    /// Whether live orders may leave, as far as arming and checklist go.
    pub armed: bool,
    /// Owner's setting.
    pub trading: Trading,
    /// The proven mode, or why none is.
    pub mode: Result<Mode, String>,
    /// Whether the account is a simulated venue's.
    pub simulated: bool,
    /// The pinned account, once the broker confirmed it.
    pub account: Option<AccountId>,
    /// The override file.
    pub override_file: OverrideFile,
    /// The arming that holds.
    pub arming: Option<Arming>,
    /// Every reason why live cannot be armed, or why the arming does not count.
    pub missing: Vec<Reason>,
    /// The checklist.
    pub checklist: Vec<ChecklistItem>,
}

/// The use cases of the gateway. `by` carries who asks; scope checks are made here, not in a face.
#[async_trait]
#[expect(missing_docs, reason = "each use case is named by its verb; shapes and faults stand at their types")]
pub trait Desk: Send + Sync {
    fn authenticate(&self, presented: &str, face: Face, correlation_id: CorrelationId) -> Result<Principal, Fault>;
    /// Begins a session for the key behind `by`.
    fn sign_in(&self, by: &Principal) -> Result<NewSession, Fault>;
    /// Who holds the session, with what its key may do now.
    fn authenticate_session(
        &self,
        secret: &str,
        proof: CsrfProof<'_>,
        correlation_id: CorrelationId,
    ) -> Result<Principal, Fault>;
    fn session(&self, secret: &str) -> Result<SessionView, Fault>;
    /// How long the session goes on; asking is no use of it.
    fn session_life(&self, secret: &str) -> Result<SessionLife, Fault>;
    fn sign_out(&self, secret: &str) -> Result<(), Fault>;
    fn status(&self, by: &Principal) -> Result<Status, Fault>;
    fn metrics(&self, by: &Principal) -> Result<Metrics, Fault>;
    /// Why trading is not ready, in words; empty when it is. For the process itself: a face asks [`Desk::readiness`].
    fn not_ready(&self) -> Vec<String>;
    /// The same for anybody: words for whoever may read, without a key only the code of each reason.
    fn readiness(&self, by: Option<&Principal>) -> Vec<String>;
    fn gate_board(&self, by: &Principal) -> Result<Vec<BoardEntry>, Fault>;

    async fn quote(&self, by: &Principal, instrument: Instrument) -> Result<(Contract, Quote), Fault>;
    /// The newest quotes; what has none says why.
    async fn quotes(&self, by: &Principal, instruments: Vec<Instrument>) -> Result<Vec<WatchedQuote>, Fault>;
    /// Quotes as they come, as long as the feed is kept. Each instrument must be one contract.
    async fn watch_quotes(&self, by: &Principal, instruments: Vec<Instrument>) -> Result<Box<dyn QuoteFeed>, Fault>;
    async fn bars(&self, by: &Principal, request: BarsRequest) -> Result<(Contract, Vec<Bar>), Fault>;
    async fn search_contracts(&self, by: &Principal, text: String) -> Result<Vec<SymbolMatch>, Fault>;
    async fn contract(&self, by: &Principal, instrument: Instrument) -> Result<Contract, Fault>;
    /// The options on an underlying, class by class.
    async fn option_chain(&self, by: &Principal, underlying: ConId) -> Result<(Contract, Vec<OptionClass>), Fault>;

    fn accounts(&self, by: &Principal) -> Result<Vec<AccountId>, Fault>;
    async fn account_summary(&self, by: &Principal, account: AccountId) -> Result<AccountSummary, Fault>;
    async fn positions(&self, by: &Principal, account: AccountId) -> Result<Vec<Position>, Fault>;
    async fn pnl(&self, by: &Principal, account: AccountId) -> Result<PnlView, Fault>;
    async fn account_history(&self, by: &Principal, filter: HistoryFilter) -> Result<Vec<AccountPoint>, Fault>;
    fn capabilities(&self, by: &Principal, account: AccountId) -> Result<Capabilities, Fault>;
    /// Reads the account on a connection of its own, beside the one in use, and says what differs.
    async fn verify_broker(&self, by: &Principal) -> Result<BrokerVerification, Fault>;

    async fn preview(&self, by: &Principal, intent: OrderIntent) -> Result<Preview, Fault>;
    /// Waits up to `wait` for the broker.
    async fn submit(&self, by: &Principal, intent: OrderIntent, wait: Duration) -> Result<OrderAnswer, Fault>;
    /// `if_match` is the tag of the order as the caller has seen it; a repeat of a change that took place asks nothing of it.
    async fn replace(
        &self,
        by: &Principal,
        cl_ord_id: ClOrdId,
        key: ClOrdId,
        amendment: Amendment,
        if_match: Option<String>,
        wait: Duration,
    ) -> Result<ChangeAnswer, Fault>;
    /// `if_match` as with a change.
    async fn cancel(
        &self,
        by: &Principal,
        cl_ord_id: ClOrdId,
        key: Option<ClOrdId>,
        if_match: Option<String>,
        wait: Duration,
    ) -> Result<CancelAnswer, Fault>;
    /// Cancels every order of ours that may be live, one by one.
    async fn cancel_all(&self, by: &Principal, wait: Duration) -> Result<Vec<CancelAnswer>, Fault>;
    /// Closes positions, each with a reduce-only order through the ordinary submit path. A repeat of the key makes no second
    /// order for a position.
    async fn flatten(
        &self,
        by: &Principal,
        key: ClOrdId,
        wish: FlattenWish,
        wait: Duration,
    ) -> Result<FlattenAnswer, Fault>;
    /// A human says that an unknown order is dead, with a reason.
    async fn resolve(&self, by: &Principal, cl_ord_id: ClOrdId, reason: String) -> Result<OrderRecord, Fault>;
    /// A human lifts the halt of an instrument, and takes the broker's word for its positions where they differ from what
    /// the journal's trades add up to.
    async fn release(&self, by: &Principal, con_id: ConId, reason: String) -> Result<(), Fault>;
    /// Whether TWS seems to hold the order behind a dialog on its screen.
    fn is_held_in_tws(&self, order: &OrderRecord) -> bool;
    fn orders(&self, by: &Principal, filter: OrderFilter) -> Result<Vec<OrderRecord>, Fault>;
    fn order(&self, by: &Principal, cl_ord_id: &ClOrdId) -> Result<OrderRecord, Fault>;
    /// The exits that were sent with an order; none for an order of its own.
    fn exits(&self, by: &Principal, cl_ord_id: &ClOrdId) -> Result<Vec<OrderRecord>, Fault>;
    /// Trades, newest first.
    fn executions(&self, by: &Principal, filter: ExecutionFilter) -> Result<Vec<Execution>, Fault>;

    /// What waits for a human's yes, or did: about orders and about plans, the newest first.
    fn approvals(&self, by: &Principal, pending_only: bool) -> Result<Vec<ApprovalRequest>, Fault>;
    fn approval(&self, by: &Principal, id: &ApprovalId) -> Result<ApprovalRequest, Fault>;
    /// Approving releases: every gate runs again, then the order leaves or is refused.
    async fn approve(
        &self,
        by: &Principal,
        id: ApprovalId,
        reason: Option<String>,
        wait: Duration,
    ) -> Result<OrderAnswer, Fault>;
    /// A yes begins the orders of the run, each of which goes through every gate and takes its part of the plan once.
    async fn approve_plan(&self, by: &Principal, id: ApprovalId, reason: Option<String>)
    -> Result<PlanApproval, Fault>;
    async fn deny_approval(&self, by: &Principal, id: ApprovalId, reason: String) -> Result<ApprovalRequest, Fault>;
    /// What was approved can be taken back before it was spent; of a plan, no further order leaves.
    async fn revoke_approval(&self, by: &Principal, id: ApprovalId, reason: String) -> Result<ApprovalRequest, Fault>;

    fn trading_states(&self, by: &Principal) -> Result<Vec<(KillScope, StateEntry)>, Fault>;
    /// Halting cancels what works in the scope; lifting needs a human with `admin`.
    async fn set_trading_state(
        &self,
        by: &Principal,
        scope: KillScope,
        state: TradingState,
        reason: String,
    ) -> Result<Vec<(KillScope, StateEntry)>, Fault>;

    /// The policy in force, and each limit as it counts for every order or for one kind of order.
    async fn limits(&self, by: &Principal, of: LimitsOf) -> Result<LimitsView, Fault>;
    /// Sets limits, in the words of a policy file: what tightens counts at once, what loosens waits to be accepted.
    /// `if_match` is the hash of the policy that the caller has seen.
    async fn set_limits(
        &self,
        by: &Principal,
        limits: Map<String, Value>,
        if_match: Option<String>,
        reason: String,
    ) -> Result<LimitsView, Fault>;
    /// Every change of policy, newest first; `after` is the place of the last one seen.
    async fn limits_history(&self, by: &Principal, after: Option<u64>, limit: usize)
    -> Result<Vec<AuditRecord>, Fault>;
    /// A human wants the policy that waits, by its hash.
    async fn accept_policy(&self, by: &Principal, hash: String, reason: String) -> Result<LimitsView, Fault>;
    /// The policy that waits is wanted no more.
    async fn withdraw_policy(&self, by: &Principal, hash: String, reason: String) -> Result<LimitsView, Fault>;
    /// A human has looked at what tripped: it counts anew.
    async fn reset_breaker(&self, by: &Principal, breaker: Breaker, reason: String) -> Result<LimitsView, Fault>;

    /// Fires every control in a scratch gateway and notes what it showed: evidence for live.
    async fn drill_limits(&self, by: &Principal) -> Result<DrillOutcome, Fault>;

    /// Mandates, newest first.
    fn mandates(&self, by: &Principal) -> Result<Vec<MandateView>, Fault>;
    /// It waits for the second look.
    async fn grant_mandate(&self, by: &Principal, terms: MandateTerms, reason: String) -> Result<MandateView, Fault>;
    /// The second look.
    async fn confirm_mandate(&self, by: &Principal, id: MandateId) -> Result<MandateView, Fault>;
    async fn revoke_mandate(&self, by: &Principal, id: MandateId, reason: String) -> Result<MandateView, Fault>;
    fn live(&self, by: &Principal) -> Result<LiveStatus, Fault>;
    /// The account as the human typed it.
    async fn arm_live(
        &self,
        by: &Principal,
        account: AccountId,
        lasts: SignedDuration,
        reason: String,
    ) -> Result<LiveStatus, Fault>;
    async fn disarm_live(&self, by: &Principal, reason: String) -> Result<LiveStatus, Fault>;

    /// The loop's durable state.
    fn looping(&self, by: &Principal) -> Result<Arc<LoopBook>, Fault>;
    /// Notes what happened in the loop; refused where it does not follow from what is noted. It does nothing else: whoever
    /// runs the loop asks for orders like any other caller.
    async fn note_loop(&self, by: &Principal, event: LoopEvent) -> Result<(), Fault>;

    async fn audit(&self, by: &Principal, filter: AuditFilter) -> Result<Vec<AuditRecord>, Fault>;
    async fn verify_audit(&self, by: &Principal) -> Result<AuditVerification, Fault>;
    /// The journal as it grows, behind the place `after`; without one, from the present on.
    fn follow(&self, by: &Principal, after: Option<u64>) -> Result<JournalFeed, Fault>;
    /// How long the key of somebody who was let in before still counts; `None` is for ever.
    fn key_left(&self, by: &Principal) -> Result<Option<Duration>, KeyEnd>;

    fn keys(&self, by: &Principal) -> Result<Vec<KeyRecord>, Fault>;
    async fn create_key(
        &self,
        by: &Principal,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<NewKey, Fault>;
    async fn revoke_key(&self, by: &Principal, id: KeyId) -> Result<KeyRecord, Fault>;
}

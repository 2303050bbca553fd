//! What the journal says. Every fact that must survive a crash is one of these; the state is what they add up to.

mod about;

use crate::activity::{AccountMark, Breaker};
use crate::approval::{Approval, ApprovalStatus};
use crate::approved::ResolvedOrder;
use crate::bracket::ExitIds;
use crate::broker::BrokerOrder;
use crate::event::OrderEvent;
use crate::execution::{Commission, Execution};
use crate::holding::HeldPosition;
use crate::id::{
    AccountId, ApprovalId, BrokerOrderId, ClOrdId, ConId, ExecId, Generation, InstallationId, KeyId, LeaseEpoch,
    MandateId, PreviewId,
};
use crate::live::Arming;
use crate::looping::event::LoopEvent;
use crate::mandate::MandateTerms;
use crate::mode::{Mode, Trading};
use crate::order::{Amendment, OrderIntent};
use crate::policy::{LimitChange, PolicySet};
use crate::principal::{KeyRecord, Principal};
use crate::reason::Reason;
use crate::reconcile::ReconciliationReport;
use crate::restoration::Restoration;
use crate::trading_state::{KillScope, TradingState};
use crate::verification::Verification;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One durable fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum JournalEvent {
    /// The first record of an installation.
    Installed {
        /// Its short name, part of every order reference.
        installation: InstallationId,
    },
    /// A writer took the lease and began.
    Started {
        /// Version of the binary.
        version: String,
        /// Fencing epoch.
        epoch: LeaseEpoch,
        /// Owner's setting.
        trading: Trading,
        /// Name of the policy.
        policy: String,
        /// Hash of the policy that the configuration names, as it was read.
        policy_hash: String,
        /// Its text, so that the record explains itself.
        policy_text: String,
        /// Hash of the effective configuration.
        config_hash: String,
    },
    /// An orderly end.
    Stopped,
    /// A connection stands.
    LinkUp {
        /// Which.
        generation: Generation,
        /// Server version.
        server_version: i32,
        /// Accounts of the login.
        accounts: Vec<AccountId>,
        /// What the broker proposes as next order id.
        next_valid_id: i64,
        /// The mode that was proven, or why none was.
        mode: Result<Mode, String>,
    },
    /// It is gone.
    LinkDown {
        /// Which.
        generation: Generation,
        /// Why.
        reason: String,
    },
    /// A broker message that concerns no order.
    Notice {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// A preview was made.
    Previewed {
        /// Its id.
        id: PreviewId,
        /// Hash of the request it is for.
        request_hash: String,
        /// When it lapses.
        expires_at: Timestamp,
        /// Who asked; older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Principal>,
    },
    /// The gates refused an order.
    OrderDenied {
        /// What was asked.
        intent: Box<OrderIntent>,
        /// The resolved order, as far as it could be resolved.
        order: Option<Box<ResolvedOrder>>,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
        /// Every reason.
        reasons: Vec<Reason>,
    },
    /// Every gate passed; trading is off.
    OrderSimulated {
        /// The order.
        order: Box<ResolvedOrder>,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
    },
    /// A human must decide.
    ApprovalRequested {
        /// The order.
        order: Box<ResolvedOrder>,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
        /// The question.
        approval: Box<Approval>,
    },
    /// An approval moved on.
    ApprovalMoved {
        /// Which.
        id: ApprovalId,
        /// To what.
        status: ApprovalStatus,
        /// Who moved it; `None` when time or the gates did.
        by: Option<KeyId>,
        /// Why.
        reason: Option<String>,
    },
    /// The intent to send: durable before the wire. With an approval it consumes it in the same transaction.
    OrderSubmitting {
        /// The order.
        order: Box<ResolvedOrder>,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
        /// Id of this attempt.
        broker_order_id: BrokerOrderId,
        /// Ids of a bracket's exits, which are sent with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exits: Option<ExitIds>,
        /// The connection it is meant for.
        generation: Generation,
        /// Fencing epoch.
        epoch: LeaseEpoch,
        /// The approval that it consumes.
        approval: Option<ApprovalId>,
        /// Names of the gates that passed.
        gates_passed: Vec<String>,
        /// Its worst-case notional in base currency when it was let through; `None` where it was not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notional: Option<Decimal>,
    },
    /// The intent to change a working order.
    ReplaceSubmitting {
        /// Whose.
        cl_ord_id: ClOrdId,
        /// The key of the change itself.
        key: ClOrdId,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
        /// To what.
        amendment: Amendment,
        /// The changed order's worst-case notional in base currency; `None` where it was not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notional: Option<Decimal>,
    },
    /// The gates refused a change; the order stands as it is.
    ReplaceDenied {
        /// Whose.
        cl_ord_id: ClOrdId,
        /// The key of the change itself.
        key: ClOrdId,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
        /// To what.
        amendment: Amendment,
        /// Every reason.
        reasons: Vec<Reason>,
    },
    /// The intent to cancel.
    CancelSubmitting {
        /// Whose.
        cl_ord_id: ClOrdId,
        /// The key of the cancel itself, when a caller gave one.
        key: Option<ClOrdId>,
        /// Hash of the request.
        request_hash: String,
        /// Who asked.
        by: Principal,
    },
    /// Somebody asked to close positions. The closing orders follow, each under a key that is made of this one.
    FlattenRequested {
        /// The key of the request.
        key: ClOrdId,
        /// Hash of the request.
        request_hash: String,
        /// Of this account; `None` is the one in use.
        account: Option<AccountId>,
        /// Only in this symbol.
        symbol: Option<String>,
        /// Who asked.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Something happened to an order.
    Order {
        /// Whose.
        cl_ord_id: ClOrdId,
        /// What.
        event: OrderEvent,
    },
    /// A trade of an order that is not ours.
    ExternalExecution {
        /// The trade.
        execution: Box<Execution>,
    },
    /// The cost of such a trade.
    ExternalCommission {
        /// Of which trade.
        exec_id: ExecId,
        /// How much.
        commission: Commission,
    },
    /// Such a trade was busted.
    ExternalBust {
        /// Its id, or the id of the correction that takes it back.
        exec_id: ExecId,
    },
    /// The positions of an account that trades are added to from here on.
    PositionsAdopted {
        /// Whose.
        account: AccountId,
        /// What it holds; what is not listed is not held.
        positions: Vec<HeldPosition>,
    },
    /// A human takes the broker's word for a position that the trades do not add up to.
    PositionAdopted {
        /// Whose.
        account: AccountId,
        /// Of which contract.
        con_id: ConId,
        /// The signed quantity from here on.
        qty: Decimal,
        /// What the trades added up to.
        expected: Decimal,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// An order that is not ours, as last seen.
    ExternalOrder {
        /// The order.
        order: Box<BrokerOrder>,
    },
    /// A trading state was set.
    TradingStateSet {
        /// Where.
        scope: KillScope,
        /// To what.
        state: TradingState,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Every order is judged by this policy from here on.
    PolicyApplied {
        /// Its name.
        name: String,
        /// Its limits.
        policy: Box<PolicySet>,
        /// What it changes.
        changes: Vec<LimitChange>,
        /// Who wished for it; `None` for what was found in the configuration at a start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Principal>,
        /// Why.
        reason: String,
    },
    /// A policy that loosens a limit waits to be accepted. It takes the place of one that waited.
    PolicyWished {
        /// Its name.
        name: String,
        /// Its limits.
        policy: Box<PolicySet>,
        /// What it would change.
        changes: Vec<LimitChange>,
        /// Who wished for it; `None` for what was found in the configuration at a start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Principal>,
        /// Why.
        reason: String,
    },
    /// A human accepted the policy that waits.
    PolicyAccepted {
        /// Hash of the policy.
        hash: String,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// The policy that waited does not any more.
    PolicyWithdrawn {
        /// Hash of the policy.
        hash: String,
        /// Who; `None` when its file was changed back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Principal>,
        /// Why.
        reason: String,
    },
    /// A human grants a budget; it waits for the second look.
    MandateGranted {
        /// Its id.
        id: MandateId,
        /// What is granted.
        terms: Box<MandateTerms>,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// The second look.
    MandateConfirmed {
        /// Which.
        id: MandateId,
        /// Who.
        by: Principal,
    },
    /// An order takes its worst case out of a budget: in the transaction of its intent.
    MandateUsed {
        /// Which.
        id: MandateId,
        /// The order, or the order that is changed.
        cl_ord_id: ClOrdId,
        /// Its total quantity.
        qty: Decimal,
        /// Its worst-case notional, base currency.
        notional: Decimal,
    },
    /// A human took a mandate back.
    MandateRevoked {
        /// Which.
        id: MandateId,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// A human armed live trading. It ends with its time, with the process, and with a kill.
    LiveArmed {
        /// The arming.
        arming: Box<Arming>,
        /// Who.
        by: Principal,
    },
    /// Somebody disarmed live trading.
    LiveDisarmed {
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// The broker told an order's reference on a later connection than the one that it was sent on.
    ReferenceSurvived {
        /// The account.
        account: AccountId,
        /// The order.
        cl_ord_id: ClOrdId,
    },
    /// Every control was fired in a scratch engine.
    LimitsDrilled {
        /// Controls that refused what they were to refuse.
        passed: u32,
        /// Controls that were tried.
        total: u32,
        /// Who asked.
        by: Principal,
    },
    /// New orders on an instrument are halted until a human has looked.
    InstrumentHalted {
        /// Which.
        con_id: ConId,
        /// Why.
        reason: String,
    },
    /// A human lifted it.
    InstrumentReleased {
        /// Which.
        con_id: ConId,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Journal and broker were compared.
    Reconciled {
        /// The result.
        report: Box<ReconciliationReport>,
    },
    /// The whole journal was walked.
    Verified {
        /// What was found.
        walk: Box<Verification>,
    },
    /// The journal was restored from a backup; what came after it is lost.
    Restored {
        /// How far.
        restoration: Box<Restoration>,
        /// Order ids up to this one may have been used since.
        order_id_floor: i32,
    },
    /// An order at the broker with our reference and without our intent was seen, or changed between working and over.
    OrphanSeen {
        /// The key in its reference; spent from now on.
        cl_ord_id: ClOrdId,
        /// Whether it works.
        works: bool,
    },
    /// The broker's day before this one has closed: what counts by the day begins anew.
    TradingDayBegan {
        /// The close of the day before.
        began_at: Timestamp,
        /// Whether a week ended with that day, or with one since the day that was begun before.
        #[serde(default)]
        begins_week: bool,
    },
    /// What an account is worth, as the broker told it.
    AccountMarked {
        /// Whose.
        account: AccountId,
        /// What.
        mark: AccountMark,
    },
    /// A breaker tripped: it stands until a human resets it.
    BreakerTripped {
        /// Which.
        breaker: Breaker,
        /// What was seen and what is allowed.
        reason: String,
    },
    /// A human has looked and resets it.
    BreakerReset {
        /// Which.
        breaker: Breaker,
        /// Who.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Something happened in the loop.
    Loop {
        /// What.
        event: LoopEvent,
        /// Who caused it: a caller, or the loop's own key.
        by: Principal,
    },
    /// An API key was made.
    KeyCreated {
        /// The key, as a hash.
        key: KeyRecord,
        /// Who made it; `None` for the first ones.
        by: Option<KeyId>,
    },
    /// An API key was revoked.
    KeyRevoked {
        /// Which.
        id: KeyId,
        /// Who.
        by: KeyId,
    },
}

/// A durable fact with its place and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Place in the journal, from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The fact.
    pub event: JournalEvent,
}

#[cfg(test)]
#[path = "journal_tests.rs"]
pub(crate) mod tests;

//! Everything that can reach the writer, as one closed enum, and what it owes the caller.

use crate::desk::{AuditVerification, FlattenWish};
use crate::limits::PolicyWish;
use crate::permitting::Permit;
use crate::planning::PlanAnswer;
use domain::account::AccountSummary;
use domain::approval::ApprovalStatus;
use domain::broker::{BrokerEvent, BrokerSnapshot};
use domain::contract::Contract;
use domain::fault::Fault;
use domain::gates::{Evaluation, Reference};
use domain::id::{ApprovalId, BrokerOrderId, ClOrdId, ConId, Generation, KeyId, PreviewId};
use domain::looping::event::LoopEvent;
use domain::market::Quote;
use domain::order::{Amendment, OrderIntent};
use domain::principal::{KeyRecord, Principal};
use domain::trading_state::{KillScope, TradingState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use tokio::sync::oneshot;

/// Where an answer goes once what it says is durable.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Fault>>;

/// What an order is judged by, gathered before it reaches the writer; dated by its own fields.
#[derive(Clone, Debug)]
pub(crate) struct OrderFacts {
    pub(crate) contract: Contract,
    pub(crate) quote: Option<Quote>,
    pub(crate) reference: Reference,
}

/// A submit as the writer booked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Booked {
    /// It is the first with its key.
    New,
    /// The key and the request were known.
    Known,
}

/// What the gates say about an order that is only looked at.
#[derive(Debug)]
pub(crate) struct PreviewDraft {
    pub(crate) evaluation: Evaluation,
    pub(crate) worst_price: Option<Decimal>,
    pub(crate) notional: Option<Decimal>,
    pub(crate) expires_at: Timestamp,
}

/// A wish to close positions, to be noted before anything follows from it.
#[derive(Debug)]
pub(crate) struct FlattenAsk {
    pub(crate) by: Principal,
    pub(crate) key: ClOrdId,
    pub(crate) request_hash: String,
    pub(crate) wish: FlattenWish,
    pub(crate) reply: Reply<Booked>,
}

/// One thing for the writer to do.
#[derive(Debug)]
pub(crate) enum Input {
    Submit {
        by: Principal,
        intent: Box<OrderIntent>,
        request_hash: String,
        facts: Box<OrderFacts>,
        approval_id: ApprovalId,
        reply: Reply<Booked>,
    },
    Preview {
        by: Principal,
        intent: Box<OrderIntent>,
        request_hash: String,
        facts: Box<OrderFacts>,
        preview_id: PreviewId,
        reply: Reply<PreviewDraft>,
    },
    AllocateId {
        reply: Reply<BrokerOrderId>,
    },
    Replace {
        by: Principal,
        cl_ord_id: ClOrdId,
        key: ClOrdId,
        request_hash: String,
        if_match: Option<String>,
        amendment: Amendment,
        facts: Box<OrderFacts>,
        reply: Reply<Booked>,
    },
    Cancel {
        by: Principal,
        cl_ord_id: ClOrdId,
        key: Option<ClOrdId>,
        request_hash: String,
        if_match: Option<String>,
        reply: Reply<Booked>,
    },
    Flatten(Box<FlattenAsk>),
    CancelAll {
        by: Principal,
        reply: Reply<Vec<ClOrdId>>,
    },
    Resolve {
        by: Principal,
        cl_ord_id: ClOrdId,
        reason: String,
        reply: Reply<()>,
    },
    Permit {
        by: Principal,
        permit: Permit,
        reply: Reply<()>,
    },
    Release {
        by: Principal,
        con_id: ConId,
        reason: String,
        reply: Reply<()>,
    },
    Approve {
        by: Principal,
        id: ApprovalId,
        reason: Option<String>,
        facts: Box<OrderFacts>,
        next_approval_id: ApprovalId,
        reply: Reply<ClOrdId>,
    },
    RefuseApproval {
        by: Principal,
        id: ApprovalId,
        status: ApprovalStatus,
        reason: String,
        reply: Reply<()>,
    },
    SetState {
        by: Principal,
        scope: KillScope,
        state: TradingState,
        reason: String,
        reply: Reply<()>,
    },
    Loop {
        by: Principal,
        event: Box<LoopEvent>,
        approval_id: ApprovalId,
        reply: Reply<()>,
    },
    AnswerPlan {
        by: Principal,
        answer: PlanAnswer,
        reply: Reply<()>,
    },
    Policy {
        by: Principal,
        wish: PolicyWish,
        if_match: Option<String>,
        reason: String,
        reply: Reply<()>,
    },
    CreateKey {
        by: Option<KeyId>,
        key: Box<KeyRecord>,
        reply: Reply<()>,
    },
    RevokeKey {
        by: KeyId,
        id: KeyId,
        reply: Reply<()>,
    },
    Broker(BrokerEvent),
    Snapshot {
        generation: Generation,
        look: u64,
        result: Result<Box<BrokerSnapshot>, Fault>,
    },
    /// What the account is worth, asked beside the comparisons.
    Worth {
        /// On which connection, and when.
        asked: (Generation, Timestamp),
        result: Result<AccountSummary, Fault>,
    },
    /// The whole journal was walked, or could not be.
    Verified {
        result: Result<AuditVerification, Fault>,
    },
    Tick,
    Stop {
        reply: Reply<()>,
    },
}

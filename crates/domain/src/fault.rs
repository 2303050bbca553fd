//! What a use case could not do, as one closed list. Refusals of the gates are not here: they are outcomes of an order.

use crate::contract::Contract;
use crate::id::{AccountId, ApprovalId, ClOrdId};
use crate::lifecycle::OrdStatus;
use crate::principal::Scope;
use crate::reason::Reason;

/// Why a use case gave no result. `wire` turns each into its code, status and hint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A field breaks a rule.
    #[error("{field}: {rule}")]
    Invalid {
        /// The field, as the caller spells it.
        field: String,
        /// The rule, in words.
        rule: String,
    },
    /// No key, or one that is unknown, expired or revoked. Which of these is not said.
    #[error("no valid API key")]
    Unauthorized,
    /// The key lacks a scope.
    #[error("this needs the scope {}", .0.word())]
    ForbiddenScope(Scope),
    /// Only a human may do this.
    #[error("only a human key may do this")]
    HumansOnly,
    /// A request by session that another page may have forged.
    #[error("a request by session that changes something needs the session's token, from a page of this gateway")]
    CsrfRefused,
    /// The requester may not answer its own question.
    #[error("an approval cannot be answered by the key that asked for it")]
    OwnRequest,
    /// There is no such thing.
    #[error("{what} {id} does not exist")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The key was used for another request.
    #[error("the key {0} was used for another request; nothing was done")]
    IdempotencyConflict(ClOrdId),
    /// The first request with this key still waits for the broker.
    #[error("the first request with the key {0} is still in flight")]
    InFlight(ClOrdId),
    /// Trading is not possible now; nothing was journaled.
    #[error("not ready: {}", .0.join("; "))]
    NotReady(Vec<String>),
    /// There is no connection to the broker.
    #[error("the broker cannot be reached: {0}")]
    BrokerUnreachable(String),
    /// The broker refused a question.
    #[error("the broker answered {code}: {message}")]
    BrokerRefused {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// The broker did not answer a question in time, or not so that it can be used. A question does nothing: whatever was asked
    /// for it, no order came of it and no key was spent.
    #[error("the broker did not answer a question: {0}")]
    Unanswered(String),
    /// No contract fits.
    #[error("no contract fits {0}")]
    ContractNotFound(String),
    /// Several contracts fit; none is chosen.
    #[error("{} contracts fit {instrument}; name one by con_id", candidates.len())]
    ContractAmbiguous {
        /// What was asked.
        instrument: String,
        /// What fits.
        candidates: Vec<Contract>,
    },
    /// There is no price.
    #[error("no market data: {0}")]
    MarketDataUnavailable(String),
    /// The login may not see the price.
    #[error("market data is not subscribed for this login: {0}")]
    MarketDataNotEntitled(String),
    /// The broker's pacing limit, or ours below it.
    #[error("pacing: {0}")]
    Pacing(String),
    /// Too many of something at a time; nothing was done.
    #[error("too many: {0}")]
    TooMany(String),
    /// The account is not the pinned one.
    #[error("account {given} is not the pinned account")]
    AccountMismatch {
        /// What was asked.
        given: AccountId,
    },
    /// There is one at a time, and one is at work.
    #[error("{0} is under way already")]
    UnderWay(&'static str),
    /// This version cannot do that.
    #[error("{0}")]
    CapabilityMissing(String),
    /// The caller has seen a version that is no longer the one in force.
    #[error("the {what} has changed since it was seen: its tag is {now} now")]
    Stale {
        /// The kind of thing.
        what: &'static str,
        /// The version in force.
        now: String,
    },
    /// The order is over.
    #[error("order {cl_ord_id} is already {}", status.word())]
    AlreadyFinal {
        /// Which.
        cl_ord_id: ClOrdId,
        /// What it is.
        status: OrdStatus,
    },
    /// The order cannot be changed in its state.
    #[error("order {cl_ord_id} cannot be replaced: {why}")]
    NotReplaceable {
        /// Which.
        cl_ord_id: ClOrdId,
        /// Why not.
        why: String,
    },
    /// Live trading cannot be armed.
    #[error("live trading cannot be armed: {} reason(s)", .0.len())]
    LiveRefused(Vec<Reason>),
    /// The approval was answered, lapsed or spent before.
    #[error("approval {id} is {status}")]
    ApprovalOver {
        /// Which.
        id: ApprovalId,
        /// What it is.
        status: String,
    },
    /// A decision breaks rules; nothing follows from it.
    #[error("the decision is refused: {}", .0.join("; "))]
    DecisionRefused(Vec<String>),
    /// What is asked does not follow from how things stand.
    #[error("{what}: {why}")]
    Conflict {
        /// The kind of thing.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// Another process writes.
    #[error("the writer's lease is not held here: {0}")]
    LeaseNotHeld(String),
    /// The journal cannot be read or written; nothing was sent.
    #[error("storage: {0}")]
    Storage(String),
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

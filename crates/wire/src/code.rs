//! The one table of codes: code → HTTP status → exit code of the CLI → whether to try again → what to do.

use crate::word::Outcome;
use domain::fault::Fault;
use domain::reason::Reason;

/// What the faces do with one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The stable word.
    pub word: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Exit code of the CLI.
    pub exit: u8,
    /// Whether the very same request, with the same key, may be sent again and may then succeed.
    pub retryable: bool,
    /// A short name for readers.
    pub title: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

macro_rules! codes {
    ($($variant:ident $word:literal $status:literal $exit:literal $retry:literal $title:literal $hint:literal;)+) => {
        /// Every code beside the controls' own (`C01_…` to `C67_…`), which all read like [`Code::Denied`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each row of the table says what its code means")]
        pub enum Code { $($variant,)+ }

        impl Code {
            /// Every code, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its row.
            pub fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        word: $word, status: $status, exit: $exit, retryable: $retry, title: $title, hint: $hint,
                    },)+
                }
            }
        }
    };
}

codes! {
    InvalidRequest "invalid_request" 400 2 false "The request breaks a rule"
        "correct the named fields; nothing was done and no key was spent";
    CapabilityMissing "capability_missing" 400 2 false "This version cannot do that"
        "leave the feature out; nothing was done and no key was spent";
    ContractAmbiguous "contract_ambiguous" 400 2 false "Several contracts fit"
        "choose one of the candidates and name it by con_id";
    Unauthorized "unauthorized" 401 4 false "No valid API key"
        "send `Authorization: Bearer KEY` with a key that is neither expired nor revoked";
    ForbiddenScope "forbidden_scope" 403 4 false "The key lacks a scope"
        "use a key with the scope that is named";
    ForbiddenKind "forbidden_kind" 403 4 false "Only a human key may do this"
        "ask a person with a key of their own";
    ForbiddenOrigin "forbidden_origin" 403 4 false "The Host or Origin header is not ours"
        "call the gateway by its own address and port or a name in `server.public_names`, and from no other web page";
    CsrfRefused "csrf_refused" 403 4 false "The request could be another page's"
        "send the session's token in `X-CSRF-Token`, from a page of this gateway";
    OwnRequest "own_request" 403 4 false "A key may not answer its own question"
        "let another human key decide";
    MarketDataNotEntitled "market_data_not_entitled" 403 9 false "The login may not see this price"
        "subscribe to the data at the broker, or allow delayed data in the policy";
    AccountMismatch "account_mismatch" 403 6 false "The account is not the pinned one"
        "use the account that `status` shows";
    NotFound "not_found" 404 3 false "There is no such thing"
        "check the path and the id";
    ContractNotFound "contract_not_found" 404 3 false "No contract fits"
        "search for the contract and name it by con_id";
    MethodNotAllowed "method_not_allowed" 405 2 false "The path has no such method"
        "see /openapi.json for the methods of this path";
    IdempotencyConflict "idempotency_conflict" 409 5 false "The key was used for another request"
        "use a new key for a new request; nothing was done";
    InFlight "in_flight" 409 5 true "The first request with this key still waits"
        "ask again with the same key";
    UnderWay "under_way" 409 5 true "One is under way already"
        "wait for its end; nothing was done";
    Conflict "conflict" 409 5 false "It does not follow from how things stand"
        "look at how it stands; nothing was done";
    AlreadyFinal "already_final" 409 5 false "The order is over"
        "look at the order: it was over before this could take hold";
    NotReplaceable "not_replaceable" 409 5 false "The order cannot be changed now"
        "look at the order and wait until it is working";
    ApprovalExpired "approval_expired" 409 5 false "The approval has lapsed"
        "submit the order again under a new key";
    ApprovalOver "approval_over" 409 5 false "The approval was answered before"
        "look at the approval; nothing was done";
    PreconditionFailed "precondition_failed" 412 5 false "What was seen has changed since"
        "look again, then decide; nothing was done";
    PayloadTooLarge "payload_too_large" 413 2 false "The body is too large"
        "send less than the limit";
    UnsupportedMediaType "unsupported_media_type" 415 2 false "The body is not JSON"
        "send `Content-Type: application/json`";
    Denied "denied" 422 6 false "Denied by a gate"
        "read every reason; a new attempt needs a new key";
    TradingOff "trading_off" 422 6 false "Trading is off"
        "set `trading` in the configuration; until then orders are simulated";
    BrokerRejected "broker_rejected" 422 7 false "Rejected by the broker"
        "read the broker's words; a new attempt needs a new key";
    Canceled "canceled" 422 6 false "Canceled before the broker had it"
        "nothing reached the broker; a new attempt needs a new key";
    TooManyRequests "too_many_requests" 429 9 true "Too many requests"
        "wait as long as `Retry-After` says; nothing was done and no key was spent";
    TooManyStreams "too_many_streams" 503 9 true "Too many streams are open"
        "end streams that nobody reads, or come back later";
    Pacing "pacing" 429 9 true "The broker's pacing limit"
        "wait a moment and ask again";
    NeedsApproval "needs_approval" 202 10 false "A human must say yes"
        "a human approves or denies it; repeat the key to see how it stands";
    NotReady "not_ready" 503 9 true "Trading is not ready"
        "read the reasons in /readyz; nothing was done and no key was spent";
    BrokerUnreachable "broker_unreachable" 503 9 true "The broker cannot be reached"
        "check that TWS or IB Gateway runs and accepts API connections; nothing was done and no key was spent";
    NoAnswer "no_answer" 503 9 true "The broker did not answer a question"
        "ask again in a moment; nothing was done and no key was spent";
    MarketDataUnavailable "market_data_unavailable" 503 9 true "There is no price"
        "try again when the market or the data farm is back";
    LeaseNotHeld "lease_not_held" 503 9 true "Another process is the writer"
        "end the other process, or talk to it";
    Storage "storage" 503 9 false "The journal cannot be read or written"
        "nothing was sent; look at the gateway's log and disk";
    Internal "internal" 503 9 false "A fault of the gateway"
        "repeat with the same key to see how an order stands; the gateway's log has the request id";
    OutcomeUnknown "outcome_unknown" 504 8 false "The outcome is unknown"
        "ask again with the same key; never submit it under a new one";
}

impl Code {
    /// What an order's outcome is called; `None` for what the order was sent for.
    pub fn of_outcome(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Acknowledged | Outcome::Simulated => None,
            Outcome::NeedsApproval => Some(Self::NeedsApproval),
            Outcome::Denied => Some(Self::Denied),
            Outcome::Rejected => Some(Self::BrokerRejected),
            Outcome::Canceled => Some(Self::Canceled),
            Outcome::Unknown => Some(Self::OutcomeUnknown),
        }
    }

    /// The stable word.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// Reads a word. The codes of controls read as [`Code::Denied`].
    pub fn from_word(text: &str) -> Option<Self> {
        if is_control_code(text) {
            return Some(Self::Denied);
        }
        Self::ALL.iter().copied().find(|code| code.word() == text)
    }

    /// The code of a fault.
    pub fn of(fault: &Fault) -> Self {
        match fault {
            Fault::Invalid { .. } | Fault::DecisionRefused(_) => Self::InvalidRequest,
            Fault::Conflict { .. } => Self::Conflict,
            Fault::Unauthorized => Self::Unauthorized,
            Fault::ForbiddenScope(_) => Self::ForbiddenScope,
            Fault::HumansOnly => Self::ForbiddenKind,
            Fault::CsrfRefused => Self::CsrfRefused,
            Fault::OwnRequest => Self::OwnRequest,
            Fault::NotFound { .. } => Self::NotFound,
            Fault::IdempotencyConflict(_) => Self::IdempotencyConflict,
            Fault::InFlight(_) => Self::InFlight,
            Fault::NotReady(_) => Self::NotReady,
            Fault::BrokerUnreachable(_) => Self::BrokerUnreachable,
            Fault::BrokerRefused { .. } => Self::BrokerRejected,
            Fault::Unanswered(_) => Self::NoAnswer,
            Fault::ContractNotFound(_) => Self::ContractNotFound,
            Fault::ContractAmbiguous { .. } => Self::ContractAmbiguous,
            Fault::MarketDataUnavailable(_) => Self::MarketDataUnavailable,
            Fault::MarketDataNotEntitled(_) => Self::MarketDataNotEntitled,
            Fault::Pacing(_) => Self::Pacing,
            Fault::TooMany(_) => Self::TooManyRequests,
            Fault::AccountMismatch { .. } => Self::AccountMismatch,
            Fault::CapabilityMissing(_) => Self::CapabilityMissing,
            Fault::UnderWay(_) => Self::UnderWay,
            Fault::Stale { .. } => Self::PreconditionFailed,
            Fault::AlreadyFinal { .. } => Self::AlreadyFinal,
            Fault::NotReplaceable { .. } => Self::NotReplaceable,
            Fault::LiveRefused(_) => Self::Denied,
            Fault::ApprovalOver { status, .. } if status == "expired" => Self::ApprovalExpired,
            Fault::ApprovalOver { .. } => Self::ApprovalOver,
            Fault::LeaseNotHeld(_) => Self::LeaseNotHeld,
            Fault::Storage(_) => Self::Storage,
            Fault::Internal(_) => Self::Internal,
        }
    }
}

/// Whether a text is the code of a control, such as `C13_MAX_QTY`.
pub fn is_control_code(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('C')
        && chars.next().is_some_and(|c| c.is_ascii_digit())
        && chars.next().is_some_and(|c| c.is_ascii_digit())
        && chars.next() == Some('_')
}

/// The code of a denial: its first reason's control, or plain `denied` where a human said no.
pub fn of_denial(reasons: &[Reason]) -> String {
    reasons
        .iter()
        .find(|reason| is_control_code(&reason.code))
        .map_or_else(|| Code::Denied.word().to_owned(), |reason| reason.code.clone())
}

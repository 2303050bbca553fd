//! A refused request on its way out. The envelope writes it, because only the envelope knows the request id.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::fault::Fault;
use std::time::Duration;
use wire::{Code, FieldError, ParseError, Problem};

/// When to come back for a stream, seconds.
const STREAMS_RETRY_AFTER_S: u64 = 5;
/// When to come back with anything else, seconds, unless it is known better.
const REQUESTS_RETRY_AFTER_S: u64 = 1;

/// A problem to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Refusal(pub(crate) Box<Problem>);

/// What a handler gives.
pub(crate) type Answer = Result<Response, Refusal>;

impl Refusal {
    pub(crate) fn new(code: Code, detail: &str) -> Self {
        Self(Box::new(Problem::new(code, detail)))
    }

    pub(crate) fn field(field: &str, rule: &str) -> Self {
        Self(Box::new(Problem::of_fields(vec![FieldError::new(field, &rule)])))
    }

    /// Too many of something: come back later.
    pub(crate) fn too_many(of_what: &str, wait: Duration) -> Response {
        let mut response = Self::new(Code::TooManyRequests, of_what).into_response();
        let seconds = wait.as_millis().div_ceil(1_000).max(1);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)));
        response
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Storage(_) | Fault::Internal(_) => tracing::error!(%fault, "a use case failed"),
            Fault::Invalid { .. }
            | Fault::Unauthorized
            | Fault::ForbiddenScope(_)
            | Fault::HumansOnly
            | Fault::CsrfRefused
            | Fault::OwnRequest
            | Fault::NotFound { .. }
            | Fault::IdempotencyConflict(_)
            | Fault::InFlight(_)
            | Fault::NotReady(_)
            | Fault::BrokerUnreachable(_)
            | Fault::BrokerRefused { .. }
            | Fault::Unanswered(_)
            | Fault::ContractNotFound(_)
            | Fault::ContractAmbiguous { .. }
            | Fault::MarketDataUnavailable(_)
            | Fault::MarketDataNotEntitled(_)
            | Fault::Pacing(_)
            | Fault::TooMany(_)
            | Fault::AccountMismatch { .. }
            | Fault::CapabilityMissing(_)
            | Fault::UnderWay(_)
            | Fault::Stale { .. }
            | Fault::AlreadyFinal { .. }
            | Fault::NotReplaceable { .. }
            | Fault::LiveRefused(_)
            | Fault::ApprovalOver { .. }
            | Fault::DecisionRefused(_)
            | Fault::Conflict { .. }
            | Fault::LeaseNotHeld(_) => {}
        }
        Self(Box::new(Problem::from(&fault)))
    }
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        Self(Box::new(Problem::from(error)))
    }
}

impl From<Vec<FieldError>> for Refusal {
    fn from(errors: Vec<FieldError>) -> Self {
        Self(Box::new(Problem::of_fields(errors)))
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::from(vec![error])
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut response = status.into_response();
        let retry_after =
            [(Code::TooManyStreams, STREAMS_RETRY_AFTER_S), (Code::TooManyRequests, REQUESTS_RETRY_AFTER_S)];
        if let Some((_, seconds)) = retry_after.iter().find(|(code, _)| self.0.code == code.word()) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

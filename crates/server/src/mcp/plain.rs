//! What the library refuses in plain words, before it is a message of the protocol, as problems like everywhere.

use crate::refusal::Refusal;
use axum::body::to_bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::Code;

/// Longer words are not read.
const WORDS_MAX: usize = 4_096;

/// Whether it is a stream that goes on.
pub(super) fn is_stream(answer: &Response) -> bool {
    answer.status().is_success() && kind(answer).is_some_and(|kind| kind.starts_with("text/event-stream"))
}

fn kind(answer: &Response) -> Option<&str> {
    answer.headers().get(header::CONTENT_TYPE)?.to_str().ok()
}

/// The same answer; a refusal without a message of the protocol becomes a problem that says what to do.
pub(super) async fn in_our_words(answer: Response) -> Response {
    let status = answer.status();
    let is_message = kind(&answer).is_some_and(|kind| kind.starts_with("application/json"));
    if is_message || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let allowed = answer.headers().get(header::ALLOW).cloned();
    let words = to_bytes(answer.into_body(), WORDS_MAX).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words);
    let mut refused = refusal(status, &words).into_response();
    refused.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    refused
}

fn refusal(status: StatusCode, words: &str) -> Refusal {
    match status {
        StatusCode::NOT_FOUND => no_session(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Refusal::new(Code::MethodNotAllowed, "GET and DELETE are for sessions, which begin with initialize")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(Code::PayloadTooLarge, words),
        _ if status.is_client_error() => Refusal::field("request", &format!("must be a message of MCP ({words})")),
        _ => {
            tracing::error!(%status, words, "the MCP library failed");
            Refusal::new(Code::Internal, "the gateway failed; see its log for this request id")
        }
    }
}

/// The session is over, or was never there.
pub(super) fn no_session() -> Refusal {
    Refusal::new(Code::NotFound, "there is no such MCP session; begin a new one")
}

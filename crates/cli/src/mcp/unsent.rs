//! What an agent is told instead of the gateway's answer: that the gateway refused the message, with its code, or that it is not known
//! what became of it.

use rmcp::model::{ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::StreamableHttpError;
use serde_json::{Value, json};
use wire::Code;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unsent {
    /// The gateway refused the message before anything was done: its problem, or as much of it as is known.
    Refused(Value),
    /// Something was in the way: what was asked may have happened.
    Lost(String),
}

fn of_table(code: Code) -> Unsent {
    let row = code.row();
    Unsent::Refused(json!({"code": row.word, "detail": row.title, "hint": row.hint, "retryable": row.retryable}))
}

impl<E: std::error::Error + Send + Sync + 'static> From<StreamableHttpError<E>> for Unsent {
    fn from(error: StreamableHttpError<E>) -> Self {
        let said = error.to_string();
        if matches!(error, StreamableHttpError::AuthRequired(_)) {
            return of_table(Code::Unauthorized);
        }
        // The library reads no further where it hears of a rate.
        if matches!(&error, StreamableHttpError::HttpStatus(status) if status.status == 429) {
            return of_table(Code::TooManyRequests);
        }
        problem_in(&said).map_or(Self::Lost(said), Self::Refused)
    }
}

/// The problem that an answer holds, behind the words of who heard it.
fn problem_in(said: &str) -> Option<Value> {
    let begin = said.find('{')?;
    let problem: Value = serde_json::from_str(said.get(begin..)?).ok()?;
    let code = problem.get("code").and_then(Value::as_str)?;
    let row = Code::from_word(code)?.row();
    // A fault of the gateway says nothing of what was done.
    (row.status < 500).then_some(problem)
}

impl Unsent {
    /// The gateway went away.
    pub(super) fn ended() -> Self {
        Self::Lost("it ended the conversation".to_owned())
    }

    /// The answer to a request.
    pub(super) fn answer(&self, id: RequestId) -> ServerJsonRpcMessage {
        let error = match self {
            Self::Refused(problem) => {
                let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
                let said = format!("{}: {}; {}", text("code"), text("detail"), text("hint"));
                ErrorData::invalid_request(said, Some(problem.clone()))
            }
            Self::Lost(why) => {
                let row = Code::OutcomeUnknown.row();
                let said = format!(
                    "the gateway did not answer ({why}); what was asked may have happened: ask for it by its cl_ord_id, or repeat it with \
                     the same one. `tollgate status` says whether the gateway runs, `tollgate serve` starts it"
                );
                ErrorData::internal_error(
                    said,
                    Some(json!({"code": row.word, "hint": row.hint, "retryable": row.retryable})),
                )
            }
        };
        ServerJsonRpcMessage::error(error, Some(id))
    }
}

#[cfg(test)]
#[path = "unsent_tests.rs"]
mod tests;

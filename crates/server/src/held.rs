//! What holds up a request before its body is read. At `/mcp` only the body says whether it stops trading: such a request goes on to
//! where the body is read, with the word of what holds it up.

use crate::envelope;
use crate::refusal::Refusal;
use axum::http::Method;
use axum::response::Response;
use std::time::Duration;

/// Why a request may only go on if it is one that nothing holds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    why: &'static str,
    wait: Duration,
    /// The connection ends with the answer.
    is_last: bool,
    lets: Lets,
}

/// Who is not held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lets {
    /// Whoever stops trading.
    Kill,
    /// Whoever cancels too.
    KillAndCancel,
}

impl Held {
    /// By a rate.
    pub(crate) fn by_rate(why: &'static str, wait: Duration) -> Self {
        Self { why, wait, is_last: false, lets: Lets::Kill }
    }

    /// By the number of connections of one key.
    pub(crate) fn by_connections(why: &'static str, wait: Duration) -> Self {
        Self { why, wait, is_last: true, lets: Lets::Kill }
    }

    /// At a place of the reserve.
    pub(crate) fn at_reserve(why: &'static str, wait: Duration) -> Self {
        Self { why, wait, is_last: false, lets: Lets::KillAndCancel }
    }

    /// Whether a tool is called that this does not hold up.
    pub(crate) fn lets_tool(self, name: &str) -> bool {
        match (self.lets, name) {
            (_, "kill_switch") | (Lets::KillAndCancel, "cancel_order" | "cancel_all_orders") => true,
            (Lets::Kill | Lets::KillAndCancel, _) => false,
        }
    }

    /// The answer to everybody else.
    pub(crate) fn refuse(self) -> Response {
        let refused = Refusal::too_many(self.why, self.wait);
        if self.is_last { envelope::last(refused) } else { refused }
    }
}

/// Whether the body says what the request does.
pub(crate) fn is_said_in_body(method: &Method, path: &str) -> bool {
    method == Method::POST && path == "/mcp"
}

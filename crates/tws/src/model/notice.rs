//! Errors, warnings and notices: one message on the wire.

use jiff::Timestamp;

/// The request id of a message that answers no request (`-1` on the wire).
pub const NO_REQ_ID: i32 = -1;

/// An error or notice (message 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Request or order it is about; [`NO_REQ_ID`] for none.
    pub req_id: i32,
    /// IBKR's code.
    pub code: i32,
    /// Text.
    pub message: String,
    /// When it arose.
    pub time: Timestamp,
    /// Detail of an advanced order rejection as JSON, empty for none.
    pub advanced_reject_json: String,
}

impl Notice {
    /// A notice about a request or order.
    pub fn about(req_id: i32, code: i32, message: impl Into<String>, time: Timestamp) -> Self {
        Self { req_id, code, message: message.into(), time, advanced_reject_json: String::new() }
    }

    /// A notice about no request.
    pub fn general(code: i32, message: impl Into<String>, time: Timestamp) -> Self {
        Self::about(NO_REQ_ID, code, message, time)
    }
}

//! The library's errors in our words.

use domain::broker::AskError;
use ibapi::{Error, Notice};

/// Whether a notice was made by the library itself and says that frames were lost or not understood.
pub(crate) fn is_gap(notice: &Notice) -> bool {
    [
        ibapi::HANDSHAKE_DECODE_FAILURE_CODE,
        ibapi::UNKNOWN_MESSAGE_TYPE_CODE,
        ibapi::SUBSCRIPTION_LAG_CODE,
        ibapi::NOTICE_STREAM_LAG_CODE,
        ibapi::TRANSPORT_RECONNECT_CODE,
    ]
    .contains(&notice.code)
}

/// Whether the error means that the connection is gone.
fn is_link_loss(error: &Error) -> bool {
    error.is_connection_lost()
        || matches!(
            error,
            Error::Shutdown | Error::ConnectionFailed | Error::Cancelled | Error::UnexpectedEndOfStream | Error::Io(_)
        )
}

/// Why a question has no answer.
pub(crate) fn ask_error(error: &Error) -> AskError {
    if let Error::Notice(notice) = error {
        return if is_gap(notice) {
            AskError::Garbled(notice.message.clone())
        } else {
            AskError::Broker { code: notice.code, message: notice.message.clone() }
        };
    }
    if matches!(error, Error::Timeout) {
        AskError::Timeout
    } else if is_link_loss(error) {
        AskError::NoLink
    } else {
        AskError::Garbled(error.to_string())
    }
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;

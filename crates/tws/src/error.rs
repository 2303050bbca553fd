//! What can be wrong with the bytes of a client. Each of these ends its connection.

/// A frame, a greeting or a message that is not one of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The length prefix announces more than is accepted.
    #[error("a frame of {len} bytes was announced, at most {len_max} are accepted")]
    FrameTooLong {
        /// Announced.
        len: usize,
        /// Accepted.
        len_max: usize,
    },
    /// The frame is too short to hold a message id.
    #[error("a frame of {len} bytes has no message id")]
    FrameTooShort {
        /// Length of the frame.
        len: usize,
    },
    /// The connection did not begin with `API\0`.
    #[error("the connection does not begin with the API prefix")]
    NotApi,
    /// The version range of the greeting cannot be read.
    #[error("the version range of the greeting cannot be read")]
    MalformedHello,
    /// A text message at a version that speaks protobuf.
    #[error("message {msg_id} is text, this server version speaks protobuf")]
    NotProtobuf {
        /// Message id as sent.
        msg_id: i32,
    },
    /// A text message that is no UTF-8.
    #[error("a text message is not UTF-8")]
    NotText,
    /// A text message whose last field does not end.
    #[error("a text message of {len} bytes does not end with a NUL")]
    Unterminated {
        /// Length of the frame.
        len: usize,
    },
    /// A text message that goes on after its last field.
    #[error("message {msg_id} goes on after its last field")]
    TrailingFields {
        /// Message id.
        msg_id: i32,
    },
    /// Text that is no integer of 32 bits, or not one that may stand there.
    #[error("field {field} is not an integer within range")]
    NotInteger {
        /// Its name on the wire.
        field: &'static str,
    },
    /// Text other than the two that a flag has.
    #[error("field {field} is not a flag")]
    NotFlag {
        /// Its name on the wire.
        field: &'static str,
    },
    /// No message of the protocol, or not of this version, has this id.
    #[error("message id {msg_id} is not one of the protocol")]
    UnknownMessage {
        /// Message id.
        msg_id: i32,
    },
    /// The body is not what its message id announces.
    #[error("message {msg_id} cannot be read: {reason}")]
    MalformedBody {
        /// Message id.
        msg_id: i32,
        /// What the protobuf reader says.
        reason: String,
    },
    /// A field without which the message means nothing.
    #[error("field {field} is missing")]
    MissingField {
        /// Its name on the wire.
        field: &'static str,
    },
    /// NaN or an infinity where a number is due.
    #[error("field {field} is not finite")]
    NotFinite {
        /// Its name on the wire.
        field: &'static str,
    },
    /// Text that is no number, or a number that no decimal holds exactly.
    #[error("field {field} is not a decimal number within range")]
    NotDecimal {
        /// Its name on the wire.
        field: &'static str,
    },
    /// A condition of an order whose type is none of the protocol's.
    #[error("an order condition of type {kind} is not one of the protocol")]
    UnknownCondition {
        /// Its type as sent.
        kind: i32,
    },
}

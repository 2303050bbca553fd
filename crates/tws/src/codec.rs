//! Entry points: the version decides the encoding.

use crate::error::DecodeError;
use crate::model::{Reply, Request};
use crate::protobuf;
use crate::text;
use crate::version::{Encoding, ServerVersion};

/// Reads one frame of a client.
///
/// # Errors
/// The frame is no message of this protocol at this version. The connection cannot be trusted further.
pub fn decode(version: ServerVersion, frame: &[u8]) -> Result<Request, DecodeError> {
    match version.encoding() {
        Encoding::Text => text::decode(version, frame),
        Encoding::Protobuf => protobuf::decode(version, frame),
    }
}

/// Appends one reply, framed, to `out`. A reply that the version has no message for adds nothing.
pub fn encode_into(version: ServerVersion, reply: &Reply, out: &mut Vec<u8>) {
    match version.encoding() {
        Encoding::Text => text::encode_into(version, reply, out),
        Encoding::Protobuf => protobuf::encode_into(reply, out),
    }
}

/// One reply, framed.
pub fn encode(version: ServerVersion, reply: &Reply) -> Vec<u8> {
    let mut out = Vec::new();
    encode_into(version, reply, &mut out);
    out
}

//! Server versions: which are served, in which encoding, and how one is agreed on.

use std::fmt;

/// How the bodies of messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Text fields, each ended by a NUL, the message id first.
    Text,
    /// Protobuf bodies behind a binary message id, for every message.
    Protobuf,
}

/// The versions served, each range in one encoding, highest range last.
///
/// Versions 201 to 212 mix text and protobuf message by message and are never served.
const SERVED: &[(i32, i32, Encoding)] = &[(157, 200, Encoding::Text), (213, 226, Encoding::Protobuf)];

/// A server version this codec serves: only [`ServerVersion::negotiate`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerVersion {
    number: i32,
    encoding: Encoding,
}

impl ServerVersion {
    /// The highest version served within the client's range, or `None` when there is no common one.
    pub fn negotiate(client_min: i32, client_max: i32) -> Option<Self> {
        SERVED
            .iter()
            .rev()
            .map(|&(min, max, encoding)| (min.max(client_min), max.min(client_max), encoding))
            .find(|(low, high, _)| low <= high)
            .map(|(_, number, encoding)| Self { number, encoding })
    }

    /// The number on the wire.
    pub const fn number(self) -> i32 {
        self.number
    }

    /// Whether it is this version or a later one.
    pub(crate) const fn at_least(self, number: i32) -> bool {
        self.number >= number
    }

    /// The encoding of its messages.
    pub const fn encoding(self) -> Encoding {
        self.encoding
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;

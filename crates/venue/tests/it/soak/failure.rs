//! Why a soak stops.

/// A book that is off, memory that grows, or a client that was let down.
pub(crate) type Failure = Box<dyn std::error::Error>;

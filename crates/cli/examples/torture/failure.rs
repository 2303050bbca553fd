//! What ends the torture before its time.

/// Any error, told once and to the end.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

//! What became of a change of an order: its caller is told of the change, not of the order that stands.

use serde::{Deserialize, Serialize};

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeFate {
    /// Nobody knows yet.
    UnderWay,
    /// The broker has taken it.
    Taken,
    /// The broker refused it; the original stands.
    Refused {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// It did not reach the broker, or the broker showed long after it that it had not taken it; the original stands.
    Unsent,
    /// The order ended first, as it was or as it was to become.
    Overtaken,
}

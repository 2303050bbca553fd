//! Why an instrument is halted: every finding that halted it since a human last released it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Findings kept; the journal has them all.
const REASONS_MAX: usize = 16;

/// The findings, oldest first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt(Vec<String>);

impl Halt {
    /// One more finding. What came first is what the others may follow from: beyond so many the newest gives way.
    pub(crate) fn add(&mut self, reason: String) {
        if self.says(&reason) {
            return;
        }
        self.0.truncate(REASONS_MAX - 1);
        self.0.push(reason);
    }

    /// Whether this finding is among them.
    pub fn says(&self, reason: &str) -> bool {
        self.0.iter().any(|known| known == reason)
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

#[cfg(test)]
#[path = "halt_tests.rs"]
mod tests;

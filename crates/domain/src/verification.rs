//! What a walk over the whole journal found, and when the next one is due.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The first walk comes so long after a start: connecting and reconciling come first.
const FIRST_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// Control 61: daily.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// A walk that could not be made is tried again after this.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Findings that are told one by one; all are counted.
pub const FINDINGS_MAX: usize = 20;

/// A walk over the whole chain, as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it began.
    pub began_at: Timestamp,
    /// Records walked.
    pub records: u64,
    /// Hash of the last of them, hex.
    pub head_hash: String,
    /// How many things are wrong.
    pub findings_total: u64,
    /// The first of them, in words.
    pub findings: Vec<String>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings_total == 0
    }
}

/// When to walk. Lives with the process: each start walks anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationPlan {
    due_at: Timestamp,
    began_at: Option<Timestamp>,
}

impl VerificationPlan {
    /// A process began.
    pub fn begun(now: Timestamp) -> Self {
        Self { due_at: after(now, FIRST_AFTER), began_at: None }
    }

    /// Whether to begin a walk now; if so, it has begun.
    pub fn begin(&mut self, now: Timestamp) -> bool {
        let begins = self.began_at.is_none() && now >= self.due_at;
        if begins {
            self.began_at = Some(now);
        }
        begins
    }

    /// The walk that is under way ended; when it began. `made` is whether it gave a result.
    pub fn ended(&mut self, now: Timestamp, made: bool) -> Timestamp {
        self.due_at = after(now, if made { EVERY } else { AGAIN_AFTER });
        self.began_at.take().unwrap_or(now)
    }

    /// Whether one is under way.
    pub fn is_under_way(&self) -> bool {
        self.began_at.is_some()
    }
}

fn after(now: Timestamp, rest: SignedDuration) -> Timestamp {
    now.checked_add(rest).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "verification_tests.rs"]
mod tests;

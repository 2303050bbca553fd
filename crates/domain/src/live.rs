//! Live arming: a human's yes to live orders for some hours, and the evidence that must lie in the journal before.

mod checklist;
mod evidence;

use crate::id::{AccountId, KeyId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use checklist::{CHECKS, ChecklistItem, checklist};
pub(crate) use evidence::Fate;
pub use evidence::{DrillRun, Evidence, Shown};

/// The longest life of an arming.
pub const ARMING_MAX: SignedDuration = SignedDuration::from_hours(24);

/// How long live may be armed for.
///
/// # Errors
/// The rule that the time breaks.
pub fn arming_time(lasts: SignedDuration) -> Result<SignedDuration, &'static str> {
    if lasts <= SignedDuration::ZERO || lasts > ARMING_MAX {
        return Err("must be more than 0, at most 24 hours");
    }
    Ok(lasts)
}

/// What the standard ports of the other mode said when live was armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherPort {
    /// They refuse: nothing of the other mode runs there.
    Refuses,
    /// The broker is a simulated venue, which has no other mode.
    Simulated,
}

/// A human's yes to live orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arming {
    /// The account, as the human typed it.
    pub account: AccountId,
    /// Who.
    pub by: KeyId,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// What the other mode's ports said.
    pub other_port: OtherPort,
    /// Why.
    pub reason: String,
}

/// The owner's `live_override_file` at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideFile {
    /// None is configured: then nothing is live.
    NotConfigured,
    /// It is not there, or its directory cannot be read.
    Absent,
    /// It is there.
    Present,
}

impl OverrideFile {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotConfigured => "not configured",
            Self::Absent => "absent",
            Self::Present => "present",
        }
    }
}

/// What the journal says about live trading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveState {
    /// The arming that stands, unless its time is over.
    pub arming: Option<Arming>,
    /// What was shown so far.
    pub evidence: Evidence,
}

impl LiveState {
    /// The arming that holds now.
    pub fn armed(&self, now: Timestamp) -> Option<&Arming> {
        self.arming.as_ref().filter(|arming| now >= arming.at && now < arming.expires_at)
    }
}

/// What control 4 asks of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFacts {
    /// The override file, looked for just now.
    pub override_file: OverrideFile,
    /// The arming that holds.
    pub arming: Option<Arming>,
    /// Items of the checklist that lack their evidence, by name.
    pub open_items: Vec<&'static str>,
}

impl LiveFacts {
    /// Nothing is known: nothing is live.
    pub const NONE: Self = Self { override_file: OverrideFile::NotConfigured, arming: None, open_items: Vec::new() };
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;

//! A length of venue time in a script.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A length of venue time, never negative: `"PT1M30S"` or `"90s"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "SignedDuration", into = "SignedDuration")]
pub struct Length(SignedDuration);

impl Length {
    /// So many milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        Self(SignedDuration::from_millis(millis as i64))
    }

    /// In milliseconds.
    pub fn as_millis(self) -> i64 {
        i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX)
    }

    /// The instant that much later.
    pub fn after(self, at: Timestamp) -> Timestamp {
        at.checked_add(self.0).unwrap_or(Timestamp::MAX)
    }

    /// The instant that much earlier.
    pub fn before(self, at: Timestamp) -> Timestamp {
        at.checked_sub(self.0).unwrap_or(Timestamp::MIN)
    }
}

impl TryFrom<SignedDuration> for Length {
    type Error = &'static str;

    fn try_from(length: SignedDuration) -> Result<Self, Self::Error> {
        if length.is_negative() { Err("a length of time cannot be negative") } else { Ok(Self(length)) }
    }
}

impl From<Length> for SignedDuration {
    fn from(length: Length) -> Self {
        length.0
    }
}

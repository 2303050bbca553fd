//! A value that somebody else knows.

use super::told::{Now, Trouble};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// The last value that was told and when, and why there is no newer one.
#[derive(Clone, Debug)]
pub(super) struct Known<T> {
    told: Option<(T, Duration)>,
    why_not: Option<String>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { told: None, why_not: None }
    }
}

impl<T> Known<T> {
    /// The last value, however old.
    pub(super) fn value(&self) -> Option<&T> {
        self.told.as_ref().map(|(value, _)| value)
    }

    /// The same, to work something in.
    pub(super) fn value_mut(&mut self) -> Option<&mut T> {
        self.told.as_mut().map(|(value, _)| value)
    }

    /// Why the newest question had no answer.
    pub(super) fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }

    /// How long ago the value was told.
    pub(super) fn age(&self, now: Now) -> Option<Duration> {
        self.told.as_ref().map(|(_, at)| now.up.saturating_sub(*at))
    }

    /// A value is told.
    pub(super) fn tell(&mut self, value: T, now: Now) {
        self.told = Some((value, now.up));
        self.why_not = None;
    }

    /// There is no answer. What was known before stays, and grows old.
    pub(super) fn fail(&mut self, why: String) {
        self.why_not = Some(why);
    }
}

impl<T: DeserializeOwned> Known<T> {
    /// An answer comes in.
    pub(super) fn take(&mut self, answer: Result<Value, Trouble>, now: Now) {
        match answer.map(read) {
            Ok(Ok(value)) => self.tell(value, now),
            Ok(Err(why)) => self.fail(why),
            Err(trouble) => self.fail(trouble.text),
        }
    }
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(answer: Value) -> Result<T, String> {
    serde_json::from_value(answer)
        .map_err(|error| format!("the answer is not understood ({error}): is the gateway of another version?"))
}

//! When a fault happens.

use std::num::NonZeroU32;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Length;
use super::names::{ReplyName, RequestName};

/// When a fault happens. Empty: at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// At a venue time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// So long after the venue's start, or after the fault was ordered over the control API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Length>,
    /// At a request of this kind, for example `place_order`; see `GET /faults/names`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<RequestName>,
    /// At a reply of this kind, for example `order_status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyName>,
    /// Only of this client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<i32>,
    /// Only about orders of this reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<String>,
    /// From the n-th such message on; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<NonZeroU32>,
    /// With this probability each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<Chance>,
    /// So many times at most; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<NonZeroU32>,
}

impl When {
    /// Whether a message triggers it.
    pub(crate) fn is_by_message(&self) -> bool {
        self.message.is_some() || self.reply.is_some()
    }

    /// What is wrong with it by itself, if anything.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let triggers = [self.at.is_some(), self.after.is_some(), self.message.is_some(), self.reply.is_some()];
        if triggers.iter().filter(|is| **is).count() > 1 {
            return Err("give only one of `at`, `after`, `message` and `reply`");
        }
        let narrowed = self.client.is_some()
            || self.order_ref.is_some()
            || self.nth.is_some()
            || self.chance.is_some()
            || self.times.is_some();
        if narrowed && !self.is_by_message() {
            return Err("`client`, `order_ref`, `nth`, `chance` and `times` need a `message` or a `reply`");
        }
        Ok(())
    }
}

/// A probability, to the millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Chance {
    millionths: u32,
}

impl Chance {
    /// Whether a number drawn evenly from 0..1,000,000 is within it.
    pub(crate) fn includes(self, drawn: u32) -> bool {
        drawn < self.millionths
    }
}

impl TryFrom<f64> for Chance {
    type Error = &'static str;

    fn try_from(chance: f64) -> Result<Self, Self::Error> {
        if !(0.0..=1.0).contains(&chance) {
            return Err("a chance is a number from 0 to 1");
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a million")]
        Ok(Self { millionths: (chance * 1e6).round() as u32 })
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        Self::from(chance.millionths) / 1e6
    }
}

//! A way by which alerts leave.

use async_trait::async_trait;
use domain::alert::Parcel;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// Why a way took nothing. It is tried again, whatever the reason: tokens, addresses and lists are mended by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In words, without secrets.
    pub why: String,
    /// How long the other side wants to be left alone, if it says so.
    pub rest: Option<SignedDuration>,
}

impl Refused {
    /// A refusal that names no rest.
    pub fn because(why: impl fmt::Display) -> Self {
        Self { why: why.to_string(), rest: None }
    }
}

/// A way by which alerts leave.
#[async_trait]
pub trait Channel: Send + Sync + fmt::Debug {
    /// Sends some alerts as one message. `Ok` means that the other side has it; after an error it may have it all the same.
    ///
    /// # Errors
    /// The other side did not say that it has it.
    async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Refused>;
}

//! The key of an order, and of the exits that belong to it.

use crate::id::IdError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Which order of a group is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// The order itself.
    Entry,
    /// A bracket's profit taker.
    TakeProfit,
    /// A bracket's stop.
    StopLoss,
}

impl Leg {
    /// The exits of a bracket, in the order in which they are sent.
    pub const EXITS: [Self; 2] = [Self::TakeProfit, Self::StopLoss];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::TakeProfit => "take_profit",
            Self::StopLoss => "stop_loss",
        }
    }

    /// The word in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::TakeProfit => "take profit",
            Self::StopLoss => "stop loss",
        }
    }

    /// What stands behind the key.
    fn suffix(self) -> &'static str {
        match self {
            Self::Entry => "",
            Self::TakeProfit => ":tp",
            Self::StopLoss => ":sl",
        }
    }
}

const LENGTH_MAX: usize = 40;

/// Our order key: unique per installation for ever, given by the caller, carried in the broker's `orderRef`.
///
/// The exits of a bracket bear their entry's key with `:tp` or `:sl` behind it. Only [`ClOrdId::leg_key`] and the
/// journal make such a key: a caller's text is read with [`FromStr`], which knows no colon, so nobody can name one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClOrdId(Arc<str>);

impl ClOrdId {
    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which order of its group it names.
    pub fn leg(&self) -> Leg {
        Leg::EXITS.into_iter().find(|leg| self.0.ends_with(leg.suffix())).unwrap_or(Leg::Entry)
    }

    /// Whether it names an exit of a bracket.
    pub fn is_exit(&self) -> bool {
        self.leg() != Leg::Entry
    }

    /// The caller's own key: what the entry bears.
    pub fn group_str(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(group, _)| group)
    }

    /// The key of the entry.
    pub fn group(&self) -> Self {
        if self.is_exit() { Self(self.group_str().into()) } else { self.clone() }
    }

    /// The key of a leg of the same group.
    pub fn leg_key(&self, leg: Leg) -> Self {
        Self(format!("{}{}", self.group_str(), leg.suffix()).into())
    }

    /// Reads a key as it stands in the journal or in a reference: a leg's key too.
    pub(crate) fn read(text: &str) -> Result<Self, IdError> {
        for leg in Leg::EXITS {
            if let Some(group) = text.strip_suffix(leg.suffix()) {
                return Ok(group.parse::<Self>()?.leg_key(leg));
            }
        }
        text.parse()
    }
}

impl FromStr for ClOrdId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > LENGTH_MAX || !text.chars().all(allowed) {
            let rule = "1 to 40 characters out of A-Z a-z 0-9 . _ -";
            return Err(IdError { what: "cl_ord_id (Idempotency-Key)", rule });
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for ClOrdId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::read(&text)
    }
}

impl From<ClOrdId> for String {
    fn from(id: ClOrdId) -> String {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for ClOrdId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[path = "cl_ord_id_tests.rs"]
mod tests;

//! What trips and stays until a human resets it.

use crate::id::{AccountId, StrategyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What can trip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "breaker", content = "id")]
pub enum Breaker {
    /// Control 39: too many rejects in a row. Stops every new order.
    Rejects,
    /// Control 36: a strategy traded too often. Stops that strategy.
    StrategyTrades(StrategyId),
    /// Control 33: an account fell too far from its peak. Stops what does not reduce.
    Drawdown(AccountId),
}

impl std::fmt::Display for Breaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rejects => f.write_str("rejects"),
            Self::StrategyTrades(strategy) => write!(f, "strategy:{strategy}"),
            Self::Drawdown(account) => write!(f, "drawdown:{account}"),
        }
    }
}

impl std::str::FromStr for Breaker {
    type Err = String;

    /// As it is written for people: `rejects`, `strategy:NAME`, `drawdown:ACCOUNT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let rule = || format!("{text} is no breaker: write rejects, strategy:NAME or drawdown:ACCOUNT");
        match text.split_once(':') {
            None if text == "rejects" => Ok(Self::Rejects),
            Some(("strategy", name)) => name.parse().map(Self::StrategyTrades).map_err(|_| rule()),
            Some(("drawdown", account)) => account.parse().map(Self::Drawdown).map_err(|_| rule()),
            Some(_) | None => Err(rule()),
        }
    }
}

/// Why and since when it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tripped {
    /// What was seen and what was allowed.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A breaker is no text: stored as a list of pairs.
pub(super) mod pairs {
    use super::{Breaker, Tripped};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    pub(in super::super) fn serialize<S: Serializer>(
        breakers: &BTreeMap<Breaker, Tripped>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(breakers)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Breaker, Tripped>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

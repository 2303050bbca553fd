//! Active, reducing, halted: per installation, account and strategy.

use crate::id::{AccountId, KillEpoch, StrategyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradingState {
    /// Everything that the gates let through.
    Active,
    /// Only orders that make a position smaller.
    Reducing,
    /// Nothing but cancels.
    Halted,
}

impl TradingState {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reducing => "reducing",
            Self::Halted => "halted",
        }
    }
}

/// Where a trading state holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "id")]
pub enum KillScope {
    /// Everywhere.
    Global,
    /// One account.
    Account(AccountId),
    /// One strategy.
    Strategy(StrategyId),
}

impl std::fmt::Display for KillScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Global => f.write_str("global"),
            Self::Account(account) => write!(f, "account {account}"),
            Self::Strategy(strategy) => write!(f, "strategy {strategy}"),
        }
    }
}

/// A state with who set it, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateEntry {
    /// The state.
    pub state: TradingState,
    /// Why.
    pub reason: String,
    /// The key that set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A scope is no text: stored as a list of pairs.
mod pairs {
    use super::{BTreeMap, KillScope, StateEntry};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        entries: &BTreeMap<KillScope, StateEntry>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(entries)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<KillScope, StateEntry>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// All trading states. A scope without an entry is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradingStates {
    #[serde(with = "pairs")]
    entries: BTreeMap<KillScope, StateEntry>,
    /// Grows with every move to halted; unsent orders of an older epoch do not leave.
    pub epoch: KillEpoch,
}

impl TradingStates {
    /// All active.
    pub fn all_active() -> Self {
        Self { entries: BTreeMap::new(), epoch: KillEpoch(0) }
    }

    /// Books a change.
    pub fn set(&mut self, scope: KillScope, entry: StateEntry) {
        if entry.state == TradingState::Halted {
            self.epoch = KillEpoch(self.epoch.0 + 1);
        }
        self.entries.insert(scope, entry);
    }

    /// Every scope that was ever set.
    pub fn entries(&self) -> &BTreeMap<KillScope, StateEntry> {
        &self.entries
    }

    /// The strictest entry that applies to an order.
    pub fn strictest(&self, account: &AccountId, strategy: Option<&StrategyId>) -> Option<(&KillScope, &StateEntry)> {
        self.entries
            .iter()
            .filter(|(scope, _)| match scope {
                KillScope::Global => true,
                KillScope::Account(id) => id == account,
                KillScope::Strategy(id) => Some(id) == strategy,
            })
            .max_by_key(|(_, entry)| entry.state)
    }
}

#[cfg(test)]
#[path = "trading_state_tests.rs"]
mod tests;

//! Active, reducing, halted: per installation, account and strategy.

use crate::id::{AccountId, KillEpoch, StrategyId};
use crate::principal::{Face, Principal, Scope};
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
    /// Whether everything open in the scope was canceled with it, so that nothing of ours works there: a kill. An alarm, a
    /// loss and a restore halt without that.
    #[serde(default)]
    pub cancels: bool,
}

impl StateEntry {
    pub(crate) fn of(state: TradingState, by: &Principal, reason: &str, at: Timestamp) -> Self {
        // Whoever asks for a halt through a face, or by the file, has everything canceled.
        let cancels = state == TradingState::Halted && (by.may(Scope::Kill) || by.face == Face::File);
        Self { state, reason: reason.to_owned(), by: by.key_id.to_string(), at, cancels }
    }
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

    /// Books a change. A halt that is said again by who cancels nothing stays the kill that it was.
    pub fn set(&mut self, scope: KillScope, mut entry: StateEntry) {
        if entry.state == TradingState::Halted {
            self.epoch = KillEpoch(self.epoch.0 + 1);
            entry.cancels |=
                self.entries.get(&scope).is_some_and(|before| before.state == TradingState::Halted && before.cancels);
        }
        self.entries.insert(scope, entry);
    }

    /// Every scope that was ever set.
    pub fn entries(&self) -> &BTreeMap<KillScope, StateEntry> {
        &self.entries
    }

    /// The strictest entry that applies to an order.
    pub fn strictest(&self, account: &AccountId, strategy: Option<&StrategyId>) -> Option<(&KillScope, &StateEntry)> {
        self.of(Some(account), strategy).max_by_key(|(_, entry)| entry.state)
    }

    /// What halts an order, if anything does; a kill before anything else.
    pub fn halt(&self, account: Option<&AccountId>, strategy: Option<&StrategyId>) -> Option<&StateEntry> {
        let halts = self.of(account, strategy).map(|(_, entry)| entry);
        halts.filter(|entry| entry.state == TradingState::Halted).max_by_key(|entry| entry.cancels)
    }

    fn of(
        &self,
        account: Option<&AccountId>,
        strategy: Option<&StrategyId>,
    ) -> impl Iterator<Item = (&KillScope, &StateEntry)> {
        self.entries.iter().filter(move |(scope, _)| match scope {
            KillScope::Global => true,
            KillScope::Account(id) => Some(id) == account,
            KillScope::Strategy(id) => Some(id) == strategy,
        })
    }
}

#[cfg(test)]
#[path = "trading_state_tests.rs"]
mod tests;

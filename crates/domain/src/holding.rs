//! What the journal's trades add up to, per account and contract, on top of the positions once taken over from the broker.
//! The sums are kept as trades are booked: no look at positions grows with history.

use crate::execution::Execution;
use crate::id::{AccountId, ConId};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A change of a position by one trade, or by taking one back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    account: AccountId,
    con_id: ConId,
    change: Decimal,
    traded_at: Option<Timestamp>,
}

impl Move {
    /// By a trade that counts from now on. Cash makes no position.
    pub fn of(trade: &Execution) -> Option<Self> {
        (!trade.is_cash).then(|| Self {
            account: trade.account.clone(),
            con_id: trade.con_id,
            change: trade.signed_qty(),
            traded_at: trade.executed_at,
        })
    }

    /// By a trade that no longer counts. When the broker took it back is not told.
    pub fn undone(trade: &Execution) -> Option<Self> {
        Self::of(trade).map(|done| Self { change: -done.change, traded_at: None, ..done })
    }
}

/// A position as it is taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPosition {
    /// Of which contract.
    pub con_id: ConId,
    /// Signed quantity.
    pub qty: Decimal,
}

/// One position by the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Signed quantity.
    pub qty: Decimal,
    /// When it last changed: by the broker's clock where it was told, else when it was booked.
    pub changed_at: Timestamp,
    /// When a human last took the broker's word for it.
    #[serde(default)]
    pub adopted_at: Option<Timestamp>,
}

/// Every position by the journal. An account without an entry was never taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings(BTreeMap<AccountId, BTreeMap<ConId, Holding>>);

impl Holdings {
    /// Whether the account's positions were taken over once, so that trades add up to something.
    pub fn is_based(&self, account: &AccountId) -> bool {
        self.0.contains_key(account)
    }

    /// The positions of an account; those that came to nothing included.
    pub fn of(&self, account: &AccountId) -> Option<&BTreeMap<ConId, Holding>> {
        self.0.get(account)
    }

    /// One position; none when the account was not taken over or never held it.
    pub fn get(&self, account: &AccountId, con_id: ConId) -> Option<Holding> {
        self.0.get(account)?.get(&con_id).copied()
    }

    pub(crate) fn base(&mut self, account: &AccountId, positions: &[HeldPosition], at: Timestamp) {
        let held =
            positions.iter().map(|held| (held.con_id, Holding { qty: held.qty, changed_at: at, adopted_at: None }));
        self.0.insert(account.clone(), held.collect());
    }

    pub(crate) fn adopt(&mut self, account: &AccountId, con_id: ConId, qty: Decimal, at: Timestamp) {
        self.0
            .entry(account.clone())
            .or_default()
            .insert(con_id, Holding { qty, changed_at: at, adopted_at: Some(at) });
    }

    /// Before the first take-over nothing adds up: what was traded is part of what is taken over.
    pub(crate) fn book(&mut self, change: &Move, at: Timestamp) {
        let Some(account) = self.0.get_mut(&change.account) else {
            return;
        };
        let changed_at = change.traded_at.unwrap_or(at);
        let none = Holding { qty: Decimal::ZERO, changed_at, adopted_at: None };
        let holding = account.entry(change.con_id).or_insert(none);
        holding.qty += change.change;
        holding.changed_at = holding.changed_at.max(changed_at);
    }
}

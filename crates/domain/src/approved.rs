//! Proof by type that the gates said yes.

use crate::bracket::ExitIds;
use crate::broker::SendPermit;
use crate::contract::Contract;
use crate::id::{AccountId, BrokerOrderId, ClOrdId};
use crate::order::OrderIntent;
use crate::order_ref::OrderRef;
use crate::policy::PolicyScope;
use serde::{Deserialize, Serialize};

/// A value that every gate let through. Only `gates::evaluate` makes one; it cannot be cloned, stored or read back, so
/// it does not survive a restart.
#[derive(Debug, PartialEq, Eq)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// For the gates alone.
    pub(crate) fn seal(value: T) -> Self {
        Self(value)
    }

    /// A look at the value.
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// An order with account and contract resolved: what the gates judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedOrder {
    /// What the caller said.
    pub intent: OrderIntent,
    /// The account.
    pub account: AccountId,
    /// The contract.
    pub contract: Contract,
}

impl ResolvedOrder {
    /// What sections of a policy ask of it.
    pub fn policy_scope(&self) -> PolicyScope<'_> {
        PolicyScope {
            account: Some(&self.account),
            strategy: self.intent.strategy.as_ref(),
            sec_type: Some(self.contract.sec_type),
            symbol: Some(&self.contract.symbol),
            con_id: Some(self.contract.con_id),
        }
    }
}

/// An approved order on its way out: what an adapter needs, and nothing that lets it decide.
#[derive(Debug)]
pub struct Ticket {
    order: Approved<ResolvedOrder>,
    /// The broker id of this attempt.
    pub broker_order_id: BrokerOrderId,
    /// The broker ids of a bracket's exits, which leave with it or not at all.
    pub exits: Option<ExitIds>,
    /// The broker id of its entry, when an exit is changed: a change that does not say whose exit it is, is refused.
    pub parent: Option<BrokerOrderId>,
    /// The key of the change, if it is one: what became of it is told of this change and of no other.
    pub change: Option<ClOrdId>,
    /// What goes into `orderRef`.
    pub order_ref: OrderRef,
    /// What it was decided under.
    pub permit: SendPermit,
}

impl Ticket {
    /// Puts an approved order on its way. Call it only when its intent is durable.
    pub fn new(
        order: Approved<ResolvedOrder>,
        broker_order_id: BrokerOrderId,
        exits: Option<ExitIds>,
        order_ref: OrderRef,
        permit: SendPermit,
    ) -> Self {
        Self { order, broker_order_id, exits, parent: None, change: None, order_ref, permit }
    }

    /// As this change.
    #[must_use]
    pub fn as_change(self, key: ClOrdId) -> Self {
        Self { change: Some(key), ..self }
    }

    /// As the change of an exit of this entry.
    #[must_use]
    pub fn below(self, parent: Option<BrokerOrderId>) -> Self {
        Self { parent, ..self }
    }

    /// The order.
    pub fn order(&self) -> &ResolvedOrder {
        self.order.get()
    }
}

//! What lists are read by: orders and trades by their time, and what proves that a kind of security can be traded. Kept as
//! records come, so that no page looks at all of history.

use super::{Book, OrderRecord};
use crate::contract::SecType;
use crate::event::OrderEvent;
use crate::execution::Execution;
use crate::id::{AccountId, ClOrdId, ExecId};
use crate::lifecycle::OrdStatus;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

/// The place of an order in lists: when it was booked, then its key.
pub type OrderPlace = (Timestamp, ClOrdId);

/// The place of a trade in lists: when it was done, then its id. What nobody gave a time to stands before all others.
pub type TradePlace = (Option<Timestamp>, ExecId);

/// What is proven about one kind of security in one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Proofs {
    /// The newest order that the broker took.
    taken: Option<OrderPlace>,
    /// Orders that it rejected, by when they last changed.
    rejected: BTreeSet<OrderPlace>,
}

/// Places of orders and trades. It says nothing that orders and trades do not say by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Orders that callers made; exits are shown with their entry.
    created: BTreeSet<OrderPlace>,
    /// Trades that count, ours and others'.
    traded: BTreeSet<TradePlace>,
    proofs: BTreeMap<AccountId, BTreeMap<SecType, Proofs>>,
}

/// What one order says in the index, apart from its own place.
#[derive(Default)]
pub(super) struct Marks {
    trades: Vec<TradePlace>,
    rejected: Option<Timestamp>,
}

impl Marks {
    pub(super) fn of(order: &OrderRecord, event: Option<&OrderEvent>) -> Self {
        let trades = if event.is_some_and(moves_trades) { trades(order).collect() } else { Vec::new() };
        Self { trades, rejected: rejected(order) }
    }
}

/// Whether the event can add a trade to an order or take one out.
fn moves_trades(event: &OrderEvent) -> bool {
    matches!(event, OrderEvent::Executed { .. } | OrderEvent::Corrected { .. } | OrderEvent::Busted { .. })
}

fn trades(order: &OrderRecord) -> impl Iterator<Item = TradePlace> {
    order.executions.values().map(|trade| place_of(trade))
}

fn place_of(trade: &Execution) -> TradePlace {
    (trade.executed_at, trade.exec_id.clone())
}

fn rejected(order: &OrderRecord) -> Option<Timestamp> {
    (order.status == OrdStatus::Rejected).then_some(order.updated_at)
}

impl Index {
    /// The index of what is there.
    pub fn of(orders: &BTreeMap<ClOrdId, Arc<OrderRecord>>, others: &BTreeMap<ExecId, Execution>) -> Self {
        let made = orders.values().filter(|order| !order.intent.cl_ord_id.is_exit());
        let created = made.map(|order| (order.created_at, order.intent.cl_ord_id.clone())).collect();
        let traded = orders.values().flat_map(|order| trades(order)).chain(others.values().map(place_of)).collect();
        let mut index = Self { created, traded, proofs: BTreeMap::new() };
        for order in orders.values() {
            index.prove(order, None);
        }
        index
    }

    pub(super) fn begin(&mut self, order: &OrderRecord) {
        let key = &order.intent.cl_ord_id;
        if !key.is_exit() {
            self.created.insert((order.created_at, key.clone()));
        }
    }

    /// Follows an order from what it said before a record to what it says after it.
    pub(super) fn follow(&mut self, before: &Marks, order: &OrderRecord, event: Option<&OrderEvent>) {
        if event.is_some_and(moves_trades) {
            for gone in &before.trades {
                self.traded.remove(gone);
            }
            self.traded.extend(trades(order));
        }
        self.prove(order, before.rejected);
    }

    fn prove(&mut self, order: &OrderRecord, was_rejected: Option<Timestamp>) {
        let is_rejected = rejected(order);
        if order.acknowledged_at.is_none() && was_rejected.is_none() && is_rejected.is_none() {
            return;
        }
        let (Some(account), Some(contract)) = (&order.account, &order.contract) else { return };
        if !self.proofs.contains_key(account) {
            self.proofs.insert(account.clone(), BTreeMap::new());
        }
        let Some(kinds) = self.proofs.get_mut(account) else { return };
        let key = &order.intent.cl_ord_id;
        let proofs = kinds.entry(contract.sec_type).or_default();
        if let Some(at) = order.acknowledged_at
            && proofs.taken.as_ref().is_none_or(|(newest, newest_key)| (*newest, newest_key) < (at, key))
        {
            proofs.taken = Some((at, key.clone()));
        }
        if was_rejected != is_rejected {
            if let Some(at) = was_rejected {
                proofs.rejected.remove(&(at, key.clone()));
            }
            proofs.rejected.extend(is_rejected.map(|at| (at, key.clone())));
        }
        if *proofs == Proofs::default() {
            kinds.remove(&contract.sec_type);
        }
        if kinds.is_empty() {
            self.proofs.remove(account);
        }
    }

    pub(super) fn trade(&mut self, trade: &Execution) {
        self.traded.insert(place_of(trade));
    }

    pub(super) fn forget_trade(&mut self, trade: &Execution) {
        self.traded.remove(&place_of(trade));
    }

    /// The newest order of a kind that the broker took, and when.
    pub fn taken(&self, account: &AccountId, kind: SecType) -> Option<&OrderPlace> {
        self.proofs.get(account)?.get(&kind)?.taken.as_ref()
    }

    /// The order of a kind that the broker rejected last, and when it was last heard of.
    pub fn rejected(&self, account: &AccountId, kind: SecType) -> Option<&OrderPlace> {
        self.proofs.get(account)?.get(&kind)?.rejected.last()
    }
}

/// What lies behind a place, for whoever goes backwards.
fn behind<T>(place: Option<&T>) -> (Bound<&T>, Bound<&T>) {
    (Bound::Unbounded, place.map_or(Bound::Unbounded, Bound::Excluded))
}

/// The index of one copy of a book: made when a list is read from it for the first time, and kept from then on. Of the copies
/// only the readers' pays for it, and no start waits for it.
#[derive(Clone, Debug, Default)]
pub struct Indexed(OnceLock<Index>);

/// It says nothing that orders and trades do not say by themselves.
impl PartialEq for Indexed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Indexed {
    /// The index, if it is kept already.
    pub(super) fn kept(&mut self) -> Option<&mut Index> {
        self.0.get_mut()
    }
}

impl Book {
    /// What lists are read by.
    pub fn index(&self) -> &Index {
        self.index.0.get_or_init(|| Index::of(&self.orders, &self.external_executions))
    }

    /// The place of an order in lists.
    pub fn order_place(&self, key: &ClOrdId) -> Option<OrderPlace> {
        self.order(key).map(|order| (order.created_at, key.clone()))
    }

    /// Orders that callers made behind a place, newest first.
    pub fn newest_orders(&self, after: Option<&OrderPlace>) -> impl Iterator<Item = (&OrderPlace, &Arc<OrderRecord>)> {
        let places = self.index().created.range::<OrderPlace, _>(behind(after)).rev();
        places.filter_map(|place| Some((place, self.orders.get(&place.1)?)))
    }

    /// A trade that counts, ours or not.
    pub fn trade(&self, id: &ExecId) -> Option<&Execution> {
        let owner = self.executions.get(id)?.as_ref().and_then(|key| self.orders.get(key));
        let ours = owner.and_then(|order| order.executions.get(id)).map(Box::as_ref);
        ours.or_else(|| self.external_executions.get(id))
    }

    /// The place of a trade in lists.
    pub fn trade_place(&self, id: &ExecId) -> Option<TradePlace> {
        self.trade(id).map(place_of)
    }

    /// Trades that count behind a place, ours and others', newest first.
    pub fn newest_trades(&self, after: Option<&TradePlace>) -> impl Iterator<Item = (&TradePlace, &Execution)> {
        let places = self.index().traded.range::<TradePlace, _>(behind(after)).rev();
        places.filter_map(|place| Some((place, self.trade(&place.1)?)))
    }
}

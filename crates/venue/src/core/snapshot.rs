//! Everything that survives, in one piece, so that a history need not be kept for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::audit_told::Told;
use super::change::{Change, Opened};
use super::order::{Fill, OrderRecord};
use super::order_store::Orders;
use super::state::{State, Taken};
use super::state_index::Places;
use super::{Account, CoreError};
use crate::market::Universe;

/// What a core is restored from instead of all its changes. Its content is the core's own affair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub(super) opened: Opened,
    /// The operator's moves of prices, which the market needs.
    pub(super) moves: Vec<Moved>,
    instruments: usize,
    orders: Vec<OrderRecord>,
    next_perm_id: i64,
    /// Instrument and destination, in the order they were first named.
    contracts: Vec<(usize, String)>,
    accounts: Vec<Account>,
    told: Told,
    borrowable: BTreeMap<usize, Decimal>,
    taken: Vec<(usize, Taken)>,
    clients: Vec<ClientIds>,
    last_fills: Vec<(usize, usize, usize)>,
    children: BTreeMap<i64, Vec<i64>>,
    groups: Vec<(i32, String, Vec<i64>)>,
    ended: Vec<i64>,
    settled: Vec<(usize, usize, Fill)>,
    settled_forgotten: usize,
    fills: Vec<(i64, usize)>,
    fills_forgotten: usize,
    day: Date,
    rank: u64,
    halted: BTreeMap<usize, Timestamp>,
    second_perm_ids: BTreeMap<i64, i64>,
}

/// The order ids of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ClientIds {
    client_id: i32,
    /// With their permIds.
    order_ids: Vec<(i32, i64)>,
    /// The highest of those that were let go of.
    forgotten: i32,
}

/// A price that an operator moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    pub(super) con_id: i32,
    pub(super) factor_bits: u64,
    pub(super) at: Timestamp,
}

impl Moved {
    /// What a change moved, if it moved a price.
    pub(super) fn by(change: &Change) -> Option<Self> {
        if let Change::PriceMoved { con_id, factor_bits, at, .. } = change {
            Some(Self { con_id: *con_id, factor_bits: *factor_bits, at: *at })
        } else {
            None
        }
    }
}

impl State {
    pub(super) fn snapshot(&self, opened: &Opened, moves: &[Moved]) -> Snapshot {
        // Every field by name: one that is added later must be met here. The places where orders are
        // found follow from the orders.
        let Self {
            orders,
            retired: _,
            told,
            contracts,
            accounts,
            universe,
            families: _,
            borrowable,
            locating: _,
            books: _,
            active: _,
            taken,
            clients,
            live: _,
            alarms: _,
            conditional: _,
            last_fills,
            children,
            groups,
            ended,
            settled,
            settled_forgotten,
            fills,
            fills_forgotten,
            day,
            rank,
            halted,
            second_perm_ids,
        } = self;
        let named = contracts.iter().flat_map(|(i, all)| all.iter().map(|c| (*i, c.exchange.clone())));
        let taken = taken.iter().copied().enumerate().filter(|(_, taken)| *taken != Taken::default());
        let ids = clients.iter().map(|(client_id, c)| ClientIds {
            client_id: *client_id,
            order_ids: c.by_order_id.iter().map(|(order_id, perm_id)| (*order_id, *perm_id)).collect(),
            forgotten: c.forgotten,
        });
        Snapshot {
            opened: opened.clone(),
            moves: moves.to_vec(),
            instruments: universe.len(),
            orders: orders.iter().cloned().collect(),
            next_perm_id: orders.next_perm_id(),
            contracts: named.collect(),
            accounts: accounts.clone(),
            told: told.clone(),
            borrowable: borrowable.clone(),
            taken: taken.collect(),
            clients: ids.collect(),
            last_fills: last_fills.iter().map(|((a, i), n)| (*a, *i, *n)).collect(),
            children: children.clone(),
            groups: groups.iter().map(|((c, g), ids)| (*c, g.clone(), ids.iter().copied().collect())).collect(),
            ended: ended.clone(),
            settled: settled.clone(),
            settled_forgotten: *settled_forgotten,
            fills: fills.iter().copied().collect(),
            fills_forgotten: *fills_forgotten,
            day: *day,
            rank: *rank,
            halted: halted.clone(),
            second_perm_ids: second_perm_ids.clone(),
        }
    }

    /// The state of a snapshot.
    ///
    /// # Errors
    /// It is of another universe, or its orders do not follow from each other.
    pub(super) fn of_snapshot(snapshot: Snapshot, universe: Arc<Universe>) -> Result<Self, CoreError> {
        let wrong = |reason: &str| CoreError::History { position: 0, reason: reason.to_owned() };
        let same = snapshot.instruments == universe.len()
            && snapshot.orders.iter().all(|o| universe.find_con_id(o.con_id) == Some(o.instrument));
        if !same {
            return Err(wrong("the snapshot is of another universe of instruments"));
        }
        let mut state = Self::new(&snapshot.opened, universe);
        for (instrument, exchange) in &snapshot.contracts {
            state.contract(*instrument, exchange);
        }
        let mut orders = snapshot.orders;
        for order in &mut orders {
            if order.account >= snapshot.accounts.len() {
                return Err(wrong("an order of the snapshot has no account"));
            }
            order.contract = state.contract(order.instrument, &order.contract.exchange);
        }
        let ids: Vec<i64> = orders.iter().map(|order| order.perm_id).collect();
        let unordered = || wrong("the orders of the snapshot do not follow from each other");
        state.orders = Orders::before(snapshot.next_perm_id, orders).ok_or_else(unordered)?;
        for of in snapshot.clients {
            let client = state.clients.entry(of.client_id).or_default();
            client.by_order_id = of.order_ids.into_iter().collect();
            client.forgotten = of.forgotten;
        }
        for perm_id in ids {
            state.shift(perm_id, &Places::NONE);
        }
        // What is reserved is in the accounts already.
        state.accounts = snapshot.accounts;
        for (instrument, taken) in snapshot.taken {
            *state.taken.get_mut(instrument).ok_or_else(unordered)? = taken;
        }
        state.told = snapshot.told;
        state.borrowable = snapshot.borrowable;
        state.last_fills = snapshot.last_fills.into_iter().map(|(a, i, n)| ((a, i), n)).collect();
        state.children = snapshot.children;
        state.groups = snapshot.groups.into_iter().map(|(c, g, ids)| ((c, g), ids.into_iter().collect())).collect();
        state.ended = snapshot.ended;
        state.settled = snapshot.settled;
        state.settled_forgotten = snapshot.settled_forgotten;
        state.fills = snapshot.fills.into();
        state.fills_forgotten = snapshot.fills_forgotten;
        state.day = snapshot.day;
        state.rank = snapshot.rank;
        state.halted = snapshot.halted;
        state.second_perm_ids = snapshot.second_perm_ids;
        Ok(state)
    }
}

//! What must survive, and the one way it changes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::{Contract, ExecSide, Status};

use super::account::Trade;
use super::asset::Asset;
use super::audit_told::Told;
use super::change::{Accepted, Change, Executed, Opened, Replaced, Settled};
use super::contract::full;
use super::order::{Fill, OrderRecord, Slot, is_live};
use super::order_store::Orders;
use super::state_index::Places;
use super::{Account, Side, commission};
use crate::market::{SecType, Universe};

/// Second permIds begin here: beyond all first ones, and still within 32 bits.
const SECOND_PERM_BASE: i64 = 2_026_000_001;

/// Orders of one instrument that wait for the market, each side by price, then rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) market: BTreeSet<i64>,
    pub(super) buys: BTreeSet<(Reverse<Decimal>, u64, i64)>,
    pub(super) sells: BTreeSet<(Decimal, u64, i64)>,
    pub(super) stop_buys: BTreeSet<(Decimal, i64)>,
    pub(super) stop_sells: BTreeSet<(Reverse<Decimal>, i64)>,
    /// To be looked at in every second.
    pub(super) watched: BTreeSet<i64>,
    /// Those of the above that have not reached an open market yet.
    pub(super) queued: BTreeSet<i64>,
    /// Those of the queued that also work outside regular trading hours.
    pub(super) queued_outside: BTreeSet<i64>,
}

/// The book of every instrument; of most there is nothing to keep.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    kept: BTreeMap<usize, Book>,
    empty: Book,
}

impl Books {
    /// The book of an instrument.
    pub(super) fn of(&self, instrument: usize) -> &Book {
        self.kept.get(&instrument).unwrap_or(&self.empty)
    }

    /// The same, to change it.
    pub(super) fn of_mut(&mut self, instrument: usize) -> &mut Book {
        self.kept.entry(instrument).or_default()
    }

    /// Those with anything in them.
    pub(super) fn busy(&self) -> impl Iterator<Item = (&usize, &Book)> {
        self.kept.iter().filter(|(_, book)| **book != self.empty)
    }
}

/// What was looked at and holds nothing makes no difference.
impl PartialEq for Books {
    fn eq(&self, other: &Self) -> bool {
        self.busy().eq(other.busy())
    }
}

impl Eq for Books {}

impl Book {
    pub(super) fn is_empty(&self) -> bool {
        self.market.is_empty()
            && self.buys.is_empty()
            && self.sells.is_empty()
            && self.stop_buys.is_empty()
            && self.stop_sells.is_empty()
            && self.watched.is_empty()
    }

    pub(super) fn insert(&mut self, slot: Slot, rank: u64, id: i64) {
        match slot {
            Slot::Market => self.market.insert(id),
            Slot::Limit(Side::Buy, price) => self.buys.insert((Reverse(price), rank, id)),
            Slot::Limit(Side::Sell, price) => self.sells.insert((price, rank, id)),
            Slot::Stop(Side::Buy, price) => self.stop_buys.insert((price, id)),
            Slot::Stop(Side::Sell, price) => self.stop_sells.insert((Reverse(price), id)),
            Slot::Watch => self.watched.insert(id),
        };
    }

    pub(super) fn remove(&mut self, slot: Slot, rank: u64, id: i64) {
        match slot {
            Slot::Market => self.market.remove(&id),
            Slot::Limit(Side::Buy, price) => self.buys.remove(&(Reverse(price), rank, id)),
            Slot::Limit(Side::Sell, price) => self.sells.remove(&(price, rank, id)),
            Slot::Stop(Side::Buy, price) => self.stop_buys.remove(&(price, id)),
            Slot::Stop(Side::Sell, price) => self.stop_sells.remove(&(Reverse(price), id)),
            Slot::Watch => self.watched.remove(&id),
        };
    }
}

/// Shares taken from the displayed sizes within one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Taken {
    second: i64,
    at_ask: Decimal,
    at_bid: Decimal,
}

/// Orders of one client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientOrders {
    pub(super) by_order_id: BTreeMap<i32, i64>,
    /// Highest order id of the orders that were let go of, 0 before.
    pub(super) forgotten: i32,
    pub(super) live: BTreeSet<i64>,
}

fn families(universe: &Universe) -> BTreeMap<usize, (usize, usize)> {
    let mut all: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (option, underlying) in universe.iter().filter_map(|(option, i)| Some((option, i.underlying?))) {
        let family = all.entry(underlying).or_insert((option, option));
        *family = (family.0.min(option), family.1.max(option));
    }
    all
}

/// Everything that survives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) orders: Orders,
    /// Orders that were let go of and wait to be archived.
    pub(super) retired: Vec<OrderRecord>,
    /// What the books owe to the executions of orders that were let go of.
    pub(super) told: Told,
    /// The contracts that orders named, by instrument: one for each destination.
    pub(super) contracts: BTreeMap<usize, Vec<Arc<Contract>>>,
    pub(super) accounts: Vec<Account>,
    pub(super) universe: Arc<Universe>,
    /// First and last option of each underlying.
    pub(super) families: BTreeMap<usize, (usize, usize)>,
    /// Shares that can be borrowed, of instruments with a limit.
    pub(super) borrowable: BTreeMap<usize, Decimal>,
    /// Orders that wait for shares to borrow.
    pub(super) locating: BTreeSet<i64>,
    pub(super) books: Books,
    /// Instruments whose book holds an order.
    pub(super) active: BTreeSet<usize>,
    pub(super) taken: Vec<Taken>,
    pub(super) clients: BTreeMap<i32, ClientOrders>,
    pub(super) live: BTreeSet<i64>,
    /// What time alone does next, by when.
    pub(super) alarms: BTreeSet<(Timestamp, i64)>,
    /// Orders whose conditions are to be looked at.
    pub(super) conditional: BTreeSet<i64>,
    /// Number of the last fill of an instrument in an account, from 1.
    pub(super) last_fills: BTreeMap<(usize, usize), usize>,
    pub(super) children: BTreeMap<i64, Vec<i64>>,
    pub(super) groups: BTreeMap<(i32, String), BTreeSet<i64>>,
    /// Ended orders, in the order they ended.
    pub(super) ended: Vec<i64>,
    /// What was settled at its expiry in the last days: account, instrument, execution.
    pub(super) settled: Vec<(usize, usize, Fill)>,
    /// Settlements before those.
    pub(super) settled_forgotten: usize,
    /// Every fill of the last days: order and position among its fills.
    pub(super) fills: VecDeque<(i64, usize)>,
    /// Fills before those.
    pub(super) fills_forgotten: usize,
    pub(super) day: Date,
    /// The next rank to give.
    pub(super) rank: u64,
    /// Instruments whose trading is halted, and since when.
    pub(super) halted: BTreeMap<usize, Timestamp>,
    /// Second permIds by the first.
    pub(super) second_perm_ids: BTreeMap<i64, i64>,
}

impl State {
    pub(super) fn new(opened: &Opened, universe: Arc<Universe>) -> Self {
        Self {
            orders: Orders::default(),
            retired: Vec::new(),
            told: Told::default(),
            contracts: BTreeMap::new(),
            accounts: opened.accounts.iter().map(|id| Account::new(id.clone(), opened.deposit)).collect(),
            books: Books::default(),
            active: BTreeSet::new(),
            borrowable: BTreeMap::new(),
            locating: BTreeSet::new(),
            taken: vec![Taken::default(); universe.len()],
            families: families(&universe),
            universe,
            clients: BTreeMap::new(),
            live: BTreeSet::new(),
            alarms: BTreeSet::new(),
            conditional: BTreeSet::new(),
            last_fills: BTreeMap::new(),
            children: BTreeMap::new(),
            groups: BTreeMap::new(),
            ended: Vec::new(),
            settled: Vec::new(),
            settled_forgotten: 0,
            fills: VecDeque::new(),
            fills_forgotten: 0,
            day: opened.market.opened_on,
            rank: 0,
            halted: BTreeMap::new(),
            second_perm_ids: BTreeMap::new(),
        }
    }

    pub(super) fn orders(&self) -> impl Iterator<Item = &OrderRecord> {
        self.orders.iter()
    }

    /// The contract of an instrument at a destination, shared by all orders that name it.
    pub(super) fn contract(&mut self, instrument: usize, exchange: &str) -> Arc<Contract> {
        let known = self.contracts.entry(instrument).or_default();
        if let Some(contract) = known.iter().find(|c| c.exchange == exchange) {
            return Arc::clone(contract);
        }
        let contract = Arc::new(full(self.universe.get(instrument), exchange));
        known.push(Arc::clone(&contract));
        contract
    }

    pub(super) fn next_perm_id(&self) -> i64 {
        self.orders.next_perm_id()
    }

    /// The next second permId; an order that gets a third loses the second.
    pub(super) fn next_second_perm_id(&self) -> i64 {
        self.second_perm_ids.values().max().map_or(SECOND_PERM_BASE, |highest| highest + 1)
    }

    pub(super) fn get(&self, perm_id: i64) -> Option<&OrderRecord> {
        self.orders.get(perm_id)
    }

    /// An order whose id came out of this state.
    #[expect(clippy::expect_used, reason = "an id of this state names one of its orders")]
    pub(super) fn order(&self, perm_id: i64) -> &OrderRecord {
        self.orders.get(perm_id).expect("an order whose id came out of this state")
    }

    pub(super) fn find(&self, client_id: i32, order_id: i32) -> Option<i64> {
        self.clients.get(&client_id)?.by_order_id.get(&order_id).copied()
    }

    /// The lowest order id that is free for a client.
    pub(super) fn next_order_id(&self, client_id: i32) -> i32 {
        let Some(client) = self.clients.get(&client_id) else {
            return 1;
        };
        let highest = client.by_order_id.last_key_value().map_or(0, |(id, _)| *id);
        highest.max(client.forgotten).saturating_add(1).max(1)
    }

    /// Whether an order id may be that of an order that was let go of.
    pub(super) fn is_forgotten(&self, client_id: i32, order_id: i32) -> bool {
        self.clients.get(&client_id).is_some_and(|c| order_id <= c.forgotten)
    }

    /// Fills there ever were.
    pub(super) fn fill_count(&self) -> usize {
        self.fills_forgotten + self.fills.len()
    }

    /// The next id of a bound manual order: negative, downwards.
    pub(super) fn next_bound_id(&self, client_id: i32) -> i32 {
        let lowest = self.clients.get(&client_id).and_then(|c| c.by_order_id.first_key_value());
        lowest.map_or(-1, |(id, _)| id.saturating_sub(1).min(-1))
    }

    /// Shares already taken at the ask (by buyers) or at the bid in this second.
    pub(super) fn taken(&self, instrument: usize, side: Side, second: i64) -> Decimal {
        let taken = &self.taken[instrument];
        match side {
            _ if taken.second != second => Decimal::ZERO,
            Side::Buy => taken.at_ask,
            Side::Sell => taken.at_bid,
        }
    }

    /// Whether a change can follow. Only a history from outside can fail this.
    pub(super) fn check(&self, change: &Change) -> Result<(), String> {
        let known = |perm_id: i64| match self.get(perm_id) {
            Some(record) => Ok(record),
            None => Err(format!("there is no order {perm_id}")),
        };
        let live = |perm_id: i64| match known(perm_id)? {
            record if record.is_live() => Ok(record),
            _ => Err(format!("order {perm_id} has ended")),
        };
        match change {
            Change::Opened(_) => Err("the venue was opened already".to_owned()),
            Change::Accepted(a) => self.check_accepted(a),
            Change::Refused(refused) => self.check_accepted(&refused.asked),
            Change::Bound { perm_id, order_id, .. } => match live(*perm_id)? {
                record if !record.manual || self.find(record.client_id, *order_id).is_some() => {
                    Err(format!("order {perm_id} cannot be bound to {order_id}"))
                }
                _ => Ok(()),
            },
            Change::Replaced(r) => live(r.perm_id).map(|_| ()),
            Change::Transmitted { perm_id, .. }
            | Change::Activated { perm_id, .. }
            | Change::Triggered { perm_id, .. }
            | Change::Started { perm_id, .. }
            | Change::ConditionsMet { perm_id, .. }
            | Change::Priced { perm_id, .. }
            | Change::StatusSet { perm_id, .. } => live(*perm_id).map(|_| ()),
            Change::Reduced { perm_id, quantity, .. } => match live(*perm_id)? {
                record if *quantity <= record.filled || *quantity > record.terms.quantity => {
                    Err(format!("order {perm_id} cannot be reduced to {quantity}"))
                }
                _ => Ok(()),
            },
            Change::Executed(e) => match live(e.execution.perm_id)? {
                record if e.execution.shares > record.remaining() => Err(format!("order {} overfills", record.perm_id)),
                _ => Ok(()),
            },
            Change::PriceMoved { con_id, .. } | Change::Halted { con_id, .. } | Change::ShortableSet { con_id, .. }
                if self.universe.find_con_id(*con_id).is_none() =>
            {
                Err(format!("no contract {con_id}"))
            }
            Change::Settled(s) if s.account >= self.accounts.len() => Err(format!("no account {}", s.account)),
            Change::Settled(s) if self.universe.find_con_id(s.con_id).is_none() => {
                Err(format!("no contract {}", s.con_id))
            }
            Change::Settled(_) => Ok(()),
            Change::PriceMoved { .. } | Change::Halted { .. } | Change::ShortableSet { .. } => Ok(()),
            Change::PermIdReissued { perm_id, .. } | Change::Locating { perm_id, .. } => live(*perm_id).map(|_| ()),
            Change::DayBegan { equity, .. } if equity.len() != self.accounts.len() => {
                Err("one equity per account".to_owned())
            }
            Change::DayBegan { marks, .. } => {
                match marks.iter().find(|(id, _)| self.universe.find_con_id(*id).is_none()) {
                    Some((con_id, _)) => Err(format!("no contract {con_id}")),
                    None => Ok(()),
                }
            }
        }
    }

    fn check_accepted(&self, accepted: &Accepted) -> Result<(), String> {
        if accepted.perm_id != self.next_perm_id() {
            return Err(format!("order {} does not come next", accepted.perm_id));
        }
        if self.universe.find_con_id(accepted.con_id).is_none() {
            return Err(format!("no contract {}", accepted.con_id));
        }
        if accepted.account >= self.accounts.len() {
            return Err(format!("no account {}", accepted.account));
        }
        match accepted.parent {
            Some(parent) if self.get(parent).is_none() => Err(format!("there is no order {parent}")),
            Some(_) | None => Ok(()),
        }
    }

    /// Applies a change that [`State::check`] passes.
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            // The market moves beside the state; the state began with `Opened`.
            Change::Opened(_) | Change::PriceMoved { .. } => {}
            Change::Accepted(accepted) => self.accept(accepted),
            Change::Replaced(replaced) => self.replace(replaced),
            Change::Transmitted { perm_id, at } => self.update(*perm_id, *at, |order| {
                order.held = false;
                order.status = Status::PreSubmitted;
            }),
            Change::Activated { perm_id, at } => self.update(*perm_id, *at, |order| order.waiting = false),
            Change::Triggered { perm_id, at } => self.update(*perm_id, *at, |order| order.triggered = true),
            Change::Refused(refused) => {
                let perm_id = refused.asked.perm_id;
                self.accept(&refused.asked);
                self.update(perm_id, refused.asked.at, |order| {
                    order.accepted = false;
                    order.status = Status::Inactive;
                    order.reason.clone_from(&refused.reason);
                });
            }
            Change::Bound { perm_id, order_id, at } => {
                let client = self.order(*perm_id).client_id;
                self.clients.entry(client).or_default().by_order_id.insert(*order_id, *perm_id);
                self.update(*perm_id, *at, |order| {
                    order.order_id = *order_id;
                    Arc::make_mut(&mut order.order).order_id = Some(*order_id);
                });
            }
            Change::ConditionsMet { perm_id, at } => self.update(*perm_id, *at, |order| order.unmet = false),
            Change::Started { perm_id, at } => self.update(*perm_id, *at, |order| order.asleep = false),
            Change::Priced { perm_id, stop, limit, at } => {
                self.update(*perm_id, *at, |order| order.price(*stop, *limit));
            }
            Change::Reduced { perm_id, quantity, at } => {
                self.update(*perm_id, *at, |order| order.reduce(*quantity, *at));
            }
            Change::StatusSet { perm_id, status, reason, at } => {
                self.update(*perm_id, *at, |order| {
                    order.status = *status;
                    order.reason.clone_from(reason);
                });
            }
            Change::Executed(executed) => self.execute(executed),
            Change::Settled(settled) => self.settle(settled),
            Change::Halted { con_id, halted, at } => {
                if let Some(instrument) = self.universe.find_con_id(*con_id) {
                    if *halted {
                        self.halted.insert(instrument, *at);
                    } else {
                        self.halted.remove(&instrument);
                    }
                }
            }
            Change::ShortableSet { con_id, shares } => {
                if let Some(instrument) = self.universe.find_con_id(*con_id) {
                    match shares {
                        Some(shares) => self.borrowable.insert(instrument, *shares),
                        None => self.borrowable.remove(&instrument),
                    };
                }
            }
            Change::Locating { perm_id, locating, at } => {
                self.update(*perm_id, *at, |order| order.locating = *locating);
            }
            Change::PermIdReissued { perm_id, second } => {
                self.second_perm_ids.insert(*perm_id, *second);
            }
            Change::DayBegan { date, equity, marks } => self.begin_day(*date, equity, marks),
        }
    }

    /// The number of the next execution.
    pub(super) fn next_execution(&self) -> usize {
        self.fill_count() + self.settled_forgotten + self.settled.len() + 1
    }

    fn settle(&mut self, settled: &Settled) {
        let Some(instrument) = self.universe.find_con_id(settled.con_id) else {
            return;
        };
        let (of, execution) = (self.universe.get(instrument), &settled.execution);
        let realized = self.accounts[settled.account].book(&Trade {
            instrument,
            asset: Asset::of(of),
            signed: match execution.side {
                ExecSide::Bought => execution.shares,
                ExecSide::Sold => -execution.shares,
            },
            price: execution.price,
            commission: Decimal::ZERO,
            paid_in: commission::currency(of),
            rate: settled.rate,
        });
        let fill = Fill { execution: Arc::clone(execution), commission: Decimal::ZERO, realized };
        self.settled.push((settled.account, instrument, fill));
    }

    /// How the books see an instrument.
    pub(super) fn asset(&self, instrument: usize) -> Asset {
        Asset::of(self.universe.get(instrument))
    }

    fn begin_day(&mut self, date: Date, equity: &[Decimal], marks: &[(i32, Decimal)]) {
        let marks: BTreeMap<usize, Decimal> =
            marks.iter().filter_map(|(con_id, price)| Some((self.universe.find_con_id(*con_id)?, *price))).collect();
        let new_month = date.first_of_month() > self.day;
        self.day = date;
        let universe = &self.universe;
        for (account, equity) in self.accounts.iter_mut().zip(equity) {
            account.begin_day(*equity, |instrument, holding| {
                let mark = marks.get(&instrument).copied().unwrap_or_default();
                Asset::of(universe.get(instrument)).value(holding.quantity, mark) - holding.cost
            });
            if new_month {
                account.shares_this_month = Decimal::ZERO;
            }
        }
        self.retire(date);
    }

    fn accept(&mut self, accepted: &Accepted) {
        let Some(instrument) = self.universe.find_con_id(accepted.con_id) else {
            return;
        };
        let contract = self.contract(instrument, &accepted.exchange);
        let record = OrderRecord::new(accepted, instrument, contract, self.rank, self.fill_count());
        self.rank += 1;
        let perm_id = record.perm_id;
        let client = self.clients.entry(record.client_id).or_default();
        if !record.manual {
            client.by_order_id.insert(record.order_id, perm_id);
        }
        if let Some(parent) = record.parent {
            self.children.entry(parent).or_default().push(perm_id);
        }
        if !record.order.oca_group.is_empty() {
            let group = (record.client_id, record.order.oca_group.clone());
            self.groups.entry(group).or_default().insert(perm_id);
        }
        self.orders.push(record);
        self.shift(perm_id, &Places::NONE);
    }

    fn replace(&mut self, replaced: &Replaced) {
        let rank = self.rank;
        self.rank += 1;
        self.update(replaced.perm_id, replaced.at, |order| order.replace(replaced, rank));
    }

    fn execute(&mut self, executed: &Executed) {
        let execution = &executed.execution;
        let record = self.order(execution.perm_id);
        let (account, instrument, side) = (record.account, record.instrument, record.terms.side);
        let commission = executed.charged.commission - record.charged.commission;
        let of = self.universe.get(instrument);
        let realized = self.accounts[account].book(&Trade {
            instrument,
            asset: Asset::of(of),
            signed: side.signed(execution.shares),
            price: execution.price,
            commission,
            paid_in: commission::currency(of),
            rate: executed.rate,
        });
        if of.sec_type == SecType::Stk {
            self.accounts[account].shares_this_month += execution.shares;
        }
        let taken = &mut self.taken[instrument];
        let second = execution.time.as_second();
        if taken.second != second {
            *taken = Taken { second, ..Taken::default() };
        }
        match side {
            _ if executed.crossed => {}
            Side::Buy => taken.at_ask += execution.shares,
            Side::Sell => taken.at_bid += execution.shares,
        }
        let fill = Fill { execution: Arc::clone(execution), commission, realized };
        self.last_fills.insert((account, instrument), self.fill_count() + 1);
        self.fills.push_back((execution.perm_id, self.order(execution.perm_id).fills.len()));
        self.update(execution.perm_id, execution.time, |order| {
            let remaining = order.remaining();
            let freed = if fill.execution.shares == remaining {
                order.reserve
            } else {
                (order.reserve * fill.execution.shares / remaining).round_dp(8)
            };
            order.reserve -= freed;
            order.filled += fill.execution.shares;
            order.value += fill.execution.shares * fill.execution.price;
            order.charged = executed.charged;
            order.last_price = fill.execution.price;
            order.status = if order.remaining().is_zero() { Status::Filled } else { Status::Submitted };
            if order.fills.is_empty() {
                // Most orders fill at once: no room is kept for more.
                order.fills.reserve_exact(1);
            }
            order.fills.push(fill);
        });
    }

    /// Changes an order and keeps every index in step with it.
    fn update(&mut self, perm_id: i64, at: Timestamp, change: impl FnOnce(&mut OrderRecord)) {
        let Some(order) = self.orders.get_mut(perm_id) else {
            return;
        };
        let before = Places::of(order);
        change(order);
        order.updated_at = at;
        if !is_live(order.status) {
            order.reserve = Decimal::ZERO;
            self.ended.push(perm_id);
            if !order.order.oca_group.is_empty() {
                let key = (order.client_id, order.order.oca_group.clone());
                if let Some(group) = self.groups.get_mut(&key) {
                    group.remove(&perm_id);
                    if group.is_empty() {
                        self.groups.remove(&key);
                    }
                }
            }
        }
        self.shift(perm_id, &before);
    }
}

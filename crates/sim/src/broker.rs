//! IB Gateway, with the venue's core behind it: connections, what arrives on them, and what goes wrong there.

use crate::clock::SimClock;
use crate::network::{Down, Weather, Weathered, Wire};
use crate::world;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tws::model::{Contract, ExecutionDetails, ExecutionFilter, NO_REQ_ID, Notice, Order, Reply, Request};
use venue::core::{ConnId, Core, LedgerOrder, Step};

/// The simulation's own eyes: a client that only asks.
const OBSERVER: ConnId = ConnId(0);
const OBSERVER_CLIENT: i32 = 999;
/// The market is looked at this often.
const MARKET_EVERY: SignedDuration = SignedDuration::from_millis(500);

/// A longer sleep than so many seconds is walked in as many strides.
const LOOKS_MAX: i64 = 600;

/// A connection as the Gateway sees it.
#[derive(Debug)]
struct Line {
    wire: Wire,
}

/// What a fresh connection is told.
#[derive(Clone, Debug)]
pub struct Greeting {
    /// Names the connection.
    pub conn: u64,
    /// Accounts of the login.
    pub accounts: Vec<String>,
    /// The order id that the Gateway proposes.
    pub next_valid_id: i64,
}

/// Why no connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Nobody listens.
    Down,
    /// 326.
    ClientIdInUse,
}

/// IB Gateway and the venue.
#[derive(Debug)]
pub struct Broker {
    core: Core,
    clock: SimClock,
    lines: BTreeMap<u64, Line>,
    next_conn: u64,
    up: bool,
    offline: bool,
    farm_is_away: bool,
    propose_low: bool,
    moved_at: Timestamp,
    dice: ChaCha8Rng,
    /// How bad the lines are.
    pub weather: Weather,
    /// What happened on them.
    pub did: Weathered,
    /// So many cancels are refused with 10147 although their order lives.
    pub deny_cancels: u32,
    /// So many end markers of lists never come.
    pub lose_ends: u32,
    /// So many orders are taken without a word.
    pub silent: u32,
    /// Trades are told by the status of their orders alone, and by lists.
    pub mute_trades: bool,
    /// Trades that were corrected: the new id and price by the id before.
    corrected: BTreeMap<String, (String, Decimal)>,
    /// Contracts that somebody traded by hand.
    pub by_hand: BTreeSet<i32>,
    /// Counts orders and changes that arrived.
    pub placed: u64,
}

impl Broker {
    /// A venue that has just opened.
    pub fn new(clock: SimClock, seed: u64) -> Self {
        let mut core = world::venue();
        let now = clock.true_now();
        core.connect(OBSERVER, OBSERVER_CLIENT, now);
        Self {
            core,
            moved_at: now,
            clock,
            lines: BTreeMap::new(),
            next_conn: 1,
            up: true,
            offline: false,
            farm_is_away: false,
            propose_low: false,
            dice: ChaCha8Rng::seed_from_u64(seed ^ 0x6272_6f6b_6572),
            weather: Weather::default(),
            did: Weathered::default(),
            deny_cancels: 0,
            lose_ends: 0,
            silent: 0,
            mute_trades: false,
            corrected: BTreeMap::new(),
            by_hand: BTreeSet::new(),
            placed: 0,
        }
    }

    /// A client connects.
    ///
    /// # Errors
    /// See [`Closed`].
    pub fn connect(&mut self, client_id: i32) -> Result<Greeting, Closed> {
        if !self.up {
            return Err(Closed::Down);
        }
        let now = self.clock.true_now();
        let conn = self.next_conn;
        let step = self.core.connect(ConnId(conn), client_id, now);
        if !step.close.is_empty() {
            return Err(Closed::ClientIdInUse);
        }
        self.next_conn += 1;
        let mut greeting = Greeting { conn, accounts: Vec::new(), next_valid_id: 1 };
        for (_, reply) in &step.out {
            if let Reply::ManagedAccounts { accounts } = reply {
                greeting.accounts.clone_from(accounts);
            } else if let Reply::NextValidId { order_id } = reply {
                greeting.next_valid_id = i64::from(*order_id);
            }
        }
        if self.propose_low {
            greeting.next_valid_id = 1;
        }
        self.lines.insert(conn, Line { wire: Wire::new(now) });
        Ok(greeting)
    }

    /// Whether a connection stands.
    pub fn stands(&self, conn: u64) -> bool {
        self.lines.contains_key(&conn)
    }

    /// A client writes.
    pub fn write(&mut self, conn: u64, request: Request) {
        let now = self.clock.true_now();
        if let Some(line) = self.lines.get_mut(&conn) {
            line.wire.write(now, request, &self.weather, &mut self.dice, &mut self.did);
        }
    }

    /// What has arrived for a client.
    pub fn heard(&mut self, conn: u64) -> Option<Down> {
        let now = self.clock.true_now();
        self.lines.get_mut(&conn)?.wire.heard(now)
    }

    /// A connection ends. Of what was written last, up to `still` messages arrive all the same.
    pub fn cut(&mut self, conn: u64, still: usize) {
        let now = self.clock.true_now();
        if let Some(mut line) = self.lines.remove(&conn) {
            for request in line.wire.cut(still) {
                self.request(conn, request);
            }
            let step = self.core.disconnect(ConnId(conn), now);
            self.deliver(step, false);
        }
    }

    /// Every connection ends at once, as when the Gateway dies.
    pub fn cut_all(&mut self, still: usize) {
        for conn in self.lines.keys().copied().collect::<Vec<_>>() {
            self.cut(conn, still);
        }
    }

    /// The Gateway goes down, losing what was on its way; it comes back with [`Broker::rise`].
    pub fn fall(&mut self, propose_low: bool) {
        self.cut_all(0);
        self.core.restart();
        self.up = false;
        self.offline = false;
        self.farm_is_away = false;
        self.propose_low = propose_low;
    }

    /// The Gateway listens again.
    pub fn rise(&mut self) {
        self.up = true;
    }

    /// The Gateway loses its line to IBKR: 1100; what happens meanwhile is never told.
    pub fn go_offline(&mut self) {
        if self.up && !self.offline {
            self.offline = true;
            self.say_all(1100, "Connectivity between IB and Trader Workstation has been lost.");
        }
    }

    /// And has it again: 1101 or 1102.
    pub fn come_online(&mut self, lost: bool) {
        if self.offline {
            self.offline = false;
            let code = if lost { 1101 } else { 1102 };
            self.say_all(code, "Connectivity between IB and Trader Workstation has been restored.");
        }
    }

    /// A farm of the broker goes away: 2103.
    pub fn lose_farm(&mut self) {
        if self.up {
            self.farm_is_away = true;
            self.say_all(2103, "Market data farm connection is broken:usfarm");
        }
    }

    /// And is back: 2104.
    pub fn find_farm(&mut self) {
        if std::mem::take(&mut self.farm_is_away) {
            self.say_all(2104, "Market data farm connection is OK:usfarm");
        }
    }

    fn say_all(&mut self, code: i32, text: &str) {
        let now = self.clock.true_now();
        for line in self.lines.values_mut() {
            let notice = Reply::Notice(Notice::general(code, text, now));
            line.wire.tell(now, notice, true, &self.weather, &mut self.dice, &mut self.did);
        }
    }

    /// When the next message arrives anywhere.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.lines.values().filter_map(|line| line.wire.next_due()).min()
    }

    /// Trading is halted: nothing fills while ledger and journal are compared.
    pub fn stand_still(&mut self) {
        for (symbol, _) in world::STOCKS {
            if let Ok(step) = self.core.halt(symbol, true, self.clock.true_now()) {
                self.deliver(step, false);
            }
        }
    }

    /// Takes in what has arrived and lets the market move.
    pub fn tick(&mut self) {
        let now = self.clock.true_now();
        let slept = now.duration_since(self.moved_at).as_secs();
        if slept > LOOKS_MAX {
            // While the machine slept the books met the market less often: what is tested is what comes of it.
            self.moved_at = now;
            let step = self.core.pass_by(now, slept / LOOKS_MAX + 1);
            self.deliver(step, false);
        }
        for conn in self.lines.keys().copied().collect::<Vec<_>>() {
            // While it is offline the Gateway keeps requests back.
            while !self.offline
                && let Some(request) = self.lines.get_mut(&conn).and_then(|line| line.wire.arrived(now))
            {
                self.request(conn, request);
            }
        }
        if now.duration_since(self.moved_at) >= MARKET_EVERY {
            self.moved_at = now;
            let step = self.core.pass(now);
            self.deliver(step, false);
        }
    }

    fn request(&mut self, conn: u64, request: Request) {
        let now = self.clock.true_now();
        if let Request::CancelOrder(cancel) = &request
            && self.deny_cancels > 0
        {
            self.deny_cancels -= 1;
            let text = format!("OrderId {} that needs to be cancelled is not found.", cancel.order_id);
            let step = Step {
                out: vec![(ConnId(conn), Reply::Notice(Notice::about(cancel.order_id, 10147, text, now)))],
                ..Step::default()
            };
            return self.deliver(step, false);
        }
        let listed = matches!(
            request,
            Request::AllOpenOrders | Request::CompletedOrders { .. } | Request::Executions { .. } | Request::Positions
        );
        if let Request::PlaceOrder(place) = &request {
            self.placed += 1;
            self.core.note_order_id(world::CLIENT_ID, place.order_id);
        }
        let placed = matches!(request, Request::PlaceOrder(_));
        let mut step = self.core.request(ConnId(conn), request, now);
        if placed && self.silent > 0 {
            self.silent -= 1;
            step.out.retain(|(told, _)| *told != ConnId(conn));
        }
        self.deliver(step, listed);
    }

    fn deliver(&mut self, step: Step, listed: bool) {
        let now = self.clock.true_now();
        let relabels = self.core.relabels();
        for (conn, mut reply) in step.out {
            let Some(line) = self.lines.get_mut(&conn.0) else { continue };
            if self.offline && !listed {
                continue;
            }
            if !listed && self.mute_trades && matches!(reply, Reply::ExecutionDetails(_)) {
                continue;
            }
            if listed && self.lose_ends > 0 && is_end(&reply) {
                self.lose_ends -= 1;
                continue;
            }
            if relabels {
                self.core.relabel(&mut reply);
            }
            if listed {
                correct(&self.corrected, &mut reply);
            }
            line.wire.tell(now, reply, listed, &self.weather, &mut self.dice, &mut self.did);
        }
        for conn in step.close {
            self.lines.remove(&conn.0);
        }
    }

    /// Every order that the venue ever accepted.
    pub fn ledger(&self) -> Vec<LedgerOrder> {
        self.core.ledger()
    }

    /// Best bid and ask of a stock.
    pub fn touch(&mut self, stock: usize) -> (Option<Decimal>, Option<Decimal>) {
        let (symbol, _) = world::STOCKS[stock % world::STOCKS.len()];
        self.core.touch(symbol, self.clock.true_now()).unwrap_or_default()
    }

    /// The market of a stock moves to a price.
    pub fn move_price(&mut self, stock: usize, price: Decimal) {
        let (symbol, _) = world::STOCKS[stock % world::STOCKS.len()];
        // A price that cannot be is no move.
        if let Ok(step) = self.core.move_price(symbol, price, self.clock.true_now()) {
            self.deliver(step, false);
        }
    }

    /// A working order of ours gets a second permId.
    pub fn second_perm_id(&mut self, order_id: i32) {
        let step = self.core.reissue_perm_id(world::CLIENT_ID, order_id, self.clock.true_now());
        self.deliver(step, false);
    }

    /// Somebody trades by hand in TWS.
    pub fn enter_manual(&mut self, stock: usize, buys: bool, qty: i64) {
        self.by_hand.insert(world::STOCKS[stock % world::STOCKS.len()].1);
        let order = Order {
            action: if buys { "BUY" } else { "SELL" }.to_owned(),
            total_quantity: Some(Decimal::from(qty)),
            order_type: "MKT".to_owned(),
            tif: "DAY".to_owned(),
            transmit: true,
            ..Order::default()
        };
        let (step, _) = self.core.enter_manual(wire_contract(stock), order, self.clock.true_now());
        self.deliver(step, false);
    }

    /// Executions that the broker can still report, corrections worked in, by asking now.
    pub fn reportable(&mut self) -> Vec<Arc<tws::model::Execution>> {
        let request = Request::Executions { req_id: 2, filter: ExecutionFilter::default() };
        let step = self.core.request(OBSERVER, request, self.clock.true_now());
        let mut found = Vec::new();
        for (conn, mut reply) in step.out {
            correct(&self.corrected, &mut reply);
            if conn == OBSERVER
                && let Reply::ExecutionDetails(details) = reply
            {
                found.push(details.execution);
            }
        }
        found
    }

    /// What the account holds, by contract.
    pub fn positions(&mut self) -> BTreeMap<i32, Decimal> {
        let mut held = BTreeMap::new();
        for request in [Request::Positions, Request::CancelPositions] {
            let step = self.core.request(OBSERVER, request, self.clock.true_now());
            for (conn, reply) in step.out {
                if conn == OBSERVER
                    && let Reply::Position(position) = reply
                    && let Some(con_id) = position.contract.con_id
                {
                    held.insert(con_id, position.position);
                }
            }
        }
        held
    }

    /// References of the orders that are over and that the broker can still tell of.
    pub fn completed(&mut self) -> BTreeSet<String> {
        let request = Request::CompletedOrders { api_only: false };
        let step = self.core.request(OBSERVER, request, self.clock.true_now());
        let mut told = BTreeSet::new();
        for (conn, reply) in step.out {
            if conn == OBSERVER
                && let Reply::CompletedOrder(completed) = reply
            {
                told.insert(completed.order.order_ref.clone());
            }
        }
        told
    }

    /// The broker corrects the price of a trade and says so.
    pub fn correct(&mut self, pick: usize, cents: i64) -> bool {
        let known: Vec<_> = self.reportable().into_iter().filter(|trade| !trade.order_ref.is_empty()).collect();
        let Some(before) = known.get(pick % known.len().max(1)) else { return false };
        let Some((family, number)) = before.exec_id.rsplit_once('.') else { return false };
        let next = number.parse::<u32>().unwrap_or(1) + 1;
        let (new_id, price) =
            (format!("{family}.{next:02}"), (before.price + Decimal::new(cents, 2)).max(Decimal::ONE));
        let raw = self.corrected.iter().find(|(_, (id, _))| *id == before.exec_id).map(|(old, _)| old.clone());
        self.corrected.insert(raw.unwrap_or_else(|| before.exec_id.clone()), (new_id.clone(), price));
        let mut execution = before.as_ref().clone();
        (execution.exec_id, execution.price) = (new_id, price);
        let Some(stock) = self.stock_of(&execution) else { return false };
        let contract = Arc::new(wire_contract(stock));
        let details = ExecutionDetails { req_id: NO_REQ_ID, contract, execution: Arc::new(execution) };
        let now = self.clock.true_now();
        for line in self.lines.values_mut() {
            let reply = Reply::ExecutionDetails(Box::new(details.clone()));
            line.wire.tell(now, reply, false, &self.weather, &mut self.dice, &mut self.did);
        }
        true
    }

    fn stock_of(&self, execution: &tws::model::Execution) -> Option<usize> {
        let ledger = self.core.ledger();
        let order = ledger.iter().find(|order| order.perm_id == execution.perm_id)?;
        world::STOCKS.iter().position(|(_, con_id)| *con_id == order.con_id)
    }
}

fn is_end(reply: &Reply) -> bool {
    matches!(
        reply,
        Reply::OpenOrdersEnd | Reply::CompletedOrdersEnd | Reply::ExecutionDetailsEnd { .. } | Reply::PositionEnd
    )
}

fn correct(corrected: &BTreeMap<String, (String, Decimal)>, reply: &mut Reply) {
    if let Reply::ExecutionDetails(details) = reply {
        if let Some((id, price)) = corrected.get(&details.execution.exec_id) {
            let execution = Arc::make_mut(&mut details.execution);
            execution.exec_id.clone_from(id);
            execution.price = *price;
        }
    } else if let Reply::CommissionReport(report) = reply
        && let Some((id, _)) = corrected.get(&report.exec_id)
    {
        report.exec_id.clone_from(id);
    }
}

fn wire_contract(stock: usize) -> Contract {
    let (symbol, con_id) = world::STOCKS[stock % world::STOCKS.len()];
    Contract {
        con_id: Some(con_id),
        symbol: symbol.to_owned(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        currency: "USD".to_owned(),
        ..Contract::default()
    }
}

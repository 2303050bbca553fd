//! One client with its own books: what it has working, what it was told of executions and commissions.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use rand_chacha::ChaCha8Rng;

use super::Failure;
use super::ask::{Ask, Event, Fee, Ticket, Trade};
use super::client::Client;

pub(crate) struct Trader {
    pub(crate) id: i32,
    version: i32,
    addr: SocketAddr,
    client: Option<Client>,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) next_order_id: i32,
    pub(crate) next_req_id: i32,
    /// Orders that may still fill, as far as it knows.
    pub(crate) working: BTreeMap<i32, Ticket>,
    /// Its own executions by id.
    pub(crate) trades: BTreeMap<String, Trade>,
    pub(crate) fees: BTreeMap<String, Fee>,
    /// Executions without an order: what expired was settled by them.
    pub(crate) settlements: BTreeMap<String, Trade>,
    pub(crate) settlement_fees: BTreeMap<String, Fee>,
    /// Executions of others that a query brought.
    others: BTreeSet<String>,
    /// Notices by code.
    pub(crate) notices: BTreeMap<i32, u64>,
    /// The first text of each code.
    pub(crate) texts: BTreeMap<i32, String>,
    /// Market data lines, account summaries and profit feeds that it has open.
    pub(crate) lines: BTreeSet<i32>,
    pub(crate) summaries: BTreeSet<i32>,
    pub(crate) profits: BTreeSet<i32>,
    pub(crate) placed: u64,
}

impl Trader {
    pub(crate) fn new(id: i32, version: i32, addr: SocketAddr, rng: ChaCha8Rng) -> Self {
        Self {
            id,
            version,
            addr,
            client: None,
            rng,
            next_order_id: 1,
            next_req_id: 1,
            working: BTreeMap::new(),
            trades: BTreeMap::new(),
            fees: BTreeMap::new(),
            settlements: BTreeMap::new(),
            settlement_fees: BTreeMap::new(),
            others: BTreeSet::new(),
            notices: BTreeMap::new(),
            texts: BTreeMap::new(),
            lines: BTreeSet::new(),
            summaries: BTreeSet::new(),
            profits: BTreeSet::new(),
            placed: 0,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.client.is_some()
    }

    /// Connects if it is not, and asks for what it missed.
    pub(crate) fn connect(&mut self) -> Result<(), Failure> {
        if self.client.is_some() {
            return Ok(());
        }
        let (client, events) = Client::connect(self.addr, self.id, self.version)?;
        self.client = Some(client);
        self.hear(events)?;
        let req_id = self.req_id();
        self.say(&Ask::Executions { req_id })?;
        self.say(&Ask::OpenOrders)?;
        self.settle()
    }

    /// Leaves without a word. Its orders stay.
    pub(crate) fn leave(&mut self) {
        self.client = None;
        self.lines.clear();
        self.summaries.clear();
        self.profits.clear();
    }

    pub(crate) fn req_id(&mut self) -> i32 {
        self.next_req_id += 1;
        // Apart from order ids, which notices name in the same field.
        1_000_000_000 + self.next_req_id
    }

    pub(crate) fn say(&mut self, ask: &Ask) -> Result<(), Failure> {
        match &mut self.client {
            Some(client) => client.say(ask).map_err(|e| format!("client {}: {e}", self.id).into()),
            None => Err(format!("client {} is not connected", self.id).into()),
        }
    }

    /// Hears everything the venue has to say by now.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        let events = match &mut self.client {
            Some(client) => client.settle().map_err(|e| format!("client {}: {e}", self.id))?,
            None => return Ok(()),
        };
        self.hear(events)
    }

    fn hear(&mut self, events: Vec<Event>) -> Result<(), Failure> {
        for event in events {
            match event {
                Event::Status { order_id, client_id, status, .. } if client_id == self.id => {
                    if matches!(status.as_str(), "Filled" | "Cancelled" | "ApiCancelled" | "Inactive") {
                        self.working.remove(&order_id);
                    } else if let Some(ticket) = self.working.get_mut(&order_id) {
                        ticket.known = true;
                    }
                }
                Event::Trade(trade) if trade.client_id == self.id => self.keep_trade(trade)?,
                Event::Trade(trade) if trade.client_id == 0 => {
                    self.settlements.insert(trade.exec_id.clone(), trade);
                }
                Event::Trade(trade) => {
                    self.others.insert(trade.exec_id);
                }
                Event::Fee(fee) => self.keep_fee(fee)?,
                Event::Notice { id, code, text } => {
                    // Refused before it was an order. The others only inform.
                    if !matches!(code, 399 | 2109 | 10349) && self.working.get(&id).is_some_and(|t| !t.known) {
                        self.working.remove(&id);
                    }
                    *self.notices.entry(code).or_default() += 1;
                    self.texts.entry(code).or_insert(text);
                }
                Event::NextId(id) => self.next_order_id = self.next_order_id.max(id),
                Event::Status { .. } | Event::Time | Event::Other(_) => {}
            }
        }
        Ok(())
    }

    fn keep_trade(&mut self, trade: Trade) -> Result<(), Failure> {
        match self.trades.get(&trade.exec_id) {
            Some(known) if *known != trade => {
                Err(format!("client {} was told {known:?} and then {trade:?}", self.id).into())
            }
            Some(_) => Ok(()),
            None => {
                self.trades.insert(trade.exec_id.clone(), trade);
                Ok(())
            }
        }
    }

    fn keep_fee(&mut self, fee: Fee) -> Result<(), Failure> {
        if self.others.contains(&fee.exec_id) {
            return Ok(());
        }
        if self.settlements.contains_key(&fee.exec_id) {
            self.settlement_fees.insert(fee.exec_id.clone(), fee);
            return Ok(());
        }
        if !self.trades.contains_key(&fee.exec_id) {
            return Err(format!("client {} was told {fee:?} before its execution", self.id).into());
        }
        match self.fees.get(&fee.exec_id) {
            Some(known) if *known != fee => {
                Err(format!("client {} was told {known:?} and then {fee:?}", self.id).into())
            }
            Some(_) => Ok(()),
            None => {
                self.fees.insert(fee.exec_id.clone(), fee);
                Ok(())
            }
        }
    }
}

//! The broker's side of the door, driven by the test. It keeps its own ledger, which outlives every engine.

mod script;

use super::clock::TestClock;
use super::world::{account, con_id, contract, dec, px, qty, quote, summary, usd};
use domain::account::Position;
use domain::approved::Ticket;
use domain::book::Book;
use domain::broker::{
    Answer, AskError, BrokerCommand, BrokerEvent, BrokerOrder, BrokerSnapshot, LinkFacts, NotSentReason, Question,
    Section, SendGuard as _, SendOutcome, SendPermit, StatusReport, WhatIf,
};
use domain::contract::{Contract, Instrument};
use domain::execution::{Commission, Execution};
use domain::id::{BrokerOrderId, ClOrdId, ClientId, ConId, ExecId, Generation, PermId};
use domain::market::Quote;
use domain::money::Money;
use domain::order::OrderIntent;
use domain::order_ref::OrderRef;
use engine::{BrokerLink, Clock as _, Interlock};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{mpsc, watch};

/// What the adapter does with an order that the interlock let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnSubmit {
    /// Writes it and says so.
    Write,
    /// Writes it; the broker has it; nothing is said any more.
    WriteSilently,
    /// Takes it from the queue and dies before the write.
    Swallow,
    /// The library failed; the broker has it all the same.
    UnknownButPlaced,
    /// Leaves it on the queue until released.
    Hold,
}

/// An order in the broker's ledger.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) cl_ord_id: ClOrdId,
    pub(crate) broker_order_id: BrokerOrderId,
    pub(crate) order_ref: String,
    pub(crate) intent: OrderIntent,
    pub(crate) perm_id: i64,
    pub(crate) status: String,
    pub(crate) filled: Decimal,
}

#[derive(Debug)]
struct State {
    up: bool,
    generation: Generation,
    events: Option<mpsc::Sender<BrokerEvent>>,
    on_submit: OnSubmit,
    hold_snapshots: bool,
    hold_reads: bool,
    held: VecDeque<BrokerCommand>,
    ledger: Vec<Placed>,
    executions: Vec<Execution>,
    busts: Vec<ExecId>,
    executions_since: Option<jiff::Timestamp>,
    others: Vec<BrokerOrder>,
    positions: Vec<Position>,
    worth: rust_decimal::Decimal,
    worth_hidden: bool,
    submits: Vec<(ClOrdId, BrokerOrderId, SendPermit)>,
    refused: Vec<(ClOrdId, NotSentReason)>,
    replaces: Vec<(ClOrdId, OrderIntent, Option<BrokerOrderId>)>,
    cancels: Vec<(ClOrdId, BrokerOrderId, Generation)>,
    subscriptions: Vec<Contract>,
    questions: BTreeMap<&'static str, u32>,
    unknown: BTreeSet<&'static str>,
    /// The kind of question that it leaves open.
    silent_about: Option<&'static str>,
    /// What it answers to questions of a kind instead.
    errors: BTreeMap<&'static str, AskError>,
    what_if: Option<WhatIf>,
    quote: Quote,
    /// When its quotes stood still.
    frozen_at: Option<jiff::Timestamp>,
    offers: Vec<Contract>,
    early: Vec<String>,
}

type Durable = Arc<dyn Fn() -> Book + Send + Sync>;

/// The scripted broker. Clones share it.
#[derive(Clone)]
pub(crate) struct Broker {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<u64>,
    clock: TestClock,
    durable: Durable,
}

impl Broker {
    pub(crate) fn new(clock: TestClock, durable: Durable) -> Self {
        let state = State {
            up: false,
            generation: Generation(0),
            events: None,
            on_submit: OnSubmit::Write,
            hold_snapshots: false,
            hold_reads: false,
            held: VecDeque::new(),
            ledger: Vec::new(),
            executions: Vec::new(),
            busts: Vec::new(),
            executions_since: None,
            others: Vec::new(),
            positions: Vec::new(),
            worth: dec("100000"),
            worth_hidden: false,
            submits: Vec::new(),
            refused: Vec::new(),
            replaces: Vec::new(),
            cancels: Vec::new(),
            subscriptions: Vec::new(),
            questions: BTreeMap::new(),
            unknown: BTreeSet::new(),
            silent_about: None,
            errors: BTreeMap::new(),
            what_if: None,
            quote: quote("99.99", "100.01", clock.now()),
            frozen_at: None,
            offers: vec![contract()],
            early: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), changed: watch::Sender::new(0), clock, durable }
    }

    /// What it estimates from now on; nothing before.
    pub(crate) fn estimates(&self, what_if: WhatIf) {
        self.lock().what_if = Some(what_if);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn moved(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// A new process connects its adapter: what the old one still had on its queue is lost.
    pub(crate) fn attach(&self, interlock: Arc<Interlock>) -> BrokerLink {
        let (commands, mut inbox) = mpsc::channel(1_024);
        let (events, outbox) = mpsc::channel(1_024);
        {
            let mut state = self.lock();
            state.up = false;
            state.held.clear();
            state.on_submit = OnSubmit::Write;
            state.hold_snapshots = false;
            state.events = Some(events.clone());
        }
        let this = self.clone();
        tokio::spawn(async move {
            while let Some(command) = inbox.recv().await {
                for event in this.take(command, &interlock) {
                    if events.send(event).await.is_err() {
                        return;
                    }
                }
                this.moved();
            }
        });
        BrokerLink { commands, events: outbox }
    }

    fn take(&self, command: BrokerCommand, interlock: &Interlock) -> Vec<BrokerEvent> {
        let holds = {
            let state = self.lock();
            let order = matches!(command, BrokerCommand::Submit(_) | BrokerCommand::Replace { .. });
            let snapshot = matches!(command, BrokerCommand::Ask { question: Question::Snapshot { .. }, .. });
            let read = matches!(&command, BrokerCommand::Ask { question, .. } if is_read(question));
            (state.on_submit == OnSubmit::Hold && order)
                || (state.hold_snapshots && snapshot)
                || (state.hold_reads && read)
        };
        if holds {
            self.lock().held.push_back(command);
            return Vec::new();
        }
        match command {
            BrokerCommand::Submit(ticket) => self.submit(&ticket, interlock),
            BrokerCommand::Replace { ticket } => self.replace(&ticket, interlock),
            BrokerCommand::Cancel { cl_ord_id, broker_order_id, generation } => {
                let mut state = self.lock();
                let outcome = if state.up && state.generation == generation {
                    state.cancels.push((cl_ord_id.clone(), broker_order_id, generation));
                    SendOutcome::Written
                } else {
                    SendOutcome::NotSent { reason: NotSentReason::NoLink }
                };
                vec![BrokerEvent::CancelSent { cl_ord_id, outcome }]
            }
            BrokerCommand::Ask { id, question } => {
                let answer = self.answer(&question);
                let is_open = self.lock().silent_about == Some(kind_of(&question));
                if is_open { Vec::new() } else { vec![BrokerEvent::Answer { id, answer }] }
            }
            BrokerCommand::Subscribe(contract) => {
                self.lock().subscriptions.push(*contract);
                Vec::new()
            }
            BrokerCommand::Unsubscribe(_) => Vec::new(),
            BrokerCommand::Reconnect => {
                *self.lock().questions.entry("reconnect").or_insert(0) += 1;
                Vec::new()
            }
        }
    }

    /// The interlock, the link and the connection, as the real adapter asks them before a write.
    fn gate(state: &State, ticket: &Ticket, interlock: &Interlock) -> Result<(), NotSentReason> {
        let permit = &ticket.permit;
        interlock.check(permit)?;
        if !state.up {
            return Err(NotSentReason::NoLink);
        }
        if permit.generation != state.generation {
            return Err(NotSentReason::StaleGeneration);
        }
        let exits = ticket.exits.iter().flat_map(|exits| exits.pairs()).map(|(_, id)| id);
        let mut leaving = std::iter::once(ticket.broker_order_id).chain(exits);
        leaving.try_for_each(|id| interlock.leave(permit.generation, id))
    }

    fn submit(&self, ticket: &Ticket, interlock: &Interlock) -> Vec<BrokerEvent> {
        let cl_ord_id = ticket.order().intent.cl_ord_id.clone();
        let broker_order_id = ticket.broker_order_id;
        let durable = (self.durable)();
        let known = durable.orders.get(&cl_ord_id).and_then(|order| order.last_attempt().copied());
        let mut state = self.lock();
        if known.is_none_or(|attempt| attempt.broker_order_id != broker_order_id) {
            state.early.push(format!("{cl_ord_id} ({broker_order_id}) was sent before its intent was durable"));
        }
        if let Err(reason) = Self::gate(&state, ticket, interlock) {
            state.refused.push((cl_ord_id.clone(), reason));
            let outcome = SendOutcome::NotSent { reason };
            return vec![BrokerEvent::Sent { cl_ord_id, broker_order_id, change: None, outcome }];
        }
        state.submits.push((cl_ord_id.clone(), broker_order_id, ticket.permit));
        if state.on_submit == OnSubmit::Swallow {
            return Vec::new();
        }
        let entry = ticket.order().intent.clone();
        let exits = ticket.exits.iter().flat_map(|exits| exits.pairs());
        let exits = exits.map(|(leg, id)| (entry.exit(leg).unwrap(), id));
        for (intent, broker_order_id) in std::iter::once((entry.clone(), broker_order_id)).chain(exits) {
            let order_ref = OrderRef { cl_ord_id: intent.cl_ord_id.clone(), ..ticket.order_ref.clone() };
            state.ledger.push(Placed {
                cl_ord_id: intent.cl_ord_id.clone(),
                broker_order_id,
                order_ref: order_ref.to_string(),
                intent,
                perm_id: 900_000 + i64::from(broker_order_id.get()),
                status: "PreSubmitted".to_owned(),
                filled: Decimal::ZERO,
            });
        }
        let outcome = match state.on_submit {
            OnSubmit::Write => SendOutcome::Written,
            OnSubmit::UnknownButPlaced => SendOutcome::Unknown { detail: "the library failed".to_owned() },
            OnSubmit::WriteSilently | OnSubmit::Swallow | OnSubmit::Hold => return Vec::new(),
        };
        vec![BrokerEvent::Sent { cl_ord_id, broker_order_id, change: None, outcome }]
    }

    fn replace(&self, ticket: &Ticket, interlock: &Interlock) -> Vec<BrokerEvent> {
        let intent = ticket.order().intent.clone();
        let (cl_ord_id, broker_order_id) = (intent.cl_ord_id.clone(), ticket.broker_order_id);
        let change = ticket.change.clone();
        let mut state = self.lock();
        if let Err(reason) = Self::gate(&state, ticket, interlock) {
            state.refused.push((cl_ord_id.clone(), reason));
            let outcome = SendOutcome::NotSent { reason };
            return vec![BrokerEvent::Sent { cl_ord_id, broker_order_id, change, outcome }];
        }
        state.replaces.push((cl_ord_id.clone(), intent, ticket.parent));
        vec![BrokerEvent::Sent { cl_ord_id, broker_order_id, change, outcome: SendOutcome::Written }]
    }

    fn answer(&self, question: &Question) -> Result<Answer, AskError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let name = kind_of(question);
        *state.questions.entry(name).or_insert(0) += 1;
        if !state.up {
            return Err(AskError::NoLink);
        }
        if let Some(error) = state.errors.get(name) {
            return Err(error.clone());
        }
        match question {
            Question::Contracts(instrument) => {
                let is_meant = |one: &&Contract| match instrument {
                    Instrument::ConId(con_id) => one.con_id == *con_id,
                    Instrument::Spec(spec) => one.symbol == spec.symbol && one.sec_type == spec.sec_type,
                };
                Ok(Answer::Contracts(state.offers.iter().filter(is_meant).cloned().collect()))
            }
            Question::Quote(contract) => {
                let received_at = state.frozen_at.unwrap_or(now);
                Ok(Answer::Quote(Quote { con_id: contract.con_id, received_at, ..state.quote.clone() }))
            }
            Question::Snapshot { .. } => Ok(Answer::Snapshot(Box::new(state.snapshot(now)))),
            Question::WhatIf(_) => state.what_if.clone().map(Answer::WhatIf).ok_or(AskError::Timeout),
            Question::Account(_) if state.worth_hidden => Err(AskError::Timeout),
            Question::Account(_) => Ok(Answer::Account(state.summary(now))),
            Question::Bars { .. } => Ok(Answer::Bars(super::world::days(now))),
            Question::Positions(_) => Ok(Answer::Positions(state.positions_now())),
            Question::MatchingSymbols(_) => Ok(Answer::Symbols(Vec::new())),
            Question::OptionChain(_) | Question::Pnl(_) => Err(AskError::Timeout),
            Question::Time => Ok(Answer::Time(now)),
        }
    }
}

impl State {
    /// What the scenario gave it, with every trade since.
    fn positions_now(&self) -> Vec<Position> {
        let family = |id: &ExecId| id.as_str().rsplit_once('.').map(|(family, _)| family.to_owned());
        let busted: Vec<_> = self.busts.iter().map(family).collect();
        let traded: Decimal = self
            .executions
            .iter()
            .filter(|trade| !busted.contains(&family(&trade.exec_id)))
            .map(Execution::signed_qty)
            .sum();
        let (given, others): (Vec<Position>, Vec<Position>) =
            self.positions.iter().cloned().partition(|position| position.con_id == con_id());
        let held = held(given.iter().map(|position| position.qty).sum::<Decimal>() + traded);
        std::iter::once(held).filter(|held| !held.qty.is_zero()).chain(others).collect()
    }

    fn summary(&self, now: jiff::Timestamp) -> domain::account::AccountSummary {
        let mut summary = summary(now);
        summary.net_liquidation = Some(self.worth);
        summary
    }

    fn snapshot(&self, now: jiff::Timestamp) -> BrokerSnapshot {
        fn section<T>(state: &State, name: &'static str, value: T) -> Section<T> {
            if state.unknown.contains(name) {
                // In other words each time, as a count in it would make them.
                let looks = state.questions.get("snapshot").copied().unwrap_or_default();
                Section::Unknown(format!("no end marker in time, {looks} looks"))
            } else {
                Section::Complete(value)
            }
        }
        let over = |order: &&Placed| matches!(order.status.as_str(), "Filled" | "Cancelled" | "Inactive");
        let mut open: Vec<BrokerOrder> =
            self.ledger.iter().filter(|order| !over(order)).map(Placed::as_reported).collect();
        open.extend(self.others.iter().cloned());
        let completed: Vec<BrokerOrder> = self.ledger.iter().filter(over).map(Placed::as_reported).collect();
        BrokerSnapshot {
            generation: self.generation,
            taken_at: now,
            open_orders: section(self, "open_orders", open),
            completed_orders: section(self, "completed_orders", completed),
            executions: section(self, "executions", self.executions.clone()),
            busts: self.busts.clone(),
            executions_since: self.executions_since,
            positions: section(self, "positions", self.positions_now()),
            account: section(self, "account", self.summary(now)),
        }
    }
}

impl Placed {
    /// As `openOrder` would say it.
    pub(crate) fn as_reported(&self) -> BrokerOrder {
        // The scenarios trade nothing else.
        let order_type = match self.intent.order_type.kind().word() {
            "market" => "MKT",
            "stop" => "STP",
            _ => "LMT",
        };
        BrokerOrder {
            account: Some(account()),
            con_id: Some(con_id()),
            symbol: "AAPL".to_owned(),
            action: if self.intent.side.is_buy() { "BUY" } else { "SELL" }.to_owned(),
            total_qty: Some(self.intent.qty.get()),
            filled: Some(self.filled),
            order_type: order_type.to_owned(),
            limit_price: self.intent.order_type.limit_price().map(domain::money::Price::get),
            aux_price: self.intent.order_type.stop_price().map(domain::money::Price::get),
            trail_percent: None,
            tif: self.intent.tif.kind().word().to_ascii_uppercase(),
            good_till: None,
            outside_rth: self.intent.outside_rth,
            broker_order_id: Some(self.broker_order_id),
            client_id: Some(ClientId::new(7).unwrap()),
            perm_id: Some(PermId::new(self.perm_id).unwrap()),
            order_ref: self.order_ref.clone(),
            status: self.status.clone(),
            detail: None,
        }
    }
}

fn kind_of(question: &Question) -> &'static str {
    match question {
        Question::Contracts(_) => "contracts",
        Question::Quote(_) => "quote",
        Question::Snapshot { .. } => "snapshot",
        Question::WhatIf(_) => "what_if",
        Question::Bars { .. } => "bars",
        Question::Positions(_) => "positions",
        Question::MatchingSymbols(_) => "symbols",
        Question::OptionChain(_) | Question::Account(_) | Question::Pnl(_) | Question::Time => "other",
    }
}

/// What only callers who read ask for.
fn is_read(question: &Question) -> bool {
    matches!(question, Question::MatchingSymbols(_) | Question::Positions(_))
}

fn held(qty: Decimal) -> Position {
    Position {
        is_cash: false,
        account: account(),
        con_id: con_id(),
        symbol: "AAPL".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        currency: usd(),
        qty,
        avg_cost: None,
        market_price: None,
        market_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
    }
}

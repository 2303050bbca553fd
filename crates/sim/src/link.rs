//! The adapter's place: commands of the engine become messages on the wire, messages become events. It keeps the
//! adapter's promises (the guard is asked right before each write; what was not written is told as such) and its
//! weaknesses (a queue between decision and write, lists that end late or never).

use crate::broker::{Broker, Closed};
use crate::clock::SimClock;
use crate::inbox::Inbox;
use crate::tell;
use crate::truth::Truth;
use crate::world;
use domain::account::Position;
use domain::approved::Ticket;
use domain::broker::{
    Answer, AskError, BrokerCommand, BrokerEvent, BrokerOrder, BrokerSnapshot, LinkFacts, NotSentReason, Question,
    Section, SendGuard as _, SendOutcome,
};
use domain::execution::Execution;
use domain::id::{BrokerOrderId, ClOrdId, Generation, PermId};
use domain::market::{DataType, Quote};
use domain::money::Price;
use domain::mutation::{self, Mutation};
use domain::order::OrderIntent;
use engine::{Clock as _, Interlock};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;
use tws::model::{CancelOrder, ExecutionFilter, Reply, Request};

/// A list whose end marker has not come after this is unknown.
const LIST_DEADLINE: SignedDuration = SignedDuration::from_secs(10);
/// A connection is tried again after this.
const RETRY: SignedDuration = SignedDuration::from_millis(250);
/// A command lies this long in the adapter before it is written.
const QUEUE_TIME: SignedDuration = SignedDuration::from_millis(2);
/// Its report of a write comes up to three times this later.
const REPORT_STEP_MS: i64 = 7;
/// A report that is held back comes this much later.
const LATE_REPORT: SignedDuration = SignedDuration::from_secs(3);
/// What the adapter says of itself when a list did not end.
const NO_END: &str = "the broker did not answer in time";

/// An order or a change as it was written to the socket.
#[derive(Clone, Debug)]
pub struct Written {
    /// Whose.
    pub cl_ord_id: ClOrdId,
    /// Under which id.
    pub broker_order_id: BrokerOrderId,
    /// The order, as changed.
    pub intent: OrderIntent,
    /// A change of a working order rather than a new one.
    pub is_change: bool,
}

#[derive(Debug, Default)]
struct Look {
    id: u64,
    taken_at: Timestamp,
    open: BTreeMap<(Option<i32>, Option<i32>, i64), BrokerOrder>,
    open_ended: bool,
    completed: Vec<BrokerOrder>,
    completed_ended: bool,
    executions: Vec<Execution>,
    executions_ended: bool,
    positions: Vec<Position>,
    positions_ended: bool,
}

/// One adapter, of one process.
#[derive(Debug)]
pub struct Link {
    commands: Inbox,
    truth: Truth,
    events: mpsc::Sender<BrokerEvent>,
    interlock: Arc<Interlock>,
    clock: SimClock,
    conn: Option<u64>,
    generation: u64,
    retry_at: Timestamp,
    queue: VecDeque<(Timestamp, BrokerCommand)>,
    outbox: VecDeque<BrokerEvent>,
    reports: VecDeque<(Timestamp, BrokerEvent)>,
    look: Option<(Look, Timestamp)>,
    /// End markers of an earlier look that are still to come.
    overdue: bool,
    /// So many writes break in the library; every second of them arrives all the same.
    pub break_writes: u32,
    /// So many open orders are listed as held for no reason.
    pub show_held: u32,
    /// This order is listed under a word that nobody knows, and once more under another permanent id.
    pub show_double: Option<BrokerOrderId>,
    /// This order is not listed among the open ones.
    pub hide: Option<BrokerOrderId>,
    /// So many reports of a write come late.
    pub hold_reports: u32,
    /// So many reports of a write never come.
    pub lose_reports: u32,
    /// Messages that were about to leave beyond what the journal intends.
    pub over_intent: Option<String>,
    /// What was written since it was last taken.
    pub written: Vec<Written>,
}

impl Link {
    /// An adapter that has no connection yet; its first one has the generation after `before`.
    pub fn new(
        commands: Inbox,
        truth: Truth,
        events: mpsc::Sender<BrokerEvent>,
        interlock: Arc<Interlock>,
        clock: SimClock,
        before: Generation,
    ) -> Self {
        let retry_at = clock.true_now();
        Self {
            commands,
            truth,
            events,
            interlock,
            clock,
            conn: None,
            generation: before.0,
            retry_at,
            queue: VecDeque::new(),
            outbox: VecDeque::new(),
            reports: VecDeque::new(),
            look: None,
            overdue: false,
            break_writes: 0,
            show_held: 0,
            show_double: None,
            hide: None,
            hold_reports: 0,
            lose_reports: 0,
            over_intent: None,
            written: Vec::new(),
        }
    }

    /// The connection, if one stands.
    pub fn conn(&self) -> Option<u64> {
        self.conn
    }

    /// The generation of the newest connection.
    pub fn generation(&self) -> Generation {
        Generation(self.generation)
    }

    /// When the next command is to be written, a report read, a look given up, or a connection tried again.
    pub fn next_due(&self) -> Option<Timestamp> {
        let again = self.conn.is_none().then_some(self.retry_at);
        let given_up = self.look.as_ref().map(|(_, until)| *until);
        let waiting = (!self.outbox.is_empty()).then(|| self.clock.true_now());
        let (queued, report) = (self.queue.front().map(|(at, _)| *at), self.reports.front().map(|(at, _)| *at));
        queued.into_iter().chain(report).chain(waiting).chain(again).chain(given_up).min()
    }

    /// Says something to the engine.
    pub fn say(&mut self, event: BrokerEvent) {
        self.outbox.push_back(event);
    }

    /// Works off what is due in both directions.
    pub fn pump(&mut self, broker: &mut Broker) {
        self.commands.look(&self.truth);
        while let Some(command) = self.commands.take() {
            self.queue.push_back((self.clock.true_now() + QUEUE_TIME, command));
        }
        let now = self.clock.true_now();
        self.watch_connection(broker, now);
        while let Some((_, command)) = self.queue.pop_front_if(|(at, _)| *at <= now) {
            self.carry_out(broker, command);
        }
        while let Some(down) = self.conn.and_then(|conn| broker.heard(conn)) {
            if down.listed { self.listed(down.reply) } else { self.live(down.reply) }
        }
        self.end_look(now);
        while let Some((_, report)) = self.reports.pop_front_if(|(at, _)| *at <= now) {
            self.say(report);
        }
        while let Some(event) = self.outbox.pop_front() {
            if let Err(error) = self.events.try_send(event) {
                // The engine is slow or gone; a full channel is tried again.
                if let mpsc::error::TrySendError::Full(event) = error {
                    self.outbox.push_front(event);
                }
                break;
            }
        }
    }

    fn watch_connection(&mut self, broker: &mut Broker, now: Timestamp) {
        if let Some(conn) = self.conn
            && !broker.stands(conn)
        {
            self.lost("connection reset");
        }
        if self.conn.is_some() || now < self.retry_at {
            return;
        }
        self.retry_at = now + RETRY;
        match broker.connect(world::CLIENT_ID) {
            Ok(greeting) => {
                self.conn = Some(greeting.conn);
                self.generation += 1;
                self.say(BrokerEvent::LinkUp(LinkFacts {
                    generation: self.generation(),
                    server_version: 200,
                    accounts: greeting.accounts.iter().filter_map(|name| name.parse().ok()).collect(),
                    next_valid_id: greeting.next_valid_id,
                    clock_skew_ms: Some(self.clock.skew_ms()),
                    endpoint: "sim:7497".to_owned(),
                    port: 7497,
                }));
            }
            Err(closed) => {
                let (reason, code) = match closed {
                    Closed::Down => ("connection refused", None),
                    Closed::ClientIdInUse => ("client id already in use", Some(326)),
                };
                self.say(BrokerEvent::LinkFailed { reason: reason.to_owned(), code });
            }
        }
    }

    fn lost(&mut self, reason: &str) {
        self.conn = None;
        self.overdue = false;
        self.retry_at = self.clock.true_now() + RETRY;
        self.say(BrokerEvent::LinkDown { generation: self.generation(), reason: reason.to_owned() });
        if let Some((look, _)) = self.look.take() {
            self.say(BrokerEvent::Answer { id: look.id, answer: Err(AskError::NoLink) });
        }
    }

    fn carry_out(&mut self, broker: &mut Broker, command: BrokerCommand) {
        match command {
            BrokerCommand::Submit(ticket) => self.place(broker, &ticket, false),
            BrokerCommand::Replace { ticket } => self.place(broker, &ticket, true),
            BrokerCommand::Cancel { cl_ord_id, broker_order_id, generation } => {
                let outcome = match self.conn {
                    None => not_sent(NotSentReason::NoLink),
                    Some(_) if generation != self.generation() => not_sent(NotSentReason::StaleGeneration),
                    Some(conn) => {
                        self.interlock.cancel_leaves(generation);
                        let cancel = CancelOrder { order_id: broker_order_id.get(), ..CancelOrder::default() };
                        broker.write(conn, Request::CancelOrder(cancel));
                        SendOutcome::Written
                    }
                };
                self.say(BrokerEvent::CancelSent { cl_ord_id, outcome });
            }
            BrokerCommand::Ask { id, question } => self.ask(broker, id, question),
            BrokerCommand::Subscribe(_) | BrokerCommand::Unsubscribe(_) => {}
            BrokerCommand::Reconnect => {
                if let Some(conn) = self.conn {
                    broker.cut(conn, usize::MAX);
                }
            }
        }
    }

    fn place(&mut self, broker: &mut Broker, ticket: &Ticket, is_change: bool) {
        let cl_ord_id = ticket.order().intent.cl_ord_id.clone();
        let outcome = match (self.conn, tell::place(ticket), self.interlock.check(&ticket.permit)) {
            (None, _, _) => not_sent(NotSentReason::NoLink),
            (Some(_), _, _) if ticket.permit.generation != self.generation() => {
                not_sent(NotSentReason::StaleGeneration)
            }
            (Some(_), None, _) => not_sent(NotSentReason::NotExpressible),
            (Some(_), Some(_), Err(reason)) => not_sent(reason),
            (Some(conn), Some(requests), Ok(())) => self.write(broker, conn, ticket, is_change, &requests),
        };
        if self.lose_reports > 0 {
            self.lose_reports -= 1;
            return;
        }
        // The adapter's own report may come after the broker's answer.
        let id = ticket.broker_order_id;
        let mut delay = SignedDuration::from_millis(i64::from(id.get() % 4) * REPORT_STEP_MS);
        if self.hold_reports > 0 {
            self.hold_reports -= 1;
            delay = LATE_REPORT;
        }
        let sent = BrokerEvent::Sent { cl_ord_id, broker_order_id: id, change: ticket.change.clone(), outcome };
        self.reports.push_back((self.clock.true_now() + delay, sent));
    }

    /// Writes the orders of one intent in one go, each through the door that counts. When the library breaks, all have
    /// left, or all but the last.
    fn write(
        &mut self,
        broker: &mut Broker,
        conn: u64,
        ticket: &Ticket,
        is_change: bool,
        requests: &[Request],
    ) -> SendOutcome {
        let breaks = self.break_writes > 0;
        let arrive = requests.len() - usize::from(!self.break_writes.is_multiple_of(2));
        self.break_writes -= u32::from(breaks);
        let times = if mutation::is_on(Mutation::WriteTwice) { 2 } else { 1 };
        for (at, request) in requests.iter().cycle().take(times * requests.len()).enumerate() {
            if let Err(reason) = self.door(request) {
                if at == 0 {
                    return not_sent(reason);
                }
                broker.cut(conn, usize::MAX);
                return SendOutcome::Unknown { detail: format!("the rest was stopped: {}", reason.word()) };
            }
            if at == 0 {
                self.written.push(Written {
                    cl_ord_id: ticket.order().intent.cl_ord_id.clone(),
                    broker_order_id: ticket.broker_order_id,
                    intent: ticket.order().intent.clone(),
                    is_change,
                });
            }
            if at < arrive {
                broker.write(conn, request.clone());
            }
        }
        if breaks {
            broker.cut(conn, usize::MAX);
            return SendOutcome::Unknown { detail: "broken pipe".to_owned() };
        }
        SendOutcome::Written
    }

    /// The one door: whether the journal intends one more message under this id.
    fn door(&mut self, request: &Request) -> Result<(), NotSentReason> {
        let Request::PlaceOrder(place) = request else { return Ok(()) };
        let id = BrokerOrderId::new(i64::from(place.order_id)).map_err(|_| NotSentReason::OverIntent)?;
        let left = self.interlock.leave(self.generation(), id);
        if left == Err(NotSentReason::OverIntent) {
            self.over_intent.get_or_insert_with(|| format!("a message under order id {id} has no intent left"));
        }
        left
    }

    fn ask(&mut self, broker: &mut Broker, id: u64, question: Question) {
        let Some(conn) = self.conn else {
            return self.say(BrokerEvent::Answer { id, answer: Err(AskError::NoLink) });
        };
        let answer = match question {
            Question::Contracts(instrument) => {
                let known = (0..world::STOCKS.len()).map(world::contract);
                let fits = known.filter(|known| instrument == domain::contract::Instrument::ConId(known.con_id));
                Ok(Answer::Contracts(fits.collect()))
            }
            Question::Quote(contract) => self.quote(broker, contract.con_id).ok_or(AskError::Timeout),
            Question::Snapshot { .. } => return self.begin_look(broker, conn, id),
            Question::Account(_) => Ok(Answer::Account(world::summary(self.clock.now()))),
            Question::Time => Ok(Answer::Time(self.clock.true_now())),
            Question::Bars { .. } => Ok(Answer::Bars(world::days(self.clock.now()))),
            Question::MatchingSymbols(_)
            | Question::OptionChain(_)
            | Question::WhatIf(_)
            | Question::Positions(_)
            | Question::Pnl(_) => Err(AskError::Timeout),
        };
        self.say(BrokerEvent::Answer { id, answer });
    }

    fn quote(&mut self, broker: &mut Broker, con_id: domain::id::ConId) -> Option<Answer> {
        let stock = (0..world::STOCKS.len()).find(|stock| world::con_id(*stock) == con_id)?;
        let (bid, ask) = broker.touch(stock);
        let price = |value: Option<Decimal>| value.and_then(|value| Price::new(value).ok());
        Some(Answer::Quote(Quote {
            con_id,
            bid: price(bid),
            ask: price(ask),
            last: price(bid),
            bid_size: Some(Decimal::ONE_HUNDRED),
            ask_size: Some(Decimal::ONE_HUNDRED),
            last_size: None,
            volume: None,
            close: None,
            halted: None,
            shortable: None,
            data_type: DataType::Live,
            received_at: self.clock.now(),
        }))
    }

    fn begin_look(&mut self, broker: &mut Broker, conn: u64, id: u64) {
        if self.look.is_some() || self.overdue {
            // An end marker that is still to come could be taken for the new list's.
            return self.say(BrokerEvent::Answer { id, answer: Err(AskError::Timeout) });
        }
        let look = Look { id, taken_at: self.clock.now(), ..Look::default() };
        self.look = Some((look, self.clock.true_now() + LIST_DEADLINE));
        broker.write(conn, Request::AllOpenOrders);
        broker.write(conn, Request::CompletedOrders { api_only: false });
        broker.write(conn, Request::Executions { req_id: 9, filter: ExecutionFilter::default() });
        broker.write(conn, Request::Positions);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the wire has many replies; the others concern no order")]
    fn listed(&mut self, reply: Reply) {
        if let Reply::Notice(notice) = &reply {
            return self.say(BrokerEvent::Notice {
                generation: self.generation(),
                code: notice.code,
                message: notice.message.clone(),
            });
        }
        let held = self.show_held > 0 && matches!(reply, Reply::OrderStatus(_));
        self.show_held -= u32::from(held);
        let Some((look, _)) = &mut self.look else {
            if let Reply::PositionEnd = reply {
                self.overdue = false;
            }
            return;
        };
        match reply {
            Reply::OpenOrder(open) => {
                let seen = tell::open_order(&open);
                let (client_id, order_id) = (open.order.client_id, Some(open.order_id));
                let perm_id = open.order.perm_id.unwrap_or(0);
                if self.hide.is_some() && self.hide == seen.broker_order_id {
                    return;
                }
                if self.show_double.is_some() && self.show_double == seen.broker_order_id {
                    let second = BrokerOrder { perm_id: PermId::new(perm_id + 1).ok(), ..seen.clone() };
                    look.open.insert((client_id, order_id, perm_id + 1), second);
                }
                look.open.insert((client_id, order_id, perm_id), seen);
            }
            Reply::OrderStatus(told) => {
                let key = (Some(told.client_id), Some(told.order_id), told.perm_id);
                if let Some(order) = look.open.get_mut(&key) {
                    order.filled = Some(told.filled);
                    let doubled = self.show_double.is_some() && self.show_double == order.broker_order_id;
                    let word = match (held, doubled) {
                        (true, _) => "PendingSubmit",
                        (false, true) => "Nonsense",
                        (false, false) => told.status.as_str(),
                    };
                    word.clone_into(&mut order.status);
                }
            }
            Reply::OpenOrdersEnd => {
                look.open_ended = true;
                (self.show_double, self.hide) = (None, None);
            }
            Reply::CompletedOrder(done) => look.completed.push(tell::completed_order(&done)),
            Reply::CompletedOrdersEnd => look.completed_ended = true,
            Reply::ExecutionDetails(details) => look.executions.extend(tell::execution(&details)),
            Reply::CommissionReport(report) => {
                let cost = tell::commission(&report);
                if let Some(trade) = look.executions.iter_mut().find(|trade| trade.exec_id.as_str() == report.exec_id) {
                    trade.commission = cost;
                }
            }
            Reply::ExecutionDetailsEnd { .. } => look.executions_ended = true,
            Reply::Position(told) => look.positions.extend(tell::position(&told)),
            Reply::PositionEnd => look.positions_ended = true,
            _ => {}
        }
    }

    fn end_look(&mut self, now: Timestamp) {
        let Some((look, deadline)) = &self.look else { return };
        let whole = look.open_ended && look.completed_ended && look.executions_ended && look.positions_ended;
        if !whole && now < *deadline {
            return;
        }
        self.overdue = !whole;
        let Some((look, _)) = self.look.take() else { return };
        let snapshot = BrokerSnapshot {
            generation: self.generation(),
            taken_at: look.taken_at,
            open_orders: section(look.open_ended, look.open.into_values().collect()),
            completed_orders: section(look.completed_ended, look.completed),
            executions: section(look.executions_ended, look.executions),
            busts: Vec::new(),
            // The venue keeps the executions of its own day; how far back that is, nothing tells.
            executions_since: midnight(self.clock.true_now()),
            positions: section(look.positions_ended, look.positions),
            account: Section::Complete(world::summary(self.clock.now())),
        };
        self.say(BrokerEvent::Answer { id: look.id, answer: Ok(Answer::Snapshot(Box::new(snapshot))) });
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the wire has many replies; the others concern no order")]
    fn live(&mut self, reply: Reply) {
        let generation = self.generation();
        match reply {
            Reply::OpenOrder(open) => {
                self.say(BrokerEvent::OpenOrder { generation, order: Box::new(tell::open_order(&open)) });
            }
            Reply::OrderStatus(told) => {
                if let Some(report) = tell::status(&told) {
                    self.say(BrokerEvent::Status { generation, report });
                }
            }
            Reply::ExecutionDetails(details) => {
                if let Some(execution) = tell::execution(&details) {
                    self.say(BrokerEvent::Executed { generation, execution: Box::new(execution) });
                }
            }
            Reply::CommissionReport(report) => {
                if let (Ok(exec_id), Some(commission)) = (report.exec_id.parse(), tell::commission(&report)) {
                    self.say(BrokerEvent::CommissionReported { exec_id, commission });
                }
            }
            Reply::Notice(notice) => {
                let (code, message) = (notice.code, notice.message);
                match BrokerOrderId::new(i64::from(notice.req_id)) {
                    Ok(broker_order_id) => {
                        self.say(BrokerEvent::OrderError { generation, broker_order_id, code, message });
                    }
                    Err(_) => self.say(BrokerEvent::Notice { generation, code, message }),
                }
            }
            _ => {}
        }
    }
}

/// Executions reach back to midnight in New York.
fn midnight(now: Timestamp) -> Option<Timestamp> {
    let day = tws::time::in_zone(now).date();
    day.in_tz("America/New_York").ok().map(|midnight| midnight.timestamp())
}

fn section<T>(ended: bool, rows: Vec<T>) -> Section<Vec<T>> {
    if ended { Section::Complete(rows) } else { Section::Unknown(NO_END.to_owned()) }
}

fn not_sent(reason: NotSentReason) -> SendOutcome {
    SendOutcome::NotSent { reason }
}

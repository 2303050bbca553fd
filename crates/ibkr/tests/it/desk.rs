//! The engine's side of the adapter, with tickets that the real gates let through.

use crate::gateway::{ACCOUNT, PATIENCE};
use domain::approved::{Approved, ResolvedOrder, Ticket};
use domain::bracket::ExitIds;
use domain::broker::{
    Answer, AskError, BrokerCommand, BrokerEvent, Lane, LinkFacts, MessageBudget, NotSentReason, Question, SendGuard,
    SendOutcome, SendPermit,
};
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::gates::{
    AccountFacts, ApprovalFact, Decision, GATES, GateInput, LinkState, PreviewFact, Readiness, Rules, evaluate,
};
use domain::id::{BrokerOrderId, ClOrdId, ConId, Generation, KillEpoch, LeaseEpoch};
use domain::mode::Trading;
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::order_ref::OrderRef;
use domain::policy::Policy;
use domain::principal::{Face, Principal, PrincipalKind};
use domain::trading_state::TradingStates;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use tokio::sync::mpsc;
use tollgate_ibkr::{Adapter, TwsConfig};

/// A guard that says what the test tells it to.
#[derive(Debug, Default)]
pub(crate) struct Guard(Mutex<Option<NotSentReason>>, Mutex<Vec<BrokerOrderId>>, Mutex<Option<usize>>, Mutex<u32>);

impl Guard {
    pub(crate) fn refuse(&self, reason: NotSentReason) {
        *self.0.lock().expect("whole") = Some(reason);
    }

    /// Lets no more than so many order messages out.
    pub(crate) fn let_out(&self, most: usize) {
        *self.2.lock().expect("whole") = Some(most);
    }

    /// What the door told: order messages and cancels.
    pub(crate) fn left(&self) -> (usize, u32) {
        (self.1.lock().expect("whole").len(), *self.3.lock().expect("whole"))
    }
}

impl SendGuard for Guard {
    fn check(&self, _permit: &SendPermit) -> Result<(), NotSentReason> {
        match *self.0.lock().expect("whole") {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }

    fn leave(&self, _generation: Generation, broker_order_id: BrokerOrderId) -> Result<(), NotSentReason> {
        let mut left = self.1.lock().expect("whole");
        left.push(broker_order_id);
        match *self.2.lock().expect("whole") {
            Some(most) if left.len() > most => Err(NotSentReason::OverIntent),
            Some(_) | None => Ok(()),
        }
    }

    fn cancel_leaves(&self, _generation: Generation) {
        *self.3.lock().expect("whole") += 1;
    }

    fn paced(&self, _lane: Lane, _budget: MessageBudget) {}
}

/// The adapter and its two ends.
pub(crate) struct Desk {
    pub(crate) commands: mpsc::Sender<BrokerCommand>,
    pub(crate) events: mpsc::Receiver<BrokerEvent>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) adapter: Adapter,
    asked: u64,
}

impl Desk {
    pub(crate) fn start(config: TwsConfig) -> Self {
        let (commands, command_end) = mpsc::channel(64);
        let (event_end, events) = mpsc::channel(64);
        let guard = Arc::new(Guard::default());
        let adapter =
            tollgate_ibkr::start(config, Arc::<Guard>::clone(&guard), command_end, event_end).expect("a thread");
        Self { commands, events, guard, adapter, asked: 0 }
    }

    pub(crate) async fn command(&self, command: BrokerCommand) {
        self.commands.send(command).await.expect("the adapter lives");
    }

    /// The very next event.
    pub(crate) async fn next(&mut self) -> BrokerEvent {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an event in time").expect("the adapter lives")
    }

    /// The next event that `pick` wants; others are passed over.
    pub(crate) async fn until<T>(&mut self, mut pick: impl FnMut(BrokerEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.next().await) {
                return found;
            }
        }
    }

    pub(crate) async fn up(&mut self) -> LinkFacts {
        self.until(|event| if let BrokerEvent::LinkUp(facts) = event { Some(facts) } else { None }).await
    }

    pub(crate) async fn down(&mut self) -> (Generation, String) {
        self.until(|event| {
            if let BrokerEvent::LinkDown { generation, reason } = event { Some((generation, reason)) } else { None }
        })
        .await
    }

    pub(crate) async fn failed(&mut self) -> (String, Option<i32>) {
        self.until(
            |event| {
                if let BrokerEvent::LinkFailed { reason, code } = event { Some((reason, code)) } else { None }
            },
        )
        .await
    }

    pub(crate) async fn sent(&mut self) -> (BrokerOrderId, SendOutcome) {
        self.until(|event| {
            if let BrokerEvent::Sent { broker_order_id, outcome, .. } = event {
                Some((broker_order_id, outcome))
            } else {
                None
            }
        })
        .await
    }

    pub(crate) async fn cancel_sent(&mut self) -> (ClOrdId, SendOutcome) {
        self.until(|event| {
            if let BrokerEvent::CancelSent { cl_ord_id, outcome } = event { Some((cl_ord_id, outcome)) } else { None }
        })
        .await
    }

    /// Asks; the answer is to be awaited with [`Desk::answer`].
    pub(crate) async fn ask(&mut self, question: Question) -> u64 {
        self.asked += 1;
        let id = self.asked;
        self.command(BrokerCommand::Ask { id, question }).await;
        id
    }

    pub(crate) async fn answer(&mut self, wanted: u64) -> Result<Answer, AskError> {
        self.until(|event| match event {
            BrokerEvent::Answer { id, answer } if id == wanted => Some(answer),
            _ => None,
        })
        .await
    }
}

pub(crate) fn order_id(raw: i32) -> BrokerOrderId {
    BrokerOrderId::new(i64::from(raw)).expect("valid")
}

pub(crate) fn apple() -> Contract {
    Contract {
        con_id: ConId::new(265_598).expect("valid"),
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: "USD".parse().expect("valid"),
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: "APPLE INC".to_owned(),
        order_types: Vec::new(),
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: None,
        liquid_hours: None,
    }
}

pub(crate) fn limit(price: &str) -> OrderType {
    OrderType::Limit { limit: price.parse().expect("a price") }
}

/// A ticket for 10 AAPL in `account`, for one connection.
pub(crate) fn ticket(key: &str, id: i32, generation: Generation, order_type: OrderType) -> Box<Ticket> {
    ticket_for(ACCOUNT, key, id, generation, order_type)
}

pub(crate) fn ticket_for(
    account: &str,
    key: &str,
    id: i32,
    generation: Generation,
    order_type: OrderType,
) -> Box<Ticket> {
    ticket_of(account, intent(key, order_type), id, generation)
}

/// Buy 10 AAPL for the day.
pub(crate) fn intent(key: &str, order_type: OrderType) -> OrderIntent {
    OrderIntent {
        cl_ord_id: key.parse().expect("a key"),
        account: None,
        instrument: Instrument::ConId(ConId::new(265_598).expect("valid")),
        side: Side::Buy,
        qty: "10".parse().expect("a quantity"),
        order_type,
        tif: Tif::Day,
        outside_rth: false,
        reduce_only: false,
        strategy: None,
        preview_id: None,
        bracket: None,
        oca_group: None,
        flatten: false,
    }
}

/// A ticket for any intent; a bracket's exits get the two ids behind its own.
pub(crate) fn ticket_of(account: &str, intent: OrderIntent, id: i32, generation: Generation) -> Box<Ticket> {
    let cl_ord_id = intent.cl_ord_id.clone();
    let exits = intent.bracket.map(|_| ExitIds { take_profit: order_id(id + 1), stop_loss: order_id(id + 2) });
    let order = ResolvedOrder { intent, account: account.parse().expect("an account"), contract: apple() };
    Box::new(Ticket::new(
        approve(&order),
        order_id(id),
        exits,
        OrderRef::new(&"demo".parse().expect("valid"), &cl_ord_id),
        SendPermit { kill_epoch: KillEpoch(0), lease_epoch: LeaseEpoch(0), generation },
    ))
}

/// The gates are not what is tested here, but nothing else makes an approved order.
fn approve(order: &ResolvedOrder) -> Approved<ResolvedOrder> {
    let mut policy = Policy::conservative();
    policy.off = GATES.iter().map(|gate| gate.number).collect();
    let principal = Principal {
        key_id: "operator".parse().expect("valid"),
        kind: PrincipalKind::Human,
        scopes: BTreeSet::new(),
        face: Face::Rest,
        correlation_id: "c-1".parse().expect("valid"),
    };
    let readiness = Readiness {
        link: LinkState::Up { generation: Generation(1) },
        reconciled: true,
        clock_skew_ms: Some(0),
        unknown_on_instrument: Vec::new(),
        instrument_halted: None,
        alarm: None,
        lease_held: true,
    };
    let account = AccountFacts { base_currency: None, held: None, fx_to_base: None };
    let (worth, lately) = Default::default();
    let evaluation = evaluate(&GateInput {
        now: Timestamp::now(),
        order,
        leaves: order.intent.qty.get(),
        request_hash: "request",
        principal: &principal,
        policy: &policy,
        policy_hash: "policy",
        trading: Trading::Paper,
        mode: None,
        readiness: &readiness,
        quote: None,
        trading_states: &TradingStates::all_active(),
        kill_file: false,
        journal_fault: None,
        account: &account,
        near: &[],
        open_count: 0,
        reduces: None,
        own: &[],
        reference: &domain::gates::Reference::default(),
        con_id: order.contract.con_id,
        look_alikes: &[],
        messages_second: 0,
        worth: &worth,
        lately: &lately,
        rules: Rules { accepted_policy: None, running_version: "0", newest_version: None },
        heartbeats: &[],
        preview: &PreviewFact::NotNamed,
        approval: &ApprovalFact::None,
        mandates: &[],
        live: &domain::live::LiveFacts::NONE,
        first_use: false,
    });
    match evaluation.decision {
        Decision::Approved(approved) => *approved,
        Decision::Denied(reasons) | Decision::NeedsApproval(reasons) => panic!("{reasons:?}"),
    }
}

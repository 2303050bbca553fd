//! What a broken broker may say: any word about any order. The engine must stay safe, whatever it believes.

use crate::run::Run;
use crate::world;
use domain::book::OrderRecord;
use domain::broker::{BrokerEvent, NotSentReason, SendOutcome, StatusReport};
use domain::execution::{Commission, Execution, split_correction};
use domain::id::{ClOrdId, ClientId, Generation, PermId};
use domain::lifecycle::OrdStatus;
use domain::money::Money;
use domain::order_record::KeyVerb;
use domain::order_ref::OrderRef;
use rust_decimal::Decimal;
use std::sync::Arc;

const WORDS: [&str; 9] = [
    "PendingSubmit",
    "PreSubmitted",
    "Submitted",
    "Filled",
    "PendingCancel",
    "Cancelled",
    "Inactive",
    "ApiCancelled",
    "Nonsense",
];
const CODES: [i32; 12] = [103, 104, 105, 110, 161, 201, 202, 321, 399, 10147, 10148, 10349];

impl Run {
    /// The order that a lie is about: any that was sent, but for those that need something to lie about.
    fn about(&self, pick: usize, what: u32) -> Option<OrderRecord> {
        let state = self.ground.truth.read();
        let changed = |key: &ClOrdId| {
            state.book.keys_used.values().any(|used| used.order == *key && used.verb == KeyVerb::Replace)
        };
        let fits = |order: &&Arc<OrderRecord>| match what {
            24..=26 => changed(&order.intent.cl_ord_id),
            34 | 36 | 37 => !order.executions.is_empty(),
            38 | 39 => !order.executions.is_empty() && is_rare(order.status),
            _ => true,
        };
        let sent: Vec<_> = state.book.orders.values().filter(|order| !order.attempts.is_empty()).filter(fits).collect();
        sent.get(pick % sent.len().max(1)).map(|order| OrderRecord::clone(order))
    }

    pub(crate) fn lie(&mut self, pick: usize, what: u32, salt: u32) {
        let order = self.about(pick, what);
        let (Some(order), false) = (order, self.processes.is_empty()) else { return };
        let Some(attempt) = order.last_attempt().copied() else { return };
        self.did("broker lied");
        let at = self.processes.len() - 1;
        let link = &mut self.processes[at].link;
        let generation = link.generation();
        let total = order.intent.qty.get();
        let event = match what {
            0..=10 => BrokerEvent::Status {
                generation,
                report: StatusReport {
                    broker_order_id: attempt.broker_order_id,
                    client_id: ClientId::new(i64::from(world::CLIENT_ID)).ok(),
                    perm_id: PermId::new(i64::from(salt % 2) + 77).ok().filter(|_| salt.is_multiple_of(7)),
                    status: WORDS[what as usize % WORDS.len()].to_owned(),
                    filled: Some(if salt.is_multiple_of(3) { total } else { Decimal::ONE }),
                    remaining: None,
                    avg_px: None,
                    why_held: String::new(),
                },
            },
            11..=18 => BrokerEvent::OrderError {
                generation,
                broker_order_id: attempt.broker_order_id,
                code: CODES[(what as usize + salt as usize) % CODES.len()],
                message: "not so".to_owned(),
            },
            19 => BrokerEvent::CommissionReported {
                exec_id: world::lit(&format!("lie.{}.01", salt % 20)),
                commission: Commission {
                    amount: Money { amount: Decimal::ONE, currency: world::lit("USD") },
                    realized_pnl: None,
                },
            },
            35 => {
                link.show_held += 1;
                return;
            }
            34 | 36..=39 => {
                let Some(event) = about_trade(&order, generation, salt) else { return };
                event
            }
            // The adapter itself is wrong about what it did.
            24..=26 => BrokerEvent::Sent {
                cl_ord_id: order.intent.cl_ord_id.clone(),
                broker_order_id: attempt.broker_order_id,
                outcome: SendOutcome::NotSent { reason: NotSentReason::NoLink },
            },
            27..=28 => BrokerEvent::CancelSent {
                cl_ord_id: order.intent.cl_ord_id.clone(),
                outcome: SendOutcome::NotSent { reason: NotSentReason::NoLink },
            },
            _ => {
                let part = match what % 4 {
                    0 => total,
                    1 => total + Decimal::ONE,
                    _ => Decimal::ONE,
                };
                let family = format!("lie.{}.{:02}", salt % 20, 1 + salt % 3);
                let Some(execution) = traded(&order, &order.intent.cl_ord_id, part, &family) else { return };
                BrokerEvent::Executed { generation, execution: Box::new(execution) }
            }
        };
        link.say(event);
    }
}

/// States that pass quickly.
fn is_rare(status: OrdStatus) -> bool {
    match status {
        OrdStatus::Unconfirmed | OrdStatus::Missing | OrdStatus::PendingReplace | OrdStatus::PendingCancel => true,
        OrdStatus::PendingApproval
        | OrdStatus::Denied
        | OrdStatus::Simulated
        | OrdStatus::Submitting
        | OrdStatus::Working
        | OrdStatus::Filled
        | OrdStatus::Canceled
        | OrdStatus::Rejected
        | OrdStatus::Expired => false,
    }
}

/// A correction or the cost of a trade that is booked.
fn about_trade(order: &OrderRecord, generation: Generation, salt: u32) -> Option<BrokerEvent> {
    let known = order.executions.values().next()?;
    let commission = Commission {
        amount: Money { amount: Decimal::from(1 + salt % 9), currency: world::lit("USD") },
        realized_pnl: None,
    };
    match salt % 3 {
        0 => return Some(BrokerEvent::CommissionReported { exec_id: known.exec_id.clone(), commission }),
        1 => return Some(BrokerEvent::Busted { generation, exec_id: known.exec_id.clone() }),
        _ => {}
    }
    let (family, number) = split_correction(&known.exec_id);
    let next = number.parse::<u32>().unwrap_or(1) + 1;
    let mut execution = known.clone();
    execution.exec_id = world::lit(&format!("{family}.{next:02}"));
    Some(BrokerEvent::Executed { generation, execution: Box::new(execution) })
}

fn traded(order: &OrderRecord, key: &ClOrdId, part: Decimal, exec_id: &str) -> Option<Execution> {
    let attempt = order.last_attempt()?;
    Some(Execution {
        is_cash: false,
        exec_id: world::lit(exec_id),
        account: world::account(),
        con_id: order.contract.as_ref()?.con_id,
        symbol: "LIE".to_owned(),
        is_buy: order.intent.side.is_buy(),
        last_qty: world::lit(&part.to_string()),
        last_px: world::lit("100"),
        exchange: "LIE".to_owned(),
        executed_at: None,
        broker_order_id: Some(attempt.broker_order_id),
        client_id: ClientId::new(i64::from(world::CLIENT_ID)).ok(),
        perm_id: order.perm_id,
        order_ref: OrderRef::new(&world::lit("sim00001"), key).to_string(),
        commission: None,
    })
}

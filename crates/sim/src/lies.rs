//! What a broken broker may say: any word about any order. The engine must stay safe, whatever it believes.

use crate::checks::Violation;
use crate::run::Run;
use crate::world;
use domain::book::OrderRecord;
use domain::broker::{BrokerEvent, BrokerOrder, NotSentReason, SendOutcome, StatusReport};
use domain::execution::{Commission, Execution, split_correction};
use domain::id::{ClientId, ExecId, Generation, PermId};
use domain::lifecycle::OrdStatus;
use domain::money::{Money, Price};
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

/// States in which an order was sent.
const SENT: [OrdStatus; 9] = [
    OrdStatus::Submitting,
    OrdStatus::Unconfirmed,
    OrdStatus::Missing,
    OrdStatus::Working,
    OrdStatus::PendingCancel,
    OrdStatus::PendingReplace,
    OrdStatus::Filled,
    OrdStatus::Canceled,
    OrdStatus::Rejected,
];
/// Kinds of lie that are one word; above are the plots.
pub(crate) const WORDS_MAX: u32 = 40;

impl Run {
    /// The order that a lie is about: any that was sent, if possible one in this state, but for lies that need something
    /// to lie about.
    fn about(&self, pick: usize, what: u32, wanted: Option<OrdStatus>) -> Option<OrderRecord> {
        let state = self.ground.truth.read();
        let fits = |order: &&Arc<OrderRecord>| match what {
            24 => !order.changes.is_empty(),
            34 | 36..=39 => !order.executions.is_empty(),
            _ => true,
        };
        let sent: Vec<_> = state.book.orders.values().filter(|order| !order.attempts.is_empty()).filter(fits).collect();
        let so: Vec<_> = sent.iter().copied().filter(|order| Some(order.status) == wanted).collect();
        let choice = if so.is_empty() { sent } else { so };
        choice.get(pick % choice.len().max(1)).map(|order| OrderRecord::clone(order))
    }

    pub(crate) fn lie(&mut self, pick: usize, what: u32, salt: u32) -> Result<(), Violation> {
        if what >= WORDS_MAX {
            return self.plot(pick, what, salt);
        }
        // Every second lie looks for an order in a certain state, for most states pass quickly.
        let wanted = SENT.get(salt as usize / 11 % (2 * SENT.len())).copied();
        if let Some(order) = self.about(pick, what, wanted) {
            self.say_of(&order, what, salt);
        }
        Ok(())
    }

    /// Says something about an order that need not be so.
    pub(crate) fn say_of(&mut self, order: &OrderRecord, what: u32, salt: u32) {
        let (Some(attempt), Some(process)) = (order.last_attempt().copied(), self.processes.last_mut()) else { return };
        let link = &mut process.link;
        let generation = link.generation();
        let total = order.intent.qty.get();
        let event = match what {
            0..=10 => {
                let filled = if salt.is_multiple_of(3) { total } else { Decimal::ONE };
                let perm_id = PermId::new(i64::from(salt % 2) + 77).ok().filter(|_| salt.is_multiple_of(7));
                status(order, generation, WORDS[what as usize % WORDS.len()], filled, perm_id)
            }
            11..=18 => error(order, generation, CODES[(what as usize + salt as usize) % CODES.len()]),
            19 => Some(BrokerEvent::CommissionReported {
                exec_id: world::lit(&format!("lie.{}.01", salt % 20)),
                commission: Commission {
                    amount: Money { amount: Decimal::ONE, currency: world::lit("USD") },
                    realized_pnl: None,
                },
            }),
            35 => {
                link.show_held += 1;
                None
            }
            34 | 36..=39 => about_trade(order, generation, salt),
            29 => Some(BrokerEvent::OpenOrder { generation, order: Box::new(shown(order, salt)) }),
            // The adapter itself is wrong about what it did.
            24..=26 => Some(BrokerEvent::Sent {
                cl_ord_id: order.intent.cl_ord_id.clone(),
                broker_order_id: attempt.broker_order_id,
                // Of any change that there ever was, or of the order itself.
                change: order.changes.keys().nth(salt as usize % (order.changes.len() + 1)).cloned(),
                outcome: SendOutcome::NotSent { reason: NotSentReason::NoLink },
            }),
            27..=28 => Some(BrokerEvent::CancelSent {
                cl_ord_id: order.intent.cl_ord_id.clone(),
                outcome: SendOutcome::NotSent { reason: NotSentReason::NoLink },
            }),
            _ => {
                let part = match what % 4 {
                    0 => total,
                    1 => total + Decimal::ONE,
                    _ => Decimal::ONE,
                };
                let family = format!("lie.{}.{:02}", salt % 20, 1 + salt % 3);
                traded(order, part, &family)
                    .map(|execution| BrokerEvent::Executed { generation, execution: Box::new(execution) })
            }
        };
        if let Some(event) = event {
            link.say(event);
        }
        self.did("broker lied");
    }
}

/// A status.
pub(crate) fn status(
    order: &OrderRecord,
    generation: Generation,
    word: &str,
    filled: Decimal,
    perm_id: Option<PermId>,
) -> Option<BrokerEvent> {
    let report = StatusReport {
        broker_order_id: order.last_attempt()?.broker_order_id,
        client_id: ClientId::new(i64::from(world::CLIENT_ID)).ok(),
        perm_id,
        status: word.to_owned(),
        filled: Some(filled),
        remaining: None,
        avg_px: None,
        why_held: String::new(),
    };
    Some(BrokerEvent::Status { generation, report })
}

/// An error.
pub(crate) fn error(order: &OrderRecord, generation: Generation, code: i32) -> Option<BrokerEvent> {
    let broker_order_id = order.last_attempt()?.broker_order_id;
    Some(BrokerEvent::OrderError { generation, broker_order_id, code, message: "not so".to_owned() })
}

/// The order among the open ones, under one word or another, with its own permanent id or a second one.
fn shown(order: &OrderRecord, salt: u32) -> BrokerOrder {
    let intent = &order.intent;
    let own = order.perm_id.map_or(901, PermId::get);
    BrokerOrder {
        account: order.account.clone(),
        con_id: order.contract.as_ref().map(|contract| contract.con_id),
        symbol: "LIE".to_owned(),
        action: if intent.side.is_buy() { "BUY" } else { "SELL" }.to_owned(),
        total_qty: Some(intent.qty.get() + Decimal::from(u32::from(salt.is_multiple_of(5)))),
        filled: None,
        order_type: String::new(),
        limit_price: intent.order_type.limit_price().map(Price::get),
        aux_price: intent.order_type.stop_price().map(Price::get),
        trail_percent: None,
        tif: intent.tif.kind().word().to_owned(),
        good_till: None,
        outside_rth: false,
        broker_order_id: order.last_attempt().map(|attempt| attempt.broker_order_id),
        client_id: ClientId::new(i64::from(world::CLIENT_ID)).ok(),
        perm_id: PermId::new(own + i64::from(salt % 2)).ok(),
        order_ref: OrderRef::new(&world::lit("sim00001"), &intent.cl_ord_id).to_string(),
        status: WORDS[salt as usize / 2 % WORDS.len()].to_owned(),
        detail: None,
    }
}

/// A correction, the end or the cost of a trade that is booked.
fn about_trade(order: &OrderRecord, generation: Generation, salt: u32) -> Option<BrokerEvent> {
    let known = order.executions.values().next()?;
    let commission = Commission {
        amount: Money { amount: Decimal::from(1 + salt % 9), currency: world::lit("USD") },
        realized_pnl: None,
    };
    let (family, number) = split_correction(&known.exec_id);
    // A correction and a bust bear the next id of their trade's family.
    let next: ExecId = world::lit(&format!("{family}.{:02}", number.parse::<u32>().unwrap_or(1) + 1));
    Some(match salt % 3 {
        0 => BrokerEvent::CommissionReported { exec_id: known.exec_id.clone(), commission },
        1 => BrokerEvent::Busted { generation, exec_id: next },
        _ => BrokerEvent::Executed {
            generation,
            execution: Box::new(Execution { exec_id: next, ..known.as_ref().clone() }),
        },
    })
}

/// A trade of the order.
pub(crate) fn traded(order: &OrderRecord, part: Decimal, exec_id: &str) -> Option<Execution> {
    let attempt = order.last_attempt()?;
    Some(Execution {
        is_cash: false,
        exec_id: world::lit(exec_id),
        account: world::account(),
        con_id: order.contract.as_ref()?.con_id,
        symbol: "LIE".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: order.intent.side.is_buy(),
        last_qty: world::lit(&part.to_string()),
        last_px: world::lit("100"),
        exchange: "LIE".to_owned(),
        executed_at: None,
        broker_order_id: Some(attempt.broker_order_id),
        client_id: ClientId::new(i64::from(world::CLIENT_ID)).ok(),
        perm_id: order.perm_id,
        order_ref: OrderRef::new(&world::lit("sim00001"), &order.intent.cl_ord_id).to_string(),
        commission: None,
    })
}

//! Commands, each kind in a lane of its own: a slow one does not stop the others.

use crate::adapter::{Deaf, Outbox, Shared};
use crate::ask;
use crate::contract;
use crate::door::{self, Unwritten};
use crate::order;
use crate::quotes;
use crate::session::Session;
use domain::approved::Ticket;
use domain::broker::{AskError, BrokerCommand, BrokerEvent, NotSentReason, QUESTIONS_MAX, Question, SendOutcome};
use domain::id::{BrokerOrderId, ClOrdId, Generation};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Commands of one kind that may wait.
const LANE_LEN_MAX: usize = 1_024;

/// The current connection, for every lane to look at.
#[derive(Clone)]
pub(crate) struct Link(watch::Receiver<Option<Arc<Session>>>);

impl Link {
    pub(crate) fn new(current: watch::Receiver<Option<Arc<Session>>>) -> Self {
        Self(current)
    }

    /// The connection, if it stands.
    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.0.borrow().clone().filter(|session| !session.is_down())
    }
}

struct Cancel {
    cl_ord_id: ClOrdId,
    broker_order_id: BrokerOrderId,
    generation: Generation,
}

/// A ticket and when it came: what the gates said of it grows old.
struct Waiting {
    ticket: Box<Ticket>,
    since: Instant,
}

struct Ask {
    id: u64,
    question: Question,
}

/// Takes commands until there are no more, or nobody listens to their outcomes.
pub(crate) async fn run(shared: Shared, commands: mpsc::Receiver<BrokerCommand>) {
    let (orders, order_lane) = mpsc::channel(LANE_LEN_MAX);
    let (cancels, cancel_lane) = mpsc::channel(LANE_LEN_MAX);
    let (asks, ask_lane) = mpsc::channel(LANE_LEN_MAX);
    let (quotes, quote_lane) = mpsc::channel(LANE_LEN_MAX);
    let lanes = Lanes { orders, cancels, asks, quotes };
    tokio::select! {
        ended = dispatch(&shared, &lanes, commands) => match ended {
            Ok(()) | Err(Deaf) => {}
        },
        Deaf = order_sends(&shared, order_lane) => {}
        Deaf = cancel_sends(&shared, cancel_lane) => {}
        Deaf = questions(&shared, ask_lane) => {}
        Deaf = quotes::desk(&shared, quote_lane) => {}
    }
}

struct Lanes {
    orders: mpsc::Sender<Waiting>,
    cancels: mpsc::Sender<Cancel>,
    asks: mpsc::Sender<Ask>,
    quotes: mpsc::Sender<quotes::Wish>,
}

async fn dispatch(shared: &Shared, lanes: &Lanes, mut commands: mpsc::Receiver<BrokerCommand>) -> Result<(), Deaf> {
    while let Some(command) = commands.recv().await {
        match command {
            BrokerCommand::Submit(ticket) | BrokerCommand::Replace { ticket } => {
                let waiting = Waiting { ticket, since: Instant::now() };
                if let Err(full) = lanes.orders.try_send(waiting) {
                    sent(&shared.events, &full.into_inner().ticket, not_sent(NotSentReason::Pacing)).await?;
                }
            }
            BrokerCommand::Cancel { cl_ord_id, broker_order_id, generation } => {
                let cancel = Cancel { cl_ord_id, broker_order_id, generation };
                if let Err(full) = lanes.cancels.try_send(cancel) {
                    let cl_ord_id = full.into_inner().cl_ord_id;
                    let outcome = not_sent(NotSentReason::Pacing);
                    let event = BrokerEvent::CancelSent { cl_ord_id, outcome };
                    shared.events.send(event).await?;
                }
            }
            BrokerCommand::Ask { id, question } => {
                if lanes.asks.try_send(Ask { id, question }).is_err() {
                    let answer = Err(AskError::Timeout);
                    shared.events.send(BrokerEvent::Answer { id, answer }).await?;
                }
            }
            // The desk only notes wishes, so these two never wait for the broker.
            BrokerCommand::Subscribe(contract) => wish(lanes, quotes::Wish::Begin(contract)).await?,
            BrokerCommand::Unsubscribe(con_id) => wish(lanes, quotes::Wish::End(con_id)).await?,
            BrokerCommand::Reconnect => match shared.link.current() {
                Some(session) => session.fail("a new connection was asked for"),
                None => shared.hurry.notify_one(),
            },
        }
    }
    Ok(())
}

async fn wish(lanes: &Lanes, wish: quotes::Wish) -> Result<(), Deaf> {
    lanes.quotes.send(wish).await.map_err(|_| Deaf)
}

fn not_sent(reason: NotSentReason) -> SendOutcome {
    SendOutcome::NotSent { reason }
}

async fn sent(events: &Outbox, ticket: &Ticket, outcome: SendOutcome) -> Result<(), Deaf> {
    let event = BrokerEvent::Sent {
        cl_ord_id: ticket.order().intent.cl_ord_id.clone(),
        broker_order_id: ticket.broker_order_id,
        change: ticket.change.clone(),
        outcome,
    };
    events.send(event).await
}

/// Orders leave one after the other, in the order in which they were decided.
async fn order_sends(shared: &Shared, mut lane: mpsc::Receiver<Waiting>) -> Deaf {
    while let Some(waiting) = lane.recv().await {
        let outcome = send_order(shared, &waiting).await;
        if let Err(deaf) = sent(&shared.events, &waiting.ticket, outcome).await {
            return deaf;
        }
    }
    std::future::pending().await
}

async fn send_order(shared: &Shared, Waiting { ticket, since }: &Waiting) -> SendOutcome {
    let Some(orders) = order::from_ticket(ticket) else {
        return not_sent(NotSentReason::NotExpressible);
    };
    let contract = contract::to_wire(&ticket.order().contract);
    if shared.link.current().is_none() {
        return not_sent(NotSentReason::NoLink);
    }
    // Every message's turn first: between the writes of a bracket there is no waiting.
    let turns = shared.pacer.orders(orders.len(), shared.config.pacing_deadline);
    if !turns.await {
        return not_sent(NotSentReason::Pacing);
    }
    // After the last wait: nothing may come between these checks and the write.
    if since.elapsed() >= shared.config.queue_deadline {
        return not_sent(NotSentReason::Pacing);
    }
    let Some(session) = shared.link.current() else {
        return not_sent(NotSentReason::NoLink);
    };
    if session.generation != ticket.permit.generation {
        return not_sent(NotSentReason::StaleGeneration);
    }
    if let Err(reason) = shared.guard.check(&ticket.permit) {
        return not_sent(reason);
    }
    let (session, guard, deadline) = (session.as_ref(), shared.guard.as_ref(), shared.config.write_deadline);
    let writes = orders.iter().map(|order| door::order(session, guard, &contract, order, deadline));
    match in_one_go(writes).await {
        Ok(()) => SendOutcome::Written,
        Err((0, Unwritten::Stopped(reason))) => not_sent(reason),
        Err((_, unwritten)) => unknown(session, why(&unwritten, "an order")),
    }
}

/// Writes the orders of one intent; how many were written when one was not. A bracket that breaks off in the middle is
/// unknown as a whole: what was written is invisible to us until it is transmitted, and what failed was perhaps written
/// all the same.
async fn in_one_go<W>(writes: impl Iterator<Item = W>) -> Result<(), (usize, Unwritten)>
where
    W: Future<Output = Result<(), Unwritten>>,
{
    for (written, write) in writes.enumerate() {
        write.await.map_err(|unwritten| (written, unwritten))?;
    }
    Ok(())
}

fn why(unwritten: &Unwritten, what: &str) -> String {
    match unwritten {
        Unwritten::Stopped(reason) => format!("the rest of {what} was stopped: {}", reason.word()),
        Unwritten::Failed(error) => format!("the write of {what} failed: {error}"),
        Unwritten::Slow => format!("the write of {what} took too long"),
    }
}

/// Nobody knows what left: only a new connection and a look at its orders can tell.
fn unknown(session: &Session, detail: String) -> SendOutcome {
    session.fail(detail.clone());
    SendOutcome::Unknown { detail }
}

/// Cancels ask no guard and have a budget of their own: they always may.
async fn cancel_sends(shared: &Shared, mut lane: mpsc::Receiver<Cancel>) -> Deaf {
    while let Some(cancel) = lane.recv().await {
        let outcome = send_cancel(shared, &cancel).await;
        let event = BrokerEvent::CancelSent { cl_ord_id: cancel.cl_ord_id, outcome };
        if let Err(deaf) = shared.events.send(event).await {
            return deaf;
        }
    }
    std::future::pending().await
}

async fn send_cancel(shared: &Shared, cancel: &Cancel) -> SendOutcome {
    shared.pacer.cancel().await;
    let Some(session) = shared.link.current() else {
        return not_sent(NotSentReason::NoLink);
    };
    if session.generation != cancel.generation {
        return not_sent(NotSentReason::StaleGeneration);
    }
    let (id, deadline) = (cancel.broker_order_id, shared.config.write_deadline);
    match door::cancel(&session, shared.guard.as_ref(), id, deadline).await {
        Ok(()) => SendOutcome::Written,
        Err(Unwritten::Stopped(reason)) => not_sent(reason),
        Err(unwritten) => unknown(&session, why(&unwritten, "a cancel")),
    }
}

async fn questions(shared: &Shared, mut lane: mpsc::Receiver<Ask>) -> Deaf {
    let places = Arc::new(Semaphore::new(QUESTIONS_MAX));
    let mut under_way = JoinSet::new();
    while let Some(Ask { id, question }) = lane.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let shared = shared.clone();
        under_way.spawn(async move {
            let answer = ask::answer(&shared, question).await;
            let told = shared.events.send(BrokerEvent::Answer { id, answer }).await;
            drop(place);
            told
        });
        while let Some(ended) = under_way.try_join_next() {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(deaf)) => return deaf,
                Err(error) => tracing::error!(%error, "a question broke"),
            }
        }
    }
    std::future::pending().await
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;

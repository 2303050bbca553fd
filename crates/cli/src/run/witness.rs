//! A second look at the broker: an adapter of its own, on a connection of its own, that can send no order and is ended at once.

use async_trait::async_trait;
use domain::broker::{
    Answer, BrokerCommand, BrokerEvent, Lane, MessageBudget, NotSentReason, Question, SendGuard, SendPermit,
};
use domain::fault::Fault;
use domain::id::{AccountId, BrokerOrderId, ClientId, Generation};
use engine::{Witness, WitnessAccount};
use ibkr::TwsConfig;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;

/// For all of it: connect, read, end.
const DONE_WITHIN: Duration = Duration::from_secs(25);
const QUEUE: usize = 64;
/// The one question's number.
const ASKED: u64 = 1;

/// Where the broker listens, once that is known: the embedded venue's port is found when it starts.
#[derive(Debug, Default)]
pub(crate) struct SecondLook {
    tws: OnceLock<TwsConfig>,
}

impl SecondLook {
    /// From now on it is known. A second word changes nothing: there is one writer in a process.
    pub(crate) fn tell(&self, tws: &TwsConfig) {
        self.tws.get_or_init(|| tws.clone());
    }
}

/// Lets nothing out.
#[derive(Debug)]
pub(crate) struct Shut;

impl SendGuard for Shut {
    fn check(&self, _permit: &SendPermit) -> Result<(), NotSentReason> {
        Err(NotSentReason::StaleGeneration)
    }

    fn leave(&self, _generation: Generation, _broker_order_id: BrokerOrderId) -> Result<(), NotSentReason> {
        Err(NotSentReason::StaleGeneration)
    }

    fn cancel_leaves(&self, _generation: Generation) {}

    fn paced(&self, _lane: Lane, _budget: MessageBudget) {}
}

#[async_trait]
impl Witness for SecondLook {
    async fn look(&self, client_id: ClientId, account: AccountId) -> Result<WitnessAccount, Fault> {
        let unknown = || Fault::NotReady(vec!["this process does not speak to the broker yet".to_owned()]);
        let mut tws = self.tws.get().ok_or_else(unknown)?.clone();
        tws.client_id = client_id;
        tws.heartbeat = None;
        let (commands, commanded) = mpsc::channel(QUEUE);
        let (told, mut events) = mpsc::channel(QUEUE);
        let started = ibkr::start(tws, Arc::new(Shut), commanded, told);
        let adapter = started.map_err(|error| Fault::BrokerUnreachable(format!("no second connection: {error}")))?;
        let looking = tokio::time::timeout(DONE_WITHIN, read(&commands, &mut events, account)).await;
        drop(commands);
        drop(events);
        if !adapter.end().await {
            tracing::error!("the adapter of the second look panicked");
        }
        looking.unwrap_or_else(|_late| Err(Fault::Unanswered("the second connection was silent".to_owned())))
    }
}

/// Waits for the line, asks once, and takes the answer.
async fn read(
    commands: &mpsc::Sender<BrokerCommand>,
    events: &mut mpsc::Receiver<BrokerEvent>,
    account: AccountId,
) -> Result<WitnessAccount, Fault> {
    let ended = || Fault::BrokerUnreachable("the second connection ended by itself".to_owned());
    let mut accounts = None;
    while let Some(event) = events.recv().await {
        match event {
            BrokerEvent::LinkUp(facts) => {
                accounts = Some(facts.accounts);
                let question = Question::Account(account.clone());
                commands.send(BrokerCommand::Ask { id: ASKED, question }).await.map_err(|_closed| ended())?;
            }
            BrokerEvent::Answer { id: ASKED, answer: Ok(Answer::Account(summary)) } => {
                return Ok(WitnessAccount { accounts: accounts.unwrap_or_default(), summary });
            }
            BrokerEvent::Answer { id: ASKED, answer: Err(error) } => return Err(engine::fault_of(error)),
            BrokerEvent::LinkFailed { reason, .. } | BrokerEvent::LinkDown { reason, .. } => {
                return Err(Fault::BrokerUnreachable(format!("the second connection: {reason}")));
            }
            // What it is told beside that is the other connection's business.
            BrokerEvent::Answer { .. }
            | BrokerEvent::ClockSkew { .. }
            | BrokerEvent::Notice { .. }
            | BrokerEvent::Sent { .. }
            | BrokerEvent::CancelSent { .. }
            | BrokerEvent::OpenOrder { .. }
            | BrokerEvent::Status { .. }
            | BrokerEvent::Executed { .. }
            | BrokerEvent::Busted { .. }
            | BrokerEvent::CommissionReported { .. }
            | BrokerEvent::OrderError { .. }
            | BrokerEvent::Quote(_)
            | BrokerEvent::QuoteRefused { .. } => {}
        }
    }
    Err(ended())
}

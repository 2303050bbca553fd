//! Questions to the broker and who waits for their answers.

use domain::broker::{Answer, AskError, BrokerCommand, Question};
use domain::fault::Fault;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Longer than any deadline inside an adapter: this one only catches an adapter that forgot to answer.
const ANSWER_DEADLINE: Duration = Duration::from_mins(1);
/// Questions under way at once; more wait as `pacing`.
const OPEN_MAX: usize = 256;

type Waiter = oneshot::Sender<Result<Answer, AskError>>;

/// The open questions.
#[derive(Debug)]
pub(crate) struct Asks {
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, Waiter>>,
    commands: mpsc::Sender<BrokerCommand>,
}

impl Asks {
    pub(crate) fn new(commands: mpsc::Sender<BrokerCommand>) -> Self {
        Self { next: AtomicU64::new(1), open: Mutex::new(BTreeMap::new()), commands }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Waiter>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks and waits.
    pub(crate) async fn ask(&self, question: Question) -> Result<Answer, Fault> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        {
            let mut open = self.open();
            if open.len() >= OPEN_MAX {
                return Err(Fault::Pacing(format!("{OPEN_MAX} questions to the broker are open already")));
            }
            open.insert(id, sender);
        }
        let _forget = Forget { asks: self, id };
        if self.commands.try_send(BrokerCommand::Ask { id, question }).is_err() {
            return Err(Fault::BrokerUnreachable("the adapter's queue is full or closed".to_owned()));
        }
        match tokio::time::timeout(ANSWER_DEADLINE, receiver).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(fault_of(error)),
            Ok(Err(_closed)) => Err(Fault::BrokerUnreachable("the adapter ended".to_owned())),
            Err(_elapsed) => Err(Fault::Unanswered("the adapter was silent".to_owned())),
        }
    }

    /// Hands an answer to whoever waits; an answer that nobody waits for any more is dropped.
    pub(crate) fn answer(&self, id: u64, answer: Result<Answer, AskError>) {
        let waiter = self.open().remove(&id);
        if let Some(waiter) = waiter {
            // The asker may have given up in this very moment.
            drop(waiter.send(answer));
        }
    }
}

struct Forget<'a> {
    asks: &'a Asks,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.asks.open().remove(&self.id);
    }
}

/// What a question without an answer means for whoever asked.
pub fn fault_of(error: AskError) -> Fault {
    match error {
        AskError::NoLink => Fault::BrokerUnreachable(error.to_string()),
        AskError::Timeout | AskError::Garbled(_) => Fault::Unanswered(error.to_string()),
        AskError::Broker { code, message } => match code {
            200 => Fault::ContractNotFound(message),
            100 | 162 | 420 => Fault::Pacing(format!("{code}: {message}")),
            354 | 10089 | 10090 | 10168 | 10186 => Fault::MarketDataNotEntitled(format!("{code}: {message}")),
            _ => Fault::BrokerRefused { code, message },
        },
    }
}

/// The one kind of answer that fits the question.
macro_rules! only {
    ($kind:path, $answer:expr) => {
        if let $kind(value) = $answer {
            Ok(value)
        } else {
            Err(Fault::Internal("the adapter answered another question".to_owned()))
        }
    };
}
pub(crate) use only;

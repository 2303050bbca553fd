//! Questions to the broker and who waits for their answers.

use crate::together::Together;
use domain::broker::{Answer, AskError, BrokerCommand, QUESTIONS_MAX, Question};
use domain::fault::Fault;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

/// Longer than any deadline inside an adapter: this one only catches an adapter that forgot to answer.
const ANSWER_DEADLINE: Duration = Duration::from_mins(1);
/// How long a question waits for its place.
const PLACE_DEADLINE: Duration = Duration::from_secs(10);
/// Questions of one kind of asker that may wait for their place; more are refused as `pacing`.
const WAITING_MAX: usize = 256;
/// Questions of readers under way at once.
pub(crate) const READERS_MAX: usize = 6;
/// Questions about orders under way at once.
const ORDERS_MAX: usize = 8;
/// The writer has a look and a question for the account's worth under way, each once.
const WRITER_MAX: usize = 2;
const _: () = assert!(READERS_MAX + ORDERS_MAX + WRITER_MAX == QUESTIONS_MAX, "nobody takes another one's places");

/// Who asks. Each has places of his own, so that whoever reads a lot holds up neither an order nor a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The writer, on its own account.
    Writer,
    /// Somebody whose order, or change of one, waits for the answer.
    Order,
    /// Somebody who reads or previews.
    Reader,
}

type Waiter = oneshot::Sender<Result<Answer, AskError>>;

/// A question that the adapter has. It keeps its place until it is answered, whether or not its asker still waits.
#[derive(Debug)]
struct Open {
    waiter: Waiter,
    since: Instant,
    _place: Option<OwnedSemaphorePermit>,
}

/// What the adapter has, and whether there is one.
#[derive(Debug, Default)]
struct Questions {
    open: BTreeMap<u64, Open>,
    /// Nobody answers any more.
    is_over: bool,
}

/// The places of one kind of asker.
#[derive(Debug)]
struct Lane {
    entrance: Semaphore,
    places: Arc<Semaphore>,
    together: Arc<Together<Question, Answer>>,
}

impl Lane {
    fn new(places: usize) -> Self {
        Self {
            entrance: Semaphore::new(WAITING_MAX),
            places: Arc::new(Semaphore::new(places)),
            together: Arc::default(),
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Fault> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let busy = || Fault::Pacing("many questions to the broker are under way already".to_owned());
        let _waits = self.entrance.try_acquire().map_err(|_full| busy())?;
        let place = tokio::time::timeout(PLACE_DEADLINE, Arc::clone(&self.places).acquire_owned()).await;
        place.map_err(|_late| busy())?.map_err(|closed| Fault::Internal(closed.to_string()))
    }
}

/// The open questions.
#[derive(Debug)]
pub(crate) struct Asks {
    next: AtomicU64,
    questions: Mutex<Questions>,
    orders: Lane,
    readers: Lane,
    commands: mpsc::Sender<BrokerCommand>,
}

impl Asks {
    pub(crate) fn new(commands: mpsc::Sender<BrokerCommand>) -> Self {
        Self {
            next: AtomicU64::new(1),
            questions: Mutex::default(),
            orders: Lane::new(ORDERS_MAX),
            readers: Lane::new(READERS_MAX),
            commands,
        }
    }

    fn questions(&self) -> std::sync::MutexGuard<'_, Questions> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks and waits. What several ask at the same time is asked once for all of them, after the last of them came: no
    /// answer is older than its question.
    pub(crate) async fn ask(self: &Arc<Self>, asker: Asker, question: Question) -> Result<Answer, Fault> {
        let lane = match asker {
            Asker::Writer => return self.put(question, None).await,
            Asker::Order => &self.orders,
            Asker::Reader => &self.readers,
        };
        let this = Arc::clone(self);
        let ask = move |question| {
            let this = Arc::clone(&this);
            async move { this.in_turn(asker, question).await }
        };
        lane.together.ask(question, ask).await
    }

    async fn in_turn(&self, asker: Asker, question: Question) -> Result<Answer, Fault> {
        let place = match asker {
            Asker::Writer => None,
            Asker::Order => Some(self.orders.place().await?),
            Asker::Reader => Some(self.readers.place().await?),
        };
        self.put(question, place).await
    }

    async fn put(&self, question: Question, place: Option<OwnedSemaphorePermit>) -> Result<Answer, Fault> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (waiter, receiver) = oneshot::channel();
        let since = Instant::now();
        {
            let mut questions = self.questions();
            if questions.is_over {
                return Err(adapter_gone());
            }
            let open = &mut questions.open;
            // Whoever left does not wait for an adapter that forgot to answer; his question's place is free again then.
            open.retain(|_, open| !open.waiter.is_closed() || since.duration_since(open.since) < ANSWER_DEADLINE);
            open.insert(id, Open { waiter, since, _place: place });
        }
        if self.commands.try_send(BrokerCommand::Ask { id, question }).is_err() {
            self.questions().open.remove(&id);
            return Err(Fault::BrokerUnreachable("the adapter's queue is full or closed".to_owned()));
        }
        match tokio::time::timeout(ANSWER_DEADLINE, receiver).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(fault_of(error)),
            Ok(Err(_closed)) => Err(adapter_gone()),
            Err(_elapsed) => {
                self.questions().open.remove(&id);
                Err(Fault::Unanswered("the adapter was silent".to_owned()))
            }
        }
    }

    /// Hands an answer to whoever waits; an answer that nobody waits for any more is dropped.
    pub(crate) fn answer(&self, id: u64, answer: Result<Answer, AskError>) {
        let open = self.questions().open.remove(&id);
        if let Some(open) = open {
            // The asker may have given up in this very moment.
            drop(open.waiter.send(answer));
        }
    }
}

impl Asks {
    /// Whoever waits for an adapter that has ended, or that nobody listens to any more, waits for nothing; nor does whoever asks later.
    pub(crate) fn adapter_ended(&self) {
        let mut questions = self.questions();
        questions.is_over = true;
        questions.open.clear();
    }
}

fn adapter_gone() -> Fault {
    Fault::BrokerUnreachable("the adapter ended".to_owned())
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

#[cfg(test)]
#[path = "asks_tests.rs"]
mod tests;

//! What many ask at the same time, asked once.

use domain::fault::Fault;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Callers that may wait for one answer.
const CALLERS_MAX: usize = 4_096;

type Caller<A> = oneshot::Sender<Result<A, Fault>>;

/// One asking, and who waits for the one behind it.
#[derive(Debug)]
struct Flight<Q, A> {
    number: u64,
    question: Q,
    next: Vec<Caller<A>>,
}

/// Each question is under way once. Whoever comes meanwhile shares the next asking with all who come meanwhile: an answer
/// never is older than the wish for it. What was begun goes to its end, though all who wanted it have left.
#[derive(Debug)]
pub(crate) struct Together<Q, A> {
    flights: Mutex<Flights<Q, A>>,
}

#[derive(Debug)]
struct Flights<Q, A> {
    begun: u64,
    under_way: Vec<Flight<Q, A>>,
}

impl<Q, A> Default for Together<Q, A> {
    fn default() -> Self {
        Self { flights: Mutex::new(Flights { begun: 0, under_way: Vec::new() }) }
    }
}

/// A question under way; forgotten with its task.
struct UnderWay<Q, A> {
    together: Arc<Together<Q, A>>,
    number: u64,
}

impl<Q, A> UnderWay<Q, A> {
    /// Who wants it now; nobody is the end of it.
    fn callers(&self) -> Vec<Caller<A>> {
        let mut flights = self.together.flights();
        let flight = flights.under_way.iter_mut().find(|flight| flight.number == self.number);
        let mut callers = flight.map(|flight| std::mem::take(&mut flight.next)).unwrap_or_default();
        callers.retain(|caller| !caller.is_closed());
        if callers.is_empty() {
            flights.under_way.retain(|flight| flight.number != self.number);
        }
        callers
    }
}

impl<Q, A> Drop for UnderWay<Q, A> {
    fn drop(&mut self) {
        // Nothing is left of it unless its task broke off: then its callers are told.
        self.together.flights().under_way.retain(|flight| flight.number != self.number);
    }
}

impl<Q, A> Together<Q, A> {
    fn flights(&self) -> MutexGuard<'_, Flights<Q, A>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Together<Q, A>
where
    Q: Clone + PartialEq + Send + 'static,
    A: Clone + Send + 'static,
{
    /// The answer to a question that is asked after this call.
    pub(crate) async fn ask<F, R>(self: &Arc<Self>, question: Q, ask: F) -> Result<A, Fault>
    where
        F: Fn(Q) -> R + Send + 'static,
        R: Future<Output = Result<A, Fault>> + Send,
    {
        let (caller, answer) = oneshot::channel();
        if let Some(number) = self.join(&question, caller)? {
            let under_way = UnderWay { together: Arc::clone(self), number };
            tokio::spawn(async move {
                loop {
                    let callers = under_way.callers();
                    if callers.is_empty() {
                        return;
                    }
                    let answer = ask(question.clone()).await;
                    for caller in callers {
                        // Whoever left hears nothing.
                        drop(caller.send(answer.clone()));
                    }
                }
            });
        }
        answer.await.map_err(|_broken| Fault::Internal("what was asked broke off".to_owned()))?
    }

    /// The number of a new asking, where the caller is the first one and must begin it.
    fn join(&self, question: &Q, caller: Caller<A>) -> Result<Option<u64>, Fault> {
        let mut flights = self.flights();
        let Some(flight) = flights.under_way.iter_mut().find(|flight| flight.question == *question) else {
            flights.begun = flights.begun.wrapping_add(1);
            let number = flights.begun;
            flights.under_way.push(Flight { number, question: question.clone(), next: vec![caller] });
            return Ok(Some(number));
        };
        flight.next.retain(|caller| !caller.is_closed());
        if flight.next.len() >= CALLERS_MAX {
            return Err(Fault::Pacing(format!("{CALLERS_MAX} wait for the same answer already")));
        }
        flight.next.push(caller);
        Ok(None)
    }
}

#[cfg(test)]
#[path = "together_tests.rs"]
mod tests;

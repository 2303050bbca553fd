use super::Pacer;
use domain::broker::{Lane, MessageBudget, NotSentReason, SendGuard, SendPermit};
use domain::id::{BrokerOrderId, Generation};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Keeps what it was told of the budgets.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<(Lane, MessageBudget)>>);

impl SendGuard for Told {
    fn check(&self, _permit: &SendPermit) -> Result<(), NotSentReason> {
        Ok(())
    }

    fn leave(&self, _generation: Generation, _broker_order_id: BrokerOrderId) -> Result<(), NotSentReason> {
        Ok(())
    }

    fn cancel_leaves(&self, _generation: Generation) {}

    fn paced(&self, lane: Lane, budget: MessageBudget) {
        self.0.lock().expect("whole").push((lane, budget));
    }
}

fn pacer(messages_per_second: Option<u32>) -> (Pacer, Arc<Told>) {
    let told = Arc::new(Told::default());
    let guard: Arc<dyn SendGuard> = Arc::clone(&told) as _;
    (Pacer::new(messages_per_second, &guard), told)
}

#[tokio::test]
async fn an_order_beyond_its_budget_is_told_so_and_a_cancel_still_goes() {
    let (pacer, told) = pacer(Some(5));
    for _ in 0..2 {
        assert!(pacer.orders(1, Duration::ZERO).await);
    }
    assert!(!pacer.orders(1, Duration::ZERO).await);
    tokio::time::timeout(Duration::from_millis(100), pacer.cancel()).await.expect("the budget of cancels is its own");
    tokio::time::timeout(Duration::from_millis(100), pacer.question())
        .await
        .expect("the budget of questions is its own");
    let budget = |per_second, left| MessageBudget { per_second, left };
    let first = [(Lane::Orders, budget(2, 1)), (Lane::Orders, budget(2, 0))];
    let told = told.0.lock().expect("whole");
    assert_eq!(told[..2], first, "what is left is told with every message");
    assert_eq!(told[2..], [(Lane::Cancels, budget(1, 0)), (Lane::Questions, budget(2, 1))]);
}

#[tokio::test]
async fn a_bracket_takes_the_turns_of_three_orders() {
    let (pacer, _) = pacer(Some(10));
    assert!(pacer.orders(3, Duration::ZERO).await);
    assert!(!pacer.orders(3, Duration::ZERO).await, "one turn is left of the four");
}

#[tokio::test]
async fn without_a_limit_nothing_waits_and_nothing_is_told() {
    let (pacer, told) = pacer(None);
    for _ in 0..1_000 {
        assert!(pacer.orders(1, Duration::ZERO).await);
    }
    assert!(told.0.lock().expect("whole").is_empty());
}

use super::Pacer;
use std::time::Duration;

#[tokio::test]
async fn an_order_beyond_its_budget_is_told_so_and_a_cancel_still_goes() {
    let pacer = Pacer::new(Some(5));
    for _ in 0..2 {
        assert!(pacer.orders(1, Duration::ZERO).await);
    }
    assert!(!pacer.orders(1, Duration::ZERO).await);
    tokio::time::timeout(Duration::from_millis(100), pacer.cancel()).await.expect("the budget of cancels is its own");
    tokio::time::timeout(Duration::from_millis(100), pacer.question())
        .await
        .expect("the budget of questions is its own");
}

#[tokio::test]
async fn a_bracket_takes_the_turns_of_three_orders() {
    let pacer = Pacer::new(Some(10));
    assert!(pacer.orders(3, Duration::ZERO).await);
    assert!(!pacer.orders(3, Duration::ZERO).await, "one turn is left of the four");
}

#[tokio::test]
async fn without_a_limit_nothing_waits() {
    let pacer = Pacer::new(None);
    for _ in 0..1_000 {
        assert!(pacer.orders(1, Duration::ZERO).await);
    }
}

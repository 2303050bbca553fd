use super::in_one_go;
use std::cell::RefCell;
use std::time::Duration;
use tokio::time::error::Elapsed;

/// Writes three orders, of which the `nth` ends like this; what came of it, and which were tried.
async fn write(
    nth: usize,
    end: impl Fn() -> Result<Result<(), ibapi::Error>, Elapsed>,
) -> (Result<(), String>, Vec<usize>) {
    let tried = RefCell::new(Vec::new());
    let result = in_one_go((1..4).map(|order| {
        let (tried, ends) = (&tried, (order == nth).then(&end));
        async move {
            tried.borrow_mut().push(order);
            ends.unwrap_or(Ok(Ok(())))
        }
    }))
    .await;
    (result, tried.into_inner())
}

#[tokio::test]
async fn a_bracket_is_written_in_its_order_and_breaks_off_at_the_first_failure() {
    assert_eq!(write(0, || Ok(Ok(()))).await, (Ok(()), vec![1, 2, 3]));
    for (nth, tried) in [(1, vec![1]), (2, vec![1, 2]), (3, vec![1, 2, 3])] {
        let (failed, seen) = write(nth, || Ok(Err(ibapi::Error::ConnectionReset))).await;
        assert!(failed.unwrap_err().contains("failed"), "write {nth}");
        assert_eq!(seen, tried, "nothing is written after a failure");
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_a_failure_too() {
    let elapsed = tokio::time::timeout(Duration::ZERO, std::future::pending::<()>()).await.unwrap_err();
    let late = in_one_go(std::iter::once(std::future::ready(Err(elapsed)))).await;
    assert!(late.unwrap_err().contains("too long"));
}

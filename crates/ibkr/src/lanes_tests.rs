use super::{in_one_go, why};
use crate::door::Unwritten;
use domain::broker::NotSentReason;
use std::cell::RefCell;

/// Writes three orders, of which the `nth` ends like this; what came of it, and which were tried.
async fn write(nth: usize, end: impl Fn() -> Unwritten) -> (Option<(usize, String)>, Vec<usize>) {
    let tried = RefCell::new(Vec::new());
    let result = in_one_go((1..4).map(|order| {
        let (tried, end) = (&tried, (order == nth).then(&end));
        async move {
            tried.borrow_mut().push(order);
            end.map_or(Ok(()), Err)
        }
    }))
    .await;
    (result.err().map(|(written, unwritten)| (written, why(&unwritten, "an order"))), tried.into_inner())
}

/// How a write ends.
type End = fn() -> Unwritten;

#[tokio::test]
async fn a_bracket_is_written_in_its_order_and_breaks_off_at_the_first_failure() {
    assert_eq!(write(0, || Unwritten::Slow).await, (None, vec![1, 2, 3]));
    for (nth, tried) in [(1, vec![1]), (2, vec![1, 2]), (3, vec![1, 2, 3])] {
        let ends: [(End, &str); 3] = [
            (|| Unwritten::Failed(ibapi::Error::ConnectionReset), "failed"),
            (|| Unwritten::Slow, "too long"),
            (|| Unwritten::Stopped(NotSentReason::OverIntent), "over_intent"),
        ];
        for (end, word) in ends {
            let (failed, seen) = write(nth, end).await;
            let (written, text) = failed.unwrap();
            assert!(written == nth - 1 && text.contains(word), "write {nth}: {text}");
            assert_eq!(seen, tried, "nothing is written after a failure");
        }
    }
}

use super::*;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;

/// Counts the askings; each waits until it is let go.
struct Asked {
    together: Arc<Together<&'static str, u32>>,
    count: Arc<AtomicU32>,
    go: Arc<Semaphore>,
}

impl Asked {
    fn new() -> Self {
        Self { together: Arc::default(), count: Arc::default(), go: Arc::new(Semaphore::new(0)) }
    }

    fn ask(&self, question: &'static str) -> tokio::task::JoinHandle<Result<u32, Fault>> {
        let (together, count, go) = (Arc::clone(&self.together), Arc::clone(&self.count), Arc::clone(&self.go));
        tokio::spawn(async move {
            let ask = move |question: &'static str| {
                let (count, go) = (Arc::clone(&count), Arc::clone(&go));
                async move {
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    go.acquire().await.unwrap().forget();
                    assert_ne!(question, "broken", "as the test wants it");
                    Ok(number)
                }
            };
            together.ask(question, ask).await
        })
    }

    fn begun(&self) -> u32 {
        self.count.load(Ordering::SeqCst)
    }
}

/// On one thread: every task does what it can.
async fn work_off() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_comes_while_it_is_asked_shares_the_next_asking() {
    let asked = Asked::new();
    let first = asked.ask("a");
    work_off().await;
    let (second, third, other) = (asked.ask("a"), asked.ask("a"), asked.ask("b"));
    work_off().await;
    assert_eq!(asked.begun(), 2, "another question does not wait");
    asked.go.add_permits(3);
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(other.await.unwrap(), Ok(2));
    assert_eq!((second.await.unwrap(), third.await.unwrap()), (Ok(3), Ok(3)));
    work_off().await;
    assert_eq!(asked.together.flights().under_way.len(), 0, "nothing is kept");
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_asked_again() {
    let asked = Asked::new();
    let (first, second) = (asked.ask("a"), asked.ask("a"));
    work_off().await;
    let third = asked.ask("a");
    work_off().await;
    third.abort();
    work_off().await;
    asked.go.add_permits(9);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(1), Ok(1)));
    work_off().await;
    assert_eq!(asked.begun(), 1);
}

#[tokio::test]
async fn an_asking_that_breaks_off_tells_its_callers_and_the_next_one_begins_anew() {
    let asked = Asked::new();
    let broken = asked.ask("broken");
    work_off().await;
    asked.go.add_permits(1);
    assert!(matches!(broken.await.unwrap(), Err(Fault::Internal(_))));
    let again = asked.ask("broken");
    work_off().await;
    assert_eq!(asked.begun(), 2);
    asked.go.add_permits(1);
    assert!(again.await.unwrap().is_err());
}

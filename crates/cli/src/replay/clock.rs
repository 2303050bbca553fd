//! A clock that is moved by hand.

use engine::{Clock, WallClock};
use jiff::Timestamp;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// Stands still until it is moved, and then whoever waits for a time looks again. What proves that this process lives goes by real time all the same.
#[derive(Debug)]
pub(super) struct SteppedClock(watch::Sender<Timestamp>);

impl SteppedClock {
    pub(super) fn begin(at: Timestamp) -> Self {
        Self(watch::Sender::new(at))
    }

    /// Moves it, never back.
    pub(super) fn set(&self, at: Timestamp) {
        self.0.send_if_modified(|now| {
            let moves = *now < at;
            if moves {
                *now = at;
            }
            moves
        });
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn monotonic(&self) -> Duration {
        WallClock.monotonic()
    }

    fn moved(&self, from: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // Nobody moves it any more: the replay is over.
            if now.wait_for(|now| *now != from).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

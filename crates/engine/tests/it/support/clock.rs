//! A clock that the test moves.

use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Stands still until it is moved. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct TestClock(Arc<Mutex<(Timestamp, Duration)>>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(("2026-03-02T15:00:00Z".parse().unwrap(), Duration::from_secs(1)))))
    }

    /// Time passes; a negative one sets the wall clock back.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut time = self.0.lock().unwrap();
        time.0 += by;
        time.1 += Duration::try_from(by).unwrap_or_default();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap().0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

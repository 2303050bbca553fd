//! A clock that the test moves.

use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};

/// Stands still until it is moved. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-03-02T15:00:00Z".parse().unwrap())))
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

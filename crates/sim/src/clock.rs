//! Time. The simulation moves it; nobody else has any.

use domain::fault::Fault;
use engine::{Clock, Entropy};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The true time, and how wrong the gateway's clock is. Clones share it.
#[derive(Clone, Debug)]
pub struct SimClock(Arc<Mutex<(Timestamp, SignedDuration)>>);

impl SimClock {
    /// Begins at a time, right.
    pub fn new(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new((at, SignedDuration::ZERO))))
    }

    fn with<T>(&self, read: impl FnOnce(&mut (Timestamp, SignedDuration)) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The broker's time.
    pub fn true_now(&self) -> Timestamp {
        self.with(|time| time.0)
    }

    /// Lets time pass.
    pub fn pass(&self, by: SignedDuration) {
        self.with(|time| time.0 += by);
    }

    /// Sets the gateway's clock wrong by so much.
    pub fn set_skew(&self, skew: SignedDuration) {
        self.with(|time| time.1 = skew);
    }

    /// The broker's clock minus the gateway's.
    pub fn skew_ms(&self) -> i64 {
        self.with(|time| i64::try_from(-time.1.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.with(|time| time.0 + time.1)
    }

    fn monotonic(&self) -> Duration {
        Duration::try_from(self.true_now().duration_since(crate::world::begin())).unwrap_or_default()
    }
}

/// Ids out of the seed.
#[derive(Debug)]
pub struct SimEntropy(Mutex<ChaCha8Rng>);

impl SimEntropy {
    /// Out of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SimEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
        Ok(())
    }
}

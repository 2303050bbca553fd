//! The one clock. Deciders never read it; the writer reads it once per batch and hands the time in.

use jiff::Timestamp;
use std::fmt;
use std::pin::Pin;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now, UTC. It may be set, forward and back.
    fn now(&self) -> Timestamp;

    /// Time since a moment of this process's own choice. It never goes back and cannot be set, and goes on while the
    /// process is stopped: the age of a lease is measured by it. It says nothing to another process.
    fn monotonic(&self) -> Duration;

    /// Ends once somebody has moved this clock away from a moment: what waits for its time looks again. Never for a clock
    /// that runs by itself.
    fn moved(&self, _from: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct WallClock;

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        BEGAN.elapsed()
    }
}

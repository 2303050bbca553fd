//! The passing of time: the torture runs by the wall clock, in random steps.

use rand::{Rng, RngExt};
use std::time::Duration;

/// Waits for exactly so long.
pub(crate) async fn pause(length: Duration) {
    // tidy: sleep — the torture lasts as long as it was asked to, by the wall clock
    tokio::time::sleep(length).await;
}

/// A length between two.
pub(crate) fn between(randomness: &mut impl Rng, from_ms: u64, to_ms: u64) -> Duration {
    Duration::from_millis(randomness.random_range(from_ms..=to_ms))
}

/// A length that is `mean_ms` in the mean: from nearly nothing to twice as much.
pub(crate) fn about(randomness: &mut impl Rng, mean_ms: u64) -> Duration {
    between(randomness, 1, 2 * mean_ms)
}

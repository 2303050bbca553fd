//! Life that is shown while something takes its time.

use engine::{Clock, SignOfLife};
use std::future::Future;
use std::time::Duration;

/// Waits for something that has an end of its own, such as a command with a time limit, and shows life meanwhile: whoever waits for it
/// does not hang.
pub(super) async fn alive_while<T>(
    life: &SignOfLife,
    clock: &dyn Clock,
    every: Duration,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            // tidy: sleep — life is shown again and again
            () = tokio::time::sleep(every) => life.show(clock.now()),
        }
    }
}

#[cfg(test)]
#[path = "living_tests.rs"]
mod tests;

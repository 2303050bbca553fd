//! IBKR's message rate: fifty messages a second for one client.
//!
//! A Gateway with its default settings *delays* the messages above the rate; only with "reject
//! messages above maximum allowed message rate" does it answer error 100 and, the third time, end the
//! connection. This venue does the default: it reads on later, which the client sees as a socket that
//! fills up.

use std::time::Duration;

use tokio::time::Instant;

/// Messages a second, and the most that may come at once after a pause.
pub(crate) const MESSAGES_PER_SECOND: u32 = 50;

/// Says how long each message has to wait.
#[derive(Debug)]
pub(crate) struct Throttle {
    interval: Duration,
    /// When the bucket would be full again if nothing more came.
    full_at: Instant,
}

impl Throttle {
    /// A full bucket.
    pub(crate) fn new(now: Instant) -> Self {
        Self { interval: Duration::from_secs(1) / MESSAGES_PER_SECOND, full_at: now }
    }

    /// Counts one message, and says when it may be taken up.
    pub(crate) fn admit(&mut self, now: Instant) -> Instant {
        self.full_at = self.full_at.max(now) + self.interval;
        let burst = self.interval * MESSAGES_PER_SECOND;
        self.full_at.checked_sub(burst).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
#[path = "session_throttle_tests.rs"]
mod tests;

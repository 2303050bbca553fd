//! How long something took, many times.

use std::fmt;
use std::time::Duration;

/// Sorted.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        Self(took)
    }

    fn percentile(&self, percent: usize) -> Duration {
        let place = self.0.len().saturating_sub(1).saturating_mul(percent) / 100;
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn p50(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn p99(&self) -> Duration {
        self.percentile(99)
    }

    /// How many times as long at p50, in words.
    pub(crate) fn beside(&self, other: &Self) -> String {
        format!("{:.2} times", self.p50().as_secs_f64() / other.p50().as_secs_f64())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |took: Duration| format!("{:.3}", took.as_secs_f64() * 1_000.0);
        let [p50, p99, most] = [50, 99, 100].map(|percent| ms(self.percentile(percent)));
        write!(f, "p50 {p50} ms, p99 {p99} ms, slowest {most} ms ({} times)", self.0.len())
    }
}

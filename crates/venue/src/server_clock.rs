//! The venue's time: the wall clock, faster than it, or moved by hand.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::config::{ClockMode, SPEED_MAX, VenueConfig};
use crate::server_control::Refusal;

/// Hour of the start date at which the venue's time begins, UTC: before any US session opens.
const START_HOUR_UTC: i8 = 8;

/// Gives the venue's time; it never runs backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    /// Whether a real one may be made faster.
    may_speed: bool,
    /// Venue time at `origin`.
    epoch: Timestamp,
    /// Monotonic time that belongs to `epoch`.
    origin: Instant,
    /// Latest time given out.
    latest: Timestamp,
}

impl Clock {
    /// A clock that begins at the configured start, at the present, or at `not_before` if that is
    /// later: the last time a restored venue had reached.
    pub(crate) fn new(config: &VenueConfig, not_before: Option<Timestamp>) -> Result<Self, jiff::Error> {
        let start = match config.start {
            None => Timestamp::now(),
            Some(date) => date.at(START_HOUR_UTC, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp(),
        };
        let epoch = not_before.map_or(start, |at| at.max(start));
        Ok(Self { mode: config.clock, may_speed: config.may_speed, epoch, origin: Instant::now(), latest: epoch })
    }

    /// The venue's time now.
    pub(crate) fn now(&mut self) -> Timestamp {
        let at = match self.mode {
            ClockMode::Stepped => self.latest,
            ClockMode::Real => Timestamp::now(),
            ClockMode::Speed(speed) => {
                let elapsed = self.origin.elapsed().saturating_mul(speed);
                SignedDuration::try_from(elapsed)
                    .ok()
                    .and_then(|by| self.epoch.checked_add(by).ok())
                    .unwrap_or(Timestamp::MAX)
            }
        };
        self.latest = self.latest.max(at);
        self.latest
    }

    /// How it runs, in words: `real`, `speed 60`, `stepped`.
    pub(crate) fn describe(&self) -> String {
        match self.mode {
            ClockMode::Real => "real".to_owned(),
            ClockMode::Speed(speed) => format!("speed {speed}"),
            ClockMode::Stepped => "stepped".to_owned(),
        }
    }

    /// Lets a fast clock run faster or slower from now on.
    pub(crate) fn set_speed(&mut self, speed: u32) -> Result<(), Refusal> {
        if !(1..=SPEED_MAX).contains(&speed) {
            return Err(Refusal::invalid(format!("the speed must be between 1 and {SPEED_MAX}, not {speed}")));
        }
        match self.mode {
            ClockMode::Real if self.may_speed && speed == 1 => Ok(()),
            ClockMode::Real if !self.may_speed => Err(not_that_clock()),
            ClockMode::Speed(_) | ClockMode::Real => {
                self.epoch = self.now();
                self.origin = Instant::now();
                self.mode = ClockMode::Speed(speed);
                Ok(())
            }
            ClockMode::Stepped => Err(not_that_clock()),
        }
    }

    /// Whether only [`Clock::step_to`] moves it.
    pub(crate) fn is_stepped(&self) -> bool {
        self.mode == ClockMode::Stepped
    }

    /// Moves a stepped clock forward. `false` if it is not stepped or the time has passed.
    pub(crate) fn step_to(&mut self, to: Timestamp) -> bool {
        let may = self.is_stepped() && to >= self.latest;
        if may {
            self.latest = to;
        }
        may
    }
}

fn not_that_clock() -> Refusal {
    Refusal::Conflict("only the clock of a venue started with a speed has one".to_owned())
}

#[cfg(test)]
#[path = "server_clock_tests.rs"]
mod tests;

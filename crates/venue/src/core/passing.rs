//! The passing of time: what it brings to orders, books and subscribers.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Change;
use super::desk::{Core, Step};

/// Longest stretch of time that is walked second by second when working orders wait; a longer one is
/// walked in as many, wider strides.
const STRIDES_MAX: i64 = 100_000;

impl Core {
    /// Time passes: the market moves, orders fill and expire, subscribers hear of it.
    pub fn advance(&mut self, now: Timestamp) -> Step {
        let mut step = self.begin();
        self.pass_time(now, &mut step);
        self.report_trades(now, &mut step);
        self.report_ticks(now, &mut step);
        self.report_bars(now, &mut step);
        self.report_tape(now, &mut step);
        self.report_real_time_bars(now, &mut step);
        self.report_depth(now, &mut step);
        self.report_scans(now, &mut step);
        self.report_accounts(now, &mut step);
        step
    }

    /// Walks to `now`, second by second while orders wait for the market.
    pub(super) fn pass_time(&mut self, now: Timestamp, step: &mut Step) {
        self.walk(now, self.stride_to(now), step);
    }

    fn walk(&mut self, now: Timestamp, stride: i64, step: &mut Step) {
        let gap = now.as_second() - self.reached.as_second();
        if gap > 1 && !self.state.live.is_empty() {
            let mut second = self.reached.as_second() + stride;
            while second < now.as_second() {
                let Ok(at) = Timestamp::from_second(second) else {
                    break;
                };
                self.pass_instant(at, step);
                second += stride;
            }
        }
        if now >= self.reached {
            self.pass_instant(now, step);
            self.reached = now;
        }
    }

    fn pass_instant(&mut self, at: Timestamp, step: &mut Step) {
        self.settle(at, step);
        self.begin_day(at, step);
        self.ring_alarms(at, step);
        if self.matched == at.as_second() {
            return;
        }
        self.matched = at.as_second();
        self.meet_conditions(at, step);
        let waited_for: Vec<usize> = self.state.active.iter().copied().collect();
        for instrument in waited_for {
            self.match_book(instrument, at, step);
        }
        if !self.state.locating.is_empty() {
            self.release_located(at, step);
        }
    }

    fn begin_day(&mut self, at: Timestamp, step: &mut Step) {
        // A day begins with an hour: the zone is only asked once in each.
        let hour = at.as_second() / 3600;
        if hour == self.hour {
            return;
        }
        self.hour = hour;
        let date = tws::time::in_zone(at).date();
        if date > self.state.day {
            let equity = (0..self.state.accounts.len()).map(|a| self.equity(a, at)).collect();
            let held: BTreeSet<usize> = self.held().into_iter().map(|(_, instrument)| instrument).collect();
            let marks = held.into_iter().map(|i| (self.instrument(i).con_id, self.mark(i, at))).collect();
            self.commit(step, Change::DayBegan { date, equity, marks });
        }
    }

    /// Time passes for the orders; nobody is told of anything else.
    pub fn pass(&mut self, now: Timestamp) -> Step {
        self.pass_by(now, 1)
    }

    /// Seconds from one look at the books to the next on the way to `to`, so that any way ends.
    pub fn stride_to(&self, to: Timestamp) -> i64 {
        ((to.as_second() - self.reached.as_second()) / STRIDES_MAX).max(1)
    }

    /// The same, with a look at the books every so many seconds.
    pub fn pass_by(&mut self, now: Timestamp, stride: i64) -> Step {
        let mut step = self.begin();
        self.walk(now, stride, &mut step);
        self.report_trades(now, &mut step);
        step
    }
}

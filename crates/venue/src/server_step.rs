//! Moving a stepped clock: in slices, so that a long step keeps nobody waiting long.

use jiff::{SignedDuration, Timestamp};

use crate::server_control::{Answer, Refusal};
use crate::server_core::{AnswerTo, CoreTask, Group};

/// Longest stretch of venue time that is walked before others are heard. Its length is venue time and
/// not real time, so that a step has the same outcome on every machine.
const SLICE: SignedDuration = SignedDuration::from_mins(5);

impl CoreTask {
    /// Begins a step of the clock, behind those that are under way.
    pub(crate) fn begin_step(&mut self, to: Timestamp, answer: AnswerTo, now: Timestamp, group: &mut Group) {
        if !self.clock.is_stepped() || to < now {
            group.answers.push((answer, Err(Refusal::clock(self.clock.is_stepped(), now))));
        } else {
            self.stepping.push_back((to, answer));
        }
    }

    /// Walks one slice of the step under way, and answers it at its end.
    pub(crate) fn step_on(&mut self, group: &mut Group) {
        let Some((to, _)) = self.stepping.front() else {
            return;
        };
        let (to, now) = (*to, self.clock.now());
        let slice = now.checked_add(SLICE).unwrap_or(Timestamp::MAX);
        // Faults happen at their own instants.
        let due = self.wire.next_due().filter(|due| *due > now).unwrap_or(Timestamp::MAX);
        let until = to.min(slice).min(due);
        let moved = self.clock.step_to(until);
        group.clock_moved |= moved;
        if !self.wire.is_quiet() {
            let step = self.core.pass(until);
            self.take(step, until, group);
            self.time_of_faults(until, group);
        }
        if until < to && moved {
            let step = self.core.pass(until);
            return self.take(step, until, group);
        }
        let step = self.core.advance(until);
        self.take(step, until, group);
        if let Some((to, answer)) = self.stepping.pop_front() {
            let result = if moved {
                Answer::json(&serde_json::json!({ "venue_time": to }))
            } else {
                Err(Refusal::clock(self.clock.is_stepped(), now))
            };
            group.answers.push((answer, result));
        }
    }
}

//! Moving a stepped clock: in slices, so that a long step keeps nobody waiting long.

use jiff::{SignedDuration, Timestamp};

use crate::server_control::{Answer, Refusal};
use crate::server_core::{AnswerTo, CoreTask, Group};

/// Looks at the books before others are heard. A slice is so much venue time and not so much real time,
/// so that a step has the same outcome on every machine.
const SLICE_STRIDES: i64 = 300;

/// A step of the clock under way.
pub(crate) struct Stepping {
    to: Timestamp,
    /// Seconds from one look at the books to the next; 0 before it has begun.
    stride: i64,
    answer: AnswerTo,
}

impl CoreTask {
    /// Begins a step of the clock, behind those that are under way.
    pub(crate) fn begin_step(&mut self, to: Timestamp, answer: AnswerTo, now: Timestamp, group: &mut Group) {
        if !self.clock.is_stepped() || to < now {
            group.answers.push((answer, Err(Refusal::clock(self.clock.is_stepped(), now))));
        } else {
            self.stepping.push_back(Stepping { to, stride: 0, answer });
        }
    }

    /// Walks one slice of the step under way, and answers it at its end.
    pub(crate) fn step_on(&mut self, group: &mut Group) {
        let now = self.clock.now();
        let Some(stepping) = self.stepping.front_mut() else {
            return;
        };
        if stepping.stride == 0 {
            stepping.stride = self.core.stride_to(stepping.to);
        }
        let (to, stride) = (stepping.to, stepping.stride);
        let slice = now.checked_add(SignedDuration::from_secs(SLICE_STRIDES * stride)).unwrap_or(Timestamp::MAX);
        // Faults happen at their own instants.
        let due = self.wire.next_due().filter(|due| *due > now).unwrap_or(Timestamp::MAX);
        let until = to.min(slice).min(due);
        let moved = self.clock.step_to(until);
        group.clock_moved |= moved;
        let step = self.core.pass_by(until, stride);
        self.take(step, until, group);
        if !self.wire.is_quiet() {
            self.time_of_faults(until, group);
        }
        if until < to && moved {
            return;
        }
        let step = self.core.advance(until);
        self.take(step, until, group);
        if let Some(Stepping { to, answer, .. }) = self.stepping.pop_front() {
            let result = if moved {
                Answer::json(&serde_json::json!({ "venue_time": to }))
            } else {
                Err(Refusal::clock(self.clock.is_stepped(), now))
            };
            group.answers.push((answer, result));
        }
    }
}

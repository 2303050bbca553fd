//! Messages that wait.

use std::collections::VecDeque;

use jiff::Timestamp;
use tws::model::Request;

use super::{Length, Plan};
use crate::core::ConnId;

/// One direction of a connection while it is slow: what comes later never overtakes.
#[derive(Debug)]
pub(crate) struct Line<T> {
    waiting: VecDeque<(Timestamp, T)>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<T> Line<T> {
    /// Lets a message wait, at least as long as those before it.
    pub(crate) fn push(&mut self, item: T, by: Length, now: Timestamp) {
        let before = self.waiting.back().map_or(now, |(due, _)| *due);
        self.waiting.push_back((by.after(now).max(before), item));
    }

    /// The next message whose time has come.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<T> {
        let (due, _) = self.waiting.front()?;
        if *due > now {
            return None;
        }
        self.waiting.pop_front().map(|(_, item)| item)
    }

    /// When the next one's time comes.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.front().map(|(due, _)| *due)
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

/// A request that waits for something other than its place in the line.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// From.
    pub(crate) conn: ConnId,
    /// Its message id.
    pub(crate) msg_id: i32,
    /// What.
    pub(crate) request: Request,
    /// What is to happen to it.
    pub(crate) plan: Plan,
    /// The dialog it waits behind; `None` if it waits for the broker or for its own time.
    pub(crate) dialog: Option<u64>,
    /// When its time comes; `None` if something else has to end.
    pub(crate) due: Option<Timestamp>,
}

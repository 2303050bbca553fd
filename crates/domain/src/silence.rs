//! Control 47: how long orders rested at the broker while nobody here could see them.
//!
//! It begins when the line is lost, or when a process ends; of one that was killed nobody knows when, so it begins with
//! its last record. It ends when the line is up again, not with the comparison that follows. What breaks again before a
//! comparison was complete goes on as one silence: nothing was seen in between.

use crate::journal::{JournalEvent, Recorded};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The silence since the last complete comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    last_record: Option<Timestamp>,
    lost: Option<Timestamp>,
    back: Option<Timestamp>,
}

impl Silence {
    /// What a record tells of the line.
    pub(crate) fn note(&mut self, record: &Recorded) {
        let at = record.at;
        if let JournalEvent::Started { .. } = &record.event {
            self.started();
        }
        self.last_record = Some(at);
        if let JournalEvent::LinkDown { .. } = &record.event {
            self.lost(at);
        } else if let JournalEvent::LinkUp { .. } = &record.event {
            self.back(at);
        } else if let JournalEvent::Notice { code, .. } = &record.event {
            // 2110 says to a client that connects what 1100 says to one that is connected.
            match code {
                1100 | 2110 => self.lost(at),
                1101 | 1102 => self.back(at),
                _ => {}
            }
        } else if let JournalEvent::Reconciled { report } = &record.event
            && report.complete
        {
            self.seen();
        }
    }

    /// The line is lost.
    fn lost(&mut self, at: Timestamp) {
        self.lost.get_or_insert(at);
        self.back = None;
    }

    /// The line is up.
    fn back(&mut self, at: Timestamp) {
        if self.lost.is_some() {
            self.back.get_or_insert(at);
        }
    }

    /// Another process begins, on a line that is still to be made.
    fn started(&mut self) {
        if let Some(at) = self.last_record {
            self.lost(at);
        }
    }

    /// A comparison was complete: what rested is seen again.
    fn seen(&mut self) {
        (self.lost, self.back) = (None, None);
    }

    /// When it began; `None` when nothing was out of sight since the last complete comparison.
    pub fn began_at(&self) -> Option<Timestamp> {
        self.lost
    }

    /// Whether it is over and lasted so long. A clock that was set back does not tell: then it did.
    pub fn lasted(&self, long: SignedDuration) -> bool {
        let known = self.lost.zip(self.back);
        known.is_some_and(|(lost, back)| back < lost || back.duration_since(lost) >= long)
    }
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;

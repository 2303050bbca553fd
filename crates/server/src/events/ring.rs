//! The newest records, ready to be sent: bounded in number and bytes, shared by all readers.

use super::frame::Frame;
use axum::body::Bytes;
use engine::Wanted;
use std::collections::VecDeque;

/// Records without a gap, up to a place.
#[derive(Debug)]
pub(crate) struct Ring {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Behind this place it begins.
    from: u64,
    records_max: usize,
    bytes_max: usize,
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A record and its place.
    Frame(u64, Bytes),
    /// Nothing that is wanted up to this place, which is the ring's end.
    Nothing(u64),
    /// He is further behind than the ring goes back.
    Older,
}

impl Ring {
    pub(crate) fn new(records_max: usize, bytes_max: usize) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, from: 0, records_max, bytes_max }
    }

    /// The place of its last record.
    pub(crate) fn upto(&self) -> u64 {
        self.frames.back().map_or(self.from, |frame| frame.seq)
    }

    pub(crate) fn records_max(&self) -> u64 {
        u64::try_from(self.records_max).unwrap_or(u64::MAX)
    }

    /// Empties it; it goes on behind this place.
    pub(crate) fn restart(&mut self, from: u64) {
        self.frames.clear();
        (self.bytes, self.from) = (0, from);
    }

    /// Adds the next record. One that does not follow makes it begin anew: what it holds has no gap.
    pub(crate) fn push(&mut self, frame: Frame) {
        if frame.seq != self.upto().saturating_add(1) {
            self.restart(frame.seq.saturating_sub(1));
        }
        self.bytes = self.bytes.saturating_add(frame.bytes.len());
        self.frames.push_back(frame);
        while self.frames.len() > self.records_max || self.bytes > self.bytes_max {
            let Some(oldest) = self.frames.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.bytes.len());
            self.from = oldest.seq;
        }
    }

    /// Shows all records behind a place, and says how far they go; `None` when the ring does not go back so far.
    pub(crate) fn look(&self, after: u64, mut look: impl FnMut(&Frame)) -> Option<u64> {
        let skip = usize::try_from(after.checked_sub(self.from)?).ok()?;
        self.frames.iter().skip(skip).for_each(&mut look);
        Some(self.upto().max(after))
    }

    /// The first wanted record behind a place.
    pub(crate) fn next(&self, after: u64, wanted: &Wanted) -> Next {
        let Some(skip) = after.checked_sub(self.from).and_then(|skip| usize::try_from(skip).ok()) else {
            return Next::Older;
        };
        let fits = |frame: &&Frame| wanted.fits(frame.kind, frame.of_order, frame.order.as_ref());
        match self.frames.iter().skip(skip).find(fits) {
            Some(frame) => Next::Frame(frame.seq, frame.bytes.clone()),
            None => Next::Nothing(self.upto().max(after)),
        }
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;

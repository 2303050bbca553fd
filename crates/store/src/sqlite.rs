//! The journal on disk.

use crate::checkpoint::CheckpointFile;
use crate::error::{JournalError, StorageFault};
use crate::journal::{Head, Journal, Lease};
use crate::snapshot::Snapshots;
use crate::writer::Writer;
use crate::{lease, row};
use domain::book::Book;
use domain::id::LeaseEpoch;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use rusqlite::Connection;
use std::fs::File;

/// The journal in SQLite, open for its single writer. Made by [`crate::OpenOptions::open`]. Dropping it gives the lease
/// back; what was appended is durable already.
pub struct SqliteJournal {
    pub(crate) writer: Writer,
    pub(crate) checkpoint: CheckpointFile,
    pub(crate) snapshots: Snapshots,
    /// The last record is `Stopped`.
    pub(crate) ends_in_order: bool,
    /// For beats alone: they need not survive a loss of power, so that they sync nothing.
    pub(crate) pulse: Connection,
    pub(crate) previous_ended_cleanly: bool,
    pub(crate) previous_pid: Option<u32>,
    /// Holds the lock as long as it lives.
    pub(crate) _lock: File,
}

impl SqliteJournal {
    /// The state that the records add up to, so that a start need not replay twice. `None` right after a refused batch.
    pub fn book(&self) -> Option<&Book> {
        self.writer.book()
    }

    /// Computes the derived tables anew out of the records.
    ///
    /// # Errors
    /// A record that cannot be read or does not follow; a failed write. The tables are then as before.
    pub fn rebuild_projections(&mut self) -> Result<(), JournalError> {
        self.writer.rebuild()
    }

    /// Makes everything durable and gives the lease back. Append `Stopped` before it: that is what makes an end clean.
    ///
    /// # Errors
    /// The checkpoint file could not be synced.
    pub fn close(mut self) -> Result<(), JournalError> {
        self.sync_checkpoint()
    }
}

/// After an orderly end the next start finds a snapshot of all of it.
impl Drop for SqliteJournal {
    fn drop(&mut self) {
        let in_order = self.ends_in_order && !self.writer.is_poisoned();
        self.snapshots.end(&self.writer.key, self.writer.head, self.writer.book(), in_order);
    }
}

impl Journal for SqliteJournal {
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError> {
        let records = self.writer.append(at, events, &mut |tx| tx.commit().map_err(StorageFault::from))?;
        if !records.is_empty()
            && let Err(fault) = self.checkpoint.note(&self.writer.head, &self.writer.key)
        {
            self.writer.poison();
            return Err(JournalError::Failed(fault));
        }
        if let Some(last) = records.last() {
            self.ends_in_order = matches!(last.event, JournalEvent::Stopped);
            self.snapshots.keep_up(&self.writer.key, self.writer.head, self.writer.book());
        }
        Ok(records)
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        row::replay(&self.writer.conn, from_seq, visit)
    }

    fn head(&self) -> Head {
        self.writer.head
    }

    fn lease(&self) -> Lease {
        Lease {
            epoch: LeaseEpoch(self.writer.epoch),
            previous_ended_cleanly: self.previous_ended_cleanly,
            previous_pid: self.previous_pid,
        }
    }

    fn beat(&mut self) -> Result<(), JournalError> {
        if self.writer.is_poisoned() {
            return Err(JournalError::Poisoned);
        }
        lease::beat(&self.pulse, self.writer.epoch)
    }

    fn sync_checkpoint(&mut self) -> Result<(), JournalError> {
        if let Err(fault) = self.checkpoint.sync() {
            self.writer.poison();
            return Err(JournalError::Failed(fault));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;

//! What the engine needs of a journal.

use crate::chain::RecordHash;
use crate::error::JournalError;
use domain::id::LeaseEpoch;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;

/// The end of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Place of the last record; 0 before the first.
    pub seq: u64,
    /// Its hash; all zeros before the first.
    pub hash: RecordHash,
}

impl Head {
    /// Before the first record.
    pub const START: Self = Self { seq: 0, hash: RecordHash::ZERO };
}

/// The right to write, as this journal holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Fencing epoch: one more than the holder before.
    pub epoch: LeaseEpoch,
    /// Whether the holder before ended with a `Stopped` record, or there was none. If not, this start is a take-over.
    pub previous_ended_cleanly: bool,
    /// Process that held it before, if one did.
    pub previous_pid: Option<u32>,
}

/// What a holder of the lease shows of itself. A holder that lives changes it all the time: by a record or by a beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The epoch in force; 0 before the first writer.
    pub epoch: LeaseEpoch,
    /// Beats so far.
    pub beat: u64,
    /// Place of the last record.
    pub seq: u64,
    /// Process that holds the lease, or held it last.
    pub holder_pid: Option<u32>,
}

impl Pulse {
    /// Before the first writer.
    pub const NEVER: Self = Self { epoch: LeaseEpoch(0), beat: 0, seq: 0, holder_pid: None };
}

/// The journal as a process sees it that does not write: it follows the one that does.
pub trait JournalView: Send {
    /// What the holder of the lease shows of itself.
    ///
    /// # Errors
    /// Trouble of the storage.
    fn pulse(&self) -> Result<Pulse, JournalError>;

    /// The end of the journal.
    ///
    /// # Errors
    /// Trouble of the storage.
    fn head(&self) -> Result<Head, JournalError>;

    /// Shows every record from `from_seq` on, in order. An error of `visit` ends the walk and is handed through.
    ///
    /// # Errors
    /// What `visit` says, or a record that cannot be read.
    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError>;
}

/// The journal as its single writer sees it. Synchronous: an `append` takes as long as the disk needs.
pub trait Journal: Send {
    /// Appends all events in one transaction; they are durable when it returns. An empty batch does nothing.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] and [`JournalError::Refused`]: nothing was written and the journal goes on.
    /// Every other error: it may or may not have been written. Send nothing, end, replay.
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError>;

    /// Shows every record from `from_seq` on, in order. An error of `visit` ends the walk and is handed through.
    ///
    /// # Errors
    /// What `visit` says, or a record that cannot be read.
    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError>;

    /// The end of the journal.
    fn head(&self) -> Head;

    /// The right to write.
    fn lease(&self) -> Lease;

    /// Notes that the writer lives, for whoever waits to take over. Compares and sets: it proves that the lease is still
    /// ours. Touches no record.
    ///
    /// # Errors
    /// [`JournalError::LeaseLost`]: another writer took over. As after a failed append, send nothing more.
    fn beat(&mut self) -> Result<(), JournalError>;

    /// Makes the notes in the checkpoint file durable. Call it each second and before the end.
    ///
    /// # Errors
    /// The file could not be synced; as after a failed append, send nothing more.
    fn sync_checkpoint(&mut self) -> Result<(), JournalError>;
}

//! The journal's twin for tests: the same transaction on a database in memory, with faults on demand and a crash that
//! loses what was not synced.
//!
//! One database lives as long as the disk. What was written but not synced is the transaction that is still open: a
//! crash rolls it back, the next opening commits it. So opening costs no replay, however long the history.

use crate::chain::ChainKey;
use crate::error::{FaultKind, JournalError, OpenError, StorageFault};
use crate::journal::{Head, Journal, JournalView, Lease, Pulse};
use crate::writer::Writer;
use crate::{lease, open, projection, row, schema};
use domain::book::Book;
use domain::id::LeaseEpoch;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use rusqlite::backup::Backup;
use rusqlite::{Connection, DropBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More pages than an empty database has.
const PAGES: i32 = 1_000;

/// Where an append fails. The writer sees the same error each time: it cannot know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was written.
    BeforeCommit,
    /// It was written but not synced: a crash loses it.
    InsideCommit,
    /// It is durable; only the answer was lost.
    AfterCommit,
}

/// Which operations fail, counted from 1 over the life of a [`MemoryDisk`]; empty batches do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    faults: BTreeMap<u64, Fault>,
    syncs: BTreeSet<u64>,
}

impl FaultPlan {
    /// The `nth` append fails so.
    pub fn fail(mut self, nth: u64, fault: Fault) -> Self {
        self.faults.insert(nth, fault);
        self
    }

    /// The `nth` sync of the checkpoint file fails; the journal writes no more after it.
    pub fn fail_sync(mut self, nth: u64) -> Self {
        self.syncs.insert(nth);
        self
    }
}

/// Where the journal stood before the transaction that is still open.
struct Before {
    head: Head,
    book: Option<Book>,
}

#[derive(Default)]
struct Disk {
    /// Made by the first opening.
    writer: Option<Writer>,
    /// `Some` while a transaction is written but not synced.
    unsynced: Option<Before>,
    epoch: u64,
    crashes: u64,
    appends: u64,
    syncs: u64,
    plan: FaultPlan,
}

/// What survives a crash. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    disk: Arc<Mutex<Disk>>,
}

impl std::fmt::Debug for MemoryDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let disk = self.lock();
        f.debug_struct("MemoryDisk").field("appends", &disk.appends).field("crashes", &disk.crashes).finish()
    }
}

impl MemoryDisk {
    /// An empty one that never fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which operations fail from now on.
    pub fn plan(&self, plan: FaultPlan) {
        self.lock().plan = plan;
    }

    /// Appends so far, failed ones included.
    pub fn appends(&self) -> u64 {
        self.lock().appends
    }

    /// Syncs of the checkpoint file so far, failed ones included.
    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// The power fails: what was not synced is gone, and journals that are open write no more.
    pub fn crash(&self) {
        let mut disk = self.lock();
        disk.crashes += 1;
        let Some(before) = disk.unsynced.take() else {
            return;
        };
        if let Some(writer) = &mut disk.writer {
            match writer.conn.execute_batch("ROLLBACK") {
                Ok(()) => writer.stand_at(before.head, before.book),
                Err(error) => {
                    tracing::error!(%error, "the database in memory does not roll back: begun anew");
                    disk.writer = None;
                }
            }
        }
    }

    /// Opens for writing, as a new holder of the lease: journals that were open before are fenced.
    ///
    /// # Errors
    /// The database in memory could not be made.
    pub fn open(&self) -> Result<MemoryJournal, OpenError> {
        let mut disk = self.lock();
        let disk = &mut *disk;
        let writer = match &mut disk.writer {
            Some(writer) => writer,
            empty @ None => empty.insert(format()?),
        };
        if disk.unsynced.take().is_some() {
            // The process ended but not the machine: the system still writes what it was given.
            writer.conn.execute_batch("COMMIT")?;
        }
        let previous_ended_cleanly = open::ended_cleanly(&writer.conn)?;
        disk.epoch = lease::begin_epoch(&writer.conn, Timestamp::UNIX_EPOCH)?;
        writer.take_over(disk.epoch);
        let (epoch, crashes) = (disk.epoch, disk.crashes);
        Ok(MemoryJournal { disk: self.clone(), epoch, crashes, is_poisoned: false, previous_ended_cleanly })
    }

    /// For a process that does not write.
    pub fn view(&self) -> MemoryView {
        MemoryView { disk: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        // The data is plain; a test that panicked elsewhere leaves it usable.
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A new, empty database: a copy of one that is made once, since making its tables takes longer than many a test.
fn format() -> Result<Writer, OpenError> {
    static EMPTY: Mutex<Option<Connection>> = Mutex::new(None);
    let mut conn = Connection::open_in_memory()?;
    {
        let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = match &mut *empty {
            Some(empty) => empty,
            none @ None => {
                let mut made = Connection::open_in_memory()?;
                schema::migrate(&mut made, schema::NEWEST)?;
                none.insert(made)
            }
        };
        Backup::new(empty, &mut conn)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    }
    open::configure_cache(&conn);
    let book = projection::rebuild(&conn).map_err(OpenError::Unreplayable)?;
    Ok(Writer::new(conn, ChainKey::new(&[0; 32]), Head::START, 0, book))
}

/// A journal on a [`MemoryDisk`].
pub struct MemoryJournal {
    disk: MemoryDisk,
    epoch: u64,
    crashes: u64,
    is_poisoned: bool,
    previous_ended_cleanly: bool,
}

impl MemoryJournal {
    /// The state that the records add up to; `None` right after a refused batch.
    pub fn book(&self) -> Option<Book> {
        self.disk.lock().writer.as_ref().and_then(Writer::book).cloned()
    }

    fn refuse_without_power(&mut self, crashes: u64) -> Result<(), JournalError> {
        if crashes != self.crashes {
            self.is_poisoned = true;
            return Err(JournalError::Failed(injected("the power failed")));
        }
        Ok(())
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let handle = self.disk.clone();
        let mut disk = handle.lock();
        let disk = &mut *disk;
        if self.is_poisoned {
            return Err(JournalError::Poisoned);
        }
        let is_fenced = disk.epoch != self.epoch;
        if is_fenced && disk.unsynced.is_some() {
            return Err(JournalError::LeaseLost { ours: self.epoch, current: disk.epoch });
        }
        let mut fault = None;
        // A fenced journal is told so by the transaction itself.
        if !is_fenced {
            self.refuse_without_power(disk.crashes)?;
            disk.appends += 1;
            fault = disk.plan.faults.remove(&disk.appends);
        }
        let Some(writer) = disk.writer.as_mut() else {
            return Err(JournalError::Failed(injected("the database in memory is gone")));
        };
        // Only a fault needs the way back.
        let before = fault.map(|_| Before { head: writer.head, book: writer.book().cloned() });
        let appended = writer.append_under(self.epoch, at, events, &mut |mut tx| match fault {
            Some(Fault::BeforeCommit) => Err(injected("a fault before the commit")),
            Some(Fault::InsideCommit) => {
                tx.set_drop_behavior(DropBehavior::Ignore);
                Ok(())
            }
            Some(Fault::AfterCommit) | None => tx.commit().map_err(StorageFault::from),
        });
        match (&appended, fault) {
            (Ok(_), None) => return appended,
            (Ok(_), Some(Fault::InsideCommit)) => disk.unsynced = before,
            // Nothing was written: the next holder goes on from before.
            (Err(JournalError::Failed(_)), Some(Fault::BeforeCommit)) => {
                if let Some(Before { head, book }) = before {
                    writer.stand_at(head, book);
                }
            }
            (Ok(_), Some(Fault::BeforeCommit | Fault::AfterCommit)) => {}
            (Err(error), Some(_) | None) => {
                self.is_poisoned = !error.is_harmless() && !matches!(error, JournalError::LeaseLost { .. });
                return appended;
            }
        }
        self.is_poisoned = true;
        Err(JournalError::Failed(injected("a fault before, in or after the commit")))
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        match &self.disk.lock().writer {
            Some(writer) => row::replay(&writer.conn, from_seq, visit),
            None => Ok(()),
        }
    }

    fn head(&self) -> Head {
        self.disk.lock().writer.as_ref().map_or(Head::START, |writer| writer.head)
    }

    fn lease(&self) -> Lease {
        Lease {
            epoch: LeaseEpoch(self.epoch),
            previous_ended_cleanly: self.previous_ended_cleanly,
            // All writers of a disk in memory are this process.
            previous_pid: (self.epoch > 1).then(std::process::id),
        }
    }

    fn beat(&mut self) -> Result<(), JournalError> {
        if self.is_poisoned {
            return Err(JournalError::Poisoned);
        }
        let handle = self.disk.clone();
        let disk = handle.lock();
        if disk.epoch == self.epoch {
            self.refuse_without_power(disk.crashes)?;
        }
        match &disk.writer {
            Some(writer) => lease::beat(&writer.conn, self.epoch),
            None => Err(JournalError::Failed(injected("the database in memory is gone"))),
        }
    }

    fn sync_checkpoint(&mut self) -> Result<(), JournalError> {
        let handle = self.disk.clone();
        let mut disk = handle.lock();
        self.refuse_without_power(disk.crashes)?;
        disk.syncs += 1;
        let nth = disk.syncs;
        if disk.plan.syncs.remove(&nth) {
            self.is_poisoned = true;
            return Err(JournalError::Failed(injected("a fault while syncing the checkpoint file")));
        }
        Ok(())
    }
}

/// A [`MemoryDisk`] for reading.
#[derive(Clone, Debug)]
pub struct MemoryView {
    disk: MemoryDisk,
}

impl JournalView for MemoryView {
    fn pulse(&self) -> Result<Pulse, JournalError> {
        match &self.disk.lock().writer {
            Some(writer) => lease::pulse(&writer.conn).map_err(|error| JournalError::Unread(error.into())),
            None => Ok(Pulse::NEVER),
        }
    }

    fn head(&self) -> Result<Head, JournalError> {
        Ok(self.disk.lock().writer.as_ref().map_or(Head::START, |writer| writer.head))
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        match &self.disk.lock().writer {
            Some(writer) => row::replay(&writer.conn, from_seq, visit),
            None => Ok(()),
        }
    }
}

fn injected(detail: &str) -> StorageFault {
    StorageFault { kind: FaultKind::Io, detail: detail.to_owned() }
}

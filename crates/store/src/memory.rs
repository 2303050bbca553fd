//! The journal's twin for tests: the same transaction on a database in memory, with faults on demand and a crash that
//! loses what was not synced.

use crate::chain::ChainKey;
use crate::error::{FaultKind, JournalError, OpenError, StorageFault};
use crate::journal::{Head, Journal, Lease};
use crate::writer::Writer;
use crate::{lease, projection, row, schema};
use domain::id::LeaseEpoch;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// Which appends fail, counted from 1 over the life of a [`MemoryDisk`]; empty batches do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    faults: BTreeMap<u64, Fault>,
}

impl FaultPlan {
    /// The `nth` append fails so.
    pub fn fail(mut self, nth: u64, fault: Fault) -> Self {
        self.faults.insert(nth, fault);
        self
    }
}

#[derive(Debug)]
struct Batch {
    at: Timestamp,
    events: Vec<JournalEvent>,
}

#[derive(Debug, Default)]
struct Disk {
    durable: Vec<Batch>,
    unsynced: Vec<Batch>,
    epoch: u64,
    beat: u64,
    crashes: u64,
    appends: u64,
    plan: FaultPlan,
}

/// What survives a crash. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    disk: Arc<Mutex<Disk>>,
}

impl MemoryDisk {
    /// An empty one that never fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which appends fail from now on.
    pub fn plan(&self, plan: FaultPlan) {
        self.lock().plan = plan;
    }

    /// Appends so far, failed ones included.
    pub fn appends(&self) -> u64 {
        self.lock().appends
    }

    /// The power fails: what was not synced is gone, and journals that are open write no more.
    pub fn crash(&self) {
        let mut disk = self.lock();
        disk.unsynced.clear();
        disk.crashes += 1;
    }

    /// Opens for writing, as a new holder of the lease: journals that were open before are fenced.
    ///
    /// # Errors
    /// The database in memory could not be made.
    pub fn open(&self) -> Result<MemoryJournal, OpenError> {
        let (batches, crashes) = {
            let mut disk = self.lock();
            disk.epoch += 1;
            // The process ended but not the machine: the system still writes what it was given.
            let unsynced = std::mem::take(&mut disk.unsynced);
            disk.durable.extend(unsynced);
            let batches: Vec<_> = disk.durable.iter().map(|batch| (batch.at, batch.events.clone())).collect();
            (batches, disk.crashes)
        };
        let mut conn = Connection::open_in_memory()?;
        schema::migrate(&mut conn, schema::NEWEST)?;
        let book = projection::rebuild(&conn).map_err(OpenError::Unreplayable)?;
        let previous_ended_cleanly = match batches.last().and_then(|(_, events)| events.last()) {
            Some(last) => matches!(last, JournalEvent::Stopped),
            None => true,
        };
        let started_at = batches.last().map_or(Timestamp::UNIX_EPOCH, |(at, _)| *at);
        let epoch = lease::begin_epoch(&conn, started_at)?;
        let mut writer = Writer::new(conn, ChainKey::new(&[0; 32]), Head::START, epoch, book);
        for (at, events) in batches {
            writer
                .append(at, &events, &mut |tx| tx.commit().map_err(StorageFault::from))
                .map_err(OpenError::Unreplayable)?;
        }
        let epoch = self.lock().epoch;
        Ok(MemoryJournal { writer: Mutex::new(writer), disk: self.clone(), epoch, crashes, previous_ended_cleanly })
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        // The data is plain; a test that panicked elsewhere leaves it usable.
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A journal on a [`MemoryDisk`].
pub struct MemoryJournal {
    writer: Mutex<Writer>,
    disk: MemoryDisk,
    epoch: u64,
    crashes: u64,
    previous_ended_cleanly: bool,
}

impl MemoryJournal {
    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError> {
        let mut writer = self.writer();
        if events.is_empty() {
            return Ok(Vec::new());
        }
        if writer.is_poisoned() {
            return Err(JournalError::Poisoned);
        }
        let mut disk = self.disk.lock();
        if disk.epoch != self.epoch {
            return Err(JournalError::LeaseLost { ours: self.epoch, current: disk.epoch });
        }
        if disk.crashes != self.crashes {
            writer.poison();
            return Err(JournalError::Failed(injected("the power failed")));
        }
        disk.appends += 1;
        let nth = disk.appends;
        let fault = disk.plan.faults.remove(&nth);
        let batch = Batch { at, events: events.to_vec() };
        let mut batch = Some(batch);
        writer.append(at, events, &mut |tx| {
            let target = match fault {
                Some(Fault::BeforeCommit) => return Err(injected("a fault before the commit")),
                Some(Fault::InsideCommit) => &mut disk.unsynced,
                Some(Fault::AfterCommit) | None => &mut disk.durable,
            };
            target.extend(batch.take());
            tx.commit()?;
            match fault {
                Some(_) => Err(injected("a fault in or after the commit")),
                None => Ok(()),
            }
        })
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        row::replay(&self.writer().conn, from_seq, visit)
    }

    fn head(&self) -> Head {
        self.writer().head
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
        if self.writer().is_poisoned() {
            return Err(JournalError::Poisoned);
        }
        let mut disk = self.disk.lock();
        if disk.epoch != self.epoch {
            return Err(JournalError::LeaseLost { ours: self.epoch, current: disk.epoch });
        }
        disk.beat += 1;
        Ok(())
    }

    fn sync_checkpoint(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

fn injected(detail: &str) -> StorageFault {
    StorageFault { kind: FaultKind::Io, detail: detail.to_owned() }
}

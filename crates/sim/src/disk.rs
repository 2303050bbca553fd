//! The journal as the simulation hands it to an engine: the twin in memory or files, every operation counted, watched, and
//! failed when the plan says so.

use crate::inbox::Inbox;
use crate::truth::Truth;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Fault, FaultPlan, Head, Journal, JournalError, Lease, MemoryDisk, OpenError, OpenOptions, SqliteJournal};

/// Where the journal lies.
#[derive(Clone, Debug)]
pub enum Disk {
    /// In memory, with faults inside a commit, and perhaps one operation that fails whatever else happens.
    Memory(MemoryDisk, Option<(u64, Fault)>),
    /// In files below this directory.
    Files(PathBuf),
}

/// What the process behind a journal has come to.
#[derive(Clone, Debug, Default)]
pub struct Fate(Arc<Mutex<FateState>>);

#[derive(Clone, Copy, Debug, Default)]
struct FateState {
    /// Whether an operation that fails takes the process with it.
    die: bool,
    /// It has died: nothing that it does any more is seen by anybody.
    dead: bool,
}

impl Fate {
    fn with<T>(&self, read: impl FnOnce(&mut FateState) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on a failing operation kills the process.
    pub fn dies_of_faults(&self, die: bool) {
        self.with(|state| state.die = die);
    }

    /// Whether it has died.
    pub fn is_dead(&self) -> bool {
        self.with(|state| state.dead)
    }

    fn met_fault(&self) {
        self.with(|state| state.dead |= state.die);
    }
}

impl Disk {
    /// Opens for writing: whoever held it before is fenced.
    ///
    /// # Errors
    /// The store's.
    pub fn open(&self, now: Timestamp, truth: Truth, fate: Fate, inbox: Inbox) -> Result<Watched, OpenError> {
        let inner: Box<dyn Journal> = match self {
            Self::Memory(disk, _) => Box::new(disk.open()?),
            Self::Files(dir) => Box::new(SqliteJournal::open(&OpenOptions::new(
                dir.join("data"),
                dir.join("state").join("checkpoint"),
                now,
            ))?),
        };
        truth.reopen(inner.as_ref()).map_err(OpenError::Unreplayable)?;
        Ok(Watched { inner, truth, fate, inbox })
    }

    /// Whether two may hold it at once, the second fencing the first.
    pub fn can_be_seized(&self) -> bool {
        matches!(self, Self::Memory(..))
    }

    /// Journal operations so far.
    pub fn operations(&self) -> u64 {
        match self {
            Self::Memory(disk, _) => disk.appends(),
            Self::Files(_) => 0,
        }
    }

    /// The `ahead`th operation from now fails so.
    pub fn fail(&self, ahead: u64, fault: Fault) {
        if let Self::Memory(disk, always) = self {
            disk.plan(planned(*always).fail(disk.appends() + ahead, fault));
        }
    }

    /// No operation fails any more but the one that always does.
    pub fn heal(&self) {
        if let Self::Memory(disk, always) = self {
            disk.plan(planned(*always));
        }
    }

    /// The power fails: what was not synced is lost.
    pub fn lose_power(&self) {
        if let Self::Memory(disk, _) = self {
            disk.crash();
        }
    }
}

fn planned(always: Option<(u64, Fault)>) -> FaultPlan {
    always.map_or_else(FaultPlan::default, |(nth, fault)| FaultPlan::default().fail(nth, fault))
}

/// A journal that tells the truth what it made durable.
pub struct Watched {
    inner: Box<dyn Journal>,
    truth: Truth,
    fate: Fate,
    inbox: Inbox,
}

impl Journal for Watched {
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError> {
        // The adapter does not wait for the disk.
        self.inbox.look(&self.truth);
        let appended = self.inner.append(at, events);
        match &appended {
            Ok(records) => self.truth.durable(records),
            Err(_) => self.fate.met_fault(),
        }
        appended
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.inner.replay(from_seq, visit)
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn lease(&self) -> Lease {
        self.inner.lease()
    }

    fn beat(&mut self) -> Result<(), JournalError> {
        self.inner.beat()
    }

    fn sync_checkpoint(&mut self) -> Result<(), JournalError> {
        let synced = self.inner.sync_checkpoint();
        if synced.is_err() {
            self.fate.met_fault();
        }
        synced
    }
}

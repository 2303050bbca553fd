//! The last look before an order is written to the socket: kill, lease, connection, `KILL` file.

use domain::broker::{NotSentReason, SendGuard, SendPermit};
use domain::id::{Generation, KillEpoch, LeaseEpoch};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared by the writer, which tightens it, and the adapter, which asks it.
#[derive(Debug)]
pub struct Interlock {
    kill_epoch: AtomicU64,
    lease_epoch: AtomicU64,
    generation: AtomicU64,
    poisoned: AtomicBool,
    kill_file: PathBuf,
}

impl Interlock {
    /// Closed to everything until the writer opens it with [`Interlock::set_lease`] and [`Interlock::set_generation`].
    pub fn new(kill_file: PathBuf) -> Self {
        Self {
            kill_epoch: AtomicU64::new(0),
            lease_epoch: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            poisoned: AtomicBool::new(false),
            kill_file,
        }
    }

    pub(crate) fn set_lease(&self, epoch: LeaseEpoch) {
        self.lease_epoch.store(epoch.0, Ordering::SeqCst);
    }

    pub(crate) fn set_kill(&self, epoch: KillEpoch) {
        self.kill_epoch.store(epoch.0, Ordering::SeqCst);
    }

    pub(crate) fn set_generation(&self, generation: Generation) {
        self.generation.store(generation.0, Ordering::SeqCst);
    }

    /// Nothing leaves any more, until the process ends.
    pub(crate) fn poison(&self) {
        self.poisoned.store(true, Ordering::SeqCst);
    }

    /// Whether the file `KILL` is there. A directory that cannot be read counts as yes.
    pub fn kill_file_present(&self) -> bool {
        self.kill_file.try_exists().unwrap_or(true)
    }
}

impl SendGuard for Interlock {
    fn check(&self, permit: &SendPermit) -> Result<(), NotSentReason> {
        if self.poisoned.load(Ordering::SeqCst) || self.lease_epoch.load(Ordering::SeqCst) != permit.lease_epoch.0 {
            return Err(NotSentReason::LeaseLost);
        }
        if self.kill_epoch.load(Ordering::SeqCst) != permit.kill_epoch.0 {
            return Err(NotSentReason::Killed);
        }
        if self.generation.load(Ordering::SeqCst) != permit.generation.0 {
            return Err(NotSentReason::StaleGeneration);
        }
        if self.kill_file_present() {
            return Err(NotSentReason::KillFile);
        }
        Ok(())
    }
}

//! The last look before an order is written to the socket: kill, lease, connection, `KILL` file.

use crate::clock::Clock;
use crate::outbound::{Outbound, OutboundCount};
use crate::pace::Paces;
use crate::permitting::look_for;
use domain::broker::{Lane, MessageBudget, NotSentReason, SendGuard, SendPermit};
use domain::id::{BrokerOrderId, Generation, KillEpoch, LeaseEpoch};
use domain::journal::JournalEvent;
use domain::live::OverrideFile;
use domain::mutation::{self, Mutation};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Shared by the writer, which tightens it, and the adapter, which asks it.
#[derive(Debug)]
pub struct Interlock {
    kill_epoch: AtomicU64,
    lease_epoch: AtomicU64,
    /// Until when the newest proof of the lease counts: nanoseconds of the clock that cannot be set.
    lease_until_ns: AtomicU64,
    generation: AtomicU64,
    poisoned: AtomicBool,
    outbound: Mutex<Outbound>,
    paces: Mutex<Paces>,
    kill_file: PathBuf,
    override_file: Option<PathBuf>,
    /// Whether what leaves may cost real money: only then the override file is asked for.
    may_be_live: AtomicBool,
    clock: Arc<dyn Clock>,
}

impl Interlock {
    /// Closed to everything until the writer opens it with [`Interlock::set_lease`], [`Interlock::prove_lease`] and
    /// [`Interlock::set_generation`].
    pub fn new(kill_file: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            kill_epoch: AtomicU64::new(0),
            lease_epoch: AtomicU64::new(0),
            lease_until_ns: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            poisoned: AtomicBool::new(false),
            outbound: Mutex::new(Outbound::of(Generation(0))),
            paces: Mutex::new(Paces::default()),
            kill_file,
            override_file: None,
            may_be_live: AtomicBool::new(true),
            clock,
        }
    }

    /// With the owner's override file, without which no live order leaves.
    #[must_use]
    pub fn with_override_file(self, override_file: Option<PathBuf>) -> Self {
        Self { override_file, ..self }
    }

    pub(crate) fn set_may_be_live(&self, may_be_live: bool) {
        self.may_be_live.store(may_be_live, Ordering::SeqCst);
    }

    pub(crate) fn override_file(&self) -> OverrideFile {
        look_for(self.override_file.as_ref())
    }

    pub(crate) fn set_lease(&self, epoch: LeaseEpoch) {
        self.lease_epoch.store(epoch.0, Ordering::SeqCst);
    }

    /// The journal showed that the lease is ours. `began` is from before it was asked: whoever counts our silence counts
    /// from then on at the earliest.
    pub(crate) fn prove_lease(&self, began: Duration, lasts: Duration) {
        self.lease_until_ns.fetch_max(nanoseconds(began.saturating_add(lasts)), Ordering::SeqCst);
    }

    /// Whether the newest proof of the lease has not grown old. It has when this process was stopped for long, or when
    /// the journal hangs: another process may be the writer by now.
    fn lease_is_fresh(&self) -> bool {
        nanoseconds(self.clock.monotonic()) < self.lease_until_ns.load(Ordering::SeqCst)
    }

    pub(crate) fn set_kill(&self, epoch: KillEpoch) {
        self.kill_epoch.store(epoch.0, Ordering::SeqCst);
    }

    pub(crate) fn set_generation(&self, generation: Generation) {
        self.generation.store(generation.0, Ordering::SeqCst);
        self.outbound().begin(generation);
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

impl Interlock {
    fn outbound(&self) -> MutexGuard<'_, Outbound> {
        self.outbound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads from a durable record what may leave because of it. Called for every record, by nobody who sends.
    pub(crate) fn intend(&self, record: &JournalEvent, id_of: impl FnOnce() -> Option<BrokerOrderId>) {
        self.outbound().read(record, id_of);
    }

    /// What was intended and what left on this connection.
    pub fn outbound_count(&self) -> OutboundCount {
        self.outbound().count()
    }

    /// The newest word about each budget of messages.
    pub(crate) fn paces(&self) -> Paces {
        *self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// More would have left than was intended: said once.
    pub(crate) fn take_overrun(&self) -> Option<String> {
        self.outbound().take_overrun()
    }
}

impl SendGuard for Interlock {
    fn leave(&self, generation: Generation, broker_order_id: BrokerOrderId) -> Result<(), NotSentReason> {
        self.outbound().leave(generation, broker_order_id)
    }

    fn cancel_leaves(&self, generation: Generation) {
        self.outbound().cancel_leaves(generation);
    }

    fn paced(&self, lane: Lane, budget: MessageBudget) {
        let now = self.clock.monotonic();
        self.paces.lock().unwrap_or_else(PoisonError::into_inner).note(lane, budget, now);
    }

    fn check(&self, permit: &SendPermit) -> Result<(), NotSentReason> {
        if self.poisoned.load(Ordering::SeqCst) || self.lease_epoch.load(Ordering::SeqCst) != permit.lease_epoch.0 {
            return Err(NotSentReason::LeaseLost);
        }
        if !self.lease_is_fresh() {
            return Err(NotSentReason::LeaseUnproven);
        }
        if self.kill_epoch.load(Ordering::SeqCst) != permit.kill_epoch.0 && !mutation::is_on(Mutation::KillNotRechecked)
        {
            return Err(NotSentReason::Killed);
        }
        if self.generation.load(Ordering::SeqCst) != permit.generation.0 {
            return Err(NotSentReason::StaleGeneration);
        }
        if self.kill_file_present() {
            return Err(NotSentReason::KillFile);
        }
        if self.may_be_live.load(Ordering::SeqCst) && self.override_file() != OverrideFile::Present {
            return Err(NotSentReason::OverrideFile);
        }
        Ok(())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;

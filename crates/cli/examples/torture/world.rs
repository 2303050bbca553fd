//! Everything that the parts of the torture share.

use crate::callers_log::CallersLog;
use crate::home::Home;
use crate::kills::Kills;
use crate::ledger::Control;
use crate::market::Prices;
use crate::plan::Plan;
use crate::process::Process;
use crate::proxy::Proxy;
use crate::rest::Rest;
use crate::tally::Tally;
use crate::witness::Witness;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{RwLock, watch};

/// What failed for want of room may end a process a little later; one that was stopped, much later.
const AFTER_FULL: SignedDuration = SignedDuration::from_secs(20);

/// One torture under way.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) home: Home,
    pub(crate) venue: Process,
    pub(crate) control: Control,
    pub(crate) proxy: Arc<Proxy>,
    pub(crate) gateways: Vec<Process>,
    /// Configuration of the first gateway, for commands that need no gateway.
    pub(crate) config: PathBuf,
    pub(crate) rest: Rest,
    pub(crate) log: CallersLog,
    pub(crate) witness: Arc<Witness>,
    pub(crate) tally: Tally,
    pub(crate) kills: Kills,
    pub(crate) prices: Prices,
    /// Shared by everybody who does something; a quiet point takes it whole.
    pub(crate) gate: RwLock<()>,
    /// When a disk was full.
    pub(crate) full: Mutex<Vec<(Timestamp, Timestamp)>>,
    /// True once the torture is over.
    pub(crate) over: watch::Sender<bool>,
}

impl World {
    /// Whether the torture is over.
    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Whether an end at that time may have come of a full disk.
    pub(crate) fn disk_was_full_about(&self, at: Timestamp) -> bool {
        let full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        full.iter().any(|(from, to)| *from <= at && at <= *to + AFTER_FULL)
    }
}

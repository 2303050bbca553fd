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

/// A process ends a little after its reason, and later if it was stopped meanwhile.
const AFTERWARDS: SignedDuration = SignedDuration::from_secs(20);

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
    /// Calls, and orders in the broker's ledger, when the ledger last had a new one.
    pub(crate) reached: Mutex<(usize, usize)>,
    pub(crate) kills: Kills,
    pub(crate) prices: Prices,
    /// Shared by everybody who does something; a quiet point takes it whole.
    pub(crate) gate: RwLock<()>,
    /// When a process had a reason to end by itself.
    pub(crate) excuses: Mutex<Vec<(Timestamp, Timestamp)>>,
    /// True once the torture is over.
    pub(crate) over: watch::Sender<bool>,
}

impl World {
    /// Whether the torture is over.
    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Says that processes may have a reason to end by themselves since then: a disk was full, or a writer was stopped
    /// until its standby took over.
    pub(crate) fn excuse(&self, from: Timestamp) {
        self.excuses.lock().unwrap_or_else(PoisonError::into_inner).push((from, Timestamp::now()));
    }

    /// Whether an end at that time has such a reason.
    pub(crate) fn is_excused(&self, at: Timestamp) -> bool {
        let excuses = self.excuses.lock().unwrap_or_else(PoisonError::into_inner);
        excuses.iter().any(|(from, to)| *from <= at && at <= *to + AFTERWARDS)
    }
}

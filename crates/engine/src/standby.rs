//! A process beside the one that writes: it follows the journal, serves every read, and takes over when it must. It has
//! the same desk as a writer and decides nothing: the book comes out of the same records.

use crate::archive::Archive;
use crate::clock::Clock;
use crate::config::EngineConfig;
use crate::desk::{LeaseStatus, Role};
use crate::entropy::Entropy;
use crate::guard::Interlock;
use crate::service::Service;
use crate::shared::{Session, Shared};
use crate::start::{Books, BrokerLink, EngineHandle, Office, StartError};
use crate::vigil::Vigil;
use crate::writer::Seat;
use domain::book::Book;
use domain::journal::Recorded;
use std::sync::Arc;
use store::{Journal, JournalError, JournalView, Pulse};

/// The parts that the composition root brings. The link leads to nobody until the adapter is started, after
/// [`Standby::take_over`].
pub struct StandbyParts {
    /// The journal that another process writes.
    pub view: Box<dyn JournalView>,
    /// The same journal, for its past.
    pub archive: Box<dyn Archive>,
    /// The adapter's ends.
    pub link: BrokerLink,
    /// The last look before each send; closed until this process writes.
    pub interlock: Arc<Interlock>,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// Where new ids and secrets come from.
    pub entropy: Arc<dyn Entropy>,
}

/// An engine without a writer.
pub struct Standby {
    office: Office,
    interlock: Arc<Interlock>,
}

/// Whether the process that writes lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// It showed life not long ago. It may be dead all the same: then its lock is free.
    Lives,
    /// It has shown none for [`EngineConfig::lease_silence`]: its lease may be taken away.
    Silent,
}

/// Keeps the standby's book at the end of the journal.
pub struct Follower {
    view: Box<dyn JournalView>,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    vigil: Vigil,
    /// Of this process.
    version: &'static str,
}

/// Reads the journal that another process writes, and stands by.
///
/// # Errors
/// The journal cannot be read, is empty, belongs to another installation, or is written by another version.
pub fn stand_by(config: EngineConfig, parts: StandbyParts) -> Result<(Standby, Follower), StartError> {
    let StandbyParts { view, archive, link, interlock, clock, entropy } = parts;
    let pulse = view.pulse()?;
    let mut book = Book::empty();
    view.replay(1, &mut |record| book.apply(&record).map_err(JournalError::Refused))?;
    match &book.installation {
        Some(known) if *known == config.installation => {}
        Some(known) => {
            let (journal, given) = (known.clone(), config.installation.clone());
            return Err(StartError::OtherInstallation { journal, given });
        }
        None => return Err(StartError::NothingToFollow),
    }
    let version = config.version;
    if let Some(running) = other_version(&book, version) {
        return Err(StartError::OtherVersion { running, given: version });
    }
    let mut session = Session::down(clock.now(), "another process writes", &config.endpoint, theirs(&pulse));
    session.head = head_of(view.as_ref())?;
    let vigil = Vigil::begin(config.lease_silence, clock.monotonic(), pulse);
    let shared = Arc::new(Shared::new(book, session));
    let follower = Follower { view, shared: Arc::clone(&shared), clock: Arc::clone(&clock), vigil, version };
    let office = Office::furnish(config, shared, archive.into(), link, clock, entropy);
    Ok((Standby { office, interlock }, follower))
}

/// The version that writes, if it is another one than ours.
fn other_version(book: &Book, ours: &str) -> Option<String> {
    book.live.evidence.version.clone().filter(|running| running != ours)
}

fn theirs(pulse: &Pulse) -> LeaseStatus {
    LeaseStatus { role: Role::Standby, epoch: pulse.epoch.0, holder_pid: pulse.holder_pid }
}

fn head_of(view: &dyn JournalView) -> Result<(u64, String), JournalError> {
    let head = view.head()?;
    Ok((head.seq, head.hash.to_string()))
}

impl Standby {
    /// The use cases; the same desk before and after [`Standby::take_over`].
    pub fn desk(&self) -> Arc<Service> {
        Arc::clone(&self.office.service)
    }

    /// Becomes the writer of a journal that was opened here. `books` are what its records add up to, `endpoint` the broker
    /// that the adapter will connect to.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn take_over(
        mut self,
        journal: Box<dyn Journal>,
        books: Books,
        endpoint: String,
        seat: Seat,
    ) -> Result<EngineHandle, StartError> {
        self.office.config.endpoint = endpoint;
        self.office.open(journal, books, self.interlock, seat)
    }
}

impl Follower {
    /// Takes in what was committed since the last look, and says whether the holder shows life. It waits for the disk:
    /// call it outside the async threads, several times within [`EngineConfig::lease_silence`].
    ///
    /// # Errors
    /// The journal cannot be read any more, or a record does not follow: what is shown from here on would be old.
    pub fn look(&mut self) -> Result<Holder, JournalError> {
        let pulse = self.view.pulse()?;
        let known = self.shared.read().book.seq;
        let mut news: Vec<Recorded> = Vec::new();
        if pulse.seq > known {
            self.view.replay(known + 1, &mut |record| {
                news.push(record);
                Ok(())
            })?;
        }
        let is_silent = self.vigil.is_silent(self.clock.monotonic(), pulse);
        let head = if news.is_empty() { None } else { Some(head_of(self.view.as_ref())?) };
        let mut state = self.shared.write();
        for record in &news {
            state.follow(record).map_err(JournalError::Refused)?;
        }
        if let Some(running) = other_version(&state.book, self.version) {
            let why = format!("version {running} writes now, and this process is version {}", self.version);
            return Err(JournalError::Stopped(format!("{why}: versions do not mix")));
        }
        let seq = state.book.seq;
        state.session.lease = theirs(&pulse);
        state.session.holder_is_silent = is_silent;
        if let Some(head) = head {
            state.session.head = head;
        }
        drop(state);
        if !news.is_empty() {
            self.shared.announce(seq);
        }
        Ok(if is_silent { Holder::Silent } else { Holder::Lives })
    }
}

//! Every record whose append came back well, seen from outside the engine.

use domain::book::{Book, Index};
use domain::fault::Fault;
use domain::journal::{JournalEvent, Recorded};
use engine::Archive;
use engine::desk::{AuditFilter, AuditRecord, AuditVerification};
use jiff::Timestamp;
use std::sync::{Arc, Condvar, Mutex};
use store::{Head, Journal, JournalError, Lease};
use tokio::sync::watch;

/// What the writer asked of its journal.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// One commit.
    Append(Vec<JournalEvent>),
    SyncCheckpoint,
}

/// Whether the disk lets a commit through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    Open,
    Shut,
    /// A commit waits.
    Waiting,
}

/// The records that are durable. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    records: Arc<Mutex<Vec<Recorded>>>,
    calls: Arc<Mutex<Vec<Call>>>,
    gate: Arc<(Mutex<Gate>, Condvar)>,
    grown: watch::Sender<usize>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { records: Arc::default(), calls: Arc::default(), gate: Arc::default(), grown: watch::Sender::new(0) }
    }

    pub(crate) fn records(&self) -> Vec<Recorded> {
        self.records.lock().unwrap().clone()
    }

    /// How many records a test's question fits.
    pub(crate) fn count(&self, fits: impl Fn(&JournalEvent) -> bool) -> usize {
        self.records.lock().unwrap().iter().filter(|record| fits(&record.event)).count()
    }

    /// A fresh replay.
    pub(crate) fn book(&self) -> Book {
        let mut book = Book::empty();
        // Kept from here on, record by record.
        assert_eq!(*book.index(), Index::default());
        for record in self.records() {
            book.apply(&record).unwrap();
        }
        book
    }

    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.grown.subscribe()
    }

    /// Begins anew with what a journal holds when it is opened.
    pub(crate) fn take_over(&self, journal: &dyn Journal) {
        let mut found = Vec::new();
        journal
            .replay(1, &mut |record| {
                found.push(record);
                Ok(())
            })
            .unwrap();
        *self.records.lock().unwrap() = found;
    }

    /// Everything that came back well, in order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How often the checkpoint file was synced.
    pub(crate) fn syncs(&self) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| matches!(call, Call::SyncCheckpoint)).count()
    }

    /// The next commit waits until [`Self::open_gate`].
    pub(crate) fn shut_gate(&self) {
        *self.gate.0.lock().unwrap() = Gate::Shut;
    }

    pub(crate) fn open_gate(&self) {
        *self.gate.0.lock().unwrap() = Gate::Open;
        self.gate.1.notify_all();
    }

    /// Whether a commit waits at the gate.
    pub(crate) fn waits_at_gate(&self) -> bool {
        *self.gate.0.lock().unwrap() == Gate::Waiting
    }

    fn pass_gate(&self) {
        let mut gate = self.gate.0.lock().unwrap();
        while *gate != Gate::Open {
            *gate = Gate::Waiting;
            gate = self.gate.1.wait(gate).unwrap();
        }
    }

    fn called(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }

    fn add(&self, written: &[Recorded]) {
        let mut records = self.records.lock().unwrap();
        records.extend_from_slice(written);
        self.grown.send_replace(records.len());
    }
}

/// A journal that tells the log what it made durable.
pub(crate) struct Watched {
    pub(crate) inner: Box<dyn Journal>,
    pub(crate) log: Log,
    /// Lives as long as the writer.
    pub(crate) _alive: Arc<()>,
}

impl Journal for Watched {
    fn append(&mut self, at: Timestamp, events: &[JournalEvent]) -> Result<Vec<Recorded>, JournalError> {
        self.log.pass_gate();
        let written = self.inner.append(at, events)?;
        self.log.called(Call::Append(events.to_vec()));
        self.log.add(&written);
        Ok(written)
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
        self.inner.sync_checkpoint()?;
        self.log.called(Call::SyncCheckpoint);
        Ok(())
    }
}

impl Archive for Log {
    fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        let fits = |record: &Recorded| {
            filter.kind.as_ref().is_none_or(|kind| kind == record.event.kind())
                && filter.after.is_none_or(|after| record.seq > after)
                && filter.cl_ord_id.as_ref().is_none_or(|key| record.event.cl_ord_id() == Some(key))
        };
        let found = self.records().into_iter().filter(fits).take(filter.limit);
        Ok(found.map(|record| AuditRecord { record, hash: String::new() }).collect())
    }

    fn verify(&self) -> Result<AuditVerification, Fault> {
        Err(Fault::CapabilityMissing("the journal in memory has no seal to verify".to_owned()))
    }
}

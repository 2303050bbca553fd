//! A journal in memory that grows when the test says so.

use domain::fault::Fault;
use domain::journal::{JournalEvent, Recorded};
use engine::desk::{AuditFilter, AuditRecord, AuditVerification};
use engine::{Archive, JournalFeed};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

#[derive(Debug, Default)]
struct Kept {
    records: Mutex<Vec<Recorded>>,
    readings: AtomicUsize,
    broken: Mutex<Option<Fault>>,
}

pub(crate) struct FakeJournal {
    kept: Arc<Kept>,
    head: watch::Sender<u64>,
}

impl Archive for Kept {
    fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        if let Some(fault) = self.broken.lock().unwrap().clone() {
            return Err(fault);
        }
        let records = self.records.lock().unwrap();
        let fits = |record: &&Recorded| {
            record.seq > filter.after.unwrap_or(0)
                && filter.kind.as_ref().is_none_or(|kind| kind == record.event.kind())
                && filter.cl_ord_id.as_ref().is_none_or(|key| record.event.cl_ord_id() == Some(key))
        };
        let found = records.iter().filter(fits).take(filter.limit).cloned();
        Ok(found.map(|record| AuditRecord { hash: format!("{:02x}", record.seq), record }).collect())
    }

    fn verify(&self) -> Result<AuditVerification, Fault> {
        Err(Fault::Internal("not asked".to_owned()))
    }
}

impl FakeJournal {
    pub(crate) fn new() -> Self {
        Self { kept: Arc::default(), head: watch::Sender::new(0) }
    }

    pub(crate) fn feed(&self, after: Option<u64>) -> JournalFeed {
        let head = self.head.subscribe();
        let after = after.unwrap_or(*head.borrow());
        JournalFeed::new(self.kept.clone(), head, after)
    }

    /// Adds records and tells their end.
    pub(crate) fn grow(&self, events: impl IntoIterator<Item = JournalEvent>) -> u64 {
        let mut records = self.kept.records.lock().unwrap();
        for event in events {
            let seq = u64::try_from(records.len()).unwrap() + 1;
            records.push(Recorded { seq, at: crate::fake_desk::NOW.parse().unwrap(), event });
        }
        let head = u64::try_from(records.len()).unwrap();
        drop(records);
        self.head.send_replace(head);
        head
    }

    /// Adds so many records of no importance.
    pub(crate) fn grow_by(&self, count: usize) -> u64 {
        self.grow((0..count).map(|_| JournalEvent::Stopped))
    }

    /// How often it was read.
    pub(crate) fn readings(&self) -> usize {
        self.kept.readings.load(Ordering::SeqCst)
    }

    /// Nobody can read it from now on.
    pub(crate) fn break_down(&self) {
        *self.kept.broken.lock().unwrap() = Some(Fault::Storage("the disk is gone".to_owned()));
    }
}

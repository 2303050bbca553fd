//! Reading the journal's past: pages of it, and its seal.

use crate::desk::{AuditFilter, AuditRecord, AuditVerification};
use crate::together::Together;
use domain::fault::Fault;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use store::verify::{Fault as Finding, VerifyOptions};
use store::{Direction, FaultKind, JournalReader, OpenError, Page, RecordFilter, StorageFault};
use tokio::sync::Semaphore;

/// Readings of the past at a time.
const READINGS_MAX: usize = 8;
/// How long a reading waits for its turn.
const TURN_DEADLINE: Duration = Duration::from_secs(10);

/// The journal for readers. Calls may take long and run outside the async threads.
pub trait Archive: Send + Sync + fmt::Debug {
    /// One page of records.
    ///
    /// # Errors
    /// [`Fault::Storage`] when it cannot be read.
    fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault>;

    /// Walks the whole chain.
    ///
    /// # Errors
    /// [`Fault::Storage`] when it cannot be read at all; what is wrong with it is a finding, not an error.
    fn verify(&self) -> Result<AuditVerification, Fault>;
}

/// The journal on disk: a fresh read-only connection for each call.
#[derive(Clone, Debug)]
pub struct DiskArchive {
    options: VerifyOptions,
}

impl DiskArchive {
    /// Reads what is where the options say.
    pub fn new(options: VerifyOptions) -> Self {
        Self { options }
    }

    fn reader(&self) -> Result<JournalReader, Fault> {
        JournalReader::open(&self.options.data_dir).map_err(|error| Fault::Storage(error.to_string()))
    }
}

impl Archive for DiskArchive {
    fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault> {
        let wanted = RecordFilter {
            kind: filter.kind.clone(),
            cl_ord_id: filter.cl_ord_id.clone(),
            correlation_id: filter.correlation_id.clone(),
        };
        let page = Page {
            cursor: filter.after,
            limit: u32::try_from(filter.limit).unwrap_or(u32::MAX),
            direction: if filter.newest_first { Direction::Backward } else { Direction::Forward },
        };
        let found = self.reader()?.records(&wanted, &page).map_err(|error| Fault::Storage(error.to_string()))?;
        Ok(found
            .into_iter()
            .map(|stored| AuditRecord { record: stored.recorded, hash: stored.hash.to_string() })
            .collect())
    }

    fn verify(&self) -> Result<AuditVerification, Fault> {
        let report = match store::verify::verify(&self.options) {
            Ok(report) => report,
            Err(OpenError::Storage(fault)) if fault.kind == FaultKind::Corrupt => return Ok(damaged(&fault)),
            Err(error) => return Err(Fault::Storage(error.to_string())),
        };
        Ok(AuditVerification {
            findings_total: report.faults_total,
            ok: report.is_clean(),
            records: report.records,
            head_hash: report.head_hash,
            findings: report.faults.iter().map(|fault| (place_of(fault), fault.to_string())).collect(),
        })
    }
}

/// Pages that cannot be read are a finding: no second attempt makes them whole.
fn damaged(fault: &StorageFault) -> AuditVerification {
    let findings = vec![(None, fault.to_string())];
    AuditVerification { ok: false, records: 0, head_hash: String::new(), findings_total: 1, findings }
}

/// The record that a finding is about, where it is about one.
fn place_of(fault: &Finding) -> Option<u64> {
    let place = match fault {
        Finding::Changed { seq }
        | Finding::Inserted { seq }
        | Finding::Moved { seq, .. }
        | Finding::Unlinked { seq } => Some(*seq),
        Finding::Removed { from, .. } => Some(*from),
        Finding::Truncated { end, .. } => Some(*end),
        Finding::CheckpointDiffers { seq } => return Some(*seq),
        Finding::CheckpointChanged { .. } | Finding::CheckpointMissing { .. } | Finding::KeyDiffers => None,
    };
    place.and_then(|place| u64::try_from(place).ok())
}

/// The past as callers read it: so many readings at a time, each to its end whether or not its caller still waits, and one
/// walk for all who want one.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    archive: Arc<dyn Archive>,
    places: Arc<Semaphore>,
    walks: Arc<Together<(), AuditVerification>>,
}

impl Reading {
    pub(crate) fn new(archive: Arc<dyn Archive>) -> Self {
        Self { archive, places: Arc::new(Semaphore::new(READINGS_MAX)), walks: Arc::default() }
    }

    /// Reads when it is its turn, off the async threads.
    ///
    /// # Errors
    /// [`Fault::TooMany`] when its turn does not come in time, else what the reading says.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Archive) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let turn = tokio::time::timeout(TURN_DEADLINE, Arc::clone(&self.places).acquire_owned()).await;
        let place = turn
            .map_err(|_late| Fault::TooMany(format!("{READINGS_MAX} readings of the journal are under way already")))?
            .map_err(|closed| Fault::Internal(closed.to_string()))?;
        let archive = Arc::clone(&self.archive);
        off_the_async_threads(move || {
            let read = work(archive.as_ref());
            drop(place);
            read
        })
        .await
    }

    /// A walk over the whole chain that begins after this call.
    ///
    /// # Errors
    /// See [`Archive::verify`].
    pub(crate) async fn verify(&self) -> Result<AuditVerification, Fault> {
        let archive = Arc::clone(&self.archive);
        let walk = move |()| {
            let archive = Arc::clone(&archive);
            off_the_async_threads(move || archive.verify())
        };
        self.walks.ask((), walk).await
    }
}

pub(crate) async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Fault::Internal(error.to_string())),
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;

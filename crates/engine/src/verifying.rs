//! The walk over the whole journal, beside the writer: soon after each start and every day.

use crate::archive::{Archive, off_the_async_threads};
use crate::core::{Batch, Core};
use crate::desk::AuditVerification;
use crate::input::Input;
use crate::writer::Seat;
use domain::fault::Fault;
use domain::journal::JournalEvent;
use domain::verification::{FINDINGS_MAX, Verification};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Walks, and tells the writer what was found. On a runtime of one thread it walks on that thread.
pub(crate) fn walk(
    seat: Seat,
    runtime: &tokio::runtime::Handle,
    archive: &Arc<dyn Archive>,
    writer: &mpsc::WeakSender<Input>,
) {
    let (archive, writer) = (Arc::clone(archive), writer.clone());
    runtime.spawn(async move {
        let result = match seat {
            Seat::Thread => off_the_async_threads(move || archive.verify()).await,
            Seat::Task => archive.verify(),
        };
        if let Some(inputs) = writer.upgrade() {
            // The writer has ended if this fails: the next start walks again.
            drop(inputs.send(Input::Verified { result }).await);
        }
    });
}

impl Core {
    /// The result is a record, clean or not. One that is not clean halts everything.
    pub(crate) fn verified(&mut self, batch: &mut Batch, now: Timestamp, result: Result<AuditVerification, Fault>) {
        let began_at = self.verification.ended(now, result.is_ok());
        self.session.verifying = false;
        let found = match result {
            Ok(found) => found,
            Err(fault) => {
                tracing::warn!(%fault, "the journal could not be walked");
                self.session.unverified = Some(fault.to_string());
                return;
            }
        };
        self.session.unverified = None;
        let walk = Verification {
            began_at,
            records: found.records,
            head_hash: found.head_hash,
            findings_total: found.findings_total,
            findings: found.findings.into_iter().take(FINDINGS_MAX).map(|(_, what)| what).collect(),
        };
        let alarm = (!walk.is_clean()).then(|| {
            let first = walk.findings.first().map_or("", String::as_str);
            format!(
                "the journal is not clean, {} finding(s): {first}; run `tollgate audit verify`",
                walk.findings_total
            )
        });
        self.push(batch, now, JournalEvent::Verified { walk: Box::new(walk) });
        if let Some(what) = alarm {
            tracing::error!(what, "the walk over the whole journal found something");
            self.alarm(batch, now, &what);
        }
    }
}

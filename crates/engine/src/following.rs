//! Following the journal as it grows: what is durable, by place, for whoever may read. The writer tells only how far the
//! journal goes; everybody reads for himself, and nobody is waited for.

use crate::archive::{Archive, Reading};
use crate::desk::{AuditFilter, AuditRecord, Role};
use crate::service::{Service, need};
use crate::shared::Shared;
use domain::fault::Fault;
use domain::id::ClOrdId;
use domain::journal::JournalEvent;
use domain::principal::{Principal, Scope};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The kind of what becomes of an order.
const ORDER: &str = "order";

/// Which records somebody follows; nothing named is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of these kinds.
    pub kinds: BTreeSet<&'static str>,
    /// Beside them, of what becomes of orders only this.
    pub of_orders: BTreeSet<&'static str>,
    /// Only about this order; the moves of its approval are among them.
    pub cl_ord_id: Option<ClOrdId>,
}

impl Wanted {
    /// Whether a record of this kind, which tells this of an order, is wanted.
    pub fn fits(&self, kind: &str, of_order: Option<&str>, order: Option<&ClOrdId>) -> bool {
        let any = self.kinds.is_empty() && self.of_orders.is_empty();
        (any || self.kinds.contains(kind) || of_order.is_some_and(|what| self.of_orders.contains(what)))
            && self.cl_ord_id.as_ref().is_none_or(|wanted| order == Some(wanted))
    }

    fn filter(&self, after: u64, limit: usize) -> AuditFilter {
        let mut kinds = self.kinds.iter();
        let kind = match (kinds.next(), kinds.next()) {
            (Some(only), None) if self.of_orders.is_empty() => Some((*only).to_owned()),
            (None, None) if !self.of_orders.is_empty() => Some(ORDER.to_owned()),
            (None | Some(_), _) => None,
        };
        AuditFilter {
            kind,
            cl_ord_id: self.cl_ord_id.clone(),
            correlation_id: None,
            after: Some(after),
            newest_first: false,
            limit,
        }
    }
}

/// A record, and the order that it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// The record.
    pub record: AuditRecord,
    /// Its order; that of its approval, where it names only the approval.
    pub order: Option<ClOrdId>,
}

/// A part of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// What is wanted of it, oldest first.
    pub records: Vec<Followed>,
    /// It was looked at up to this place.
    pub upto: u64,
}

/// Why a key that counted when a stream began does so no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEnd {
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// The journal knows no such key.
    Unknown,
}

/// The journal as it grows. Who has one was let in by the desk.
#[derive(Clone)]
pub struct JournalFeed {
    /// The place behind which it begins.
    pub after: u64,
    archive: Reading,
    head: watch::Receiver<u64>,
    shared: Option<Arc<Shared>>,
}

impl fmt::Debug for JournalFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalFeed").field("after", &self.after).finish_non_exhaustive()
    }
}

impl JournalFeed {
    /// A feed out of an archive and of the word how far it goes.
    pub fn new(archive: Arc<dyn Archive>, head: watch::Receiver<u64>, after: u64) -> Self {
        Self { after, archive: Reading::new(archive), head, shared: None }
    }

    /// The place of the last durable record; changes when there are more.
    pub fn head(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    /// What is wanted of at most `limit` records behind a place. It reads from the disk, off the async threads.
    ///
    /// # Errors
    /// [`Fault::Storage`] when the journal cannot be read, [`Fault::TooMany`] when too many read it.
    pub async fn page(&self, after: u64, wanted: &Wanted, limit: usize) -> Result<Slice, Fault> {
        // Taken before the reading: all that is at or before it is there to be read.
        let head = *self.head.borrow();
        let filter = wanted.filter(after, limit);
        let read = self.archive.read(move |archive| archive.page(&filter)).await?;
        let last = read.last().map_or(after, |last| last.record.seq);
        let upto = if read.len() < limit { head.max(last) } else { last };
        let records = read
            .into_iter()
            .map(|record| Followed { order: self.order_of(&record.record.event), record })
            .filter(|one| {
                // An approval of long ago may have left the book; the archive knows whose it was.
                let order = one.order.as_ref().or(wanted.cl_ord_id.as_ref());
                let event = &one.record.record.event;
                wanted.fits(event.kind(), event.of_order(), order)
            })
            .collect();
        Ok(Slice { records, upto })
    }

    fn order_of(&self, event: &JournalEvent) -> Option<ClOrdId> {
        if let JournalEvent::ApprovalMoved { id, .. } = event {
            let shared = self.shared.as_ref()?;
            return shared.read().book.approval(id).map(|approval| approval.cl_ord_id.clone());
        }
        event.cl_ord_id().cloned()
    }
}

impl Service {
    /// See [`crate::Desk::follow`].
    pub(crate) fn feed(&self, by: &Principal, after: Option<u64>) -> Result<JournalFeed, Fault> {
        need(by, Scope::Read)?;
        let head = self.shared.watch();
        let end = *head.borrow();
        let after = match after {
            None => end,
            Some(after) if after <= end => after,
            Some(after) if self.look(|_, session| session.lease.role == Role::Standby) => {
                let behind = format!("this process follows the journal and has come to {end}, not yet to {after}");
                return Err(Fault::NotReady(vec![behind]));
            }
            Some(_) => {
                let rule = format!(
                    "must not be above {end}, the end of this journal: after a restore from a backup begin at the present, without it"
                );
                return Err(Fault::Invalid { field: "after".to_owned(), rule });
            }
        };
        let shared = Some(Arc::clone(&self.shared));
        Ok(JournalFeed { after, archive: self.archive.clone(), head, shared })
    }

    /// See [`crate::Desk::key_left`].
    pub(crate) fn left_of_key(&self, by: &Principal) -> Result<Option<Duration>, KeyEnd> {
        let now = self.clock.now();
        self.look(|book, _| {
            let key = book.api_keys.get(&by.key_id).ok_or(KeyEnd::Unknown)?;
            if key.revoked_at.is_some() {
                return Err(KeyEnd::Revoked);
            }
            match key.expires_at {
                None => Ok(None),
                Some(end) if end > now => Ok(Some(end.duration_since(now).unsigned_abs())),
                Some(_) => Err(KeyEnd::Expired),
            }
        })
    }
}

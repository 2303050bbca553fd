//! The one transaction that appends: lease, records, claims, book, derived tables. Shared by the journal on disk and its
//! twin in memory.

use crate::chain::{ChainKey, Content};
use crate::claims;
use crate::error::{JournalError, StorageFault};
use crate::journal::Head;
use crate::lease;
use crate::projection::{self, Touched};
use crate::row::{NewRow, nanoseconds};
use domain::book::Book;
use domain::journal::{JournalEvent, Recorded};
use domain::mutation::{self, Mutation};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// A connection with everything that an append needs.
pub(crate) struct Writer {
    pub(crate) conn: Connection,
    pub(crate) key: ChainKey,
    pub(crate) head: Head,
    pub(crate) epoch: u64,
    /// `None` after a refused batch: it is computed anew out of the records.
    book: Option<Book>,
    is_poisoned: bool,
}

impl Writer {
    pub(crate) fn new(conn: Connection, key: ChainKey, head: Head, epoch: u64, book: Book) -> Self {
        Self { conn, key, head, epoch, book: Some(book), is_poisoned: false }
    }

    /// Appends; `commit` ends the transaction.
    pub(crate) fn append(
        &mut self,
        at: Timestamp,
        events: &[JournalEvent],
        commit: &mut dyn FnMut(Transaction<'_>) -> Result<(), StorageFault>,
    ) -> Result<Vec<Recorded>, JournalError> {
        if self.is_poisoned {
            return Err(JournalError::Poisoned);
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let appended = self.append_in_transaction(at, events, commit);
        if let Err(error) = &appended
            && !error.is_harmless()
        {
            self.is_poisoned = !matches!(error, JournalError::LeaseLost { .. });
        }
        appended
    }

    fn append_in_transaction(
        &mut self,
        at: Timestamp,
        events: &[JournalEvent],
        commit: &mut dyn FnMut(Transaction<'_>) -> Result<(), StorageFault>,
    ) -> Result<Vec<Recorded>, JournalError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let current = lease::current_epoch(&tx).map_err(failed)?;
        if current != self.epoch && !mutation::is_on(Mutation::DropFencing) {
            return Err(JournalError::LeaseLost { ours: self.epoch, current });
        }
        let mut book = match self.book.take() {
            Some(book) => book,
            None => projection::rebuild(&tx)?,
        };
        let mut head = self.head;
        let records = match write_records(&tx, &self.key, &mut head, at, events) {
            Ok(records) => records,
            Err(error) => {
                self.book = Some(book);
                return Err(error);
            }
        };
        let mut touched = Touched::default();
        for record in &records {
            book.apply(record).map_err(JournalError::Refused)?;
            touched.by(&record.event);
        }
        touched.write(&tx, &book).map_err(failed)?;
        commit(tx).map_err(JournalError::Failed)?;
        self.head = head;
        self.book = Some(book);
        Ok(records)
    }

    /// As [`Self::append`], for a holder of the lease that may have been fenced.
    pub(crate) fn append_under(
        &mut self,
        epoch: u64,
        at: Timestamp,
        events: &[JournalEvent],
        commit: &mut dyn FnMut(Transaction<'_>) -> Result<(), StorageFault>,
    ) -> Result<Vec<Recorded>, JournalError> {
        let in_force = std::mem::replace(&mut self.epoch, epoch);
        let appended = self.append(at, events, commit);
        self.epoch = in_force;
        appended
    }

    /// A new holder of the lease writes on.
    pub(crate) fn take_over(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.is_poisoned = false;
    }

    /// The transaction was rolled back: the journal ends where it ended before.
    pub(crate) fn stand_at(&mut self, head: Head, book: Option<Book>) {
        self.head = head;
        self.book = book;
    }

    /// No more writes after this.
    pub(crate) fn poison(&mut self) {
        self.is_poisoned = true;
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.is_poisoned
    }

    /// The state that the records add up to, unless the last batch was refused.
    pub(crate) fn book(&self) -> Option<&Book> {
        self.book.as_ref()
    }

    /// Computes the derived tables anew.
    pub(crate) fn rebuild(&mut self) -> Result<(), JournalError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let book = projection::rebuild(&tx)?;
        tx.commit().map_err(failed)?;
        self.book = Some(book);
        Ok(())
    }
}

fn write_records(
    conn: &Connection,
    key: &ChainKey,
    head: &mut Head,
    at: Timestamp,
    events: &[JournalEvent],
) -> Result<Vec<Recorded>, JournalError> {
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        let record = Recorded { seq: head.seq + 1, at, event: event.clone() };
        write_record(conn, key, head, &record)?;
        claims::claim(conn, &record)?;
        records.push(record);
    }
    Ok(records)
}

fn write_record(conn: &Connection, key: &ChainKey, head: &mut Head, record: &Recorded) -> Result<(), JournalError> {
    let event = &record.event;
    let body = serde_json::to_vec(event)
        .map_err(|error| JournalError::Failed(StorageFault::other(format!("event has no JSON: {error}"))))?;
    let order = claims::order_of(conn, event).map_err(failed)?;
    let content = Content {
        seq: claims::number(record.seq)?,
        at_ns: nanoseconds(record.at).map_err(failed)?,
        kind: event.kind(),
        cl_ord_id: order.as_deref(),
        correlation_id: event.correlation_id().map(domain::id::CorrelationId::as_str),
        principal: event.principal().map(|principal| principal.key_id.as_str()),
        body: &body,
    };
    let hash = key.seal(&content, &head.hash);
    NewRow { content, prev_hash: &head.hash, hash: &hash }.insert(conn).map_err(failed)?;
    *head = Head { seq: record.seq, hash };
    Ok(())
}

fn failed(error: rusqlite::Error) -> JournalError {
    JournalError::Failed(error.into())
}

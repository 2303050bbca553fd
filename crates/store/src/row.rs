//! A record as a row of the table `records`.

use crate::chain::{ChainKey, Content, RecordHash};
use crate::error::JournalError;
use crate::error::StorageFault;
use domain::journal::{JournalEvent, Recorded};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

/// All columns, in the order of [`RecordRow::from_row`].
pub(crate) const COLUMNS: &str = "seq, at_ns, kind, cl_ord_id, correlation_id, principal, body, prev_hash, hash";

/// One row, as it is.
#[derive(Clone, Debug)]
pub(crate) struct RecordRow {
    pub(crate) seq: i64,
    pub(crate) at_ns: i64,
    pub(crate) kind: String,
    pub(crate) cl_ord_id: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) principal: Option<String>,
    pub(crate) body: Vec<u8>,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl RecordRow {
    /// Reads a row selected by [`COLUMNS`].
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            at_ns: row.get(1)?,
            kind: row.get(2)?,
            cl_ord_id: row.get(3)?,
            correlation_id: row.get(4)?,
            principal: row.get(5)?,
            body: row.get(6)?,
            prev_hash: row.get(7)?,
            hash: row.get(8)?,
        })
    }

    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            seq: self.seq,
            at_ns: self.at_ns,
            kind: &self.kind,
            cl_ord_id: self.cl_ord_id.as_deref(),
            correlation_id: self.correlation_id.as_deref(),
            principal: self.principal.as_deref(),
            body: &self.body,
        }
    }

    /// The hash that it carries; `None` when that is no hash.
    pub(crate) fn hash(&self) -> Option<RecordHash> {
        RecordHash::from_slice(&self.hash)
    }

    /// The hash of its predecessor that it carries; `None` when that is no hash.
    pub(crate) fn prev_hash(&self) -> Option<RecordHash> {
        RecordHash::from_slice(&self.prev_hash)
    }

    /// Whether its hash is the one that it would have at place `seq`.
    pub(crate) fn is_genuine_at(&self, seq: i64, key: &ChainKey) -> bool {
        match (self.prev_hash(), self.hash()) {
            (Some(prev), Some(hash)) => key.seal(&Content { seq, ..self.content() }, &prev) == hash,
            (Some(_) | None, _) => false,
        }
    }

    /// The fact in it.
    pub(crate) fn decode(&self) -> Result<Recorded, JournalError> {
        let seq = u64::try_from(self.seq)
            .map_err(|_| JournalError::Unread(StorageFault::other(format!("record {} has no place", self.seq))))?;
        let unreadable = |detail: String| JournalError::Unreadable { seq, detail };
        let event: JournalEvent = serde_json::from_slice(&self.body).map_err(|error| unreadable(error.to_string()))?;
        Ok(Recorded { seq, at: timestamp(self.at_ns).map_err(|error| unreadable(error.to_string()))?, event })
    }
}

/// Nanoseconds since 1970 UTC, as the columns hold them.
pub(crate) fn nanoseconds(at: Timestamp) -> Result<i64, rusqlite::Error> {
    i64::try_from(at.as_nanosecond()).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The time of a column.
pub(crate) fn timestamp(at_ns: i64) -> Result<Timestamp, jiff::Error> {
    Timestamp::from_nanosecond(i128::from(at_ns))
}

/// What is written of one record beside its place in the chain.
pub(crate) struct NewRow<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) prev_hash: &'a RecordHash,
    pub(crate) hash: &'a RecordHash,
}

impl NewRow<'_> {
    pub(crate) fn insert(&self, conn: &Connection) -> Result<(), rusqlite::Error> {
        let mut statement = conn.prepare_cached(
            "INSERT INTO records (seq, at_ns, kind, cl_ord_id, correlation_id, principal, body, prev_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let Content { seq, at_ns, kind, cl_ord_id, correlation_id, principal, body } = self.content;
        let (prev, hash) = (self.prev_hash.as_bytes(), self.hash.as_bytes());
        statement.execute(params![seq, at_ns, kind, cl_ord_id, correlation_id, principal, body, prev, hash])?;
        Ok(())
    }
}

/// Shows every record from `from_seq` on.
pub(crate) fn replay(
    conn: &Connection,
    from_seq: u64,
    visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let unread = |error: rusqlite::Error| JournalError::Unread(error.into());
    let sql = format!("SELECT {COLUMNS} FROM records WHERE seq >= ?1 ORDER BY seq");
    let mut statement = conn.prepare_cached(&sql).map_err(unread)?;
    let mut rows = statement.query([from_seq]).map_err(unread)?;
    let mut expected = from_seq.max(1);
    while let Some(row) = rows.next().map_err(unread)? {
        let recorded = RecordRow::from_row(row).map_err(unread)?.decode()?;
        if recorded.seq != expected {
            let detail = format!("it is missing; the next one is {}", recorded.seq);
            return Err(JournalError::Unreadable { seq: expected, detail });
        }
        expected += 1;
        visit(recorded)?;
    }
    Ok(())
}

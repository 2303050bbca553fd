//! Reading beside a running writer, on connections of its own.

use crate::chain::RecordHash;
use crate::error::{FaultKind, JournalError, OpenError, StorageFault};
use crate::journal::{Head, JournalView, Pulse};
use crate::lease;
use crate::open::{self, BUSY_TIMEOUT, DATABASE_FILE};
use crate::row::{self, COLUMNS, RecordRow};
use crate::schema;
use domain::id::{ClOrdId, CorrelationId};
use domain::journal::Recorded;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params_from_iter};
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;

/// Opens read-only; the journal may be in use.
pub(crate) fn connect(data_dir: &Path) -> Result<Connection, OpenError> {
    let path = data_dir.join(DATABASE_FILE);
    if !path.is_file() {
        return Err(OpenError::NoJournal { path });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let look = |conn: Connection| -> Result<Connection, OpenError> {
        conn.busy_timeout(BUSY_TIMEOUT)?;
        open::check_owner(&conn, &path, false)?;
        Ok(conn)
    };
    let conn = match look(Connection::open_with_flags(&path, flags)?) {
        // Where nobody may write, nobody writes: SQLite then needs no index beside the log, if there is no log.
        Err(OpenError::Storage(fault)) if fault.kind == FaultKind::ReadOnly && !has_log(&path) => {
            look(Connection::open_with_flags(immutable(&path), flags | OpenFlags::SQLITE_OPEN_URI)?)?
        }
        looked => looked?,
    };
    let found = schema::version(&conn)?;
    if found < schema::NEWEST {
        return Err(OpenError::Older { found, known: schema::NEWEST });
    }
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(conn)
}

fn has_log(path: &Path) -> bool {
    let log = path.with_extension("sqlite-wal");
    log.metadata().is_ok_and(|metadata| metadata.len() > 0)
}

/// See <https://sqlite.org/uri.html>.
fn immutable(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// Which way a page goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// Which records to show; every `Some` must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Of this kind, as `JournalEvent::kind` says it.
    pub kind: Option<String>,
    /// About this order; the moves of its approval are among them.
    pub cl_ord_id: Option<ClOrdId>,
    /// Of this request.
    pub correlation_id: Option<CorrelationId>,
}

/// Which part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Forward: records after this place; backward: records before it. `None`: from the respective end.
    pub cursor: Option<u64>,
    /// At most so many.
    pub limit: u32,
    /// Which way.
    pub direction: Direction,
}

/// A record with its place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRecord {
    /// The fact.
    pub recorded: Recorded,
    /// The key that caused it, if one.
    pub principal: Option<String>,
    /// The order that it concerns, if one.
    pub cl_ord_id: Option<String>,
    /// The request behind it, if one.
    pub correlation_id: Option<String>,
    /// Hash of the record before it.
    pub prev_hash: RecordHash,
    /// Its hash.
    pub hash: RecordHash,
}

/// A record as it was sealed, for whoever checks the chain with tools of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealedRecord {
    /// Its place.
    pub seq: i64,
    /// When it was decided, nanoseconds since 1970 UTC.
    pub at_ns: i64,
    /// Its kind.
    pub kind: String,
    /// The order that it concerns, if one.
    pub cl_ord_id: Option<String>,
    /// The request behind it, if one.
    pub correlation_id: Option<String>,
    /// The key that caused it, if one.
    pub principal: Option<String>,
    /// The fact as it was written, JSON in a text: the hash covers these very bytes.
    pub body: String,
    /// Hash of the record before it, hex.
    pub prev_hash: String,
    /// Its hash, hex.
    pub hash: String,
    /// What of it is not as it was sealed and had to be made readable: its text then has U+FFFD for bytes that are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyClaim {
    /// Hash of the request.
    pub request_hash: String,
    /// The order that it concerns.
    pub cl_ord_id: String,
    /// `submit`, `replace` or `cancel`.
    pub verb: String,
}

/// A read-only view of the journal. Each call sees the newest commit. Sendable, not shareable: one per thread.
pub struct JournalReader {
    conn: Connection,
}

impl JournalReader {
    /// Opens the journal of a data directory; needs no lease.
    ///
    /// # Errors
    /// There is none, or it is not ours, or of another schema.
    pub fn open(data_dir: &Path) -> Result<Self, OpenError> {
        Ok(Self { conn: connect(data_dir)? })
    }

    /// A page of records.
    ///
    /// # Errors
    /// A record that this binary cannot read, or trouble of the storage.
    pub fn records(&self, filter: &RecordFilter, page: &Page) -> Result<Vec<StoredRecord>, JournalError> {
        let mut conditions = vec!["1"];
        let mut values = Vec::new();
        let mut add = |condition: &'static str, value: Option<Value>| {
            if let Some(value) = value {
                conditions.push(condition);
                values.push(value);
            }
        };
        let cursor = page.cursor.map(|seq| Value::Integer(i64::try_from(seq).unwrap_or(i64::MAX)));
        let order = match page.direction {
            Direction::Forward => {
                add("seq > ?", cursor);
                "ASC"
            }
            Direction::Backward => {
                add("seq < ?", cursor);
                "DESC"
            }
        };
        add("kind = ?", filter.kind.clone().map(Value::Text));
        let of_order = "seq IN (SELECT seq FROM order_records WHERE order_no = (SELECT seq FROM idempotency_keys
                        WHERE key = ? AND cl_ord_id = key))";
        add(of_order, filter.cl_ord_id.as_ref().map(|id| Value::Text(id.to_string())));
        add("correlation_id = ?", filter.correlation_id.as_ref().map(|id| Value::Text(id.to_string())));
        values.push(Value::Integer(i64::from(page.limit)));
        let conditions = conditions.join(" AND ");
        let sql = format!("SELECT {COLUMNS} FROM records WHERE {conditions} ORDER BY seq {order} LIMIT ?");
        let mut statement = self.conn.prepare_cached(&sql).map_err(unread)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(unread)?;
        let mut records = Vec::new();
        while let Some(row) = rows.next().map_err(unread)? {
            records.push(stored(RecordRow::from_row(row).map_err(unread)?)?);
        }
        Ok(records)
    }

    /// One record.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub fn record(&self, seq: u64) -> Result<Option<StoredRecord>, JournalError> {
        open::record_at(&self.conn, seq).map_err(unread)?.map(stored).transpose()
    }

    /// All that happened to an order, oldest first, at most `limit` records.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub fn order_history(&self, cl_ord_id: &ClOrdId, limit: u32) -> Result<Vec<StoredRecord>, JournalError> {
        let filter = RecordFilter { cl_ord_id: Some(cl_ord_id.clone()), ..RecordFilter::default() };
        self.records(&filter, &Page { cursor: None, limit, direction: Direction::Forward })
    }

    /// What a key was used for.
    ///
    /// # Errors
    /// Trouble of the storage.
    pub fn key_claim(&self, key: &ClOrdId) -> Result<Option<KeyClaim>, JournalError> {
        let sql = "SELECT request_hash, cl_ord_id, verb FROM idempotency_keys WHERE key = ?1";
        let claim = |row: &rusqlite::Row<'_>| {
            Ok(KeyClaim { request_hash: row.get(0)?, cl_ord_id: row.get(1)?, verb: row.get(2)? })
        };
        self.conn.query_row(sql, [key.as_str()], claim).optional().map_err(unread)
    }

    /// The end of the journal.
    ///
    /// # Errors
    /// Trouble of the storage.
    pub fn head(&self) -> Result<Head, JournalError> {
        let sql = "SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1";
        let last = self.conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
        match last.optional().map_err(unread)? {
            None => Ok(Head::START),
            Some((seq, hash)) => Ok(Head { seq, hash: readable_hash(seq, RecordHash::from_slice(&hash))? }),
        }
    }

    /// What the holder of the lease shows of itself.
    ///
    /// # Errors
    /// Trouble of the storage.
    pub fn pulse(&self) -> Result<Pulse, JournalError> {
        lease::pulse(&self.conn).map_err(unread)
    }

    /// Shows every record from `from_seq` on as it was sealed. All calls of `visit` see one state of the journal.
    ///
    /// # Errors
    /// What `visit` says, or a record that is no text.
    pub fn sealed(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(SealedRecord) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.salvaged(from_seq, &mut |record| match record.damage {
            None => visit(record),
            Some(detail) => Err(JournalError::Unreadable { seq: u64::try_from(record.seq).unwrap_or(0), detail }),
        })
    }

    /// As [`Self::sealed`], but a record that was damaged stops nothing: it is shown as far as it can be read, and says so.
    ///
    /// # Errors
    /// What `visit` says, or trouble of the storage.
    pub fn salvaged(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(SealedRecord) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE seq >= ?1 ORDER BY seq");
        let mut statement = self.conn.prepare_cached(&sql).map_err(unread)?;
        let mut rows = statement.query([from_seq]).map_err(unread)?;
        while let Some(row) = rows.next().map_err(unread)? {
            visit(salvaged(row).map_err(unread)?)?;
        }
        Ok(())
    }

    /// Shows every record from `from_seq` on.
    ///
    /// # Errors
    /// What `visit` says, or a record that cannot be read.
    pub fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        row::replay(&self.conn, from_seq, visit)
    }
}

fn salvaged(row: &rusqlite::Row<'_>) -> Result<SealedRecord, rusqlite::Error> {
    let mut damage = Vec::new();
    // The table is strict: only what a text or a blob holds can be wrong, never which of them it is.
    let mut text = |column: usize, name: &str| {
        let bytes = row.get_ref(column)?.as_bytes_or_null()?;
        let read = bytes.map(String::from_utf8_lossy);
        if let Some(Cow::Owned(_)) = &read {
            damage.push(format!("{name} is no text in UTF-8"));
        }
        Ok::<_, rusqlite::Error>(read.map(Cow::into_owned))
    };
    let (kind, cl_ord_id) = (text(2, "kind")?, text(3, "cl_ord_id")?);
    let (correlation_id, principal) = (text(4, "correlation_id")?, text(5, "principal")?);
    let body = text(6, "body")?;
    let mut hash = |column: usize, name: &str| {
        let bytes = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
        let hash = RecordHash::from_slice(bytes);
        if hash.is_none() {
            damage.push(format!("{name} is not 32 bytes"));
        }
        Ok::<_, rusqlite::Error>(hash.map_or_else(|| hex(bytes), |hash| hash.to_string()))
    };
    Ok(SealedRecord {
        seq: row.get(0)?,
        at_ns: row.get(1)?,
        kind: kind.unwrap_or_default(),
        cl_ord_id,
        correlation_id,
        principal,
        body: body.unwrap_or_default(),
        prev_hash: hash(7, "prev_hash")?,
        hash: hash(8, "hash")?,
        damage: (!damage.is_empty()).then(|| damage.join("; ")),
    })
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

impl JournalView for JournalReader {
    fn pulse(&self) -> Result<Pulse, JournalError> {
        self.pulse()
    }

    fn head(&self) -> Result<Head, JournalError> {
        self.head()
    }

    fn replay(
        &self,
        from_seq: u64,
        visit: &mut dyn FnMut(Recorded) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.replay(from_seq, visit)
    }
}

fn stored(row: RecordRow) -> Result<StoredRecord, JournalError> {
    let recorded = row.decode()?;
    let prev_hash = readable_hash(recorded.seq, row.prev_hash())?;
    let hash = readable_hash(recorded.seq, row.hash())?;
    let RecordRow { principal, cl_ord_id, correlation_id, .. } = row;
    Ok(StoredRecord { recorded, principal, cl_ord_id, correlation_id, prev_hash, hash })
}

fn readable_hash(seq: u64, hash: Option<RecordHash>) -> Result<RecordHash, JournalError> {
    hash.ok_or_else(|| JournalError::Unreadable { seq, detail: "its hash is not 32 bytes".to_owned() })
}

fn unread(error: rusqlite::Error) -> JournalError {
    JournalError::Unread(StorageFault::from(error))
}

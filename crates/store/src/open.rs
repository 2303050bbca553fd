//! Opening the journal: whose file it is, its schema, its key, its newest records, the lease.

use crate::chain::{ChainKey, RecordHash};
use crate::checkpoint::{self, CheckpointFile, Lines};
use crate::error::{JournalError, OpenError, StorageFault};
use crate::journal::Head;
use crate::row::RecordRow;
use crate::snapshot::{self, SNAPSHOT_FILE, Snapshots};
use crate::sqlite::SqliteJournal;
use crate::verify::walk_tail;
use crate::writer::Writer;
use crate::{key_file, lease, private, projection, row, schema};
use domain::book::Book;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The database's file in the data directory.
pub(crate) const DATABASE_FILE: &str = "journal.sqlite";
/// The key's file, beside the checkpoint file unless said otherwise.
const KEY_FILE: &str = "journal.key";
/// Readers hold the database for moments only; longer means that something is wrong.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A holder that was silent for long and holds the database as well will not let go of it in a moment.
const SEIZE_TIMEOUT: Duration = Duration::from_millis(250);
/// Bytes of a page.
const PAGE_LEN: u32 = 4_096;
/// Pages of the write-ahead log before a commit moves them into the database, which syncs twice more: rare enough not to
/// slow the commits down, small enough to be read in a moment after a crash.
const LOG_PAGES_MAX: u32 = 16_384;
/// What the connection keeps in memory: the inner nodes and the newest leaves of every tree, with room.
const CACHE_KIB: i64 = 32_768;
/// Distinct statements of the append path, with room.
const STATEMENTS_CACHED: usize = 64;

/// Where the journal is and how to open it.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Directory of the database and the lock file; made when it is missing, kept at mode 0700.
    pub data_dir: PathBuf,
    /// `audit_checkpoint_file`; belongs outside the data directory.
    pub checkpoint_file: PathBuf,
    /// The secret of the hash chain; belongs outside the data directory. `None`: `journal.key` beside the checkpoint file.
    pub key_file: Option<PathBuf>,
    /// When the writer starts, for the lease.
    pub started_at: Timestamp,
    /// The holder of the lock is known to be silent: take the lease although its process lives. Its next append fails.
    pub seize_lease: bool,
    /// The checkpoint file is lost for good and a new one may be begun. What was cut off before is then not found.
    pub accept_lost_checkpoint: bool,
}

impl OpenOptions {
    /// The usual way: no seizing, no loss accepted, the key beside the checkpoint file.
    pub fn new(data_dir: impl Into<PathBuf>, checkpoint_file: impl Into<PathBuf>, started_at: Timestamp) -> Self {
        Self {
            data_dir: data_dir.into(),
            checkpoint_file: checkpoint_file.into(),
            key_file: None,
            started_at,
            seize_lease: false,
            accept_lost_checkpoint: false,
        }
    }

    /// The path of the key file.
    pub fn key_path(&self) -> PathBuf {
        key_path(self.key_file.as_deref(), &self.checkpoint_file)
    }
}

pub(crate) fn key_path(key_file: Option<&Path>, checkpoint_file: &Path) -> PathBuf {
    key_file.map_or_else(|| checkpoint_file.with_file_name(KEY_FILE), Path::to_owned)
}

impl SqliteJournal {
    /// Opens for writing and takes the lease. Verifies what was written since the last checkpoint.
    ///
    /// # Errors
    /// Each says what to do; nothing was changed but, at most, the schema.
    pub fn open(options: &OpenOptions) -> Result<Self, OpenError> {
        private::own_dir(&options.data_dir)?;
        let lock = lease::lock(&options.data_dir, options.seize_lease)?;
        be_there_if_noted(options)?;
        let path = options.data_dir.join(DATABASE_FILE);
        let mut conn = connect(&path)?;
        schema::migrate(&mut conn, schema::NEWEST)?;
        let key = take_key(&conn, &options.key_path())?;
        let (checked, lines) = check_against_checkpoint(&conn, &key, options)?;
        let previous_pid = lease::pulse(&conn)?.holder_pid;
        let (epoch, lock) = take_lease(&mut conn, options, lock, previous_pid)?;
        // A silent holder may have woken up to here; from here on the epoch fences it.
        let head = walk_tail(&conn, &key, checked)?;
        let previous_ended_cleanly = ended_cleanly(&conn)?;
        let (book, snapshot_at) = load_book(&mut conn, &key, &options.data_dir)?;
        let snapshots = Snapshots::new(&options.data_dir, snapshot_at);
        let mut checkpoint = CheckpointFile::open(&options.checkpoint_file, &key, lines.as_ref())?;
        if options.seize_lease {
            // Its notes then reach a file without a name.
            checkpoint.begin_anew()?;
        }
        if head.seq > 0 {
            checkpoint.note(&head, &key)?;
            checkpoint.sync()?;
        }
        let pulse = connect(&path)?;
        pulse.pragma_update(None, "synchronous", "NORMAL")?;
        let writer = Writer::new(conn, key, head, epoch, book);
        Ok(Self {
            writer,
            checkpoint,
            snapshots,
            ends_in_order: false,
            pulse,
            previous_ended_cleanly,
            previous_pid,
            _lock: lock,
        })
    }
}

/// A database that the checkpoint file knows is not made anew: its records are somewhere else, or lost.
fn be_there_if_noted(options: &OpenOptions) -> Result<(), OpenError> {
    let path = options.data_dir.join(DATABASE_FILE);
    let is_there = match path.metadata() {
        Ok(metadata) => metadata.len() > 0,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(StorageFault::from_io(&error, &format!("database {}", path.display())).into()),
    };
    if is_there {
        return Ok(());
    }
    let Some(key) = key_file::read(&options.key_path())? else {
        return Ok(());
    };
    match checkpoint::read(&options.checkpoint_file, &key)?.and_then(|lines| lines.newest()) {
        Some(newest) => Err(OpenError::DatabaseMissing { path, checkpoint_seq: newest.seq }),
        None => Ok(()),
    }
}

/// Begins the epoch, and takes the lock away from a silent holder in the same transaction: of several that try, the
/// last one has both.
fn take_lease(
    conn: &mut Connection,
    options: &OpenOptions,
    lock: Option<File>,
    holder: Option<u32>,
) -> Result<(u64, File), OpenError> {
    if lock.is_none() {
        conn.busy_timeout(SEIZE_TIMEOUT)?;
    }
    let tx = match conn.transaction_with_behavior(TransactionBehavior::Immediate) {
        Err(error) if lock.is_none() && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            // It was stopped in the middle of a commit: until it goes on or ends, nobody can write.
            return Err(OpenError::LeaseHeld { pid: holder });
        }
        begun => begun?,
    };
    let epoch = lease::begin_epoch(&tx, options.started_at)?;
    let lock = match lock {
        Some(lock) => lock,
        None => lease::exchange(&options.data_dir)?,
    };
    tx.commit()?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    Ok((epoch, lock))
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let create = || -> std::io::Result<()> {
        private::open_or_create(path)?;
        private::sync_parent(path)
    };
    create().map_err(|error| StorageFault::from_io(&error, &format!("database {}", path.display())))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    check_owner(&conn, path, true)?;
    configure(&conn)?;
    Ok(conn)
}

/// Sets what is per connection; durable at commit is the point of `FULL`.
fn configure(conn: &Connection) -> Result<(), rusqlite::Error> {
    // Of a new database only: a record of an intent takes some two thousand bytes.
    conn.pragma_update(None, "page_size", PAGE_LEN)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES_MAX)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    configure_cache(conn);
    Ok(())
}

/// Room for every statement of the append path, so that none is prepared twice.
pub(crate) fn configure_cache(conn: &Connection) {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
}

/// Whether the database is ours and of a schema that we know.
pub(crate) fn check_owner(conn: &Connection, path: &Path, may_be_empty: bool) -> Result<(), OpenError> {
    let foreign = |detail: String| OpenError::Foreign { path: path.to_owned(), detail };
    let read = || -> Result<(i64, i64, i64), rusqlite::Error> {
        let owner = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((owner, schema::version(conn)?, tables))
    };
    let (owner, version, tables) = match read() {
        Ok(found) => found,
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(foreign("no SQLite database".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    if owner == 0 && version == 0 && tables == 0 {
        return if may_be_empty { Ok(()) } else { Err(OpenError::NoJournal { path: path.to_owned() }) };
    }
    if owner != schema::APPLICATION_ID {
        return Err(foreign(format!("application id {owner:#x}, {tables} tables and indexes")));
    }
    if version > schema::NEWEST {
        return Err(OpenError::Newer { found: version, known: schema::NEWEST });
    }
    Ok(())
}

const KEY_PROOF: &str = "key_proof";

/// The key that this journal was written with; a new one for a new journal.
fn take_key(conn: &Connection, path: &Path) -> Result<ChainKey, OpenError> {
    let is_new = schema::meta(conn, KEY_PROOF)?.is_none();
    let key = match key_file::read(path)? {
        Some(key) => key,
        None if is_new => key_file::create(path)?,
        None => {
            return Err(OpenError::KeyMissing { path: path.to_owned() });
        }
    };
    if is_new {
        schema::set_meta(conn, KEY_PROOF, key.proof().as_bytes())?;
    } else if !is_right_key(conn, &key)? {
        let detail = "is the key of another journal: put the right file back".to_owned();
        return Err(OpenError::KeyUnusable { path: path.to_owned(), detail });
    }
    Ok(key)
}

/// Whether the journal was written with this key.
pub(crate) fn is_right_key(conn: &Connection, key: &ChainKey) -> Result<bool, rusqlite::Error> {
    Ok(schema::meta(conn, KEY_PROOF)?.as_deref() == Some(key.proof().as_bytes().as_slice()))
}

/// The end of the journal, after the walk since the newest checkpoint, and what the checkpoint file says.
fn check_against_checkpoint(
    conn: &Connection,
    key: &ChainKey,
    options: &OpenOptions,
) -> Result<(Head, Option<Lines>), OpenError> {
    let path = &options.checkpoint_file;
    let lines = checkpoint::read(path, key)?;
    let is_empty: bool = conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM records)", [], |row| row.get(0))?;
    if lines.is_none() && !is_empty {
        if !options.accept_lost_checkpoint {
            return Err(OpenError::CheckpointMissing { path: path.clone() });
        }
        tracing::warn!(path = %path.display(), "the checkpoint file is lost; a new one is begun");
    }
    let from = match &lines {
        Some(lines) => {
            if let Some(line) = lines.bad.first() {
                let detail = format!("line {line} of the checkpoint file {} is not what was written", path.display());
                return Err(OpenError::Tampered(detail));
            }
            lines.newest().unwrap_or(Head::START)
        }
        None => Head::START,
    };
    let head = walk_tail(conn, key, from)?;
    Ok((head, lines))
}

pub(crate) fn ended_cleanly(conn: &Connection) -> Result<bool, rusqlite::Error> {
    let last: Option<String> =
        conn.query_row("SELECT kind FROM records ORDER BY seq DESC LIMIT 1", [], |row| row.get(0)).optional()?;
    Ok(last.is_none_or(|kind| kind == domain::journal::JournalEvent::Stopped.kind()))
}

/// The book, and the place of the snapshot that it was begun from.
fn load_book(conn: &mut Connection, key: &ChainKey, data_dir: &Path) -> Result<(Book, u64), OpenError> {
    if projection::is_current(conn)? {
        let hash_at = |seq| genuine_hash_at(conn, key, seq);
        let snapshot = snapshot::load(&data_dir.join(SNAPSHOT_FILE), key, hash_at);
        let mut book = snapshot.unwrap_or_else(Book::empty);
        let begun_at = book.seq;
        row::replay(conn, begun_at + 1, &mut |record| book.apply(&record).map_err(JournalError::Refused))
            .map_err(OpenError::Unreplayable)?;
        return Ok((book, begun_at));
    }
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let book = projection::rebuild(&tx).map_err(OpenError::Unreplayable)?;
    tx.commit()?;
    Ok((book, 0))
}

/// The hash of the record at a place, if it is the one that was written there.
fn genuine_hash_at(conn: &Connection, key: &ChainKey, seq: u64) -> Result<Option<RecordHash>, rusqlite::Error> {
    let row = record_at(conn, seq)?.filter(|row| row.seq > 0 && row.is_genuine_at(row.seq, key));
    Ok(row.and_then(|row| row.hash()))
}

/// The place of the last record; 0 before the first.
pub(crate) fn last_seq(conn: &Connection) -> Result<u64, rusqlite::Error> {
    conn.query_row("SELECT coalesce(max(seq), 0) FROM records", [], |row| row.get(0))
}

/// The record at a place.
pub(crate) fn record_at(conn: &Connection, seq: u64) -> Result<Option<RecordRow>, rusqlite::Error> {
    let sql = format!("SELECT {} FROM records WHERE seq = ?1", row::COLUMNS);
    conn.prepare_cached(&sql)?.query_row([seq], RecordRow::from_row).optional()
}

//! The right to write: an operating-system lock on a file, and an epoch in the database that fences whoever held it before.

use crate::error::{JournalError, OpenError, StorageFault};
use crate::journal::Pulse;
use crate::private;
use domain::id::LeaseEpoch;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The lock's file in the data directory; it names the holder's process.
pub(crate) const LOCK_FILE: &str = "writer.lock";

/// Times that the file may be exchanged for another one while we wait for its lock.
const EXCHANGES_MAX: u32 = 16;

/// Takes the lock, or names its holder. With `seize` the holder is known to be silent: `None`, and [`exchange`] takes
/// the lock away from it once the epoch fences it.
pub(crate) fn lock(data_dir: &Path, seize: bool) -> Result<Option<File>, OpenError> {
    let path = data_dir.join(LOCK_FILE);
    let fault = |error: &io::Error| fault(&path, error);
    for _ in 0..EXCHANGES_MAX {
        let mut file = private::open_or_create(&path).map_err(|error| fault(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if seize => return Ok(None),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(|error| fault(&error))?;
                return Err(OpenError::LeaseHeld { pid: text.trim().parse().ok() });
            }
            Err(TryLockError::Error(error)) => return Err(fault(&error).into()),
        }
        // Whoever seized the lease put another file in its place: then this lock is worth nothing.
        if is_at(&file, &path).map_err(|error| fault(&error))? {
            name_holder(&mut file).map_err(|error| fault(&error))?;
            return Ok(Some(file));
        }
    }
    Err(OpenError::LeaseHeld { pid: None })
}

/// Puts a lock file of ours in the place of one that a silent process holds.
pub(crate) fn exchange(data_dir: &Path) -> Result<File, StorageFault> {
    let path = data_dir.join(LOCK_FILE);
    let exchange = || -> io::Result<File> {
        let new = data_dir.join(format!("{LOCK_FILE}.{}", std::process::id()));
        let mut file = private::open_or_create(&new)?;
        file.try_lock().map_err(io::Error::from)?;
        name_holder(&mut file)?;
        std::fs::rename(&new, &path)?;
        private::sync_parent(&path)?;
        Ok(file)
    };
    let file = exchange().map_err(|error| fault(&path, &error))?;
    tracing::warn!(path = %path.display(), "took the lease from a silent holder");
    Ok(file)
}

fn fault(path: &Path, error: &io::Error) -> StorageFault {
    StorageFault::from_io(error, &format!("lock file {}", path.display()))
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(format!("{}\n", std::process::id()).as_bytes())?;
    file.sync_data()
}

/// Whether the open file is the one of that name.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match path.metadata() {
        Ok(named) => Ok((ours.dev(), ours.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Begins a new epoch.
pub(crate) fn begin_epoch(conn: &Connection, at: Timestamp) -> Result<u64, rusqlite::Error> {
    let epoch = current_epoch(conn)? + 1;
    conn.execute(
        "INSERT INTO lease (id, epoch, holder_pid, host, started_at_ns) VALUES (1, ?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET epoch = ?1, holder_pid = ?2, host = ?3, started_at_ns = ?4",
        params![epoch, std::process::id(), host_name(), crate::row::nanoseconds(at)?],
    )?;
    Ok(epoch)
}

/// The epoch in force; 0 before the first writer.
pub(crate) fn current_epoch(conn: &Connection) -> Result<u64, rusqlite::Error> {
    let mut statement = conn.prepare_cached("SELECT epoch FROM lease WHERE id = 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// One more sign of life, if the epoch is still ours.
pub(crate) fn beat(conn: &Connection, ours: u64) -> Result<(), JournalError> {
    let failed = |error: rusqlite::Error| JournalError::Failed(error.into());
    let sql = "UPDATE lease SET beat = beat + 1 WHERE id = 1 AND epoch = ?1";
    let changed = conn.prepare_cached(sql).and_then(|mut update| update.execute([ours])).map_err(failed)?;
    if changed == 1 {
        return Ok(());
    }
    let current = current_epoch(conn).map_err(failed)?;
    Err(JournalError::LeaseLost { ours, current })
}

/// What the holder shows of itself.
pub(crate) fn pulse(conn: &Connection) -> Result<Pulse, rusqlite::Error> {
    let sql = "SELECT epoch, beat, holder_pid, (SELECT coalesce(max(seq), 0) FROM records) FROM lease WHERE id = 1";
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Pulse { epoch: LeaseEpoch(row.get(0)?), beat: row.get(1)?, holder_pid: row.get(2)?, seq: row.get(3)? })
    };
    let found = conn.prepare_cached(sql)?.query_row([], row).optional()?;
    Ok(found.unwrap_or(Pulse::NEVER))
}

/// For the reader of the row; `None` where the system does not say.
fn host_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(text.trim_end().to_owned())
}

//! The right to write: an operating-system lock on a file, and an epoch in the database that fences whoever held it before.

use crate::error::{OpenError, StorageFault};
use crate::private;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The lock's file in the data directory; it names the holder's process.
pub(crate) const LOCK_FILE: &str = "writer.lock";

/// Takes the lock, or names its holder. With `seize` the holder is known to be silent, and the epoch fences it.
pub(crate) fn lock(data_dir: &Path, seize: bool) -> Result<File, OpenError> {
    let path = data_dir.join(LOCK_FILE);
    let fault = |error: &io::Error| StorageFault::from_io(error, &format!("lock file {}", path.display()));
    let mut file = private::open_or_create(&path).map_err(|error| fault(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if seize => {
            tracing::warn!(path = %path.display(), "took the lease from a silent holder");
            return Ok(file);
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(|error| fault(&error))?;
            return Err(OpenError::LeaseHeld { pid: text.trim().parse().ok() });
        }
        Err(TryLockError::Error(error)) => return Err(fault(&error).into()),
    }
    let mut name_holder = || -> io::Result<()> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{}\n", std::process::id()).as_bytes())?;
        file.sync_data()
    };
    name_holder().map_err(|error| fault(&error))?;
    Ok(file)
}

/// Begins a new epoch.
pub(crate) fn begin_epoch(conn: &mut Connection, at: Timestamp) -> Result<u64, rusqlite::Error> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let epoch = current_epoch(&tx)? + 1;
    tx.execute(
        "INSERT INTO lease (id, epoch, holder_pid, host, started_at_ns) VALUES (1, ?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET epoch = ?1, holder_pid = ?2, host = ?3, started_at_ns = ?4",
        params![epoch, std::process::id(), host_name(), crate::row::nanoseconds(at)?],
    )?;
    tx.commit()?;
    Ok(epoch)
}

/// The epoch in force; 0 before the first writer.
pub(crate) fn current_epoch(conn: &Connection) -> Result<u64, rusqlite::Error> {
    let mut statement = conn.prepare_cached("SELECT epoch FROM lease WHERE id = 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// For the reader of the row; `None` where the system does not say.
fn host_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(text.trim_end().to_owned())
}

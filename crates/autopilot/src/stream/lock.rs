//! One runner to a directory: a lock that lives as long as its process, in a file that says who has it.

use domain::stream::LockOwner;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file in its directory.
pub(super) const FILE: &str = "_lock";
/// Longer is no owner's name.
const LEN_MAX: u64 = 4_096;

/// The lock. It is let go of when this is dropped, also by a process that dies; the name in it stays, and says who had it last.
#[derive(Debug)]
pub(super) struct Lock {
    /// Who had it before and did not end in order.
    pub(super) taken_over: Option<LockOwner>,
    file: File,
}

/// What came of a try.
#[derive(Debug)]
pub(super) enum Tried {
    /// It is ours.
    Ours(Lock),
    /// Somebody who lives has it; who, as far as the file says.
    Theirs(Option<LockOwner>),
}

impl Lock {
    /// Tries to take it for an owner.
    pub(super) fn take(dir: &Path, owner: &LockOwner) -> io::Result<Tried> {
        let path = dir.join(FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let is_ours = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        let mut text = Vec::new();
        (&mut file).take(LEN_MAX).read_to_end(&mut text)?;
        // A file that was cut off by a crash, or holds anything else, names nobody.
        let named = serde_json::from_slice::<LockOwner>(&text).ok();
        if !is_ours {
            return Ok(Tried::Theirs(named));
        }
        write(&mut file, &serde_json::to_string(owner)?)?;
        Ok(Tried::Ours(Self { taken_over: named, file }))
    }

    /// Ends in order: nobody had it last.
    pub(super) fn end(mut self) -> io::Result<()> {
        write(&mut self.file, "")
    }
}

fn write(file: &mut File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;

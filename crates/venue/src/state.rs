//! The state directory: what the venue must not forget, on disk before anybody is told.
//!
//! One directory belongs to one venue at a time (`lock`). `changes` is an append-only file of
//! records, each a length, a checksum of the length, a checksum of the body, and the body as JSON:
//! first the [`Identity`] of the venue, then one [`Batch`] per group of changes made durable together.
//! A record cut short at the end of the file is a write that never finished, and so was never told to
//! anybody: it is removed. Anything else that does not check is corruption, and the venue refuses to
//! start rather than guess.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::state_record::{self, Next};

const LOCK_FILE: &str = "lock";
const CHANGES_FILE: &str = "changes";

/// What makes one venue's history unreadable to another: its market follows from these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Version of the record bodies.
    pub(crate) format: u32,
    /// Seed of the market.
    pub(crate) seed: u64,
    /// Number of accounts.
    pub(crate) accounts: u32,
    /// Whether they are named as live ones.
    pub(crate) live_like: bool,
}

/// Changes that became durable together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Batch<C> {
    /// Venue time of the last of them.
    pub(crate) now: Timestamp,
    /// In the order they were made.
    pub(crate) changes: Vec<C>,
}

/// An open state directory.
#[derive(Debug)]
pub(crate) struct StateDir {
    changes: File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Held for as long as the directory is.
    _lock: File,
}

/// What a state directory remembers.
#[derive(Debug)]
pub(crate) struct Remembered<C> {
    /// Everything that ever changed, oldest first.
    pub(crate) changes: Vec<C>,
    /// Venue time that was reached; `None` in a new directory.
    pub(crate) reached: Option<Timestamp>,
}

/// Why a state directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// File or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another venue uses it.
    #[error("{path} is in use by another venue")]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The file is not what this venue wrote.
    #[error("{path} is corrupt at byte {offset}: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It was made with other settings.
    #[error("{path} was made with {made_with}, and this venue has {asked_for}")]
    OtherVenue {
        /// The directory.
        path: PathBuf,
        /// Settings it was made with.
        made_with: String,
        /// Settings of this venue.
        asked_for: String,
    },
}

impl StateDir {
    /// Opens or creates a directory and reads what it remembers.
    pub(crate) fn open<C: DeserializeOwned>(
        dir: &Path,
        identity: &Identity,
    ) -> Result<(Self, Remembered<C>), StateError> {
        fs::create_dir_all(dir).map_err(io(dir))?;
        let lock = lock(dir)?;
        let path = dir.join(CHANGES_FILE);
        let is_new = !path.exists();
        let mut changes =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(io(&path))?;
        let mut bytes = Vec::new();
        changes.read_to_end(&mut bytes).map_err(io(&path))?;
        let read = read_all(&path, &bytes)?;
        check_identity(dir, identity, read.identity.as_ref())?;

        changes.set_len(read.good_len).map_err(io(&path))?;
        changes.seek(SeekFrom::Start(read.good_len)).map_err(io(&path))?;
        let mut state = Self { changes, path, buffer: Vec::new(), _lock: lock };
        if read.identity.is_none() {
            state.write(identity)?;
        }
        if is_new {
            // The file's name must survive a crash as well as its content.
            File::open(dir).and_then(|d| d.sync_all()).map_err(io(dir))?;
        }
        Ok((state, read.remembered))
    }

    /// Makes a batch durable. When this returns, it will be there after a crash.
    pub(crate) fn append<C: Serialize>(&mut self, batch: &Batch<C>) -> Result<(), StateError> {
        self.write(batch)
    }

    /// A directory whose disk refuses every write.
    #[cfg(test)]
    pub(crate) fn refusing_writes(dir: &Path) -> Self {
        let path = dir.join(CHANGES_FILE);
        drop(File::create(&path).unwrap());
        Self { changes: File::open(&path).unwrap(), path, buffer: Vec::new(), _lock: lock(dir).unwrap() }
    }

    fn write<T: Serialize>(&mut self, body: &T) -> Result<(), StateError> {
        self.buffer.clear();
        state_record::append(&mut self.buffer, body)
            .and_then(|()| self.changes.write_all(&self.buffer))
            .and_then(|()| self.changes.sync_data())
            .map_err(io(&self.path))
    }
}

fn lock(dir: &Path) -> Result<File, StateError> {
    let path = dir.join(LOCK_FILE);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(StateError::Locked { path: dir.to_owned() }),
        Err(fs::TryLockError::Error(source)) => Err(StateError::Io { path, source }),
    }
}

struct ReadAll<C> {
    identity: Option<Identity>,
    remembered: Remembered<C>,
    good_len: u64,
}

fn read_all<C: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<ReadAll<C>, StateError> {
    let mut all =
        ReadAll { identity: None, remembered: Remembered { changes: Vec::new(), reached: None }, good_len: 0 };
    let mut rest = bytes;
    loop {
        let corrupt = |reason: String| StateError::Corrupt { path: path.to_owned(), offset: all.good_len, reason };
        let body = match state_record::next(rest) {
            Next::End => return Ok(all),
            Next::Torn { len } => {
                tracing::warn!(path = %path.display(), offset = all.good_len, len, "removing a record that was never finished");
                return Ok(all);
            }
            Next::Corrupt { reason } => return Err(corrupt(reason.to_owned())),
            Next::Record { body, rest: after } => {
                rest = after;
                body
            }
        };
        if all.identity.is_none() {
            all.identity = Some(serde_json::from_slice(body).map_err(|e| corrupt(e.to_string()))?);
        } else {
            let batch: Batch<C> = serde_json::from_slice(body).map_err(|e| corrupt(e.to_string()))?;
            all.remembered.reached = Some(batch.now);
            all.remembered.changes.extend(batch.changes);
        }
        all.good_len = (bytes.len() - rest.len()) as u64;
    }
}

fn check_identity(dir: &Path, identity: &Identity, found: Option<&Identity>) -> Result<(), StateError> {
    match found {
        Some(found) if found != identity => Err(StateError::OtherVenue {
            path: dir.to_owned(),
            made_with: describe(found),
            asked_for: describe(identity),
        }),
        Some(_) | None => Ok(()),
    }
}

fn describe(identity: &Identity) -> String {
    format!(
        "format {}, seed {}, {} {} account(s)",
        identity.format,
        identity.seed,
        identity.accounts,
        if identity.live_like { "live-like" } else { "paper" },
    )
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { path, source }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

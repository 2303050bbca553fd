//! The state directory: what the venue must not forget, on disk before anybody is told.
//!
//! One directory belongs to one venue at a time (`lock`). `changes` is an append-only file of
//! records, each a length, a checksum of the length, a checksum of the body, and the body as JSON:
//! first the [`Head`] with the [`Identity`] of the venue, then one [`Batch`] per group of changes made
//! durable together.
//!
//! So that the file does not grow for ever, it is begun anew from time to time: all that survives is
//! written to `snapshot` in one record, then `changes` is replaced by an empty one of the next
//! generation. Both files are made beside the old ones and put in their place by renaming, the snapshot
//! first. A crash in between leaves changes of the generation before the snapshot's: they are in the
//! snapshot already, and are dropped. What the core has let go of is in `ledger`, see
//! [`crate::archive`].
//!
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
const SNAPSHOT_FILE: &str = "snapshot";

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

/// The first record of a file: whose it is, and how often the changes were begun anew before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    #[serde(flatten)]
    identity: Identity,
    #[serde(default)]
    generation: u64,
}

/// A snapshot file.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<S> {
    head: Head,
    now: Timestamp,
    ledger_len: u64,
    snapshot: S,
}

/// Changes that became durable together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Batch<C> {
    /// Venue time of the last of them.
    pub(crate) now: Timestamp,
    /// In the order they were made.
    pub(crate) changes: Vec<C>,
    /// Bytes of the ledger's file that hold.
    #[serde(default)]
    pub(crate) ledger_len: u64,
}

/// An open state directory.
#[derive(Debug)]
pub(crate) struct StateDir {
    changes: File,
    dir: PathBuf,
    path: PathBuf,
    buffer: Vec<u8>,
    head: Head,
    /// Length of the changes.
    len: u64,
    /// Length of the last snapshot.
    snapshot_len: u64,
    /// Held for as long as the directory is.
    _lock: File,
}

/// What a state directory remembers.
#[derive(Debug)]
pub(crate) struct Remembered<S, C> {
    /// How everything stood when the changes were last begun anew.
    pub(crate) snapshot: Option<S>,
    /// Everything that changed since, oldest first.
    pub(crate) changes: Vec<C>,
    /// Bytes of the ledger's file that hold.
    pub(crate) ledger_len: u64,
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
    pub(crate) fn open<S: DeserializeOwned, C: DeserializeOwned>(
        dir: &Path,
        identity: &Identity,
    ) -> Result<(Self, Remembered<S, C>), StateError> {
        fs::create_dir_all(dir).map_err(io(dir))?;
        let lock = lock(dir)?;
        let (kept, snapshot_len) = read_snapshot::<S>(dir)?;
        let path = dir.join(CHANGES_FILE);
        let is_new = !path.exists();
        let mut changes =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(io(&path))?;
        let mut bytes = Vec::new();
        changes.read_to_end(&mut bytes).map_err(io(&path))?;
        let read = read_all::<S, C>(&path, &bytes)?;
        let found = kept.as_ref().map(|kept| &kept.head).or(read.head.as_ref());
        check_identity(dir, identity, found.map(|head| &head.identity))?;
        let head = match (&kept, &read.head) {
            (Some(kept), _) => kept.head.clone(),
            (None, Some(head)) => head.clone(),
            (None, None) => Head { identity: identity.clone(), generation: 0 },
        };
        let mut state = Self {
            changes,
            dir: dir.to_owned(),
            path,
            buffer: Vec::new(),
            head,
            len: read.good_len,
            snapshot_len,
            _lock: lock,
        };
        let remembered = state.settle(kept, read)?;
        if is_new {
            // The file's name must survive a crash as well as its content.
            sync_dir(dir)?;
        }
        Ok((state, remembered))
    }

    /// Puts snapshot and changes together, and makes the files what they should be.
    fn settle<S, C>(&mut self, kept: Option<Kept<S>>, read: ReadAll<S, C>) -> Result<Remembered<S, C>, StateError> {
        let generation = read.head.as_ref().map(|head| head.generation);
        let of_snapshot = kept.as_ref().map(|kept| kept.head.generation);
        let stale = match (of_snapshot, generation) {
            // A crash between the snapshot and the changes after it.
            (Some(snapshot), Some(changes)) if changes + 1 == snapshot => true,
            (Some(snapshot), Some(changes)) if changes != snapshot => {
                let reason = format!("it is of generation {changes}, the snapshot of {snapshot}");
                return Err(StateError::Corrupt { path: self.path.clone(), offset: 0, reason });
            }
            (None, Some(changes)) if changes > 0 => {
                let reason = format!("it is of generation {changes}, and there is no snapshot");
                return Err(StateError::Corrupt { path: self.path.clone(), offset: 0, reason });
            }
            (Some(_) | None, Some(_) | None) => false,
        };
        let mut remembered = read.remembered;
        if stale || generation.is_none() {
            remembered.changes.clear();
            (remembered.reached, remembered.ledger_len) = (None, 0);
            self.begin_changes()?;
        } else {
            self.changes.set_len(self.len).map_err(io(&self.path))?;
            self.changes.seek(SeekFrom::Start(self.len)).map_err(io(&self.path))?;
        }
        if let Some(kept) = kept {
            remembered.reached = Some(remembered.reached.map_or(kept.now, |at| at.max(kept.now)));
            remembered.ledger_len = remembered.ledger_len.max(kept.ledger_len);
            remembered.snapshot = Some(kept.snapshot);
        }
        Ok(remembered)
    }

    /// Makes a batch durable. When this returns, it will be there after a crash.
    pub(crate) fn append<C: Serialize>(&mut self, batch: &Batch<C>) -> Result<(), StateError> {
        self.write(batch)
    }

    /// Whether the changes are so long that they should be begun anew: longer than `least`, and than the
    /// last snapshot twice, so that writing snapshots never is most of the work.
    pub(crate) fn is_long(&self, least: u64) -> bool {
        self.len > least.max(self.snapshot_len.saturating_mul(2))
    }

    /// Begins the changes anew behind a snapshot. A crash at any point of this loses nothing.
    pub(crate) fn compact<S: Serialize>(
        &mut self,
        snapshot: &S,
        now: Timestamp,
        ledger_len: u64,
    ) -> Result<(), StateError> {
        self.keep_snapshot(snapshot, now, ledger_len)?;
        self.begin_changes()
    }

    /// Puts a snapshot of the next generation in place.
    fn keep_snapshot<S: Serialize>(&mut self, snapshot: &S, now: Timestamp, ledger_len: u64) -> Result<(), StateError> {
        self.head.generation += 1;
        self.buffer.clear();
        let kept = Kept { head: self.head.clone(), now, ledger_len, snapshot };
        state_record::append(&mut self.buffer, &kept).map_err(io(&self.dir.join(SNAPSHOT_FILE)))?;
        self.snapshot_len = self.buffer.len() as u64;
        replace(&self.dir, SNAPSHOT_FILE, &self.buffer)
    }

    /// Puts changes in place that hold nothing but their head.
    fn begin_changes(&mut self) -> Result<(), StateError> {
        self.buffer.clear();
        state_record::append(&mut self.buffer, &self.head).map_err(io(&self.path))?;
        self.len = self.buffer.len() as u64;
        replace(&self.dir, CHANGES_FILE, &self.buffer)?;
        self.buffer = Vec::new();
        self.changes = OpenOptions::new().read(true).write(true).open(&self.path).map_err(io(&self.path))?;
        self.changes.seek(SeekFrom::End(0)).map_err(io(&self.path))?;
        Ok(())
    }

    /// A directory whose disk refuses every write.
    #[cfg(test)]
    pub(crate) fn refusing_writes(dir: &Path) -> Self {
        let path = dir.join(CHANGES_FILE);
        drop(File::create(&path).unwrap());
        let identity = Identity { format: 1, seed: 1, accounts: 1, live_like: false };
        Self {
            changes: File::open(&path).unwrap(),
            dir: dir.to_owned(),
            path,
            buffer: Vec::new(),
            head: Head { identity, generation: 0 },
            len: 0,
            snapshot_len: 0,
            _lock: lock(dir).unwrap(),
        }
    }

    fn write<T: Serialize>(&mut self, body: &T) -> Result<(), StateError> {
        self.buffer.clear();
        state_record::append(&mut self.buffer, body)
            .and_then(|()| self.changes.write_all(&self.buffer))
            .and_then(|()| self.changes.sync_data())
            .map_err(io(&self.path))?;
        self.len += self.buffer.len() as u64;
        Ok(())
    }
}

/// Puts a file in place whole: after a crash there is the old one or the new one.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StateError> {
    let (path, beside) = (dir.join(name), dir.join(format!("{name}.new")));
    let mut file = File::create(&beside).map_err(io(&beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io(&beside))?;
    fs::rename(&beside, &path).map_err(io(&path))?;
    sync_dir(dir)
}

fn sync_dir(dir: &Path) -> Result<(), StateError> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(io(dir))
}

/// The snapshot of a directory and its length, if there is one.
fn read_snapshot<S: DeserializeOwned>(dir: &Path) -> Result<(Option<Kept<S>>, u64), StateError> {
    let path = dir.join(SNAPSHOT_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((None, 0)),
        Err(e) => return Err(StateError::Io { path, source: e }),
    };
    let corrupt = |reason: String| StateError::Corrupt { path: path.clone(), offset: 0, reason };
    match state_record::next(&bytes) {
        Next::Record { body, rest: [] } => {
            let kept = serde_json::from_slice(body).map_err(|e| corrupt(e.to_string()))?;
            Ok((Some(kept), bytes.len() as u64))
        }
        Next::Corrupt { reason } => Err(corrupt(reason.to_owned())),
        // It was put in place whole.
        Next::End | Next::Torn { .. } | Next::Record { .. } => Err(corrupt("it is not one record".to_owned())),
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

struct ReadAll<S, C> {
    head: Option<Head>,
    remembered: Remembered<S, C>,
    good_len: u64,
}

fn read_all<S, C: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<ReadAll<S, C>, StateError> {
    let remembered = Remembered { snapshot: None, changes: Vec::new(), ledger_len: 0, reached: None };
    let mut all = ReadAll { head: None, remembered, good_len: 0 };
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
        if all.head.is_none() {
            all.head = Some(serde_json::from_slice(body).map_err(|e| corrupt(e.to_string()))?);
        } else {
            let batch: Batch<C> = serde_json::from_slice(body).map_err(|e| corrupt(e.to_string()))?;
            all.remembered.reached = Some(batch.now);
            all.remembered.ledger_len = batch.ledger_len;
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

//! The outbox: a file of lines, each of which is true once it is on the disk. Behind a crash the last line may be cut off; it is then
//! as if it had never been said.
//!
//! A disk that takes nothing silences nobody: what cannot be written is known in memory, goes out from there, and is written as soon as
//! it can be. After a crash in between it is said again, since the place in the journal is written with it and not before it.

use domain::alert::{AlertBook, Entry};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file in its directory.
const FILE: &str = "outbox.jsonl";
/// A file that has grown by so much since it was written anew is written anew, bytes.
const GROWTH_MAX: u64 = 4 * 1024 * 1024;

/// Why the outbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The disk.
    #[error("{path}: {source}")]
    Disk {
        /// Of which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{path}, line {line}: {why}; move it away, and alerts begin anew")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        why: String,
    },
    /// Another process has put its own in the place of ours.
    #[error("{0}: another process has taken it over")]
    TakenOver(PathBuf),
}

/// The outbox on the disk, and what its lines add up to.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    file: File,
    len: u64,
    whole_len: u64,
    book: AlertBook,
    /// Whether something in the book is not on the disk.
    lags: bool,
    /// Whether the directory may not name the file yet, after a power cut.
    unnamed: bool,
}

impl Outbox {
    /// Opens the outbox in a directory; makes both where there are none. The file is written anew, so that a process that still has
    /// the one before it, such as one that was stopped for a while, writes into nothing.
    ///
    /// # Errors
    /// The disk refuses, or the file is not an outbox.
    pub fn open(dir: &Path) -> Result<Self, OutboxError> {
        let path = dir.join(FILE);
        let disk = |source: io::Error| OutboxError::Disk { path: path.clone(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(disk)?;
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(disk(error)),
        };
        let (book, end) = read(&path, &bytes)?;
        // The directory itself is new, perhaps.
        if let Some(above) = dir.parent().filter(|above| !above.as_os_str().is_empty()) {
            File::open(above).and_then(|above| above.sync_all()).map_err(disk)?;
        }
        let (file, len) = match write_whole(&path, &book) {
            Ok(written) => written,
            // A disk with no room for a second file has some for a line, perhaps.
            Err(error) if !bytes.is_empty() => {
                tracing::warn!(%error, path = %path.display(), "the outbox of the alerts cannot be written anew");
                (OpenOptions::new().append(true).open(&path).map_err(disk)?, end)
            }
            Err(error) => return Err(disk(error)),
        };
        let mut outbox = Self { path, file, len, whole_len: len, book, lags: false, unnamed: true };
        outbox.name()?;
        Ok(outbox)
    }

    /// What the lines add up to, and what could not be written yet.
    pub fn book(&self) -> &AlertBook {
        &self.book
    }

    /// Says some entries: all of them are true, or none is.
    ///
    /// # Errors
    /// The disk refuses; then nothing was said.
    pub fn say(&mut self, entries: &[Entry]) -> Result<(), OutboxError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.write(entries)?;
        self.apply(entries);
        self.shrink();
        Ok(())
    }

    /// Says some entries, in memory alone where the disk refuses.
    ///
    /// # Errors
    /// The disk refuses: what was said is true, and would be forgotten by a crash.
    pub fn say_anyway(&mut self, entries: &[Entry]) -> Result<(), OutboxError> {
        if entries.is_empty() {
            return Ok(());
        }
        let written = self.write(entries);
        self.apply(entries);
        match written {
            Ok(()) => self.shrink(),
            Err(error) => {
                self.lags = true;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes what could not be written before.
    ///
    /// # Errors
    /// It still cannot.
    pub fn catch_up(&mut self) -> Result<(), OutboxError> {
        if self.lags { self.write_anew() } else { Ok(()) }
    }

    fn apply(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.book.apply(entry);
        }
    }

    fn disk(&self, source: io::Error) -> OutboxError {
        OutboxError::Disk { path: self.path.clone(), source }
    }

    /// Whether the place is still that of our file; `false` where nothing is there any more.
    fn is_there(&self) -> Result<bool, OutboxError> {
        let ours = self.file.metadata().map_err(|error| self.disk(error))?;
        match std::fs::metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => Ok(true),
            Ok(_) => Err(OutboxError::TakenOver(self.path.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.disk(error)),
        }
    }

    /// Writes one line of entries that are not in the book yet.
    fn write(&mut self, entries: &[Entry]) -> Result<(), OutboxError> {
        let is_there = self.is_there()?;
        if self.lags || !is_there {
            self.write_anew()?;
        }
        self.name()?;
        let mut line = serde_json::to_vec(entries).map_err(|error| self.disk(error.into()))?;
        line.push(b'\n');
        let written = self.cut().and_then(|()| self.file.write_all(&line)).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What of it came onto the disk must not stand before the next line; if that fails too, it is cut before that line.
            if let Err(worse) = self.cut() {
                tracing::error!(%worse, path = %self.path.display(), "a line that was not finished cannot be taken back");
            }
            return Err(self.disk(error));
        }
        self.len = self.len.saturating_add(u64::try_from(line.len()).unwrap_or(0));
        Ok(())
    }

    /// Takes away whatever stands behind the last whole line.
    fn cut(&self) -> io::Result<()> {
        if self.file.metadata()?.len() == self.len { Ok(()) } else { self.file.set_len(self.len) }
    }

    /// Makes sure that the directory names the file.
    fn name(&mut self) -> Result<(), OutboxError> {
        if self.unnamed {
            let dir = self.path.parent().unwrap_or(Path::new("."));
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| self.disk(error))?;
            self.unnamed = false;
        }
        Ok(())
    }

    /// Writes a file that has grown anew. That it cannot be is no trouble of what was said: it is tried again when it has grown more.
    fn shrink(&mut self) {
        if self.len <= self.whole_len.saturating_add(GROWTH_MAX) {
            return;
        }
        if let Err(error) = self.write_anew() {
            tracing::warn!(%error, "the outbox of the alerts cannot be made smaller");
            self.whole_len = self.len;
        }
    }

    /// Writes what all lines add up to as one line into a new file that takes the place of the old one.
    fn write_anew(&mut self) -> Result<(), OutboxError> {
        self.is_there()?;
        let (file, len) = write_whole(&self.path, &self.book).map_err(|error| self.disk(error))?;
        // From here on this is the file, whatever becomes of its name.
        (self.file, self.len, self.whole_len, self.lags, self.unnamed) = (file, len, len, false, true);
        self.name()
    }
}

/// Reads every whole line; where the last one ends.
fn read(path: &Path, bytes: &[u8]) -> Result<(AlertBook, u64), OutboxError> {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let (lines, _cut_off) = bytes.split_at(end);
    let mut book = AlertBook::default();
    for (line, text) in (1..).zip(lines.split(|byte| *byte == b'\n')).filter(|(_, text)| !text.is_empty()) {
        let entries: Vec<Entry> = serde_json::from_slice(text).map_err(|error| OutboxError::Unreadable {
            path: path.to_owned(),
            line,
            why: error.to_string(),
        })?;
        for entry in &entries {
            book.apply(entry);
        }
    }
    Ok((book, u64::try_from(end).unwrap_or(u64::MAX)))
}

/// Puts a file of one line in the place of whatever is there; it goes on from there.
fn write_whole(path: &Path, book: &AlertBook) -> io::Result<(File, u64)> {
    let new = path.with_extension("new");
    let mut line = serde_json::to_vec(&[Entry::Whole { book: Box::new(book.clone()) }])?;
    line.push(b'\n');
    match std::fs::remove_file(&new) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&new)?;
    file.write_all(&line)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    Ok((file, u64::try_from(line.len()).unwrap_or(u64::MAX)))
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;

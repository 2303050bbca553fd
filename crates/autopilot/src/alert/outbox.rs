//! The outbox: a file of lines, each of which is true once it is on the disk. Behind a crash the last line may be cut off; it is then
//! as if it had never been said.

use domain::alert::{AlertBook, Entry};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
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
}

/// The outbox on the disk, and what its lines add up to.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    file: File,
    len: u64,
    whole_len: u64,
    book: AlertBook,
}

impl Outbox {
    /// Opens the outbox in a directory; makes both where there are none.
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
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let (lines, _cut_off) = bytes.split_at(end);
        let mut book = AlertBook::default();
        for (line, text) in (1..).zip(lines.split(|byte| *byte == b'\n')).filter(|(_, text)| !text.is_empty()) {
            let entries: Vec<Entry> = serde_json::from_slice(text).map_err(|error| OutboxError::Unreadable {
                path: path.clone(),
                line,
                why: error.to_string(),
            })?;
            for entry in &entries {
                book.apply(entry);
            }
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(disk)?;
        let len = u64::try_from(end).unwrap_or(u64::MAX);
        if end < bytes.len() {
            file.set_len(len).and_then(|()| file.sync_data()).map_err(disk)?;
        }
        let mut outbox = Self { path, file, len, whole_len: 0, book };
        if outbox.len > GROWTH_MAX {
            outbox.write_anew()?;
        }
        Ok(outbox)
    }

    /// What the lines add up to.
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
        let disk = |path: &Path, source: io::Error| OutboxError::Disk { path: path.to_owned(), source };
        let mut line = serde_json::to_vec(entries).map_err(|error| disk(&self.path, error.into()))?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line).and_then(|()| self.file.sync_data()) {
            // What of it came onto the disk must not stand before the next line.
            if let Err(worse) = self.file.set_len(self.len) {
                tracing::error!(%worse, path = %self.path.display(), "a line that was not finished cannot be taken back");
            }
            return Err(disk(&self.path, error));
        }
        self.len = self.len.saturating_add(u64::try_from(line.len()).unwrap_or(0));
        for entry in entries {
            self.book.apply(entry);
        }
        if self.len > self.whole_len.saturating_add(GROWTH_MAX) {
            self.write_anew()?;
        }
        Ok(())
    }

    /// Writes what all lines add up to as one line into a new file that takes the place of the old one.
    fn write_anew(&mut self) -> Result<(), OutboxError> {
        let new = self.path.with_extension("new");
        let whole = [Entry::Whole { book: Box::new(self.book.clone()) }];
        let written = || -> io::Result<(File, u64)> {
            let mut line = serde_json::to_vec(&whole)?;
            line.push(b'\n');
            let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&line)?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)?;
            if let Some(dir) = self.path.parent() {
                File::open(dir)?.sync_all()?;
            }
            let file = OpenOptions::new().append(true).open(&self.path)?;
            Ok((file, u64::try_from(line.len()).unwrap_or(u64::MAX)))
        };
        let (file, len) = written().map_err(|source| OutboxError::Disk { path: new.clone(), source })?;
        (self.file, self.len, self.whole_len) = (file, len, len);
        Ok(())
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;

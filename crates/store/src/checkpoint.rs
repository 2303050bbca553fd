//! The checkpoint file: where the journal ended after each commit, kept outside the data directory. A journal that ends
//! before its newest checkpoint was cut off. One line per commit: place, hash, and a keyed hash over both.

use crate::chain::{ChainKey, RecordHash};
use crate::error::StorageFault;
use crate::journal::Head;
use crate::private;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const HEADER: &str = "tollgate-checkpoint 1";
/// About 7,000 commits; then the file is written anew with its newest lines.
pub(crate) const FILE_LEN_MAX: u64 = 1 << 20;
/// Kept when the file is written anew.
pub(crate) const KEPT_LINES: usize = 100;

/// What a checkpoint file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// The good lines, oldest first.
    pub(crate) heads: Vec<Head>,
    /// Numbers of the lines, from 1, that are not what we wrote.
    pub(crate) bad: Vec<usize>,
    /// Length up to and with the last complete line. What follows is a line that a crash cut short.
    complete_len: u64,
}

impl Lines {
    /// The newest good line by place.
    pub(crate) fn newest(&self) -> Option<Head> {
        self.heads.iter().copied().max_by_key(|head| head.seq)
    }
}

/// Reads a checkpoint file; `None` when there is none.
pub(crate) fn read(path: &Path, key: &ChainKey) -> Result<Option<Lines>, StorageFault> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, &error)),
    };
    let complete_len = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let complete = bytes.get(..complete_len).unwrap_or_default();
    let mut lines = Lines { complete_len: complete_len as u64, ..Lines::default() };
    let Some(text) = complete.strip_suffix(b"\n") else {
        return Ok(Some(lines));
    };
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(HEADER) if index == 0 => {}
            Ok(line) if index > 0 => match parse(line, key) {
                Some(head) => lines.heads.push(head),
                None => lines.bad.push(index + 1),
            },
            Ok(_) | Err(_) => lines.bad.push(index + 1),
        }
    }
    Ok(Some(lines))
}

fn parse(line: &str, key: &ChainKey) -> Option<Head> {
    let (text, mac) = line.rsplit_once(' ')?;
    if mac.parse::<RecordHash>().ok()? != key.seal_checkpoint(text) {
        return None;
    }
    let (seq, hash) = text.split_once(' ')?;
    Some(Head { seq: seq.parse().ok()?, hash: hash.parse().ok()? })
}

fn render(head: &Head, key: &ChainKey) -> String {
    let text = format!("{} {}", head.seq, head.hash);
    let mac = key.seal_checkpoint(&text);
    format!("{text} {mac}\n")
}

/// The file, open for further lines.
#[derive(Debug)]
pub(crate) struct CheckpointFile {
    path: PathBuf,
    file: File,
    len: u64,
    recent: Vec<String>,
    synced: bool,
}

impl CheckpointFile {
    /// Opens for writing behind the last complete line. `lines` is what [`read`] found.
    pub(crate) fn open(path: &Path, key: &ChainKey, lines: Option<&Lines>) -> Result<Self, StorageFault> {
        let open = || -> io::Result<Self> {
            if let Some(parent) = path.parent() {
                private::make_dir(parent)?;
            }
            let mut file = private::open_or_create(path)?;
            let mut len = lines.map_or(0, |lines| lines.complete_len);
            file.set_len(len)?;
            file.seek(SeekFrom::Start(len))?;
            if len == 0 {
                let header = format!("{HEADER}\n");
                file.write_all(header.as_bytes())?;
                len = header.len() as u64;
            }
            file.sync_all()?;
            private::sync_parent(path)?;
            let heads = lines.map(|lines| lines.heads.as_slice()).unwrap_or_default();
            let recent = heads.iter().rev().take(KEPT_LINES).rev().map(|head| render(head, key)).collect();
            Ok(Self { path: path.to_owned(), file, len, recent, synced: true })
        };
        open().map_err(|error| fault(path, &error))
    }

    /// Notes the end of the journal. Durable with the next [`CheckpointFile::sync`].
    pub(crate) fn note(&mut self, head: &Head, key: &ChainKey) -> Result<(), StorageFault> {
        let line = render(head, key);
        let noted = self.file.write_all(line.as_bytes());
        noted.map_err(|error| fault(&self.path, &error))?;
        self.len += line.len() as u64;
        self.synced = false;
        if self.recent.len() >= KEPT_LINES {
            self.recent.remove(0);
        }
        self.recent.push(line);
        if self.len > FILE_LEN_MAX { self.compact() } else { Ok(()) }
    }

    /// Makes what was noted durable.
    pub(crate) fn sync(&mut self) -> Result<(), StorageFault> {
        if !self.synced {
            self.file.sync_data().map_err(|error| fault(&self.path, &error))?;
            self.synced = true;
        }
        Ok(())
    }

    /// From now on every write fails.
    #[cfg(test)]
    pub(crate) fn break_for_test(&mut self) {
        self.file = File::open(&self.path).unwrap();
    }

    /// Writes the file anew, under the same name: whoever else has it open writes to no file of ours any more.
    pub(crate) fn begin_anew(&mut self) -> Result<(), StorageFault> {
        self.rewrite()
    }

    fn compact(&mut self) -> Result<(), StorageFault> {
        let named = self.path.metadata().and_then(|named| Ok((named.ino(), self.file.metadata()?.ino())));
        match named {
            Ok((named, ours)) if named == ours => self.rewrite(),
            Ok(_) => Err(StorageFault::other(format!("{} was begun anew by another process", self.path.display()))),
            Err(error) => Err(fault(&self.path, &error)),
        }
    }

    fn rewrite(&mut self) -> Result<(), StorageFault> {
        let rewrite = |recent: &[String]| -> io::Result<(File, u64)> {
            let mut name = self.path.clone().into_os_string();
            name.push(".new");
            let new = PathBuf::from(name);
            let mut file = private::open_or_create(&new)?;
            file.set_len(0)?;
            let text = format!("{HEADER}\n{}", recent.concat());
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)?;
            private::sync_parent(&self.path)?;
            Ok((file, text.len() as u64))
        };
        let (file, len) = rewrite(&self.recent).map_err(|error| fault(&self.path, &error))?;
        self.file = file;
        self.len = len;
        self.synced = true;
        Ok(())
    }
}

fn fault(path: &Path, error: &io::Error) -> StorageFault {
    StorageFault::from_io(error, &format!("checkpoint file {}", path.display()))
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;

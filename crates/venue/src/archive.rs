//! Orders that are over and done with: out of the core's memory, in the ledger for ever.
//!
//! They are kept as JSON lines, compressed, one piece for each time the core let go of some: in the
//! file `ledger` of the state directory, or in memory without one. The file is only appended to. How
//! much of it holds is written with the changes that let go of its orders, so that what a crash left
//! behind its end is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::core::LedgerOrder;
use crate::state::StateError;

const FILE: &str = "ledger";

/// Where archived orders go.
#[derive(Debug)]
pub(crate) enum Archive {
    /// No state directory.
    Memory(Vec<Arc<[u8]>>),
    /// The file of a state directory.
    File {
        /// Open for appending at `len`.
        file: File,
        /// Its path.
        path: PathBuf,
        /// Bytes of it that hold.
        len: u64,
    },
}

/// What an archive held at a moment, to be read beside it.
#[derive(Debug)]
pub(crate) enum ArchiveReader {
    /// Pieces.
    Memory(Vec<Arc<[u8]>>),
    /// So many bytes of a file.
    File(PathBuf, u64),
}

impl Archive {
    /// The archive of a state directory, of which so many bytes hold.
    pub(crate) fn open(dir: &Path, len: u64) -> Result<Self, StateError> {
        let path = dir.join(FILE);
        let failed = |source| StateError::Io { path: path.clone(), source };
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?.len();
        if found < len {
            let reason = format!("the file ends here, and {len} bytes of it were written");
            return Err(StateError::Corrupt { path, offset: found, reason });
        }
        file.set_len(len).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok(Self::File { file, path, len })
    }

    /// Bytes that hold; 0 in memory.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(_) => 0,
            Self::File { len, .. } => *len,
        }
    }

    /// Appends orders. In a file they are on disk when this returns.
    pub(crate) fn append(&mut self, orders: &[LedgerOrder]) -> Result<(), StateError> {
        let piece = piece(orders);
        match self {
            Self::Memory(pieces) => {
                // Nothing written to memory fails.
                pieces.extend(piece.ok().map(Arc::from));
                Ok(())
            }
            Self::File { file, path, len } => {
                let written = piece.and_then(|piece| {
                    let prefix = u32::try_from(piece.len()).map_err(io::Error::other)?.to_be_bytes();
                    file.write_all(&prefix)?;
                    file.write_all(&piece)?;
                    file.sync_data()?;
                    Ok((prefix.len() + piece.len()) as u64)
                });
                *len += written.map_err(|source| StateError::Io { path: path.clone(), source })?;
                Ok(())
            }
        }
    }

    /// What it holds now.
    pub(crate) fn reader(&self) -> ArchiveReader {
        match self {
            Self::Memory(pieces) => ArchiveReader::Memory(pieces.clone()),
            Self::File { path, len, .. } => ArchiveReader::File(path.clone(), *len),
        }
    }
}

/// Orders as compressed JSON lines.
fn piece(orders: &[LedgerOrder]) -> io::Result<Vec<u8>> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::fast());
    for order in orders {
        serde_json::to_writer(&mut out, order)?;
        out.write_all(b"\n")?;
    }
    out.finish()
}

impl ArchiveReader {
    /// Gives every line to `each`, oldest piece first.
    pub(crate) fn lines(&self, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let mut give = |piece: &[u8]| {
            let mut text = String::new();
            DeflateDecoder::new(piece).read_to_string(&mut text)?;
            text.lines().try_for_each(&mut each)
        };
        match self {
            Self::Memory(pieces) => pieces.iter().try_for_each(|piece| give(piece)),
            Self::File(path, len) => {
                let mut file = io::BufReader::new(File::open(path)?).take(*len);
                let mut prefix = [0; 4];
                while file.limit() > 0 {
                    file.read_exact(&mut prefix)?;
                    let len = u64::from(u32::from_be_bytes(prefix));
                    if len > file.limit() {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "a piece goes beyond the end"));
                    }
                    let mut piece = Vec::new();
                    file.by_ref().take(len).read_to_end(&mut piece)?;
                    give(&piece)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;

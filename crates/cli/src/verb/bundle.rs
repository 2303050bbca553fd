//! The file of a bundle: parts that are written and hashed as they come, then one archive that takes its name only once it is
//! whole. No part has to fit into memory.

use super::redaction::Hidden;
use serde::Serialize;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What says of every other part how long it is, and its hash.
pub(super) const MANIFEST: &str = "manifest.json";
const MODE: u32 = 0o600;

/// A part that is being written.
pub(super) struct Spool {
    name: &'static str,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
}

impl Spool {
    /// Begins one, in a file without a name beside the archive.
    pub(super) fn begin(dir: &Path, name: &'static str) -> io::Result<Self> {
        Ok(Self { name, file: BufWriter::new(tempfile::tempfile_in(dir)?), hasher: blake3::Hasher::new() })
    }

    pub(super) fn end(mut self) -> io::Result<Part> {
        self.file.flush()?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let blake3 = self.hasher.finalize().to_hex().to_string();
        Ok(Part { name: self.name, len: self.hasher.count(), blake3, file })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..len).unwrap_or(bytes));
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A part that is one list in JSON, an entry a line.
pub(super) struct List<'a> {
    spool: Spool,
    hidden: &'a Hidden,
    next: &'static str,
}

impl<'a> List<'a> {
    pub(super) fn begin(dir: &Path, name: &'static str, hidden: &'a Hidden) -> io::Result<Self> {
        Ok(Self { spool: Spool::begin(dir, name)?, hidden, next: "[\n" })
    }

    pub(super) fn put(&mut self, entry: &impl Serialize) -> io::Result<()> {
        let entry = self.hidden.out_of(serde_json::to_value(entry)?);
        write!(self.spool, "{}{entry}", self.next)?;
        self.next = ",\n";
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<Part> {
        self.spool.write_all(if self.next == "[\n" { b"[]\n" } else { b"\n]\n" })?;
        self.spool.end()
    }
}

/// A part that is whole.
pub(super) struct Part {
    name: &'static str,
    len: u64,
    blake3: String,
    file: File,
}

impl Part {
    /// One value.
    pub(super) fn of(dir: &Path, name: &'static str, value: &Value) -> io::Result<Self> {
        let mut spool = Spool::begin(dir, name)?;
        serde_json::to_writer_pretty(&mut spool, value)?;
        spool.end()
    }

    /// What another file holds, or why it cannot be read: that is evidence too, and an empty part would look like a file
    /// that was emptied.
    pub(super) fn copy(dir: &Path, name: &'static str, of: &Path) -> io::Result<Self> {
        let mut spool = Spool::begin(dir, name)?;
        if let Err(error) = File::open(of).and_then(|mut file| io::copy(&mut file, &mut spool)) {
            writeln!(spool, "{} cannot be read: {error}", of.display())?;
        }
        spool.end()
    }

    /// What the manifest says of it.
    pub(super) fn told(&self) -> Value {
        told(self.name, self.len, &self.blake3)
    }

    /// Its hash, hex.
    pub(super) fn hash(&self) -> &str {
        &self.blake3
    }
}

fn told(name: &str, len: u64, blake3: &str) -> Value {
    json!({"name": name, "len": len, "blake3": blake3})
}

/// Writes the archive, manifest first, durably. A file that has this name by now is left alone, and what was left by a failure
/// is taken away.
pub(super) fn write(to: &Path, dir: &Path, parts: &mut [&mut Part], mtime: u64) -> io::Result<()> {
    // Readable by its owner alone.
    let mut file = tempfile::Builder::new().prefix(".bundle-").tempfile_in(dir)?;
    write_archive(file.as_file_mut(), parts, mtime)?;
    file.persist_noclobber(to).map_err(|error| error.error)?;
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    if synced.is_err() {
        // Whether it would still be there after a loss of power is unknown, and the error says more.
        drop(std::fs::remove_file(to));
    }
    synced
}

fn write_archive(file: &mut File, parts: &mut [&mut Part], mtime: u64) -> io::Result<()> {
    let mut archive = tar::Builder::new(BufWriter::new(file));
    for part in parts {
        let mut header = tar::Header::new_gnu();
        header.set_size(part.len);
        header.set_mode(MODE);
        header.set_mtime(mtime);
        part.file.seek(SeekFrom::Start(0))?;
        archive.append_data(&mut header, part.name, &mut part.file)?;
    }
    let mut file = archive.into_inner()?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// Reads a bundle again and compares every file with what the manifest says of it. The names of the files.
pub(crate) fn check(file: &Path) -> io::Result<Vec<String>> {
    let mut archive = tar::Archive::new(File::open(file)?);
    let mut manifest = Value::Null;
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        if name == MANIFEST {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            manifest = serde_json::from_slice(&content)?;
        } else {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(entry)?;
            found.push(told(&name, hasher.count(), hasher.finalize().to_hex().as_str()));
            names.push(name);
        }
    }
    if manifest.get("files") != Some(&Value::Array(found)) {
        return Err(io::Error::other("its files are not those of its manifest"));
    }
    Ok(names)
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;

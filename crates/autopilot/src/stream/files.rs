//! The files: each is written beside its place and moved there, so that a reader sees the old one or the new one as a whole.

use domain::id::ConId;
use domain::market::Bar;
use domain::stream::{History, StreamStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How the streams stand.
pub(super) const STATUS: &str = "_status.json";
/// What a file is called until it is whole. Nothing else in the directory begins so.
const UNFINISHED: &str = ".new-";

/// The directory.
#[derive(Debug)]
pub(super) struct Files {
    dir: PathBuf,
    /// Records that this runner, or the one before it, has written.
    written: BTreeSet<String>,
}

/// Makes the directory where it is not there.
pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Bars of a minute, as they are written.
#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the name in the file")]
struct Bars {
    schema: u32,
    con_id: String,
    size: String,
    bars: Vec<Bar>,
}

impl Files {
    /// The directory, with what a runner before this one left behind. Only for who has its lock.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                std::fs::remove_file(entry.path())?;
            }
        }
        let before = std::fs::read(dir.join(STATUS)).ok();
        let before = before.and_then(|text| serde_json::from_slice::<StreamStatus>(&text).ok());
        let files = before.iter().flat_map(|status| &status.subscriptions).map(|one| one.file.clone());
        // A name that came out of a file is believed only as a name.
        let written = files.filter(|name| !name.contains('/') && !name.starts_with(['.', '_'])).collect();
        Ok(Self { dir: dir.to_owned(), written })
    }

    /// Writes a record.
    pub(super) fn record(&mut self, name: &str, record: &impl Serialize) -> io::Result<()> {
        self.replace(name, record)?;
        self.written.insert(name.to_owned());
        Ok(())
    }

    /// Writes how the streams stand.
    pub(super) fn status(&self, status: &StreamStatus) -> io::Result<()> {
        self.replace(STATUS, status)
    }

    /// Takes away the records of instruments that are not wanted any more: an old price must not look like one.
    pub(super) fn keep_only(&mut self, names: &BTreeSet<String>) -> io::Result<()> {
        let gone: Vec<String> = self.written.difference(names).cloned().collect();
        for name in gone {
            for name in [name.clone(), bars_name(&name)] {
                match std::fs::remove_file(self.dir.join(&name)) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            self.written.remove(&name);
        }
        Ok(())
    }

    /// The history of this contract that was written; none where there is none, none that can be read, or one of another contract that
    /// had this name before.
    pub(super) fn history(&self, name: &str, con_id: ConId) -> History {
        let mut history = History::default();
        let text = std::fs::read(self.dir.join(bars_name(name))).ok();
        let bars = text.and_then(|text| serde_json::from_slice::<Bars>(&text).ok());
        if let Some(bars) = bars.filter(|bars| bars.con_id == con_id.to_string()) {
            history.merge(bars.bars);
        }
        history
    }

    /// Writes a history.
    pub(super) fn write_history(&self, name: &str, con_id: ConId, history: &History) -> io::Result<()> {
        let (con_id, bars) = (con_id.to_string(), history.bars().cloned().collect());
        let bars = Bars { schema: 1, con_id, size: "1m".to_owned(), bars };
        self.replace(&bars_name(name), &bars)
    }

    /// Not synced to the disk: after a power cut there is no stream either, and a file that is written every second would wear it out.
    fn replace(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        let new = self.dir.join(format!("{UNFINISHED}{name}"));
        let mut file: File = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&text)?;
        drop(file);
        std::fs::rename(&new, self.dir.join(name))
    }
}

/// `AAPL.json` has its minutes in `AAPL.bars.json`.
fn bars_name(name: &str) -> String {
    format!("{}.bars.json", name.strip_suffix(".json").unwrap_or(name))
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;

//! The newest report, in a file that is replaced as a whole.

use domain::guard::GuardReport;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FILE: &str = "report.json";

/// The file.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
}

impl Kept {
    /// The file in a directory, and the report that it holds.
    ///
    /// # Errors
    /// The disk refuses, or it holds something else: what acted before is then not known, and a human has to look.
    pub fn open(dir: &Path) -> io::Result<(Self, Option<GuardReport>)> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let path = dir.join(FILE);
        let report = match std::fs::read(&path) {
            Ok(text) => Some(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok((Self { path }, report))
    }

    /// Keeps a report; durable when it returns.
    ///
    /// # Errors
    /// The disk refuses; the report before is still there.
    pub fn keep(&self, report: &GuardReport) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec_pretty(report)?)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        match self.path.parent() {
            Some(dir) => File::open(dir)?.sync_all(),
            None => Ok(()),
        }
    }
}

//! Sessions of browsers over a restart: one file, for its owner only, beside the journal and in no backup. It holds keyed hashes; nobody
//! signs in with it.

use super::private;
use crate::config::Config;
use engine::{KeptSession, SessionShelf};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;

const VERSION: u32 = 1;

/// The file of the gateway at one port: browsers name their cookies by it too, and a process that stands by has another.
#[derive(Debug)]
pub(crate) struct SessionFile {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    sessions: Vec<KeptSession>,
}

impl SessionFile {
    /// None at any port: the next start has another one, and browsers ask there without their cookie.
    pub(crate) fn of(config: &Config) -> Option<Arc<dyn SessionShelf>> {
        let port = config.listen.port();
        (port != 0).then(|| Arc::new(Self { path: config.data_dir.join(format!("sessions-{port}.json")) }) as _)
    }

    fn remove(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            removed => removed?,
        }
        self.path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    }

    fn trouble(&self, error: &dyn std::fmt::Display) -> String {
        format!("{}: {error}", self.path.display())
    }

    fn parsed(&self) -> Result<Vec<KeptSession>, String> {
        let found = private::read(&self.path).map_err(|error| self.trouble(&error))?;
        let Some(text) = found else { return Ok(Vec::new()) };
        if private::exposed(&self.path).map_err(|error| self.trouble(&error))? {
            return Err(self.trouble(&"others may read or write it"));
        }
        let content: Content = serde_json::from_str(&text).map_err(|error| self.trouble(&error))?;
        if content.version != VERSION {
            return Err(self.trouble(&format!("it is of version {}, this process reads {VERSION}", content.version)));
        }
        Ok(content.sessions)
    }
}

impl SessionShelf for SessionFile {
    /// What cannot be believed is taken away, or it would be met again.
    fn read(&self) -> Result<Vec<KeptSession>, String> {
        self.parsed().map_err(|why| match self.remove() {
            Ok(()) => why,
            Err(error) => format!("{why}; it cannot be removed: {error}"),
        })
    }

    fn write(&self, sessions: &[KeptSession]) -> Result<(), String> {
        if sessions.is_empty() {
            return self.clear();
        }
        let content = Content { version: VERSION, sessions: sessions.to_vec() };
        let text = serde_json::to_string(&content).map_err(|error| self.trouble(&error))?;
        private::write(&self.path, &text).map_err(|error| self.trouble(&error))
    }

    fn clear(&self) -> Result<(), String> {
        self.remove().map_err(|error| self.trouble(&error))
    }
}

#[cfg(test)]
#[path = "session_file_tests.rs"]
mod tests;

//! The only place that prints: data to stdout, talk to stderr.

use serde_json::Value;
use std::io::Write;

/// The result of a command: the wire shape for programs, words for people, and the exit code.
#[derive(Debug)]
pub(crate) struct Said {
    /// Printed with `--json`.
    pub(crate) json: Value,
    /// Printed without.
    pub(crate) human: String,
    /// Exit code.
    pub(crate) exit: u8,
}

impl Said {
    /// A success.
    pub(crate) fn new(json: Value, human: impl Into<String>) -> Self {
        Self { json, human: human.into(), exit: 0 }
    }
}

/// Data, to stdout. A reader that went away (`| head`) is no failure of ours, hence the ignored pipe.
pub(crate) fn data(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| {
        if !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()
    });
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Talk, to stderr. Without a stderr there is nobody to tell, and what was asked is done all the same.
pub(crate) fn talk(text: impl AsRef<str>) {
    drop(writeln!(std::io::stderr().lock(), "{}", text.as_ref()));
}

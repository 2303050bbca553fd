//! The only place that prints: data to stdout, talk to stderr.

use crate::failure::Failure;
use serde_json::Value;
use std::io::{IsTerminal, Write};

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

    /// A success that was shown already, or has nothing to show.
    pub(crate) fn nothing() -> Self {
        Self::new(Value::Null, "")
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

/// One line of many, to stdout, at once; false when nobody reads any more.
pub(crate) fn line(text: &str) -> Result<bool, Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::storage(format!("stdout cannot be written: {error}"), "look at what reads it")),
    }
}

/// Talk, to stderr. Without a stderr there is nobody to tell, and what was asked is done all the same.
pub(crate) fn talk(text: impl AsRef<str>) {
    drop(writeln!(std::io::stderr().lock(), "{}", text.as_ref()));
}

/// What a word is painted for. Nothing is told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// As it should be.
    Good,
    /// Somebody should know.
    Warning,
    /// Something is wrong.
    Bad,
    /// Of less importance.
    Faint,
}

/// The word in its colour, where stdout is a terminal that shows colours and nobody asked for none (`NO_COLOR`).
pub(crate) fn paint(word: &str, paint: Paint) -> String {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    if unwanted || dumb || !std::io::stdout().is_terminal() {
        return word.to_owned();
    }
    let code = match paint {
        Paint::Good => "32",
        Paint::Warning => "33",
        Paint::Bad => "1;31",
        Paint::Faint => "2",
    };
    format!("\u{1b}[{code}m{word}\u{1b}[0m")
}

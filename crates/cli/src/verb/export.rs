//! `tollgate audit export`: the journal as lines of JSON, for other eyes and other tools.

use super::redaction::Hidden;
use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::{Said, data};
use crate::progress::Progress;
use crate::run::place;
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use store::{JournalError, JournalReader, SealedRecord};

/// Exports.
pub(crate) fn export(config: &Config, to: Option<&Path>, from: u64, with_accounts: bool) -> Result<Said, Failure> {
    let reader = JournalReader::open(&config.data_dir).map_err(|error| place::open_failure(&error))?;
    let hidden = if with_accounts { Ok(Hidden::none()) } else { Hidden::of_all(config, &reader) };
    let hidden = hidden.map_err(|error| unread(&error))?;
    let mut out = Out::open(to)?;
    let telling = Progress::begin("exporting", reader.head().ok().map(|head| head.seq));
    let mut count = 0_u64;
    let mut line = |record: SealedRecord| {
        let line = hidden.line(record).map_err(|error| JournalError::Stopped(error.to_string()))?;
        count += 1;
        telling.one();
        out.put(&line).map_err(|error| JournalError::Stopped(format!("the export cannot be written: {error}")))
    };
    reader.sealed(from, &mut line).map_err(|error| unread(&error))?;
    drop(telling);
    out.end().map_err(|error| Failure::storage(format!("the export cannot be written: {error}"), "free some space"))?;
    let Some(to) = to else {
        return Ok(Said::nothing());
    };
    let json = json!({"file": to, "records": count, "with_accounts": with_accounts});
    Ok(Said::new(json, format!("{count} records in {}", to.display())))
}

fn unread(error: &JournalError) -> Failure {
    Failure::storage(error.to_string(), "`tollgate audit verify` says what is wrong with the journal")
}

enum Out {
    Stdout,
    File(BufWriter<File>),
}

impl Out {
    fn open(to: Option<&Path>) -> Result<Self, Failure> {
        let Some(to) = to else { return Ok(Self::Stdout) };
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(to) {
            Ok(file) => Ok(Self::File(BufWriter::new(file))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = format!("{} is there already", to.display());
                Err(Failure::told(CONFLICT, "storage", text, "name another file; nothing was written"))
            }
            Err(error) => Err(place::trouble("file", to, &error)),
        }
    }

    fn put(&mut self, line: &str) -> io::Result<()> {
        match self {
            Self::Stdout => data(line),
            Self::File(file) => writeln!(file, "{line}"),
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(mut file) => {
                file.flush()?;
                file.get_ref().sync_all()
            }
        }
    }
}

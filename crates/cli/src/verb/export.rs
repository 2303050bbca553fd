//! `tollgate audit export`: the journal as lines of JSON, for other eyes and other tools.

use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::{Said, data, talk};
use crate::run::place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use store::{JournalError, JournalReader, SealedRecord};

/// What stands in the place of an account number.
pub(super) const REDACTED: &str = "REDACTED";

/// Exports.
pub(crate) fn export(config: &Config, to: Option<&Path>, from: u64, with_accounts: bool) -> Result<Said, Failure> {
    let reader = JournalReader::open(&config.data_dir).map_err(|error| place::open_failure(&error))?;
    let accounts = if with_accounts { BTreeSet::new() } else { accounts(&reader).map_err(|error| unread(&error))? };
    let mut out = Out::open(to)?;
    let mut count = 0_u64;
    let mut line = |record: SealedRecord| {
        let line = line(record, &accounts).map_err(|error| JournalError::Stopped(error.to_string()))?;
        count += 1;
        out.put(&line).map_err(|error| JournalError::Stopped(format!("the export cannot be written: {error}")))
    };
    reader.sealed(from, &mut line).map_err(|error| unread(&error))?;
    out.end().map_err(|error| Failure::storage(format!("the export cannot be written: {error}"), "free some space"))?;
    let Some(to) = to else {
        return Ok(Said::new(Value::Null, ""));
    };
    talk(format!("{count} records in {}", to.display()));
    Ok(Said::new(json!({"file": to, "records": count, "with_accounts": with_accounts}), ""))
}

pub(super) fn unread(error: &JournalError) -> Failure {
    Failure::storage(error.to_string(), "`tollgate audit verify` says what is wrong with the journal")
}

pub(super) fn line(mut record: SealedRecord, accounts: &BTreeSet<String>) -> Result<String, serde_json::Error> {
    let body = record.body.clone();
    for number in longest_first(accounts) {
        record.body = record.body.replace(number.as_str(), REDACTED);
    }
    let redacted = record.body != body;
    let mut value = serde_json::to_value(record)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("redacted".to_owned(), Value::Bool(redacted));
    }
    serde_json::to_string(&value)
}

/// One number may begin another.
pub(super) fn longest_first(accounts: &BTreeSet<String>) -> Vec<&String> {
    let mut numbers: Vec<&String> = accounts.iter().collect();
    numbers.sort_by_key(|number| std::cmp::Reverse(number.len()));
    numbers
}

/// Every account number that the journal names as one; they may stand in any text.
pub(super) fn accounts(reader: &JournalReader) -> Result<BTreeSet<String>, JournalError> {
    let mut found = BTreeSet::new();
    reader.sealed(1, &mut |record| {
        if record.body.contains("\"account") {
            let body: Value =
                serde_json::from_str(&record.body).map_err(|error| JournalError::Stopped(error.to_string()))?;
            collect(&body, false, &mut found);
        }
        Ok(())
    })?;
    found.remove("");
    Ok(found)
}

fn collect(value: &Value, is_account: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_account => {
            found.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, is_account, found)),
        Value::Object(fields) => {
            // A kill of one account: `{"scope": "account", "id": …}`.
            let scoped = fields.get("scope").and_then(Value::as_str) == Some("account");
            for (name, value) in fields {
                collect(value, matches!(name.as_str(), "account" | "accounts") || (scoped && name == "id"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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

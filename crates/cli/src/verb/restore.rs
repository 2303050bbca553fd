//! `tollgate restore`: back to a backup. What was there is moved aside; what comes is halted until a human lifts it.

use crate::args::RestoreArgs;
use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::Said;
use crate::progress::Progress;
use crate::run::{place, private};
use crate::table::sheet;
use crate::verb::backup::{options, refused};
use domain::book::Book;
use domain::id::IdError;
use domain::principal::{Face, Principal, PrincipalKind};
use domain::restoration::{Restoration, restored};
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use store::backup::back_up;
use store::restore::{Backup, RestoreOptions, Staged};

/// What belongs to the old journal and is not carried over.
const STAYS: &str = "journal.sqlite";
const LOCK: &str = "writer.lock";

/// Restores.
pub(crate) fn restore(config: &Config, args: &RestoreArgs) -> Result<Said, Failure> {
    let Some(file) = &args.file else {
        let image = beside(&config.data_dir, ".as-it-was.tar");
        // Left by one that was cut off; what is in it is in the data directory.
        drop(std::fs::remove_file(&image));
        back_up(&options(config, false, true)?, &image).map_err(|error| refused(&error))?;
        let said = from_file(config, args, &image);
        drop(std::fs::remove_file(&image));
        return said;
    };
    from_file(config, args, file)
}

fn from_file(config: &Config, args: &RestoreArgs, file: &Path) -> Result<Said, Failure> {
    let backup = Backup::open(file).map_err(|error| refused(&error))?;
    let manifest = backup.manifest().clone();
    if let Some(here) = place::installation(config)?.filter(|here| *here != manifest.installation) {
        return Err(Failure::told(
            CONFLICT,
            "storage",
            format!(
                "{} belongs to installation {here}, the backup is of {}; nothing was changed",
                config.data_dir.display(),
                manifest.installation
            ),
            "name another data_dir, or move the directory away yourself if it really is to be replaced",
        ));
    }
    let to = RestoreOptions {
        data_dir: config.data_dir.clone(),
        checkpoint_file: place::checkpoint_file_of(config, &manifest.installation)?,
        key_copy: args.journal_key.clone(),
        now: Timestamp::now(),
    };
    let telling = Progress::begin("unpacking and verifying the backup", Some(manifest.head_seq));
    let staged = backup.stage(&to);
    drop(telling);
    let staged = staged.map_err(|error| refused(&error))?;
    let carried =
        carry_over(&config.data_dir, staged.dir()).map_err(|error| place::trouble("file", staged.dir(), &error))?;
    let restoration = Restoration {
        source: file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        taken_at: manifest.taken_at,
        head_seq: manifest.head_seq,
        head_hash: manifest.head_hash.clone(),
        checkpoint: staged.found().clone(),
        moved_aside: staged.aside().map(|path| path.display().to_string()),
    };
    finish(config, staged, &restoration, &carried)?;
    Ok(said(config, &restoration, &carried))
}

fn finish(config: &Config, staged: Staged, restoration: &Restoration, carried: &[String]) -> Result<(), Failure> {
    tracing::debug!(?carried, "carried over");
    let internal = |what: &str| Failure::storage(what.to_owned(), "nothing was changed");
    let book = staged.book().ok_or_else(|| internal("the restored journal adds up to nothing"))?;
    renew_keys(config, book, staged.dir())?;
    let by = restorer().map_err(|error| internal(&error.to_string()))?;
    let events = restored(book, restoration.clone(), &by);
    staged.finish(&events).map_err(|error| refused(&error))
}

/// Copies what the backup does not hold: key files, `KILL`, the embedded venue's memory. The names of what was copied.
fn carry_over(old: &Path, staged: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(old) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut carried = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let to = staged.join(&name);
        if name.starts_with(STAYS) || name.starts_with(LOCK) || to.exists() {
            continue;
        }
        copy(&old.join(&name), &to)?;
        carried.push(name);
    }
    carried.sort();
    Ok(carried)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        std::fs::copy(from, to)?;
        return std::fs::File::open(to)?.sync_all();
    }
    private::own_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// A key file whose key the restored journal does not take is emptied: the next start makes a new key in its place.
fn renew_keys(config: &Config, book: &Book, staged: &Path) -> Result<(), Failure> {
    let is_there = staged.join(place::API_SECRET_FILE).exists();
    let secret = if is_there { Some(place::api_secret(staged)?) } else { None };
    for path in config.own_key_files() {
        let Some(name) = path.file_name() else { continue };
        let path = staged.join(name);
        let presented = private::read(&path).map_err(|error| place::trouble("key file", &path, &error))?;
        let hash = secret.as_ref().zip(presented.as_deref()).map(|(secret, key)| engine::key_hash(secret, key.trim()));
        let is_taken = book.api_keys.values().any(|key| Some(&key.hash) == hash.as_ref() && key.revoked_at.is_none());
        if !is_taken {
            private::write(&path, "").map_err(|error| place::trouble("key file", &path, &error))?;
        }
    }
    Ok(())
}

/// Who restores: whoever may write the data directory.
fn restorer() -> Result<Principal, IdError> {
    Ok(Principal {
        key_id: "restore".parse()?,
        kind: PrincipalKind::Human,
        scopes: BTreeSet::new(),
        face: Face::Cli,
        correlation_id: "restore".parse()?,
    })
}

fn said(config: &Config, restoration: &Restoration, carried: &[String]) -> Said {
    let aside = restoration.moved_aside.clone();
    let human = sheet(&[
        ("restored", config.data_dir.display().to_string()),
        ("up to", format!("record {}, taken at {}", restoration.head_seq, restoration.taken_at)),
        ("lost", restoration.loss()),
        ("what was there", aside.clone().unwrap_or_else(|| "nothing".to_owned())),
        ("carried over", if carried.is_empty() { "nothing".to_owned() } else { carried.join(", ") }),
        (
            "state",
            "HALTED: start with `tollgate serve`, compare with the broker, then `tollgate kill off --reason …`"
                .to_owned(),
        ),
        ("check", "API keys that were revoked since are valid again: `tollgate key list`".to_owned()),
    ]);
    let json = json!({
        "data_dir": config.data_dir, "head_seq": restoration.head_seq, "head_hash": restoration.head_hash,
        "taken_at": restoration.taken_at, "lost": restoration.loss(), "lost_records": restoration.lost(),
        "checkpoint": restoration.checkpoint, "moved_aside": aside, "carried_over": carried, "state": "halted",
    });
    Said::new(json, human)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

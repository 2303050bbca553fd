//! `tollgate backup`: the journal and what belongs to it, in one file.

use crate::args::BackupArgs;
use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::Said;
use crate::progress::Progress;
use crate::run::place;
use crate::table::sheet;
use crate::version;
use jiff::Timestamp;
use serde_json::json;
use std::path::{Path, PathBuf};
use store::backup::{BackupError, BackupOptions, back_up};

/// The directory of policies in the data directory.
const POLICIES: &str = "policies";
/// The configuration, as it was; for reading, nothing reads it from there.
const CONFIG_COPY: &str = "tollgate.toml";

/// Takes a backup.
pub(crate) fn backup(config: &Config, args: &BackupArgs) -> Result<Said, Failure> {
    let options = options(config, args.with_keys, false)?;
    let installation = place::installation(config)?.unwrap_or_default();
    let name = format!("tollgate-{installation}-{}.tar", options.taken_at.strftime("%Y%m%dT%H%M%SZ"));
    let to = match &args.to {
        Some(to) if to.is_dir() => to.join(name),
        Some(to) => to.clone(),
        None => PathBuf::from(name),
    };
    let telling = Progress::begin("taking and verifying the backup", place::records(config));
    let taken = back_up(&options, &to);
    drop(telling);
    let manifest = taken.map_err(|error| refused(&error))?;
    let secrets = if args.with_keys {
        "inside: lock the file away"
    } else {
        "not inside: keep a copy of journal.key, without it no other machine can restore this"
    };
    let human = sheet(&[
        ("backup", to.display().to_string()),
        ("installation", manifest.installation.clone()),
        ("records", manifest.head_seq.to_string()),
        ("head hash", manifest.head_hash.clone()),
        ("verified", "the whole chain".to_owned()),
        ("secrets", secrets.to_owned()),
    ]);
    let files: Vec<&str> = manifest.members.iter().map(|member| member.name.as_str()).collect();
    let json = json!({
        "file": to, "installation": manifest.installation, "taken_at": manifest.taken_at, "schema": manifest.schema,
        "head_seq": manifest.head_seq, "head_hash": manifest.head_hash, "files": files, "with_keys": args.with_keys,
    });
    Ok(Said::new(json, human))
}

/// What a backup of this installation is made of.
pub(crate) fn options(config: &Config, with_key: bool, accept_loss: bool) -> Result<BackupOptions, Failure> {
    let mut names = vec![PathBuf::from(place::INSTALLATION_FILE)];
    if with_key {
        names.push(PathBuf::from(place::API_SECRET_FILE));
        names.extend(config.own_key_files().iter().filter_map(|path| Some(path.file_name()?.into())));
    }
    names.extend(policies(&config.data_dir)?);
    let mut extras = Vec::new();
    for name in names {
        let path = config.data_dir.join(&name);
        match std::fs::read(&path) {
            Ok(bytes) => extras.push((name.to_string_lossy().into_owned(), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(place::trouble("file", &path, &error)),
        }
    }
    if let Some(file) = &config.file {
        let text = std::fs::read(file).map_err(|error| place::trouble("configuration", file, &error))?;
        extras.push((CONFIG_COPY.to_owned(), text));
    }
    Ok(BackupOptions {
        data_dir: config.data_dir.clone(),
        checkpoint_file: place::checkpoint_file(config)?,
        key_file: None,
        version: version::own()?.to_owned(),
        taken_at: Timestamp::now(),
        extras,
        with_key,
        accept_loss,
    })
}

fn policies(data_dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let dir = data_dir.join(POLICIES);
    let fault = |error: std::io::Error| place::trouble("directory", &dir, &error);
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = PathBuf::from(entry.map_err(fault)?.file_name());
        if name.extension().is_some_and(|extension| extension == "toml") {
            names.push(Path::new(POLICIES).join(name));
        }
    }
    names.sort();
    Ok(names)
}

/// Why there is no backup or no restore, with its exit code.
pub(crate) fn refused(error: &BackupError) -> Failure {
    match error {
        BackupError::Open(error) => place::open_failure(error),
        BackupError::Exists { .. } => Failure::told(CONFLICT, "storage", error.to_string(), "nothing was written"),
        BackupError::NoBackup { .. } => {
            Failure::told(place::NOT_FOUND, "not_found", error.to_string(), "check the name")
        }
        BackupError::Journal(_)
        | BackupError::Storage(_)
        | BackupError::NotClean(_)
        | BackupError::Damaged { .. }
        | BackupError::NewerFormat { .. } => Failure::storage(error.to_string(), "nothing was changed"),
    }
}

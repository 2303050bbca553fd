//! Where things lie on disk, and what the store says when they are not as they should be.

use super::private;
use crate::config::{Config, ConfigError};
use crate::failure::{CONFLICT, Failure};
use domain::id::{IdError, InstallationId};
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use store::{JournalReader, OpenError};

/// Names the directory of the checkpoint file and moves with the data directory.
pub(crate) const INSTALLATION_FILE: &str = "installation";
const CHECKPOINT_FILE: &str = "audit.checkpoint";
/// Of the store.
const LOCK_FILE: &str = "writer.lock";
pub(crate) const API_SECRET_FILE: &str = "api.secret";
/// Exit code of something that does not exist.
pub(crate) const NOT_FOUND: u8 = 3;

/// The checkpoint file of an installation that exists.
///
/// # Errors
/// There is no installation in the data directory yet, or it cannot be read.
pub(crate) fn checkpoint_file(config: &Config) -> Result<PathBuf, Failure> {
    if let Some(path) = &config.audit_checkpoint_file {
        return Ok(path.clone());
    }
    match installation(config)? {
        Some(name) => default_checkpoint_file(config, &name),
        None => Err(Failure::told(
            NOT_FOUND,
            "not_found",
            format!("there is no journal in {}", config.data_dir.display()),
            "the first `tollgate serve` makes it; or check data_dir with `tollgate config explain`",
        )),
    }
}

/// The checkpoint file; names the installation if it has no name yet.
///
/// # Errors
/// The data directory cannot be made or written.
pub(crate) fn checkpoint_file_at_start(config: &Config) -> Result<PathBuf, Failure> {
    let name = installation_at_start(config)?;
    checkpoint_file_of(config, name.as_str())
}

/// The short name of the installation; made at the first start.
///
/// # Errors
/// The data directory cannot be made or written, or holds something else.
pub(crate) fn installation_at_start(config: &Config) -> Result<InstallationId, Failure> {
    private::own_dir(&config.data_dir).map_err(|error| trouble("data directory", &config.data_dir, &error))?;
    let path = config.data_dir.join(INSTALLATION_FILE);
    let name = if let Some(name) = installation(config)? {
        name
    } else {
        let name = random_hex::<4>()?;
        private::write(&path, &format!("{name}\n")).map_err(|error| trouble("file", &path, &error))?;
        name
    };
    name.parse()
        .map_err(|error: IdError| Failure::storage(format!("{}: {error}", path.display()), "put the right file back"))
}

/// The checkpoint file of an installation by its name, whether it exists or not.
///
/// # Errors
/// There is no home directory and the configuration names no file.
pub(crate) fn checkpoint_file_of(config: &Config, installation: &str) -> Result<PathBuf, Failure> {
    match &config.audit_checkpoint_file {
        Some(path) => Ok(path.clone()),
        None => default_checkpoint_file(config, installation),
    }
}

fn default_checkpoint_file(config: &Config, installation: &str) -> Result<PathBuf, Failure> {
    match &config.state_home {
        Some(home) => Ok(home.join(installation).join(CHECKPOINT_FILE)),
        None => Err(ConfigError::NoHome { key: "audit_checkpoint_file" }.into()),
    }
}

/// The installation that the data directory belongs to; `None` when it belongs to nobody yet.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub(crate) fn installation(config: &Config) -> Result<Option<String>, Failure> {
    let path = config.data_dir.join(INSTALLATION_FILE);
    let text = private::read(&path).map_err(|error| trouble("file", &path, &error))?;
    match text.as_deref().map(str::trim) {
        None => Ok(None),
        Some(name) if name.len() == 8 && name.chars().all(|c| c.is_ascii_hexdigit()) => Ok(Some(name.to_owned())),
        Some(_) => Err(Failure::storage(
            format!("{} does not hold the name of an installation", path.display()),
            "put the right file back: eight hexadecimal digits, as the directory beside the checkpoint file is called",
        )),
    }
}

/// How many records the journal has, where it can be read; for telling how far long work is.
pub(crate) fn records(config: &Config) -> Option<u64> {
    Some(JournalReader::open(&config.data_dir).ok()?.head().ok()?.seq)
}

/// What keys the hashes of API keys; made at the first start.
///
/// # Errors
/// The file cannot be read or written, or holds something else.
pub(crate) fn api_secret(data_dir: &Path) -> Result<[u8; 32], Failure> {
    let path = data_dir.join(API_SECRET_FILE);
    let found = private::read(&path).map_err(|error| trouble("file", &path, &error))?;
    let text = if let Some(text) = found {
        text
    } else {
        let text = format!("{}\n", random_hex::<32>()?);
        private::write(&path, &text).map_err(|error| trouble("file", &path, &error))?;
        text
    };
    let mut secret = [0; 32];
    hex::decode_to_slice(text.trim(), &mut secret).map_err(|error| {
        let text = format!("{} is not 64 hexadecimal digits: {error}", path.display());
        Failure::storage(text, "put the right file back; without it no API key is valid")
    })?;
    Ok(secret)
}

fn random_hex<const N: usize>() -> Result<String, Failure> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::unavailable(format!("the system has no randomness: {error}"), "start again"))?;
    Ok(hex::encode(bytes))
}

/// Who may write to a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LeaseHolder {
    /// Nobody ever did.
    Never,
    /// Nobody now.
    Free,
    /// A process that lives; its id, as far as its lock file says.
    Process(Option<u32>),
}

/// Looks at the lock, which only a process that lives can hold.
///
/// # Errors
/// The lock file cannot be opened.
pub(crate) fn lease_holder(data_dir: &Path) -> std::io::Result<LeaseHolder> {
    let mut file = match File::open(data_dir.join(LOCK_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(LeaseHolder::Never),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(LeaseHolder::Free),
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid)?;
            Ok(LeaseHolder::Process(pid.trim().parse().ok()))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Trouble with a path in words.
pub(crate) fn trouble(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::storage(
        format!("the {what} {} cannot be used: {error}", path.display()),
        "check its owner, its mode and the space left",
    )
}

/// Why the journal cannot be opened, with the exit code: a held lease is a conflict, a missing journal is not found.
pub(crate) fn open_failure(error: &OpenError) -> Failure {
    match error {
        OpenError::LeaseHeld { pid } => {
            let hint = match pid {
                Some(pid) => format!(
                    "talk to the running gateway, end process {pid} and start again, or set another `listen` to stand by"
                ),
                None => "find the other gateway and end it".to_owned(),
            };
            Failure::told(CONFLICT, "lease_not_held", error.to_string(), hint)
        }
        OpenError::NoJournal { .. } => {
            Failure::told(NOT_FOUND, "not_found", error.to_string(), "check data_dir with `tollgate config explain`")
        }
        OpenError::Foreign { .. }
        | OpenError::Newer { .. }
        | OpenError::Older { .. }
        | OpenError::KeyMissing { .. }
        | OpenError::KeyUnusable { .. }
        | OpenError::CheckpointMissing { .. }
        | OpenError::DatabaseMissing { .. }
        | OpenError::Behind { .. }
        | OpenError::Tampered(_)
        | OpenError::Unreplayable(_)
        | OpenError::Storage(_) => Failure::storage(
            error.to_string(),
            "`tollgate doctor` looks at files, disk and keys; docs/runbook.md says what helps",
        ),
    }
}

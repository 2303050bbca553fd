//! This machine: files, keys, disk, schema.

use super::finding::{Finding, bad, good, warning};
use super::seen::Seen;
use crate::config::{Config, load_policy};
use crate::run::place::{self, API_SECRET_FILE};
use crate::sealed;
use jiff::Timestamp;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use store::{JournalReader, OpenError, OpenOptions};

/// Below this much free space the journal is in danger.
const FREE_MIB_MIN: u64 = 200;

pub(super) fn policy(seen: &Seen) -> Finding {
    let name = &seen.config.policy;
    match load_policy(&seen.config.data_dir, name) {
        Ok(policy) if !policy.doubts().is_empty() => {
            warning(format!("{name}: {}", policy.doubts().join("; ")), "correct the file, if that is not what you want")
        }
        Ok(_) => good(name.clone()),
        Err(error) => bad(error.to_string(), "correct the file, or set policy = \"default\""),
    }
}

/// Control 57: who is called when something goes wrong.
pub(super) fn contact(seen: &Seen) -> Finding {
    match &seen.config.contact {
        Some(contact) => good(contact.clone()),
        None => warning("nobody is named", "set contact = \"name, number\" in tollgate.toml"),
    }
}

pub(super) fn kill_file(seen: &Seen) -> Finding {
    let path = seen.config.kill_file();
    match path.try_exists() {
        Ok(false) => good("none"),
        Ok(true) => warning(
            format!("{} is there: nothing is sent", path.display()),
            "`tollgate kill off --reason …` removes it",
        ),
        Err(error) => bad(format!("{}: {error}", path.display()), "check the owner and mode of the data directory"),
    }
}

/// Files that hold a secret, beside the directory of them all.
fn secrets(config: &Config) -> Vec<PathBuf> {
    let mut paths = vec![config.operator_key_file(), config.agent_key_file(), config.data_dir.join(API_SECRET_FILE)];
    paths.extend(journal_key(config));
    paths
}

/// Where the journal's key lies; `None` before there is an installation.
fn journal_key(config: &Config) -> Option<PathBuf> {
    let checkpoint = place::checkpoint_file(config).ok()?;
    Some(OpenOptions::new(&config.data_dir, checkpoint, Timestamp::UNIX_EPOCH).key_path())
}

/// Nobody else may read a secret, and we must be able to use what is ours.
pub(super) fn permissions(seen: &Seen) -> Finding {
    let dir = &seen.config.data_dir;
    let shown = dir.display();
    match dir.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return good(format!("{shown} does not exist yet; the first `tollgate serve` makes it"));
        }
        Err(error) => return bad(format!("{shown}: {error}"), "check its owner and mode"),
        Ok(found) if !found.is_dir() => return bad(format!("{shown} is no directory"), "set another data_dir"),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            return bad(format!("{shown} is open to others"), format!("chmod 700 {shown}"));
        }
        Ok(found) if found.permissions().mode() & 0o700 != 0o700 => {
            return bad(format!("{shown} may not be written by its owner"), format!("chmod 700 {shown}"));
        }
        Ok(_) => {}
    }
    for path in secrets(&seen.config) {
        let shown = path.display();
        match path.metadata() {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                return bad(
                    format!("{shown} may be read by others"),
                    format!("chmod 600 {shown}, and renew what it holds: somebody may have it"),
                );
            }
            Ok(_) => {
                if let Err(error) = std::fs::File::open(&path) {
                    return bad(format!("{shown}: {error}"), "run as the user who owns it, or give it to this one");
                }
            }
            // What is missing is the next check's business.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return bad(format!("{shown}: {error}"), "check its owner and mode"),
        }
    }
    good(format!("{shown} and its secrets are its owner's alone"))
}

/// Keys of people and programs, the secret that API keys are checked with, and the journal's own.
pub(super) fn keys(seen: &Seen) -> Finding {
    let config = &seen.config;
    match place::installation(config) {
        Ok(None) => return good("none yet; the first `tollgate serve` makes them"),
        Ok(Some(_)) => {}
        Err(failure) => return bad(failure.human(), "put the right file back from a backup"),
    }
    let missing = |path: &Path| matches!(path.try_exists(), Ok(false));
    if let Some(path) = journal_key(config).filter(|path| missing(path)) {
        let fix = "put it back from a backup that was taken --with-keys; without it the journal cannot be opened";
        return bad(format!("the journal's key {} is missing", path.display()), fix);
    }
    let secret = config.data_dir.join(API_SECRET_FILE);
    if missing(&secret) {
        let fix = "put it back from a backup that was taken --with-keys; without it no API key counts any more";
        return bad(format!("{} is missing", secret.display()), fix);
    }
    let operator = config.operator_key_file();
    let shown = operator.display();
    match std::fs::read_to_string(&operator) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => bad(
            format!("{shown} is missing: commands have no key to show"),
            "put it back; or name another one with --key-file or TOLLGATE_API_KEY, and make a new one by it: \
             `tollgate key create NAME --kind human --scopes read,preview,trade:paper,approve,kill,admin`",
        ),
        Err(error) => bad(format!("{shown}: {error}"), "check its owner and mode"),
        Ok(text) if text.trim().is_empty() => {
            bad(format!("{shown} is empty: its making was interrupted"), "start `tollgate serve` again")
        }
        Ok(text) if sealed::is_sealed(&text) => good(format!("{shown}, behind a pass phrase")),
        Ok(_) => good(shown.to_string()),
    }
}

/// Asked of `df`, which knows quotas and mounts; the standard library does not.
pub(super) fn disk_space(seen: &Seen) -> Finding {
    let dir = &seen.config.data_dir;
    let existing = dir.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let asked = std::process::Command::new("df").arg("-Pk").arg(existing).output();
    let free = asked.ok().and_then(|output| free_mib(&String::from_utf8_lossy(&output.stdout)));
    match free {
        Some(mib) if mib < FREE_MIB_MIN => bad(
            format!("{mib} MiB free for {}", dir.display()),
            format!("free some space, {FREE_MIB_MIN} MiB at least: what cannot be journaled is not sent"),
        ),
        Some(mib) => good(format!("{mib} MiB free")),
        None => warning("df did not answer", "look at the free space yourself"),
    }
}

/// The fourth field of the second line, in KiB.
fn free_mib(text: &str) -> Option<u64> {
    let kib: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib / 1024)
}

/// Whether this version reads what is there.
pub(super) fn schema(seen: &Seen) -> Finding {
    match JournalReader::open(&seen.config.data_dir) {
        Ok(_) => good("the journal is of this version's schema"),
        Err(OpenError::NoJournal { .. }) => good("no journal yet"),
        Err(error @ OpenError::Older { .. }) => {
            warning(error.to_string(), "take a backup with the version that wrote it, then start `tollgate serve`")
        }
        Err(error @ OpenError::Newer { .. }) => {
            bad(error.to_string(), "install the newer Tollgate again; there is no way back to an older schema")
        }
        Err(error @ OpenError::Foreign { .. }) => bad(error.to_string(), "set another data_dir"),
        Err(
            error @ (OpenError::LeaseHeld { .. }
            | OpenError::KeyMissing { .. }
            | OpenError::KeyUnusable { .. }
            | OpenError::CheckpointMissing { .. }
            | OpenError::DatabaseMissing { .. }
            | OpenError::Behind { .. }
            | OpenError::Tampered(_)
            | OpenError::Unreplayable(_)
            | OpenError::Storage(_)),
        ) => bad(error.to_string(), "`tollgate audit verify` walks the whole journal and names what is wrong"),
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;

//! Key files behind a pass phrase.

use crate::client::read_key_file;
use crate::failure::{CONFLICT, Failure, USAGE};
use crate::out::{Said, talk};
use crate::problem;
use crate::run::private;
use crate::sealed::{self, SealError};
use crate::terminal;
use serde_json::json;
use std::io;
use std::path::Path;

/// Shorter ones are guessed.
const PHRASE_LEN_MIN: usize = 12;

/// Opens a sealed key; the terminal is asked for the phrase.
///
/// # Errors
/// There is no terminal, or the phrase is wrong.
pub(crate) fn unlock(path: &Path, sealed_text: &str, may_ask: bool) -> Result<String, Failure> {
    let no_terminal = || {
        Failure::told(
            problem::AUTH,
            "unauthorized",
            format!("the key in {} is behind a pass phrase, and there is no terminal to ask for it", path.display()),
            "call it from a terminal and without --no-input; give a program a key of its own with --key-file",
        )
    };
    if !may_ask {
        return Err(no_terminal());
    }
    let phrase = terminal::ask_secret(&format!("Pass phrase of {}: ", path.display()))
        .map_err(|error| if error.kind() == io::ErrorKind::Interrupted { unsaid() } else { no_terminal() })?;
    sealed::open(sealed_text, &phrase).map_err(|error| unopened(path, error))
}

fn unopened(path: &Path, error: SealError) -> Failure {
    let hint = match error {
        SealError::Phrase => {
            "try again; who has forgotten it makes a new key with another admin's key, or anew with `tollgate restore`"
        }
        SealError::Form => "put the file back from a copy",
        SealError::Machine => "free some memory",
    };
    Failure::told(problem::AUTH, "unauthorized", format!("{} is not opened: {error}", path.display()), hint)
}

fn unsaid() -> Failure {
    Failure::told(problem::AUTH, "unauthorized", "no pass phrase was given", "nothing was done")
}

/// `tollgate key protect`: seals the file, or seals it with another phrase.
///
/// # Errors
/// No terminal, a wrong phrase, a file that cannot be written.
pub(crate) fn protect(path: &Path, may_ask: bool) -> Result<Said, Failure> {
    let key = read_key_file(path, may_ask)?;
    if key.is_empty() {
        return Err(Failure::told(
            CONFLICT,
            "conflict",
            format!("{} is empty", path.display()),
            "start `tollgate serve` again",
        ));
    }
    let ask = |prompt: &str| {
        if may_ask { terminal::ask_secret(prompt) } else { Err(io::Error::from(io::ErrorKind::NotFound)) }
    };
    let no_terminal = |error: io::Error| {
        if error.kind() == io::ErrorKind::Interrupted {
            return unsaid();
        }
        let hint = "call it from a terminal, without --no-input";
        Failure::usage("there is no terminal to ask for a pass phrase", hint)
    };
    let phrase = ask("New pass phrase: ").map_err(no_terminal)?;
    if phrase.chars().count() < PHRASE_LEN_MIN {
        let text = format!("a pass phrase has at least {PHRASE_LEN_MIN} characters");
        return Err(Failure::usage(text, "some words that nobody says together; nothing was done"));
    }
    if ask("The same again: ").map_err(no_terminal)? != phrase {
        return Err(Failure::told(USAGE, "invalid_request", "the two are not the same", "nothing was done"));
    }
    let sealed = sealed::seal(&key, &phrase).map_err(|error| unopened(path, error))?;
    write(path, &sealed)?;
    talk("copies of it that were made before (backups with keys, snapshots of the disk) still hold the key as it was");
    Ok(Said::new(
        json!({"key_file": path, "protected": true}),
        format!("{} is behind a pass phrase now", path.display()),
    ))
}

/// `tollgate key protect --off`: the file holds the key as it is again.
///
/// # Errors
/// As for [`protect`].
pub(crate) fn unprotect(path: &Path, may_ask: bool) -> Result<Said, Failure> {
    let key = read_key_file(path, may_ask)?;
    write(path, &key)?;
    Ok(Said::new(json!({"key_file": path, "protected": false}), format!("{} holds the key as it is", path.display())))
}

/// `tollgate key reveal`: the key itself, for signing in with a browser.
///
/// # Errors
/// As for [`protect`].
pub(crate) fn reveal(path: &Path, may_ask: bool) -> Result<Said, Failure> {
    let key = read_key_file(path, may_ask)?;
    Ok(Said::new(json!({"key": key}), key))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    private::write(path, &format!("{text}\n")).map_err(|error| {
        Failure::storage(format!("{} cannot be written: {error}", path.display()), "nothing was changed")
    })
}

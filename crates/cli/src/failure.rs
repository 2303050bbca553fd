//! Why a command failed: words, advice, and the exit code.

use crate::config::ConfigError;
use serde_json::{Value, json};

/// A failed command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration cannot be used; shown with its place.
    Config(Box<ConfigError>),
    /// Everything else.
    Told(Box<Told>),
}

/// A failure in words.
#[derive(Debug)]
pub(crate) struct Told {
    /// Stable code of the table in `wire`.
    pub(crate) code: String,
    /// What happened, and every reason.
    pub(crate) text: String,
    /// What to do.
    pub(crate) hint: Option<String>,
    /// Exit code.
    pub(crate) exit: u8,
    /// The gateway's own answer, for `--json`.
    pub(crate) answer: Option<Value>,
}

/// Exit code of a wrong use or configuration.
pub(crate) const USAGE: u8 = 2;
/// Exit code of a conflict, such as a held lease.
pub(crate) const CONFLICT: u8 = 5;
/// Exit code when something that is needed is not there.
pub(crate) const UNAVAILABLE: u8 = 9;

impl Failure {
    /// A failure of our own, with its exit code.
    pub(crate) fn told(exit: u8, code: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Told(Box::new(Told {
            code: code.to_owned(),
            text: text.into(),
            hint: Some(hint.into()),
            exit,
            answer: None,
        }))
    }

    /// A word or file of the caller that cannot be used.
    pub(crate) fn usage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::told(USAGE, "invalid_request", text, hint)
    }

    /// Something that is needed is not there.
    pub(crate) fn unavailable(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::told(UNAVAILABLE, "not_ready", text, hint)
    }

    /// Trouble with a file or socket of ours.
    pub(crate) fn storage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::told(UNAVAILABLE, "storage", text, hint)
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Config(_) => USAGE,
            Self::Told(told) => told.exit,
        }
    }

    /// For programs: the gateway's own answer, or one of the same form.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Config(error) => {
                json!({"code": "invalid_request", "title": "the configuration cannot be used", "detail": error.to_string()})
            }
            Self::Told(told) => told
                .answer
                .clone()
                .unwrap_or_else(|| json!({"code": told.code, "title": told.text, "detail": told.hint})),
        }
    }

    /// For people.
    pub(crate) fn human(self) -> String {
        match self {
            Self::Config(error) => format!("{:?}", miette::Report::new(*error)),
            Self::Told(told) => match told.hint {
                Some(hint) if !hint.is_empty() => format!("error: {}\n  help: {hint}", told.text),
                Some(_) | None => format!("error: {}", told.text),
            },
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;

//! What every caller asked, and what it was told or not told.

use crate::failure::Failure;
use crate::rest::Answer;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// A new order.
    Submit,
    /// The same key with another body.
    SubmitOther,
    /// A change, to this quantity and limit.
    Replace {
        qty: Decimal,
        limit: Option<Decimal>,
    },
    Cancel,
    CancelAll,
    Show,
    List,
}

impl Verb {
    /// Its word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::SubmitOther => "submit other body",
            Self::Replace { .. } => "replace",
            Self::Cancel => "cancel",
            Self::CancelAll => "cancel all",
            Self::Show => "show",
            Self::List => "list",
        }
    }
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    /// The order's key.
    pub(crate) order: String,
    /// The request's own key.
    pub(crate) key: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) answered_at: Timestamp,
    pub(crate) answer: Answer,
}

/// Every call of every caller; also in a file, a line each.
#[derive(Debug)]
pub(crate) struct CallersLog {
    calls: Mutex<Vec<Call>>,
    file: File,
}

impl CallersLog {
    /// Begins one.
    pub(crate) fn in_file(path: &Path) -> Result<Self, Failure> {
        Ok(Self { calls: Mutex::default(), file: File::create(path)? })
    }

    /// Notes a call.
    pub(crate) fn note(&self, call: Call) {
        let told = match &call.answer {
            Answer::Nothing(why) => format!("nothing: {why}"),
            Answer::Said(said) => {
                let order = said.order.as_ref().map(|order| (&order.status, order.version, order.cum_qty));
                let word = said.code.as_deref().or(said.outcome.as_deref()).unwrap_or_default();
                let replayed = if said.replayed { " replayed" } else { "" };
                let detail = said.detail.as_deref().unwrap_or_default();
                format!("{} {word}{replayed} {order:?} {detail} {}", said.status, said.reasons.join("; "))
            }
        };
        let line = format!(
            "{} {} {} {} under {}: {told}\n",
            call.asked_at,
            call.answered_at,
            call.verb.word(),
            call.order,
            call.key
        );
        // The file is for the reader of a violation; what is judged is in memory.
        let _ = (&self.file).write_all(line.as_bytes());
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// All calls.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

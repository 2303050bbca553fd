//! One piece of news: what a record or a look says, before it is decided whether anybody is told.

use super::kind::{AlertKind, Severity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happens to a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It happened; there is nothing to wait for.
    Happens,
    /// From now on it is so, until it closes.
    Opens,
    /// It is over.
    Closes,
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What it is about.
    pub kind: AlertKind,
    /// What exactly: a link, an order, a rule. With the kind it makes the topic.
    pub subject: String,
    /// What happens to it.
    pub turn: Turn,
    /// How much it matters.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// What was seen, and what to do; may be empty.
    pub text: String,
    /// The record that says so; `None` for what no record says.
    pub seq: Option<u64>,
    /// When it was so.
    pub at: Timestamp,
    /// Whether it is never held back: somebody did it, and nothing that flickers repeats it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}

/// Longest text that an alert carries, characters.
const TEXT_MAX: usize = 1_000;
/// Longest line and subject, characters.
const LINE_MAX: usize = 200;

/// A text without what moves a cursor or turns the order of what is read: texts of brokers and agents are shown as they come.
fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => '\n',
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The beginning of a text, in one line where it must be one.
pub(super) fn cut(text: &str, len_max: usize) -> String {
    let mut cut: String = text.chars().take(len_max).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

impl News {
    /// News that happens, by itself of no record.
    pub fn new(kind: AlertKind, severity: Severity, subject: &str, title: &str, at: Timestamp) -> Self {
        let line = |text: &str| cut(&plain(text).replace('\n', " "), LINE_MAX);
        Self {
            kind,
            subject: line(subject),
            turn: Turn::Happens,
            severity,
            title: line(title),
            text: String::new(),
            seq: None,
            at,
            at_once: false,
        }
    }

    /// The same, with what was seen.
    #[must_use]
    pub fn saying(mut self, text: &str) -> Self {
        self.text = cut(plain(text).trim(), TEXT_MAX);
        self
    }

    /// The same, said by this record.
    #[must_use]
    pub fn of_record(mut self, seq: u64) -> Self {
        self.seq = Some(seq);
        self
    }

    /// The same, never held back.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }

    /// The same, as what lasts from now on.
    #[must_use]
    pub fn opens(mut self) -> Self {
        self.turn = Turn::Opens;
        self
    }

    /// The same, as the end of what lasted.
    #[must_use]
    pub fn closes(mut self) -> Self {
        self.turn = Turn::Closes;
        self
    }
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;

//! The log on stderr: text or JSON, without keys and account numbers, whoever wrote them there.

use crate::out::talk;
use crate::telemetry::Listener;
use std::io::{self, IsTerminal, Write};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

/// The broker's library logs every lost connection as its own attempt to reconnect, which it was told not to make. That of MCP warns of
/// every mistake of a client, who is told so anyway: whoever has a key could fill the log.
const QUIET: &str = "ibapi=off,rmcp=error";
/// What stands in the place of what is not for a log.
const REDACTED: &str = "REDACTED";
/// What an API key begins with.
const KEY_MARK: &str = "tg_";
/// Letters and digits of an account number: `U1234567`, `DU1234567`, `DUV0000001`.
const LETTERS_MAX: usize = 3;
const DIGITS_MIN: usize = 5;
const DIGITS_MAX: usize = 9;

/// Begins the log, at a level that `TOLLGATE_LOG` overrides.
pub(crate) fn begin(level: &str) {
    begin_with(level, None);
}

/// The same, with somebody who hears of requests and orders, whatever is logged.
pub(crate) fn begin_with(level: &str, listener: Option<Listener>) {
    let filter = EnvFilter::try_from_env("TOLLGATE_LOG").unwrap_or_else(|_| EnvFilter::new(format!("{level},{QUIET}")));
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let log = fmt::layer().with_writer(|| Redacting(io::stderr()));
    let log = match std::env::var("TOLLGATE_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().flatten_event(true).with_filter(filter).boxed(),
        Ok(_) | Err(_) => log.with_ansi(colour).with_filter(filter).boxed(),
    };
    let listener = listener.map(|listener| listener.with_filter(Listener::wants()));
    if let Err(error) = tracing_subscriber::registry().with(log).with(listener).try_init() {
        talk(format!("no log: {error}"));
    }
}

/// Takes out of each line what is not for a log. A line comes in one piece.
struct Redacting<W>(W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redacted(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text without API keys and without words that look like account numbers.
pub(crate) fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(begin);
        let (word, after) = from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(if is_account(word) || out.ends_with(KEY_MARK) { REDACTED } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_account(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.len().saturating_sub(letters);
    (1..=LETTERS_MAX).contains(&letters)
        && (DIGITS_MIN..=DIGITS_MAX).contains(&digits)
        && word.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;

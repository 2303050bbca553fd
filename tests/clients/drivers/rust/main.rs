//! Driver of the Rust crate `ibapi` for the conformance suite: see tests/clients/README.md.
//!
//! One line of JSON in is one call of the library; what it reports goes out as lines of JSON.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants,
    reason = "the library's enums grow, and a driver passes on only what the suite asks for"
)]

mod data;
mod verbs;
mod words;

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use tokio::sync::mpsc;

/// Why a verb came to nothing: words for the suite.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Writes one line.
pub(crate) fn say(words: &Value) {
    let mut out = std::io::stdout().lock();
    // Without its suite the driver has nobody to talk to.
    if writeln!(out, "{words}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (send, mut asked) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut driver = verbs::Driver::default();
    while let Some(line) = asked.recv().await {
        let mut given: Value = serde_json::from_str(&line)?;
        let id = given["id"].take();
        match driver.answer(&given).await {
            Ok(Some(answer)) => say(&json!({"id": id, "answer": answer})),
            Ok(None) => say(&json!({"id": id, "not_offered": "no such verb"})),
            Err(error) => say(&json!({"id": id, "failed": error.to_string()})),
        }
    }
    Ok(())
}

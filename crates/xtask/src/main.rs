//! Repository chores that need more than a shell line. Run as `cargo xtask tidy`.

mod tidy;

use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy\n\n  tidy   check the structure of the repository (see STYLE.md)\n";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(&mut io::stdout().lock()),
        _ => io::stderr().write_all(USAGE.as_bytes()).map(|()| ExitCode::from(2)).map_err(|error| error.to_string()),
    };
    outcome.unwrap_or_else(|message| {
        // Nothing is left to report to when standard error is closed: the exit code still says it.
        let _ = writeln!(io::stderr(), "xtask: {message}");
        ExitCode::FAILURE
    })
}

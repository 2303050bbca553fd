//! Repository chores that need more than a shell line. Run as `cargo xtask tidy`.

mod mutants;
mod tidy;

use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy\n       cargo xtask mutants [PATH [JOBS]]\n\n  \
     tidy     check the structure of the repository (see STYLE.md)\n  \
     mutants  run the domain's tests against every mutant of gates and limits (see CONTRIBUTING.md)\n";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(&mut io::stdout().lock()),
        ["mutants", rest @ ..] => mutants(rest),
        _ => io::stderr().write_all(USAGE.as_bytes()).map(|()| ExitCode::from(2)).map_err(|error| error.to_string()),
    };
    outcome.unwrap_or_else(|message| {
        // Nothing is left to report to when standard error is closed: the exit code still says it.
        let _ = writeln!(io::stderr(), "xtask: {message}");
        ExitCode::FAILURE
    })
}

fn mutants(args: &[&str]) -> Result<ExitCode, String> {
    let only = args.first().copied().unwrap_or_default();
    let jobs = args.get(1).map_or(Ok(2), |text| text.parse()).map_err(|_| "JOBS is a number".to_owned())?;
    mutants::run(&mut io::stdout().lock(), only, jobs)
}

//! The exhaustive run: `make model`.

use stateright::{Checker as _, Model as _};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;
use tollgate_model::{Bounds, Protocol};

const THREADS: usize = 2;

/// The usual bounds, or those on the command line.
fn bounds() -> Option<Bounds> {
    let words: Vec<u8> = std::env::args().skip(1).map(|word| word.parse().ok()).collect::<Option<_>>()?;
    match words.as_slice() {
        [] => Some(Bounds::FULL),
        [intents, crashes, silences, cuts, restarts, cancel, kill] => Some(Bounds {
            intents: usize::from(*intents),
            crashes: *crashes,
            silences: *silences,
            cuts: *cuts,
            restarts: *restarts,
            cancel: *cancel != 0,
            kill: *kill != 0,
        }),
        _other => None,
    }
}

fn main() -> ExitCode {
    let Some(bounds) = bounds() else {
        return ExitCode::FAILURE;
    };
    let model = Protocol::new(bounds);
    let began = Instant::now();
    let checker = model.clone().checker().threads(THREADS).spawn_bfs().join();
    let mut out = std::io::stdout().lock();
    let mut say = |line: std::fmt::Arguments<'_>| {
        // The exit code says it all when nobody listens.
        let _ = out.write_fmt(line);
    };
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    say(format_args!("{:?}\n", model.bounds));
    say(format_args!("{states} states, {steps} steps, {} deep, {:.1?}\n", checker.max_depth(), began.elapsed()));
    say(format_args!("{} rows of the lifecycle table taken\n", model.rows.taken().len()));
    let mut kept = checker.is_done();
    for property in model.properties() {
        let found = checker.discovery(property.name);
        let holds = match property.expectation {
            stateright::Expectation::Sometimes => found.is_some(),
            stateright::Expectation::Always | stateright::Expectation::Eventually => found.is_none(),
        };
        kept &= holds;
        say(format_args!("{} {}\n", if holds { "holds " } else { "BROKEN" }, property.name));
        if let Some(path) = found.filter(|_| !holds) {
            say(format_args!("{path}\n"));
        }
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

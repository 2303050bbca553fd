//! The exhaustive runs: `make model`, or `make model ARGS="INTENTS CRASHES SILENCES CUTS RESTARTS CANCEL KILL"` for bounds
//! of one's own, 0 or 1 for the last two. It ends with 1 when a promise is broken, and shows how.

use stateright::{Checker as _, Expectation, Model as _};
use std::io::{Result, Write};
use std::process::ExitCode;
use std::time::Instant;
use tollgate_model::{Bounds, Protocol};

const THREADS: usize = 2;

/// The usual bounds, or those on the command line.
fn bounds() -> Option<Vec<Bounds>> {
    let words: Vec<u8> = std::env::args().skip(1).map(|word| word.parse().ok()).collect::<Option<_>>()?;
    match words.as_slice() {
        [] => Some(Bounds::FULL.to_vec()),
        [intents @ 1..=2, crashes, silences, cuts, restarts, cancel, kill] => Some(vec![Bounds {
            intents: usize::from(*intents),
            crashes: *crashes,
            silences: *silences,
            cuts: *cuts,
            restarts: *restarts,
            cancel: *cancel != 0,
            kill: *kill != 0,
        }]),
        _other => None,
    }
}

/// Walks every state; whether every promise was kept.
fn walk(out: &mut impl Write, bounds: Bounds) -> Result<bool> {
    let model = Protocol::new(bounds);
    let began = Instant::now();
    let checker = model.clone().checker().threads(THREADS).spawn_bfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    let (deep, rows) = (checker.max_depth(), model.rows.taken().len());
    writeln!(out, "{bounds:?}")?;
    writeln!(out, "  {states} states, {steps} steps, {deep} deep, {rows} rows of the table, {:.1?}", began.elapsed())?;
    let mut kept = true;
    for property in model.properties() {
        let found = checker.discovery(property.name);
        let holds = match property.expectation {
            Expectation::Sometimes => found.is_some(),
            Expectation::Always | Expectation::Eventually => found.is_none(),
        };
        if !holds {
            kept = false;
            writeln!(out, "  BROKEN: {}", property.name)?;
            for step in found.map(stateright::Path::into_actions).unwrap_or_default() {
                writeln!(out, "    {step:?}")?;
            }
        }
    }
    writeln!(out, "  {}", if kept { "every promise holds" } else { "a promise is broken" })?;
    Ok(kept)
}

fn walk_all(out: &mut impl Write) -> Result<bool> {
    let Some(all) = bounds() else {
        writeln!(out, "usage: exhaustive [INTENTS CRASHES SILENCES CUTS RESTARTS CANCEL KILL], each a small number")?;
        return Ok(false);
    };
    let mut kept = true;
    for bounds in all {
        kept &= walk(out, bounds)?;
    }
    Ok(kept)
}

fn main() -> ExitCode {
    match walk_all(&mut std::io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        // Nobody listens any more, or a promise is broken.
        Ok(false) | Err(_) => ExitCode::FAILURE,
    }
}

//! The tests against one mutant.

use super::build::Built;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a mutant fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// A test failed.
    Caught,
    /// The tests did not come to an end.
    TimedOut,
    /// Every test passed.
    Survived,
}

/// A test run takes seconds; a mutant that loops has no end.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How many cases a property is tried with at first.
const CASES_FEW: &str = "16";

/// The mutant's own module first, then its directory, then everything, each with few cases; what survives that meets all
/// of it with all cases.
pub(super) fn try_one(built: &Built, id: u32, path: &str) -> Result<Fate, String> {
    let module = module(path);
    let outer = module.split_once("::").map(|(outer, _)| format!("{outer}::"));
    for filter in [Some(module.as_str()), outer.as_deref().filter(|outer| *outer != module), None] {
        let fate = run(built, id, filter, Some(CASES_FEW))?;
        if fate != Fate::Survived {
            return Ok(fate);
        }
    }
    run(built, id, None, None)
}

/// The tests as they are, without any mutant.
pub(super) fn baseline(built: &Built) -> Result<Fate, String> {
    run(built, 0, None, None)
}

fn module(path: &str) -> String {
    let inside = path.trim_start_matches("crates/domain/src/").trim_end_matches(".rs").trim_end_matches("/mod");
    format!("{}::", inside.replace('/', "::"))
}

fn run(built: &Built, id: u32, filter: Option<&str>, cases: Option<&str>) -> Result<Fate, String> {
    let mut command = Command::new(&built.binary);
    command.args(["--quiet", "--test-threads", "1"]).args(filter);
    command.current_dir(&built.dir).env("TOLLGATE_MUTANT", id.to_string());
    if let Some(cases) = cases {
        command.env("PROPTEST_CASES", cases);
    }
    let mut tests = command
        .env("CARGO_MANIFEST_DIR", &built.dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let began = Instant::now();
    loop {
        if let Some(status) = tests.try_wait().map_err(|error| error.to_string())? {
            return Ok(if status.success() { Fate::Survived } else { Fate::Caught });
        }
        if began.elapsed() > PATIENCE {
            tests.kill().and_then(|()| tests.wait()).map_err(|error| error.to_string())?;
            return Ok(Fate::TimedOut);
        }
        // tidy: sleep — another process is waited for, with a bound
        std::thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;

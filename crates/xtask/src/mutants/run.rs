//! All mutants, two at a time, and what is told of them.

use super::accepted;
use super::build::build;
use super::render::Mutant;
use super::trial::{Fate, baseline, try_one};
use crate::tidy::root;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;

/// Runs every mutant of the files whose path contains `only`, so many at a time. The exit code is 1 when one survives
/// that nobody has looked at.
pub(crate) fn run(out: &mut impl Write, only: &str, jobs: usize) -> Result<ExitCode, String> {
    let root = root()?;
    let accepted = accepted::read(&root)?;
    let built = build(&root, only)?;
    if baseline(&built)? != Fate::Survived {
        return Err("the tests fail without any mutant".to_owned());
    }
    let say = |out: &mut dyn Write, text: String| writeln!(out, "{text}").map_err(|error| error.to_string());
    say(out, format!("{} mutants, {} more do not compile", built.mutants.len(), built.unviable))?;
    let waiting = Mutex::new(built.mutants.iter());
    let (tell, told) = std::sync::mpsc::channel();
    let mut fates: BTreeMap<u32, (Fate, &Mutant)> = BTreeMap::new();
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            let (tell, waiting, built) = (tell.clone(), &waiting, &built);
            scope.spawn(move || {
                let next = || waiting.lock().ok()?.next();
                while let Some(mutant) = next() {
                    if tell.send((mutant, try_one(built, mutant.id, &mutant.path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        for (mutant, fate) in told {
            let fate = fate?;
            if fate == Fate::Survived && !accepted.iter().any(|one| one.is(mutant)) {
                let Mutant { id, path, line, function, before, after } = mutant;
                say(out, format!("survived {id}: {path}:{line} {function}: `{before}` -> `{after}`"))?;
            }
            fates.insert(mutant.id, (fate, mutant));
        }
        Ok::<(), String>(())
    })?;
    summary(out, &fates, built.unviable, &|mutant| accepted.iter().any(|one| one.is(mutant)))
}

fn summary(
    out: &mut impl Write,
    fates: &BTreeMap<u32, (Fate, &Mutant)>,
    unviable: usize,
    is_accepted: &dyn Fn(&Mutant) -> bool,
) -> Result<ExitCode, String> {
    let count = |fate: Fate| fates.values().filter(|(one, _)| *one == fate).count();
    let accepted = fates.values().filter(|(fate, mutant)| *fate == Fate::Survived && is_accepted(mutant)).count();
    let survived = count(Fate::Survived) - accepted;
    writeln!(
        out,
        "mutants: {} caught, {} timed out, {survived} survived, {accepted} accepted as equal, {unviable} unviable",
        count(Fate::Caught),
        count(Fate::TimedOut)
    )
    .map_err(|error| error.to_string())?;
    Ok(if survived == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

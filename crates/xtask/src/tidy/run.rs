//! Runs every rule over the repository and prints what it finds.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use super::finding::{Finding, Severity};
use super::members::Member;
use super::source::Source;
use super::{arrows, dead_files, hygiene, members, roots, sizes, tree, words};

/// Checks the repository and writes one line per finding to `out`.
///
/// The exit code is 1 when a rule is broken. The error is for what could not be checked.
pub(crate) fn run(out: &mut impl Write) -> Result<ExitCode, String> {
    let root = tree::root()?;
    let sources = tree::sources(&root)?;
    let mut findings = arrows::check(&tree::metadata(&root)?);
    findings.extend(check_sources(&sources));
    findings.sort_by(|a, b| (&a.path, a.line, a.rule).cmp(&(&b.path, b.line, b.rule)));
    report(out, &findings, sources.len()).map_err(|error| error.to_string())
}

fn check_sources(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_crate: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        findings.extend(hygiene::check(&source.path, &source.text));
        findings.extend(sizes::check(source));
        if let Some(dir) = source.crate_dir() {
            findings.extend(roots::check(source));
            findings.extend(words::check(source));
            by_crate.entry(dir).or_default().push(source);
        }
    }
    for files in by_crate.values() {
        findings.extend(dead_files::check(files));
    }
    let map = sources.iter().find(|source| source.path == "ARCHITECTURE.md");
    let crates: Vec<Member<'_>> = sources
        .iter()
        .filter(|source| source.file_name() == "Cargo.toml")
        .filter_map(|source| Some(Member { dir: source.crate_dir()?, manifest: &source.text }))
        .collect();
    findings.extend(members::check(&crates, map.map_or("", |map| &map.text)));
    findings
}

fn report(out: &mut impl Write, findings: &[Finding], files: usize) -> std::io::Result<ExitCode> {
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    writeln!(out, "tidy: {files} files, {errors} errors, {warnings} warnings")?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;

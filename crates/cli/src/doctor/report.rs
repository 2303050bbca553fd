//! What was found, as text and as JSON.

use super::finding::{Finding, Verdict, bad, good};
use super::seen;
use super::table::{CHECKS, CONFIGURATION};
use crate::args::Common;
use crate::config::Config;
use crate::failure::Failure;
use crate::out::{Paint, Said, paint};
use serde_json::{Value, json};

/// Exit code when a check failed.
const FOUND: u8 = 1;

type Row = (&'static str, Finding);

/// `tollgate doctor`.
pub(crate) async fn doctor(config: Result<Config, Failure>, common: &Common) -> Result<Said, Failure> {
    let config = match config {
        Ok(config) => config,
        Err(failure) => {
            let found = bad(failure.human(), "correct it; `tollgate config check` repeats this");
            return Ok(said(&[(CONFIGURATION, found)]));
        }
    };
    let from = config.file.as_ref().map_or("defaults and environment".to_owned(), |path| path.display().to_string());
    let seen = seen::look(config, common).await;
    let mut rows: Vec<Row> = vec![(CONFIGURATION, good(from))];
    rows.extend(CHECKS.iter().map(|check| (check.name, (check.judge)(&seen))));
    Ok(said(&rows))
}

fn said(rows: &[Row]) -> Said {
    let failed = rows.iter().any(|(_, found)| found.verdict == Verdict::Bad);
    let checks: Vec<Value> = rows
        .iter()
        .map(|(name, found)| {
            json!({"check": name, "verdict": found.verdict.word(), "found": found.found, "fix": found.fix})
        })
        .collect();
    let human = [words(rows), summary(rows)].concat();
    Said { json: json!({"ok": !failed, "checks": checks}), human, exit: if failed { FOUND } else { 0 } }
}

/// A line for each, with the remedy below it.
fn words(rows: &[Row]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, found) in rows {
        let (word, colour) = match found.verdict {
            Verdict::Good => ("ok     ", Paint::Good),
            Verdict::Warning => ("warning", Paint::Warning),
            Verdict::Bad => ("PROBLEM", Paint::Bad),
            Verdict::Skipped => ("skipped", Paint::Faint),
            Verdict::Manual => ("look   ", Paint::Faint),
        };
        let blank = " ".repeat(width.saturating_sub(name.chars().count()));
        text.push_str(&[paint(word, colour).as_str(), "  ", name, &blank, "  ", &found.found, "\n"].concat());
        if !found.fix.is_empty() {
            text.push_str(&["         ", &" ".repeat(width), "  → ", &found.fix, "\n"].concat());
        }
    }
    text
}

fn summary(rows: &[Row]) -> String {
    let count = |verdict| rows.iter().filter(|(_, found)| found.verdict == verdict).count();
    let (bad, warnings, manual) = (count(Verdict::Bad), count(Verdict::Warning), count(Verdict::Manual));
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (bad, warnings) = (some(bad, "problem"), some(warnings, "warning"));
    format!("\n{bad}, {warnings}; {manual} more that only a person can look at\n")
}

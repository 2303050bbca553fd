//! Files stay small enough to be read in one sitting.

use super::finding::Finding;
use super::source::{Source, extension};

/// Past this many lines a file should have a reason.
const LINES_WARN: usize = 600;
/// Past this many lines it fails.
const LINES_MAX: usize = 1_000;
/// What counts as source code.
const EXTENSIONS: [&str; 4] = ["rs", "ts", "svelte", "py"];
/// Files that a program wrote say so in their first lines and are not for reading.
const GENERATED_MARK: &str = "@generated";

/// Reports source files that are too long.
pub(crate) fn check(source: &Source) -> Option<Finding> {
    let generated = source.text.lines().take(5).any(|line| line.contains(GENERATED_MARK));
    if generated || !EXTENSIONS.contains(&extension(&source.path)) {
        return None;
    }
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        let advice = format!("{lines} lines, at most {LINES_MAX}: split it by noun");
        Some(Finding::error(&source.path, lines, "file-size", advice))
    } else if lines > LINES_WARN {
        let advice = format!("{lines} lines, more than {LINES_WARN}: consider splitting it by noun");
        Some(Finding::warning(&source.path, lines, "file-size", advice))
    } else {
        None
    }
}

#[cfg(test)]
#[path = "sizes_tests.rs"]
mod tests;

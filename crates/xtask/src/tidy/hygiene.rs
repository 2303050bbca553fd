//! Nothing in the repository speaks of the place where it was written.

use super::finding::Finding;

/// Strings of the private workplace, spelled in two parts so that this file passes its own rule.
const PRIVATE: [&str; 5] = [
    concat!(".lib", "rary"),
    concat!("before", "-stop"),
    concat!("shared", "/design"),
    concat!("shared", "/seeds"),
    concat!("/wo", "rk/"),
];

/// Reports private strings in any tracked file.
pub(crate) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for private in PRIVATE.into_iter().filter(|private| line.contains(private)) {
            let advice = format!("`{private}` belongs to a private workplace: take it out");
            findings.push(Finding::error(path, index + 1, "private-string", advice));
        }
    }
    findings
}

#[cfg(test)]
#[path = "hygiene_tests.rs"]
mod tests;

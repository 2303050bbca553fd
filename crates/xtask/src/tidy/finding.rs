//! What a rule reports.

use std::fmt;

/// Whether a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Shown, does not fail.
    Warning,
    /// Fails `tidy`.
    Error,
}

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Path relative to the repository root, with forward slashes.
    pub(crate) path: String,
    /// One-based line.
    pub(crate) line: usize,
    /// Short stable name of the rule.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do about it.
    pub(crate) advice: String,
    /// Whether it fails the run.
    pub(crate) severity: Severity,
}

impl Finding {
    /// A finding that fails the run.
    pub(crate) fn error(path: &str, line: usize, rule: &'static str, advice: String) -> Self {
        Self { path: path.to_owned(), line, rule, advice, severity: Severity::Error }
    }

    /// A finding that is only shown.
    pub(crate) fn warning(path: &str, line: usize, rule: &'static str, advice: String) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, line, rule, advice) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Warning => "warning: ",
            Severity::Error => "",
        };
        write!(f, "{}:{}: {mark}{}: {}", self.path, self.line, self.rule, self.advice)
    }
}

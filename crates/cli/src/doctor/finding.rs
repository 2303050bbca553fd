//! What a check found.

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Good,
    /// It works, and somebody should know.
    Warning,
    /// It does not work.
    Bad,
    /// Nothing to look at, or something else must be mended first.
    Skipped,
    /// No program can see it.
    Manual,
}

impl Verdict {
    /// Of the JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Bad => "problem",
            Self::Skipped => "skipped",
            Self::Manual => "manual",
        }
    }
}

/// The verdict, what it rests on, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) found: String,
    /// Empty when there is nothing to do.
    pub(super) fix: String,
}

pub(super) fn good(found: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Good, found: found.into(), fix: String::new() }
}

pub(super) fn warning(found: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warning, found: found.into(), fix: fix.into() }
}

pub(super) fn bad(found: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Bad, found: found.into(), fix: fix.into() }
}

pub(super) fn skipped(why: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Skipped, found: why.into(), fix: String::new() }
}

pub(super) fn manual(why: impl Into<String>, how: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Manual, found: why.into(), fix: how.into() }
}

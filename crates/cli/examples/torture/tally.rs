//! Counts of everything, and the violations.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Violations told one by one; the rest is counted.
const TOLD_MAX: usize = 200;

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Violation {
    /// Two broker orders for one intent, or one sent again.
    Duplicate,
    /// An order or a trade that the broker has and the journal has not, or not so.
    Lost,
    /// An answer that was not true.
    Untrue,
    /// An order sent under a kill.
    Killed,
    /// More than a limit allows.
    Limit,
    /// The journal does not hold together.
    Audit,
    /// A process ended by itself, or the system did not come to rest.
    Broken,
}

impl Violation {
    /// All of them, as they are summed up.
    pub(crate) const ALL: [Self; 7] =
        [Self::Duplicate, Self::Lost, Self::Untrue, Self::Killed, Self::Limit, Self::Audit, Self::Broken];

    /// Its word in the summary.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicates",
            Self::Lost => "lost",
            Self::Untrue => "untrue answers",
            Self::Killed => "sent under a kill",
            Self::Limit => "limits exceeded",
            Self::Audit => "audit and replay",
            Self::Broken => "broken otherwise",
        }
    }
}

/// What counts are kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Count {
    /// Faults, by kind.
    Fault,
    /// Faults that were not exercised, by kind.
    NotExercised,
    /// Answers, by verb and code.
    Answer,
    /// Deeds of the human.
    Human,
    /// Quiet points and what they found.
    Quiet,
}

#[derive(Debug, Default)]
struct Inner {
    counts: BTreeMap<(Count, String), u64>,
    violations: BTreeMap<(Violation, String), u64>,
}

/// The counts of one torture.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Inner>);

impl Tally {
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts one.
    pub(crate) fn count(&self, what: Count, name: &str) {
        self.with(|inner| *inner.counts.entry((what, name.to_owned())).or_insert(0) += 1);
    }

    /// All counts of a kind.
    pub(crate) fn of(&self, what: Count) -> Vec<(String, u64)> {
        self.with(|inner| {
            let of = inner.counts.iter().filter(|((kind, _), _)| *kind == what);
            of.map(|((_, name), count)| (name.clone(), *count)).collect()
        })
    }

    /// Notes a violation; the same words count once. Whether it is new.
    pub(crate) fn violation(&self, kind: Violation, what: String) -> bool {
        self.with(|inner| {
            let times = inner.violations.entry((kind, what)).or_insert(0);
            *times += 1;
            *times == 1
        })
    }

    /// How many of a kind there are.
    pub(crate) fn violations_of(&self, kind: Violation) -> usize {
        self.with(|inner| inner.violations.keys().filter(|(of, _)| *of == kind).count())
    }

    /// Violations in words, as many as one reads.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.with(|inner| {
            let words = inner.violations.keys().map(|(kind, what)| format!("{}: {what}", kind.word()));
            words.take(TOLD_MAX).collect()
        })
    }
}

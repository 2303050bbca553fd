//! Which instruments are streamed: the decision's first, then what is held, then the watch list, within the line budget.

use crate::contract::Instrument;
use serde::{Deserialize, Serialize};

/// Why an instrument is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The decision in force names it.
    Decision,
    /// It is held.
    Position,
    /// The watch list names it.
    WatchList,
}

impl Reason {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Position => "position",
            Self::WatchList => "watch_list",
        }
    }
}

/// One instrument and everything that wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which, as the first of them names it.
    pub instrument: Instrument,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

/// What gets a line, and what does without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// At most as many as there are lines.
    pub lines: Vec<Wanted>,
    /// What there is no line for: it is asked for now and then.
    pub without: Vec<Wanted>,
}

/// Shares the lines out. The same instrument by the same name is one; what two names mean the same is found when they are resolved.
pub fn plan(decision: &[Instrument], positions: &[Instrument], watch_list: &[Instrument], lines_max: usize) -> Plan {
    let groups = [(Reason::Decision, decision), (Reason::Position, positions), (Reason::WatchList, watch_list)];
    let mut wanted: Vec<Wanted> = Vec::new();
    for (reason, instruments) in groups {
        for instrument in instruments {
            match wanted.iter_mut().find(|one| one.instrument == *instrument) {
                Some(known) if known.reasons.contains(&reason) => {}
                Some(known) => known.reasons.push(reason),
                None => wanted.push(Wanted { instrument: instrument.clone(), reasons: vec![reason] }),
            }
        }
    }
    let without = wanted.split_off(wanted.len().min(lines_max));
    Plan { lines: wanted, without }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

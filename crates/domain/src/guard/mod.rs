//! The guard: rules that are looked at on a schedule while the market is open, and what is done where one is broken. Pure: limits,
//! facts, the report before and the time go in, the next report comes out; acting on it is the runtime's.
//!
//! The gates stop orders; the guard looks at what is there when nobody sends any. A rule that is broken acts once, when it breaks; it
//! acts again after it has held in between. So a human who resumes trading in spite of it is not stopped again for the same breach.

mod judge;
mod report;
mod rules;

pub use judge::{Facts, Known, Observed, judge};
pub use report::{Finding, GuardReport, GuardState, Verdict};
pub use rules::{GuardAction, GuardRule, GuardRules, Limit};

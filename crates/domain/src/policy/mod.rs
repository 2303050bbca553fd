//! A policy: the owner's limits, named, with safe defaults for everything.
//!
//! A policy has limits for every order, and sections with limits for one security type, account, strategy or instrument.
//! **Every limit that matches an order applies: the tightest counts.** A section can only tighten; what is to be wider for
//! futures than for shares is wide in the policy itself and narrow in `[sec_type.stk]`. So it never matters in which order
//! sections stand, and every change of a policy is either tighter or looser, limit by limit.

mod built_in;
mod change;
mod doubts;
mod force;
mod limits;
mod nearest;
mod reach;
mod set;
mod tightness;
mod words;

pub use change::{LimitChange, Transition};
pub(crate) use force::stood_before;
pub use force::{LOOSENING_DELAY, PendingPolicy, PolicyInForce};
pub use limits::{LIMITS, LimitKey, Patch, Policy};
pub use reach::Counts;
pub use set::{Effective, Layer, PolicyError, PolicyScope, PolicySet};
pub use tightness::Tighter;

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;

//! The closed loop. Today it reads a decision and plans it; running plans on a schedule comes with the loop's own
//! milestone. A client of the desk with no privilege of its own.

mod decision;
mod planning;

pub use decision::{Decision, DecisionError, Target};
pub use planning::{Plan, plan};

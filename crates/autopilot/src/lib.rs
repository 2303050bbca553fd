//! The closed loop. Today it reads a decision and plans it; running plans on a schedule comes with the loop's own
//! milestone. A client of the desk with no privilege of its own.

pub mod alert;
mod decision;
pub mod guard;
mod planning;
mod secret;
pub mod stream;
mod watching;

pub use decision::{Decision, DecisionError, Target};
pub use planning::{Plan, plan};
pub use secret::Secret;
pub use watching::Watcher;

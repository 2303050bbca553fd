//! The guard at work: gathers what the rules look at, keeps the newest report on the disk, and acts by the same use cases as a human
//! who stops trading. What is broken is decided in [`domain::guard`].

mod facts;
mod kept;
mod service;

pub use facts::Targets;
pub use kept::Kept;
pub use service::{Guard, GuardHours, GuardParts, GuardTask, begin};

//! The guard at work: gathers what the rules look at, notes its verdict in the journal before it acts and again behind that, and acts by
//! the same use cases as a human who stops trading. What is broken is decided in [`domain::guard`].

mod facts;
mod service;

pub use service::{Guard, GuardHours, GuardParts, GuardTask, begin};

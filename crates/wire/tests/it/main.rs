//! The shapes from outside: what is refused and why, what never changes, what comes back as it went in.

#![expect(clippy::unwrap_used, reason = "in a test a failure is a panic")]

// The package carries a longer name than the crates that use it.
extern crate tollgate_wire as wire;

mod bodies;
mod errors;
mod looping;
mod orders;
mod round_trip;
mod words;

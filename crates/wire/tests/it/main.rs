//! The shapes from outside: what is refused and why, what never changes, what comes back as it went in.

// The package carries a longer name than the crates that use it.
extern crate tollgate_wire as wire;

mod bodies;
mod orders;
mod round_trip;
mod words;

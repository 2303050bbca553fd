//! The loop over a desk that keeps its journal like the real one, and dies wherever it is told to.
#![expect(clippy::unwrap_used, reason = "in a test a failure is a panic")]

extern crate tollgate_autopilot as autopilot;

mod fake_desk;
mod restarts;
mod runs;
mod slots;
mod streams;
mod world;

//! The journal on real files, and its twin in memory.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test a failure is a panic")]

mod append;
mod backup;
mod bracket;
mod crash;
mod event;
mod fixture;
mod lease;
mod memory;
mod opening;
mod projection;
mod reading;
mod snapshot;
mod tamper;

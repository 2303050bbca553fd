//! The adapter over real sockets: against a scripted gateway that does exactly what a test says.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of tests: whatever they do not expect fails the test"
)]

mod connect;
mod desk;
mod gateway;
mod orders;
mod questions;
mod quotes;
mod snapshot;

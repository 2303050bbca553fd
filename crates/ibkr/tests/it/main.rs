//! The adapter over real sockets: against a scripted gateway that does exactly what a test says.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "whatever a test does not expect fails it"
)]

mod bracket;
mod connect;
mod desk;
mod gateway;
mod orders;
mod questions;
mod quotes;
mod snapshot;
mod venue;

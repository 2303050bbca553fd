//! A venue over its real sockets, with a real client.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test binary: what cannot be is a failed test"
)]

extern crate tollgate_venue as venue;

mod control;
mod garbage;
mod kill;
mod orders;
mod reads;
mod restore;
mod soak;
mod support;

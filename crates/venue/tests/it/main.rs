//! A venue over its real sockets, with a real client.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test binary: what cannot be is a failed test"
)]

extern crate tollgate_venue as venue;

mod control;
mod data;
mod faults_also;
mod faults_gateway;
mod faults_order;
mod faults_script;
mod garbage;
mod kill;
mod orders;
mod raw;
mod raw_client;
mod reads;
mod recordings;
mod restore;
mod soak;
mod support;

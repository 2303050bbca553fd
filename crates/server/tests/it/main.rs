//! The REST face over a real socket, with a desk that only records and answers as told.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test a failure is a panic")]

// The package carries a longer name than the crates that use it.
extern crate tollgate_server as server;

mod attack;
mod client;
mod dashboard;
mod docs;
mod door;
mod events;
mod fake_desk;
mod fake_journal;
mod market_stream;
mod mcp;
mod metrics;
mod openapi;
mod orders;
mod page;
mod patience;
mod reads;
mod session;
mod sse;
mod tls;
mod witness;

//! The binary `tollgate`: the gateway, the simulated broker, and a REST client for everything else.
//!
//! It is the only composition root: [`run`] puts store, adapter, engine, server and venue together, every other command
//! is a client of the REST API or reads files. No command decides anything about an order.

mod args;
mod client;
mod config;
mod demo;
mod dispatch;
mod doctor;
mod drill;
mod failure;
mod log;
mod mcp;
mod out;
mod problem;
mod progress;
mod rehearsal;
mod replay;
mod run;
mod sealed;
mod table;
mod telemetry;
mod terminal;
mod top;
mod verb;
mod version;

use std::process::ExitCode;

/// The venue makes and frees some forty small pieces of memory for each order: a fifth of its time with
/// the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The only one in the process: nobody else can have installed another.
    drop(rustls::crypto::ring::default_provider().install_default());
    ExitCode::from(dispatch::run(args::parse()))
}

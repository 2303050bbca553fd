//! The deterministic simulation: real domain, engine and store code under a seeded scheduler, clock and network, against
//! the venue's core.
//!
//! A seed makes a [`plan`] of steps: callers ask, time passes, lines break, processes die, disks fail, Gateways restart.
//! A [`run`](run::run) carries it out on one thread. [`process`] is one Tollgate: a runtime with paused time, the real
//! engine, a journal on its in-memory twin (or on files). [`link`] takes the adapter's place and [`broker`] is IB Gateway
//! with the venue's core behind it. After every step [`checks`] compares the venue's ledger with the journal and with what
//! callers were told. The same seed gives the same transcript, bit for bit; a failing plan [shrinks](shrink).
//!
//! `prove` runs many seeds; see CONTRIBUTING.md.

pub mod broker;
pub mod callers;
pub mod checks;
pub mod clock;
pub mod coverage;
pub mod disk;
pub mod inbox;
mod lies;
pub mod link;
pub mod network;
pub mod plan;
mod plots;
pub mod process;
pub mod prove;
pub mod run;
pub mod shrink;
mod steps;
pub mod tell;
pub mod truth;
pub mod world;

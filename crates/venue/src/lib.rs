//! A simulated Interactive Brokers that real TWS clients connect to.
//!
//! [`start`] opens two loopback ports: one speaks the TWS wire protocol to any client of it, the other
//! is a small HTTP API by which a test reads the ledger and moves clock and market. Behind them is one
//! [`core::Core`], pure and repeatable, owned by one task:
//!
//! ```text
//! client ─► session ─► commands ─► ┌ core task ─────────────────────────────┐
//! client ─► session ─►  (bounded)  │ apply a group ─► flush state ─► answer │ ─► outbox ─► client
//! control ──────────►              └────────────────────────────────────────┘   (bounded)
//! ```
//!
//! - Nothing is told to anybody before it is on disk (with a state directory). There is no orderly
//!   shutdown: stopping and crashing leave the same state behind.
//! - The core never waits for a client. One that does not read is dropped.
//! - What a client sends that is not the protocol ends its own connection and nothing else.
//! - The venue knows nothing of Tollgate, and shares no code with its TWS adapter.

mod archive;
mod config;
mod control;
mod control_manual;
mod control_page;
mod controls;
pub mod core;
mod faults;
pub mod market;
mod server;
mod server_asks;
mod server_clock;
mod server_control;
mod server_core;
mod server_faults;
mod server_gate;
mod server_ledger;
mod server_outbox;
mod server_replies;
mod server_requests;
mod server_step;
mod server_wire;
mod server_zones;
mod session;
mod session_throttle;
mod state;
mod state_record;

pub use config::{ACCOUNTS_MAX, ClockMode, ConfigError, SPEED_MAX, VenueConfig};
pub use controls::Controls;
pub use faults::{
    ActsOn, Chance, CorruptHow, DropPoint, FarmName, Fault, FaultScript, FaultSpec, Length, Restored, ScriptError, When,
};
pub use market::{Intraday, Sessions};
pub use server::{Venue, VenueError, start};
pub use server_control::Refusal;
pub use state::StateError;

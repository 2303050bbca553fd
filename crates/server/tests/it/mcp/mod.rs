//! The MCP face, by the official client of Rust, in both versions of the protocol.

mod client;
mod door;
mod held;
mod human;
mod injection;
mod orders;
mod resources;
mod tools;

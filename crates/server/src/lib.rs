//! The REST face. It reads requests into domain types, calls the [`engine::Desk`], and writes answers: a codec, which
//! decides nothing about an order. It authenticates nobody by itself either: keys are judged by the desk.
//!
//! What it does guard is its own door: loopback only, the `Host` and `Origin` headers, bounded bodies, headers, times and
//! connections, and failed authentications.

mod body;
mod caller;
mod config;
mod envelope;
mod events;
mod headers;
mod listen;
mod openapi;
mod query;
mod refusal;
mod rest;
mod seat;
mod state;
mod throttle;

pub use config::{Limits, ServeError, ServerConfig, StreamLimits};
pub use listen::{Running, serve};
pub use openapi::openapi_json;

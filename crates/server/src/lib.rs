//! The REST face and the MCP face. They read requests into domain types, call the [`engine::Desk`], and write answers: codecs, which
//! decide nothing about an order. They authenticate nobody by themselves either: keys are judged by the desk.
//!
//! What they do guard is their own door: TLS beyond loopback, the `Host` and `Origin` headers, bounded bodies, headers, times,
//! connections and rates, and failed authentications.

mod body;
mod caller;
mod config;
mod cookie;
mod dashboard;
mod docs;
mod doing;
mod envelope;
mod events;
mod headers;
mod held;
mod listen;
mod mcp;
mod names;
mod openapi;
mod pace;
mod page;
mod peer;
mod places;
mod query;
mod refusal;
mod rest;
mod seat;
mod stall;
mod state;
mod throttle;
mod tls;

pub use config::{Limits, McpLimits, ServeError, ServerConfig, SpanCounts, StreamLimits, TlsFiles, Watching};
pub use envelope::REQUEST;
pub use listen::{Running, check, serve};
pub use openapi::openapi_json;
pub use tls::{TlsError, host_of};

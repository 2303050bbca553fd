//! The REST face. It reads requests into domain types, calls the [`engine::Desk`], and writes answers: a codec, which
//! decides nothing about an order. It authenticates nobody by itself either: keys are judged by the desk.
//!
//! What it does guard is its own door: TLS beyond loopback, the `Host` and `Origin` headers, bounded bodies, headers, times,
//! connections and rates, and failed authentications.

mod body;
mod caller;
mod config;
mod cookie;
mod docs;
mod doing;
mod envelope;
mod events;
mod headers;
mod listen;
mod names;
mod openapi;
mod pace;
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

pub use config::{Limits, ServeError, ServerConfig, SpanCounts, StreamLimits, TlsFiles};
pub use envelope::REQUEST;
pub use listen::{Running, check, serve};
pub use openapi::openapi_json;
pub use tls::{TlsError, host_of};

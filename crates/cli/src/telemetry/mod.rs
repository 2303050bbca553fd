//! Export of spans by OTLP over HTTP, when an endpoint is configured: one of each request, and of each order's way from its receipt to
//! the broker's word.
//!
//! Nothing of the gateway waits for it. What is told goes into a bounded channel or, when that is full, is counted and gone; a
//! thread of its own makes spans of it and sends them. The messages are written here, since the few that are needed are stable and
//! three crates with their own processors, queues and runtimes would say no more.

mod export;
mod listener;
mod otlp;
mod way;

pub(crate) use export::begin;
pub(crate) use listener::Listener;

//! The server side of the TWS wire protocol: framing, handshake, messages.
//!
//! Clients of Interactive Brokers' Trader Workstation and IB Gateway speak this protocol. The crate
//! holds one message model ([`model`]) and one codec per encoding; the version negotiated with each
//! client decides which codec serves it. It does no input or output of its own: bytes go in, messages
//! come out, and the other way round.
//!
//! It shares no code with the adapter that connects to a real broker, so that a mistake in one cannot
//! hide in the other.

pub mod model;

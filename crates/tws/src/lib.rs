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

mod codec;
mod error;
mod frame;
mod hello;
mod msg_id;
mod number;
mod protobuf;
mod text;
pub mod time;
mod version;

pub use codec::{decode, encode, encode_into};
pub use error::DecodeError;
pub use frame::{FRAME_LEN_MAX, FrameReader};
pub use hello::{HELLO_LEN_MAX, Hello, HelloReader, encode_hello_ack};
pub use version::{Encoding, ServerVersion};

//! The TWS adapter: the only code that talks to a real broker.
//!
//! [`start`] spawns it. [`BrokerCommand`](domain::broker::BrokerCommand)s go in, and
//! [`BrokerEvent`](domain::broker::BrokerEvent)s come out; nothing else passes. It sits on the crate `ibapi` and keeps
//! these rules:
//!
//! - **One client library object per connection.** The library's own reconnects are off. Any loss, decode error or lag
//!   notice on the order stream is a gap: `LinkDown`, a new generation, and the engine reconciles.
//! - **Only `submit_order` with our ids writes orders.** `NotSent` means that the library was not called; every error of
//!   the library is `Unknown`, and drops the connection so that the order is looked up.
//! - **Orders, cancels and questions travel in lanes of their own**, so that a stuck write of one does not stop the
//!   others from being accepted. They share one socket: a write that takes longer than its deadline ends the connection.
//! - **What the broker did not say is `None`**, never zero: unset doubles, zero prices, unknown time zones.
//! - **Every queue is bounded.** When the event channel is full the adapter waits; only quotes are coalesced. The engine
//!   must therefore keep taking events while it sends commands.
//!
//! What a snapshot lists may arrive on the order stream as well: trades and orders of this client come as `Executed`,
//! `OpenOrder` and `Status` too, in any order, and repeated. Orders of other clients and manual ones are seen in
//! snapshots only, unless the client id is 0.
//!
//! Quote subscriptions end with their connection. The engine sends `Subscribe` again after each `LinkUp` and after a
//! notice 1101; a repeated `Subscribe` renews the request.

mod account;
mod adapter;
mod ask;
mod bars;
mod config;
mod contract;
mod decimal;
mod door;
mod fault;
mod greeting;
mod lanes;
mod order;
mod pacing;
mod pump;
mod quote_book;
mod quotes;
mod report;
mod seat;
mod session;
mod zone;

pub use adapter::start;
pub use config::{TimeSource, TwsConfig};
pub use greeting::{SERVER_VERSION_MIN, greet};
pub use report::UNREADABLE;
pub use seat::Adapter;
pub use zone::iana as iana_zone;

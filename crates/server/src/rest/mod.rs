//! The routes, one file per noun.

pub(crate) mod account;
mod alert;
pub(crate) mod approval;
pub(crate) mod audit;
mod configuration;
pub(crate) mod contract;
mod events;
mod flatten;
pub(crate) mod gates;
mod guard;
mod key;
mod kill;
pub(crate) mod limits;
mod live;
pub(crate) mod looping;
mod mandate;
pub(crate) mod market;
mod market_stream;
mod metrics;
pub(crate) mod order;
mod order_change;
mod session;
pub(crate) mod status;
mod stream;
mod table;
mod venue;

pub(crate) use table::{router, routes};

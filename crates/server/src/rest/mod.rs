//! The routes, one file per noun.

mod account;
mod approval;
mod audit;
mod contract;
mod events;
mod flatten;
mod gates;
mod key;
mod kill;
mod limits;
mod live;
mod mandate;
mod market;
mod market_stream;
mod metrics;
mod order;
mod order_change;
mod session;
mod status;
mod table;

pub(crate) use table::{router, routes};

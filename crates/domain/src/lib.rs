//! The pure heart of Tollgate: what an order is, which gates it must pass, how its life goes on, and what the journal
//! says about it. Nothing here reads a clock, a file, the network or randomness: time and ids come in as arguments.

pub mod account;
pub mod approval;
pub mod approved;
pub mod book;
pub mod bracket;
pub mod broker;
pub mod broker_calendar;
pub mod change_fate;
mod cl_ord_id;
pub mod contract;
pub mod echo;
pub mod event;
pub mod execution;
pub mod exposure;
pub mod farms;
pub mod fault;
pub mod gates;
pub mod group;
pub mod holding;
pub mod id;
pub mod journal;
mod key_use;
pub mod lifecycle;
pub mod market;
pub mod mode;
pub mod money;
pub mod mutation;
pub mod order;
pub mod order_record;
pub mod order_ref;
pub mod orphan;
pub mod policy;
pub mod principal;
pub mod proof;
pub mod reading;
pub mod reason;
pub mod rebalance;
pub mod reconcile;
pub mod restoration;
pub mod self_match;
pub mod trading_state;
pub mod twin;
pub mod verification;

pub use approved::Approved;

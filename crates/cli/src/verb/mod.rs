//! The commands. Each asks the gateway, or a file, and says what it learned; none holds a rule.

pub(crate) mod account;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod backup;
mod bundle;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod export;
pub(crate) mod flatten;
pub(crate) mod incident;
pub(crate) mod key;
pub(crate) mod kill;
pub(crate) mod limits;
pub(crate) mod market;
pub(crate) mod order;
pub(crate) mod paper;
pub(crate) mod permit;
pub(crate) mod protect;
mod redaction;
pub(crate) mod restore;
pub(crate) mod sse;
pub(crate) mod status;
mod stream;
pub(crate) mod tail;
pub(crate) mod ticket;
pub(crate) mod venue;
pub(crate) mod watch;

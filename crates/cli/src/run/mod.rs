//! The composition root: puts journal, adapter, engine, server and venue together and takes them apart in order.

mod driller;
pub(crate) mod gateway;
mod key_files;
mod open_files;
mod others;
pub(crate) mod place;
pub(crate) mod private;
pub(crate) mod reporting;
pub(crate) mod rest;
pub(crate) mod serve;
mod standby;
pub(crate) mod venue;
pub(crate) mod witness;
mod writing;

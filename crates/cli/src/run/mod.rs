//! The composition root: puts journal, adapter, engine, server and venue together and takes them apart in order.

pub(crate) mod alerts;
mod aside;
mod driller;
pub(crate) mod gateway;
mod guarding;
mod key_files;
mod open_files;
mod others;
mod piloting;
pub(crate) mod place;
pub(crate) mod private;
pub(crate) mod reporting;
pub(crate) mod rest;
mod runs;
pub(crate) mod serve;
mod session_file;
mod standby;
mod streaming;
pub(crate) mod venue;
mod venue_controls;
mod watch;
mod watching;
pub(crate) mod witness;
mod writing;

pub(crate) use writing::new_york;

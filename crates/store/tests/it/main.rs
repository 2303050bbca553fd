//! The journal on real files, and its twin in memory.

mod append;
mod crash;
mod event;
mod lease;
mod memory;
mod opening;
mod projection;
mod reading;
mod tamper;

//! Scenarios through the core's own interface.

mod account;
mod bench;
mod bracket;
mod cancel;
mod data;
mod fill;
mod modify;
mod refuse;
mod restore;
mod rig;

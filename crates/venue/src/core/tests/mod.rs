//! Scenarios through the core's own interface.

mod account;
mod bracket;
mod cancel;
mod data;
mod fill;
mod load;
mod modify;
mod refuse;
mod restore;
mod rig;

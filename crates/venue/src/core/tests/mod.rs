//! Scenarios through the core's own interface.

mod account;
mod auction;
mod bracket;
mod cancel;
mod conditions;
mod cross;
mod data;
mod fill;
mod load;
mod locate;
mod manual;
mod modify;
mod refuse;
mod restore;
mod rig;
mod ties;
mod trail;
mod trigger;

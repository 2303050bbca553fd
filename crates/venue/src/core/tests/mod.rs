//! Scenarios through the core's own interface.

mod account;
mod auction;
mod book;
mod bracket;
mod cancel;
mod conditions;
mod cross;
mod data;
mod data_type;
mod fill;
mod generic;
mod histories;
mod kinds;
mod load;
mod locate;
mod manual;
mod modify;
mod refuse;
mod restore;
mod rig;
mod scan;
mod tape;
mod ties;
mod trail;
mod trigger;

//! A simulated stretch of trading, at high speed, with books that must balance to the last digit.
//!
//! Five clients of different protocol versions trade at random, over real sockets, against a venue in
//! a process of its own whose clock is moved by hand. After each simulated day the books are worked
//! out twice, from the venue's ledger and from what the clients themselves were told, and both must
//! agree with what the venue says its accounts hold. The venue's memory is read at the same time.
//!
//! The same seed gives the same orders. `make soak` runs a month; one day runs with the tests.

mod ask;
mod books;
mod client;
mod control;
mod deeds;
mod failure;
mod memory;
mod process;
mod protobuf;
mod run;
mod text;
mod trader;

pub(crate) use failure::Failure;
pub(crate) use process::{VenueProcess, be_the_venue};
pub(crate) use run::{Plan, run};

#[cfg(test)]
#[path = "one_day.rs"]
mod one_day;

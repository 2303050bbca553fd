//! `tollgate replay`: the loop over the days of the past, through everything that an order goes through: scheduler, signal, plan,
//! gates, journal, adapter, a socket, and the simulated broker, whose clock and the gateway's are moved from day to day.
//!
//! The gateway is the one that `serve` runs ([`crate::run::gateway`]); only its clock and its directory are its own. Nobody waits
//! for real time: a day ends when nothing of it is left to be done.

mod clock;
mod drive;
mod findings;
mod home;
mod market;
mod meeting;
mod mishap;
mod record;
mod sight;
mod told;

pub(crate) use drive::run;

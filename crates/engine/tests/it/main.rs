//! Scenarios over the real engine: a journal that can fail, a broker that does what the test says, a clock that stands
//! still. Every order that the broker receives is checked against a fresh replay of what is durable at that moment.

#![expect(clippy::unwrap_used, reason = "in a test a failure is a panic")]

extern crate tollgate_engine as engine;

mod support;

mod aggregates;
mod answers;
mod approval;
mod bracket;
mod breakers;
mod changing;
mod committing;
mod crash;
mod estimates;
mod evidence;
mod fault;
mod flatten;
mod following;
mod foreign;
mod keys;
mod kill;
mod lease;
mod life;
mod limits;
mod link;
mod lists;
mod looking;
mod on_disk;
mod peers;
mod permits;
mod plans;
mod previews;
mod readers;
mod refusal;
mod renumbered;
mod resolving;
mod session;
mod standby;
mod standing;
mod verifying;
mod walk;
mod witness;

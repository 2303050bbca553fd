//! `tollgate doctor`: what usually goes wrong between IB Gateway and this one, each with its remedy. Works without a running
//! gateway.
//!
//! [`seen`] looks once at this machine, the gateway and the broker's wire. The checks of [`table`] judge what was seen, and
//! do nothing else.

mod broker;
mod finding;
mod gateway;
mod machine;
mod manual;
mod report;
mod seen;
mod session;
mod table;
mod visit;
mod wire;

pub(crate) use report::doctor;

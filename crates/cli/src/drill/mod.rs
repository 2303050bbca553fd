//! `tollgate limits drill`: every control is fired in a scratch gateway with the simulated broker, through REST as a
//! client would, and what came back is reported. Nothing of a running gateway is touched.

mod after;
mod alone;
mod gates;
mod orders;
mod report;
mod rooms;
mod scratch;
mod stopping;

pub(crate) use scratch::run;

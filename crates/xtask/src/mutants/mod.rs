//! The mutation run over the code that decides about orders: every mutant is compiled once, behind a switch of its own,
//! and the domain's tests run against each. What survives changes a decision that no test looks at.

mod accepted;
mod build;
mod render;
mod run;
mod sites;
mod trial;

pub(crate) use run::run;

//! The tools. None approves, arms, grants, loosens or lifts a kill.

mod account;
mod all;
mod guard;
mod looping;
mod market;
mod order;
mod record;

pub(super) use all::{all, told};

//! What every scenario stands on.

mod broker;
pub(crate) mod clock;
mod log;
mod rig;
mod world;

pub(crate) use broker::{Broker, OnSubmit, Placed};
pub(crate) use log::Call;
pub(crate) use rig::{Disk, Rig, code_of, of_order, reason_codes, told_of, work_off};
pub(crate) use world::*;

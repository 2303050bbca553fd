//! Decisions, runs and the schedule.
//!
//! `service` turns: it accounts for slots (`scheduling`), and takes the run whose turn it is a step further (`running`), by
//! what the signal says (`signalling`, `command`) and what the account and its market are (`gathering`). `answering` is what
//! faces ask.

mod answering;
mod command;
mod gathering;
mod living;
mod running;
mod scheduling;
mod service;
mod settings;
mod signalling;

pub use command::{CommandFault, SignalCommand};
pub use service::{Pilot, PilotParts};
pub use settings::{PilotSettings, Signal};

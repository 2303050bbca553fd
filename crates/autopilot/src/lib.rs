//! The closed loop: it asks a signal what to hold, plans what that takes, and has it ordered, slot by slot. A client of the
//! desk with no privilege of its own; what it knows across a crash stands in the journal.

pub mod alert;
pub mod guard;
pub mod pilot;
mod secret;
pub mod stream;
mod watching;

pub use secret::Secret;
pub use watching::Watcher;

//! The stream runner: prices of what is decided, held and watched, out of the engine's market-data desk into files that any program
//! can read. It has no prices of its own, and says where each comes from.

mod asking;
mod files;
mod lock;
mod runner;
mod session;

pub use runner::{StreamParts, StreamRules, StreamTask, Streams, begin};

//! `tidy`, the structural test: what the compiler and clippy cannot say about this repository.
//!
//! Each rule is a pure function from text to findings and lives in a file of its own; only
//! [`run`] and [`tree`] touch the file system.

mod arrows;
mod dead_files;
mod finding;
mod hygiene;
mod members;
mod roots;
mod run;
mod scrub;
mod sizes;
mod source;
mod tree;
mod words;

pub(crate) use run::run;
pub(crate) use tree::root;

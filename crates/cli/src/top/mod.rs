//! `tollgate top`: the gateway on a terminal, live by its events.
//!
//! What is told and what is chosen make a [`state`]; a [`view`] of it is a buffer of cells, [`keys`] turn into deeds. All
//! of that is pure. [`live`] is the edge: terminal, signals, requests and streams.

mod ask;
mod feed;
mod grid;
mod header;
mod keys;
mod known;
mod live;
mod look;
mod panes;
mod screen;
mod sheets;
mod state;
mod told;
mod troubles;
mod ui;
mod view;
mod words;

pub(crate) use live::{need_a_terminal, run};

#[cfg(test)]
#[path = "keys_tests.rs"]
mod keys_tests;
#[cfg(test)]
mod scenes;
#[cfg(test)]
#[path = "screen_tests.rs"]
mod screen_tests;
#[cfg(test)]
#[path = "state_tests.rs"]
mod state_tests;
#[cfg(test)]
#[path = "view_tests.rs"]
mod view_tests;

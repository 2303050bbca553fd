//! The text encoding at every version it is served at.

mod data;
mod place;
mod replies;
mod requests;
mod wire;

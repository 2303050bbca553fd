//! Server-sent events out of the journal. The newest records are read once, written once, and shared by all readers; a reader
//! is a place in the journal and nothing more.

mod frame;
mod holder;
mod hub;
mod market;
mod reader;
mod ring;

pub(crate) use frame::{Frame, accepts, answer};
pub(crate) use holder::Holder;
pub(crate) use hub::{Hub, Kind, Place};
pub(crate) use market::{Watch, shape, watch};
pub(crate) use reader::{Opening, stream};

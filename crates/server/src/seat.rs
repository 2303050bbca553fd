//! The place of a connection, which a stream leaves to others: streams are counted for themselves.

use crate::doing::Doing;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedSemaphorePermit;

/// One connection's place, put into every request by the listener.
#[derive(Clone)]
pub(crate) struct Seat {
    place: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
    doing: Arc<Doing>,
}

impl Seat {
    pub(crate) fn new(place: OwnedSemaphorePermit, doing: Arc<Doing>) -> Self {
        Self { place: Arc::new(Mutex::new(Some(place))), doing }
    }

    /// Gives the place back before the connection ends.
    pub(crate) fn leave(&self) {
        self.doing.streams();
        drop(self.place.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

//! A place that is empty until this process writes: whoever works only for the one that writes is found there.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Empty, or whoever was seated first. Clones are the same place.
pub struct SeatOf<T: ?Sized>(Arc<OnceLock<Arc<T>>>);

impl<T: ?Sized> SeatOf<T> {
    /// From now on somebody is there. A second word changes nothing: there is one writer in a process.
    pub fn seat(&self, who: Arc<T>) {
        self.0.get_or_init(|| who);
    }

    /// Whoever is there.
    pub fn seated(&self) -> Option<Arc<T>> {
        self.0.get().cloned()
    }
}

impl<T: ?Sized> Clone for SeatOf<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Default for SeatOf<T> {
    fn default() -> Self {
        Self(Arc::new(OnceLock::new()))
    }
}

impl<T: ?Sized> fmt::Debug for SeatOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SeatOf").field(&self.0.get().is_some()).finish()
    }
}

impl<T: ?Sized> PartialEq for SeatOf<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Eq for SeatOf<T> {}

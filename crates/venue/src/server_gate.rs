//! What sessions know of the faults before they have reached the core.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// How the venue meets a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// It is served.
    Open,
    /// It is accepted and read, and never answered.
    Silent,
    /// It is closed at once.
    Shut,
}

/// Shared by the core, which sets it, and the sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    door: Arc<AtomicU8>,
    windows_zones: Arc<AtomicBool>,
}

impl Gate {
    /// How a connection is met now.
    pub(crate) fn door(&self) -> Door {
        match self.door.load(Ordering::Acquire) {
            0 => Door::Open,
            1 => Door::Silent,
            _ => Door::Shut,
        }
    }

    /// From now on connections are met so.
    pub(crate) fn set_door(&self, door: Door) {
        let number = match door {
            Door::Open => 0,
            Door::Silent => 1,
            Door::Shut => 2,
        };
        self.door.store(number, Ordering::Release);
    }

    /// Whether the greeting names its time zone as Windows does.
    pub(crate) fn has_windows_zones(&self) -> bool {
        self.windows_zones.load(Ordering::Acquire)
    }

    /// Whether it does from now on.
    pub(crate) fn set_windows_zones(&self, on: bool) {
        self.windows_zones.store(on, Ordering::Release);
    }
}

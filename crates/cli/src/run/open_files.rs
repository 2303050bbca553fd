//! How many files and sockets the process may have open. Every stream of events is one, and the usual bound is 1,024.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Every connection and stream that the server takes, and room for the rest.
const WANTED: u64 = 4_096;

/// Asks the system for as many as are wanted, as far as it allows them.
pub(crate) fn allow_many() {
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.map_or(WANTED, |most| most.min(WANTED));
    if now.current.is_none_or(|current| current >= wanted) {
        return;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum }) {
        Ok(()) if wanted >= WANTED => {}
        Ok(()) => tracing::warn!(wanted, "few files may be open at a time: many streams will not fit"),
        Err(error) => tracing::warn!(%error, "the system does not allow more open files: many streams will not fit"),
    }
}

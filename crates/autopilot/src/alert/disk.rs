//! Room on a disk.

use std::path::Path;

/// Bytes that may still be written by whoever is not root.
pub(super) fn free_bytes(dir: &Path) -> Result<u64, String> {
    let found = rustix::fs::statvfs(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

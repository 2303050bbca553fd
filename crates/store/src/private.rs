//! Directories and files that only their owner may look into.

use crate::error::StorageFault;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

const DIR_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const OTHERS: u32 = 0o077;

/// Makes the directory with its parents, or takes it away from group and others when it is there already.
pub(crate) fn own_dir(path: &Path) -> Result<(), StorageFault> {
    let fault = |error: io::Error| StorageFault::from_io(&error, &format!("data directory {}", path.display()));
    DirBuilder::new().recursive(true).mode(DIR_MODE).create(path).map_err(fault)?;
    let metadata = path.metadata().map_err(fault)?;
    if metadata.permissions().mode() & OTHERS != 0 {
        std::fs::set_permissions(path, Permissions::from_mode(DIR_MODE)).map_err(fault)?;
        tracing::warn!(path = %path.display(), "the data directory was open to others; it is 0700 now");
    }
    Ok(())
}

/// Makes a directory, parents included; what exists stays as it is.
pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(DIR_MODE).create(path)
}

/// Opens for reading and writing, creating it for its owner only.
pub(crate) fn open_or_create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

/// Writes a file that must not exist yet; durable, with its name, when it returns.
pub(crate) fn create_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    sync_parent(path)
}

/// Makes the names in the file's directory durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

/// Whether group or others may read or write it.
pub(crate) fn is_exposed(path: &Path) -> io::Result<bool> {
    Ok(path.metadata()?.permissions().mode() & OTHERS != 0)
}

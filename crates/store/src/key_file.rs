//! The secret of the hash chain: 64 hexadecimal digits in a file of its own, outside the data directory.

use crate::chain::ChainKey;
use crate::error::{OpenError, StorageFault};
use crate::private;
use std::io;
use std::path::Path;

/// Reads the key; `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<ChainKey>, OpenError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(unusable(path, format!("cannot be read ({error}): check its owner and mode")));
        }
    };
    if private::is_exposed(path).map_err(|error| fault(path, &error))? {
        return Err(unusable(path, format!("may be read by others: run `chmod 600 {}`", path.display())));
    }
    let mut secret = [0; 32];
    match hex::decode_to_slice(text.trim_end(), &mut secret) {
        Ok(()) => Ok(Some(ChainKey::new(&secret))),
        Err(error) => Err(unusable(path, format!("is not 64 hexadecimal digits ({error}): put the right file back"))),
    }
}

/// Makes a new key out of the system's randomness.
pub(crate) fn create(path: &Path) -> Result<ChainKey, OpenError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| StorageFault::other(format!("no randomness: {error}")))?;
    if let Some(parent) = path.parent() {
        private::make_dir(parent).map_err(|error| fault(path, &error))?;
    }
    let text = format!("{}\n", hex::encode(secret));
    private::create_new(path, text.as_bytes()).map_err(|error| fault(path, &error))?;
    Ok(ChainKey::new(&secret))
}

fn unusable(path: &Path, detail: String) -> OpenError {
    OpenError::KeyUnusable { path: path.to_owned(), detail }
}

fn fault(path: &Path, error: &io::Error) -> StorageFault {
    StorageFault::from_io(error, &format!("journal key {}", path.display()))
}

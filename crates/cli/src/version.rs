//! Which program this is: the version's number and a hash of the program itself. A number alone does not tell two builds
//! apart, and one machine of eight with another build under the same number cost Knight Capital 460 million dollars.

use crate::failure::Failure;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

/// Hex digits of the hash that are told.
const HASH_LEN: usize = 12;
/// What runs, even after another file took its name.
const RUNNING: &str = "/proc/self/exe";

/// Number and hash, as in `0.1.0+3f2a9c01b7de`. Read once: what lies on disk may change, what runs does not.
///
/// # Errors
/// The program cannot read itself.
pub(crate) fn own() -> Result<&'static str, Failure> {
    static OWN: OnceLock<Result<String, String>> = OnceLock::new();
    let told = OWN.get_or_init(|| {
        let hash = hash().map_err(|error| error.to_string())?;
        Ok(format!("{}+{}", env!("CARGO_PKG_VERSION"), hash.get(..HASH_LEN).unwrap_or(&hash)))
    });
    told.as_deref().map_err(|why| {
        let text = format!("this program cannot read itself, so nobody can tell which build it is: {why}");
        Failure::unavailable(text, "let whoever runs it read it (chmod u+r)")
    })
}

fn hash() -> io::Result<String> {
    let running = Path::new(RUNNING);
    let file = if running.exists() { File::open(running)? } else { File::open(std::env::current_exe()?)? };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;

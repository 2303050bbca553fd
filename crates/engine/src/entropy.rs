//! Where new ids and secrets come from.

use domain::fault::Fault;
use std::fmt;

/// A source of bytes that nobody can guess.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills the bytes.
    ///
    /// # Errors
    /// [`Fault::Internal`] when the source has none.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault>;
}

/// The operating system's.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        getrandom::fill(bytes).map_err(|error| Fault::Internal(error.to_string()))
    }
}

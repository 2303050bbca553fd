//! Reading the journal's past: pages of it, and its seal.

use crate::desk::{AuditFilter, AuditRecord, AuditVerification};
use domain::fault::Fault;
use std::fmt;

/// The journal for readers. Calls may take long and run outside the async threads.
pub trait Archive: Send + Sync + fmt::Debug {
    /// One page of records.
    ///
    /// # Errors
    /// [`Fault::Storage`] when it cannot be read.
    fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, Fault>;

    /// Walks the whole chain.
    ///
    /// # Errors
    /// [`Fault::Storage`] when it cannot be read at all; what is wrong with it is a finding, not an error.
    fn verify(&self) -> Result<AuditVerification, Fault>;

    /// Place and hash of the last record.
    ///
    /// # Errors
    /// [`Fault::Storage`] when it cannot be read.
    fn head(&self) -> Result<(u64, String), Fault>;
}

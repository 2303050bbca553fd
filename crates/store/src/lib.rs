//! The durable journal of Tollgate and what is derived from it. The only crate that knows SQL.
//!
//! * [`Journal`] is what the engine writes to: all events of a batch in one transaction, durable when it returns.
//! * [`SqliteJournal`] keeps it in SQLite, chained by keyed hashes and fenced by a lease; [`MemoryDisk`] is its twin
//!   for tests, with faults on demand.
//! * [`JournalReader`] reads beside a running writer; [`verify`](crate::verify::verify) walks the chain and names
//!   what was changed, inserted, removed, moved or cut off.

pub mod backup;
mod chain;
mod checkpoint;
mod claims;
mod error;
mod journal;
mod key_file;
mod lease;
mod memory;
mod open;
mod private;
mod projection;
mod reader;
pub mod restore;
mod row;
mod schema;
mod snapshot;
mod sqlite;
pub mod verify;
mod writer;

pub use chain::RecordHash;
pub use error::{Claim, FaultKind, JournalError, OpenError, StorageFault};
pub use journal::{Head, Journal, JournalView, Lease, Pulse};
pub use memory::{Fault, FaultPlan, MemoryDisk, MemoryJournal, MemoryView};
pub use open::OpenOptions;
pub use reader::{Direction, JournalReader, KeyClaim, Page, RecordFilter, SealedRecord, StoredRecord};
pub use sqlite::SqliteJournal;

//! What can go wrong with a journal, and what to do about it.

use domain::book::ReplayError;
use std::io;
use std::path::PathBuf;

/// Something that may be spent only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A caller's key.
    IdempotencyKey,
    /// A human's yes.
    Approval,
    /// The broker id of an attempt.
    BrokerOrderId,
    /// The one attempt of an order.
    Submission,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::IdempotencyKey => "idempotency key",
            Self::Approval => "approval",
            Self::BrokerOrderId => "broker order id",
            Self::Submission => "submission of order",
        })
    }
}

/// What kind of trouble the storage has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No space left.
    DiskFull,
    /// The file or its directory may not be written.
    ReadOnly,
    /// Somebody else holds the database.
    Busy,
    /// The database file is damaged.
    Corrupt,
    /// Reading or writing failed.
    Io,
    /// Anything else.
    Other,
}

impl FaultKind {
    fn remedy(self) -> &'static str {
        match self {
            Self::DiskFull => "free some space, then start again",
            Self::ReadOnly => "make the data directory writable for this user, then start again",
            Self::Busy => "another program holds the database: end it, then start again",
            Self::Corrupt => "the database is damaged: keep a copy, check the disk, `tollgate restore` a backup",
            Self::Io => "check the disk and the system log, then start again",
            Self::Other => "start again; if it stays, report it with this text",
        }
    }
}

/// Trouble of the storage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}; {}", .kind.remedy())]
pub struct StorageFault {
    /// What kind.
    pub kind: FaultKind,
    /// In the storage's words.
    pub detail: String,
}

impl StorageFault {
    pub(crate) fn from_io(error: &io::Error, what: &str) -> Self {
        use io::ErrorKind as Kind;
        let kind = if matches!(error.kind(), Kind::StorageFull | Kind::QuotaExceeded) {
            FaultKind::DiskFull
        } else if matches!(error.kind(), Kind::PermissionDenied | Kind::ReadOnlyFilesystem) {
            FaultKind::ReadOnly
        } else {
            FaultKind::Io
        };
        Self { kind, detail: format!("{what}: {error}") }
    }

    pub(crate) fn other(detail: impl Into<String>) -> Self {
        Self { kind: FaultKind::Other, detail: detail.into() }
    }
}

impl From<rusqlite::Error> for StorageFault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let kind = match error.sqlite_error_code() {
            Some(Code::DiskFull) => FaultKind::DiskFull,
            Some(Code::ReadOnly | Code::PermissionDenied | Code::CannotOpen) => FaultKind::ReadOnly,
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => FaultKind::Busy,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => FaultKind::Corrupt,
            Some(Code::SystemIoFailure) => FaultKind::Io,
            Some(_) | None => FaultKind::Other,
        };
        Self { kind, detail: error.to_string() }
    }
}

/// Why the journal did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Something would be spent twice. Nothing was written; the journal goes on.
    #[error("{claim} {key}: {why}; nothing was written")]
    Conflict {
        /// What kind of thing.
        claim: Claim,
        /// Which.
        key: String,
        /// What stands in the way.
        why: String,
    },
    /// The events do not follow from the journal, so that it could not be replayed. Nothing was written; it goes on.
    #[error("{0}; nothing was written")]
    Refused(ReplayError),
    /// Another writer took over. Nothing was written and nothing ever will be from here: stop and close the socket.
    #[error("another writer took the lease: epoch {current} is in force, ours is {ours}; nothing was written")]
    LeaseLost {
        /// Our epoch.
        ours: u64,
        /// The epoch in force.
        current: u64,
    },
    /// Writing failed; the events may or may not be durable. Send nothing, end, replay.
    #[error("the journal could not be written: {0}")]
    Failed(StorageFault),
    /// An earlier write failed.
    #[error("an earlier write of the journal failed: nothing more is written until a restart has replayed it")]
    Poisoned,
    /// Reading failed.
    #[error("the journal could not be read: {0}")]
    Unread(StorageFault),
    /// A record is not in a form that this binary knows.
    #[error("record {seq} cannot be read: {detail}")]
    Unreadable {
        /// Its place.
        seq: u64,
        /// Why.
        detail: String,
    },
    /// The visitor of a replay wants no more.
    #[error("{0}")]
    Stopped(String),
}

impl JournalError {
    /// Whether nothing was written and the writer may go on.
    pub fn is_harmless(&self) -> bool {
        match self {
            Self::Conflict { .. } | Self::Refused(_) => true,
            Self::LeaseLost { .. }
            | Self::Failed(_)
            | Self::Poisoned
            | Self::Unread(_)
            | Self::Unreadable { .. }
            | Self::Stopped(_) => false,
        }
    }
}

/// Why a journal could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another process writes.
    #[error("process {} writes to this data directory: end it first", .pid.map_or_else(|| "(unknown)".to_owned(), |pid| pid.to_string()))]
    LeaseHeld {
        /// Which, as its lock file says.
        pid: Option<u32>,
    },
    /// There is no journal yet.
    #[error("there is no journal at {path}: start the gateway once, or name another data directory")]
    NoJournal {
        /// Where one was looked for.
        path: PathBuf,
    },
    /// A file of another program.
    #[error("{path} is not a Tollgate journal ({detail}): name another data directory or move the file away")]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What it looks like.
        detail: String,
    },
    /// Written by a newer version.
    #[error("the journal has schema {found}, this version knows up to {known}: use the newer Tollgate again")]
    Newer {
        /// Its schema.
        found: i64,
        /// Our newest.
        known: i64,
    },
    /// Not yet brought to the schema of this version.
    #[error("the journal has schema {found}, this version reads {known}: start the gateway once to bring it up")]
    Older {
        /// Its schema.
        found: i64,
        /// What we read.
        known: i64,
    },
    /// The key file is gone.
    #[error("the journal has records but its key {path} is missing: put the file back where it was")]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key file cannot be used.
    #[error("the journal key {path} {detail}")]
    KeyUnusable {
        /// Which file.
        path: PathBuf,
        /// Why and what to do.
        detail: String,
    },
    /// The checkpoint file is gone.
    #[error(
        "the journal has records but its checkpoint file {path} is missing: put it back; if it is lost for good, \
         `tollgate restore --in-place` goes on without it, halted"
    )]
    CheckpointMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The database is gone though the checkpoint file knows records of it.
    #[error(
        "the journal {path} is missing or empty, but its checkpoint file knows {checkpoint_seq} records of it: put the \
         database back where it was, or `tollgate restore` a backup"
    )]
    DatabaseMissing {
        /// Where it should be.
        path: PathBuf,
        /// The last record that was noted.
        checkpoint_seq: u64,
    },
    /// The newest records are gone.
    #[error(
        "the journal ends at record {end}, its checkpoint file knows record {checkpoint_seq}: the newest records are \
         lost, and `tollgate audit verify` names them. Put the database back with all its files (journal.sqlite, \
         journal.sqlite-wal), or `tollgate restore` a backup; without one `tollgate restore --in-place`"
    )]
    Behind {
        /// The last record that is there.
        end: u64,
        /// The last record that was noted.
        checkpoint_seq: u64,
    },
    /// Journal and checkpoint file contradict each other, or the newest records do not verify.
    #[error(
        "the journal fails its check since the last checkpoint: {0}; run `tollgate audit verify` for the whole walk"
    )]
    Tampered(String),
    /// A record cannot be replayed.
    #[error(transparent)]
    Unreplayable(JournalError),
    /// Trouble of the storage.
    #[error(transparent)]
    Storage(StorageFault),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<StorageFault> for OpenError {
    fn from(fault: StorageFault) -> Self {
        Self::Storage(fault)
    }
}

//! A backup: one file, a tar archive. Its first member is a manifest that names every other member with length and hash,
//! sealed with the journal's key. The journal is taken as one consistent image, beside a running writer or without one.

use crate::chain::ChainKey;
use crate::checkpoint;
use crate::error::{JournalError, OpenError, StorageFault};
use crate::journal::Head;
use crate::row::{self, RecordRow};
use crate::verify::{self, Fault};
use crate::{key_file, open, private, reader, schema};
use domain::id::InstallationId;
use domain::journal::JournalEvent;
use jiff::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The format of this version.
pub(crate) const FORMAT: u32 = 1;
pub(crate) const MANIFEST: &str = "manifest.json";
/// The member that holds the journal's key, if somebody asked for it.
pub(crate) const KEY_MEMBER: &str = "journal.key";
const FILE_MODE: u32 = 0o600;

/// One file inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, as a path below the data directory.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
    /// BLAKE3 of its content, hex.
    pub blake3: String,
}

/// What a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the file.
    pub format: u32,
    /// Whose journal it is.
    pub installation: String,
    /// Version of the binary that took it.
    pub version: String,
    /// Schema of the database.
    pub schema: i64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Place of the last record.
    pub head_seq: u64,
    /// Its hash, hex.
    pub head_hash: String,
    /// The newest record that the checkpoint file knew; `None` where it knew none.
    pub checkpoint_seq: Option<u64>,
    /// The other members, in their order.
    pub members: Vec<Member>,
    /// Keyed hash over all of the above, hex.
    pub seal: String,
}

impl Manifest {
    pub(crate) fn sealed_by(&self, key: &ChainKey) -> Result<String, StorageFault> {
        let bare = Self { seal: String::new(), ..self.clone() };
        let text = serde_json::to_vec(&bare).map_err(|error| StorageFault::other(format!("manifest: {error}")))?;
        Ok(key.seal_backup(&text).to_string())
    }

    /// Whether the journal's key is inside.
    pub fn holds_key(&self) -> bool {
        self.members.iter().any(|member| member.name == KEY_MEMBER)
    }
}

/// Why there is no backup, or no restore.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The journal, its key or its checkpoint file cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Trouble with a file.
    #[error(transparent)]
    Storage(#[from] StorageFault),
    /// The journal does not verify.
    #[error("the journal does not verify: {0}; run `tollgate audit verify` for everything that is wrong")]
    NotClean(String),
    /// Nothing is ever overwritten.
    #[error("{path} is there already: name another file")]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("there is no backup {path}")]
    NoBackup {
        /// Which.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error(
        "the backup {path} is damaged or no backup of Tollgate: {detail}; take another copy of it, or an older one"
    )]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Written by a newer version.
    #[error("the backup has format {format}, this version knows {FORMAT}: restore it with the newer Tollgate")]
    NewerFormat {
        /// Its format.
        format: u32,
    },
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// What to put into a backup.
#[derive(Clone, Debug)]
pub struct BackupOptions {
    /// The data directory.
    pub data_dir: PathBuf,
    /// `audit_checkpoint_file`.
    pub checkpoint_file: PathBuf,
    /// The key; `None`: `journal.key` beside the checkpoint file.
    pub key_file: Option<PathBuf>,
    /// Version of the binary.
    pub version: String,
    /// Now.
    pub taken_at: Timestamp,
    /// Further files: name below the data directory, content.
    pub extras: Vec<(String, Vec<u8>)>,
    /// Put the journal's key inside. Whoever has the file can then forge a journal.
    pub with_key: bool,
    /// Take a journal whose end or whose checkpoint file is lost as it is. What is there must verify all the same.
    pub accept_loss: bool,
}

/// Takes a backup; durable when it returns, mode 0600.
///
/// # Errors
/// The journal does not verify, or a file cannot be written. Then no file is left behind.
pub fn back_up(options: &BackupOptions, to: &Path) -> Result<Manifest, BackupError> {
    if to.try_exists().map_err(|error| trouble(to, &error))? {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let key_path = open::key_path(options.key_file.as_deref(), &options.checkpoint_file);
    let key = key_file::read(&key_path)?.ok_or(OpenError::KeyMissing { path: key_path.clone() })?;
    let (part, image) = (beside(to, ".part"), beside(to, ".image"));
    let taken = take(options, &key, &key_path, &image, &part).and_then(|manifest| {
        std::fs::rename(&part, to).and_then(|()| private::sync_parent(to)).map_err(|error| trouble(to, &error))?;
        Ok(manifest)
    });
    // What is left of a failure is in nobody's way, and the failure says more.
    drop(std::fs::remove_file(&image));
    drop(std::fs::remove_file(&part));
    taken
}

fn take(
    options: &BackupOptions,
    key: &ChainKey,
    key_path: &Path,
    image: &Path,
    part: &Path,
) -> Result<Manifest, BackupError> {
    // The file first: the image is then ahead of it, never behind.
    let lines = checkpoint::read(&options.checkpoint_file, key)?;
    let conn = copy_database(&options.data_dir, image)?;
    let report = verify::walk(&conn, key, lines.as_ref(), &options.checkpoint_file, usize::MAX)?;
    if let Some(fault) = report.faults.iter().find(|fault| !(options.accept_loss && is_loss(fault))) {
        return Err(BackupError::NotClean(fault.to_string()));
    }
    let mut members = vec![(open::DATABASE_FILE.to_owned(), Content::File(image.to_owned()))];
    members.extend(options.extras.iter().map(|(name, bytes)| (name.clone(), Content::Bytes(bytes.clone()))));
    if options.with_key {
        let text = std::fs::read(key_path).map_err(|error| trouble(key_path, &error))?;
        members.push((KEY_MEMBER.to_owned(), Content::Bytes(text)));
    }
    let mut manifest = Manifest {
        format: FORMAT,
        installation: installation(&conn)?.to_string(),
        version: options.version.clone(),
        schema: schema::version(&conn)?,
        taken_at: options.taken_at,
        head_seq: u64::try_from(report.head_seq).unwrap_or(0),
        head_hash: report.head_hash,
        checkpoint_seq: report.checkpoint_seq,
        members: Vec::new(),
        seal: String::new(),
    };
    drop(conn);
    for (name, content) in &members {
        manifest.members.push(content.member(name).map_err(|error| trouble(image, &error))?);
    }
    manifest.seal = manifest.sealed_by(key)?;
    write_archive(&manifest, &members, part).map_err(|error| trouble(part, &error))?;
    Ok(manifest)
}

/// One consistent image of the journal, complete in one file.
fn copy_database(data_dir: &Path, image: &Path) -> Result<Connection, BackupError> {
    let source = reader::connect(data_dir)?;
    drop(std::fs::remove_file(image));
    private::open_or_create(image).map_err(|error| trouble(image, &error))?;
    let mut copy = Connection::open(image)?;
    let step = Backup::new(&source, &mut copy)?.step(-1)?;
    if !matches!(step, StepResult::Done) {
        return Err(StorageFault::other(format!("the image was not taken in one step: {step:?}")).into());
    }
    check_pages(&copy)?;
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))?;
    Ok(copy)
}

/// Whether the database is sound as a file, whatever its records say.
pub(crate) fn check_pages(conn: &Connection) -> Result<(), BackupError> {
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(BackupError::NotClean(said)) }
}

/// What is lost cannot be found by looking again; everything else is.
fn is_loss(fault: &Fault) -> bool {
    match fault {
        Fault::Truncated { .. }
        | Fault::CheckpointMissing { .. }
        | Fault::CheckpointChanged { .. }
        | Fault::CheckpointDiffers { .. } => true,
        Fault::Changed { .. }
        | Fault::Inserted { .. }
        | Fault::Removed { .. }
        | Fault::Moved { .. }
        | Fault::Unlinked { .. }
        | Fault::KeyDiffers => false,
    }
}

fn installation(conn: &Connection) -> Result<InstallationId, BackupError> {
    let sql = format!("SELECT {} FROM records WHERE kind = 'installed' ORDER BY seq LIMIT 1", row::COLUMNS);
    let first = conn.query_row(&sql, [], RecordRow::from_row).optional()?;
    match first.map(|row| row.decode()).transpose()?.map(|record| record.event) {
        Some(JournalEvent::Installed { installation }) => Ok(installation),
        Some(_) | None => Err(BackupError::NotClean("it does not say whose it is".to_owned())),
    }
}

/// The end of a database that nobody writes.
pub(crate) fn head(conn: &Connection) -> Result<Head, BackupError> {
    let seq = open::last_seq(conn)?;
    let hash = open::record_at(conn, seq)?.and_then(|row| row.hash());
    Ok(hash.map_or(Head::START, |hash| Head { seq, hash }))
}

enum Content {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Content {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }

    fn member(&self, name: &str) -> io::Result<Member> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(self.open()?)?;
        Ok(Member { name: name.to_owned(), len: hasher.count(), blake3: hasher.finalize().to_hex().to_string() })
    }
}

fn write_archive(manifest: &Manifest, members: &[(String, Content)], part: &Path) -> io::Result<()> {
    let file = private::open_or_create(part)?;
    file.set_len(0)?;
    let mut archive = tar::Builder::new(BufWriter::new(file));
    let text = serde_json::to_vec_pretty(manifest)?;
    let mtime = u64::try_from(manifest.taken_at.as_second()).unwrap_or(0);
    let mut put = |name: &str, len: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(len);
        header.set_mode(FILE_MODE);
        header.set_mtime(mtime);
        archive.append_data(&mut header, name, content)
    };
    put(MANIFEST, text.len() as u64, &mut text.as_slice())?;
    for ((name, content), member) in members.iter().zip(&manifest.members) {
        put(name, member.len, &mut content.open()?)?;
    }
    let mut file = archive.into_inner()?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// A path with something behind its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn trouble(path: &Path, error: &io::Error) -> BackupError {
    StorageFault::from_io(error, &path.display().to_string()).into()
}

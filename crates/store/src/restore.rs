//! A restore: everything is unpacked and verified beside the data directory, and put in its place in one step. The old
//! data and the old checkpoint file are moved aside, never overwritten: they are evidence.

use crate::backup::{BackupError, FORMAT, KEY_MEMBER, MANIFEST, Manifest, Member, beside, check_pages, head, trouble};
use crate::chain::ChainKey;
use crate::checkpoint::{self, Lines};
use crate::error::{OpenError, StorageFault};
use crate::journal::Journal;
use crate::open::{self, DATABASE_FILE, OpenOptions};
use crate::sqlite::SqliteJournal;
use crate::verify::{self, VerifyOptions};
use crate::{key_file, lease, private};
use domain::book::Book;
use domain::journal::JournalEvent;
use domain::restoration::CheckpointFound;
use jiff::Timestamp;
use rusqlite::Connection;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Longer than any manifest.
const MANIFEST_LEN_MAX: u64 = 1 << 20;

/// A backup whose manifest was read.
#[derive(Debug)]
pub struct Backup {
    path: PathBuf,
    manifest: Manifest,
}

/// Where to restore to.
#[derive(Clone, Debug)]
pub struct RestoreOptions {
    /// The data directory.
    pub data_dir: PathBuf,
    /// `audit_checkpoint_file`; the journal's key lies beside it.
    pub checkpoint_file: PathBuf,
    /// A copy of the journal's key, where it is neither in its place nor in the backup.
    pub key_copy: Option<PathBuf>,
    /// Now.
    pub now: Timestamp,
}

impl Backup {
    /// Reads the manifest.
    ///
    /// # Errors
    /// There is no such file, or it is no backup, or of a newer format.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let mut archive = archive(path)?;
        let damaged = |detail: String| BackupError::Damaged { path: path.to_owned(), detail };
        let mut entries = archive.entries().map_err(|error| damaged(error.to_string()))?;
        let first = entries.next().ok_or_else(|| damaged("it is empty".to_owned()))?;
        let first = first.map_err(|error| damaged(error.to_string()))?;
        if first.path_bytes().as_ref() != MANIFEST.as_bytes() {
            return Err(damaged("it does not begin with a manifest".to_owned()));
        }
        let mut text = Vec::new();
        first.take(MANIFEST_LEN_MAX).read_to_end(&mut text).map_err(|error| damaged(error.to_string()))?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(BackupError::NewerFormat { format: manifest.format });
        }
        Ok(Self { path: path.to_owned(), manifest })
    }

    /// What it says about itself. Proven only once it is staged.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Unpacks beside the data directory and verifies everything: members, seal, pages, the whole chain.
    ///
    /// # Errors
    /// The backup is damaged; the data directory is in use; the key is missing or another one. Nothing was changed.
    pub fn stage(&self, options: &RestoreOptions) -> Result<Staged, BackupError> {
        let lock = if options.data_dir.is_dir() { lease::lock(&options.data_dir, false)? } else { None };
        let scaffold = Scaffold::make(beside(&options.data_dir, ".restoring"))?;
        self.unpack(&scaffold.0)?;
        let (key_path, key, is_new) = self.key(options, &scaffold.0)?;
        if self.manifest.sealed_by(&key)? != self.manifest.seal {
            return Err(self.damaged("its manifest is not the one that was sealed"));
        }
        let conn = Connection::open(scaffold.0.join(DATABASE_FILE))?;
        check_pages(&conn)?;
        let walked = verify::walk(&conn, &key, Some(&Lines::default()), &options.checkpoint_file, 1)?;
        if let Some(fault) = walked.faults.first() {
            return Err(BackupError::NotClean(fault.to_string()));
        }
        let end = head(&conn)?;
        if (end.seq, end.hash.to_string()) != (self.manifest.head_seq, self.manifest.head_hash.clone()) {
            return Err(self.damaged("its journal ends elsewhere than its manifest says"));
        }
        let lines = checkpoint::read(&options.checkpoint_file, &key)?;
        let found = compare(&conn, lines.as_ref(), end.seq)?;
        drop(conn);
        let checkpoint = beside(&options.checkpoint_file, ".restoring");
        remove_if_there(&checkpoint)?;
        let journal = SqliteJournal::open(&OpenOptions {
            key_file: Some(key_path.clone()),
            accept_lost_checkpoint: true,
            ..OpenOptions::new(&scaffold.0, &checkpoint, options.now)
        })?;
        let stamp = options.now.strftime(".before-restore-%Y%m%dT%H%M%SZ").to_string();
        let aside =
            if is_in_use(&options.data_dir)? { Some(free_name(&beside(&options.data_dir, &stamp))?) } else { None };
        let checkpoint_aside = free_name(&beside(&options.checkpoint_file, &stamp))?;
        Ok(Staged {
            options: options.clone(),
            scaffold,
            lock,
            journal,
            found,
            key_path,
            key_is_new: is_new,
            checkpoint,
            checkpoint_aside,
            aside,
        })
    }

    fn damaged(&self, detail: impl Into<String>) -> BackupError {
        BackupError::Damaged { path: self.path.clone(), detail: detail.into() }
    }

    fn unpack(&self, to: &Path) -> Result<(), BackupError> {
        let mut archive = archive(&self.path)?;
        let entries = archive.entries().map_err(|error| self.damaged(error.to_string()))?;
        let mut members = self.manifest.members.iter();
        for entry in entries.skip(1) {
            let entry = entry.map_err(|error| self.damaged(error.to_string()))?;
            let Some(member) = members.next() else {
                return Err(self.damaged("it holds more than its manifest says"));
            };
            if entry.path_bytes().as_ref() != member.name.as_bytes() {
                return Err(self.damaged(format!("{} is not where its manifest says", member.name)));
            }
            self.unpack_one(entry, member, to)?;
        }
        match members.next() {
            Some(member) => Err(self.damaged(format!("{} is missing", member.name))),
            None => Ok(()),
        }
    }

    fn unpack_one(&self, from: impl Read, member: &Member, to: &Path) -> Result<(), BackupError> {
        let name = Path::new(&member.name);
        if !name.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(self.damaged(format!("{} leads out of the data directory", member.name)));
        }
        let path = to.join(name);
        if let Some(parent) = path.parent() {
            private::make_dir(parent).map_err(|error| trouble(parent, &error))?;
        }
        let file = private::open_or_create(&path).map_err(|error| trouble(&path, &error))?;
        let mut tee = Tee { file, hasher: blake3::Hasher::new() };
        let mut from = from;
        let copied = io::copy(&mut from, &mut tee).map_err(|error| trouble(&path, &error))?;
        tee.file.sync_all().map_err(|error| trouble(&path, &error))?;
        if copied != member.len || tee.hasher.finalize().to_hex().as_str() != member.blake3 {
            return Err(self.damaged(format!("{} is not what was written", member.name)));
        }
        Ok(())
    }

    /// The key: the one in its place, the one in the backup, the copy that was named. Also whether it must be put in its
    /// place.
    fn key(&self, options: &RestoreOptions, staged: &Path) -> Result<(PathBuf, ChainKey, bool), BackupError> {
        let in_place = open::key_path(None, &options.checkpoint_file);
        let inside = staged.join(KEY_MEMBER);
        if let Some(key) = key_file::read(&in_place)? {
            remove_if_there(&inside)?;
            self.is_right(&key, &in_place, staged)?;
            return Ok((in_place, key, false));
        }
        if let (false, Some(copy)) = (inside.exists(), &options.key_copy) {
            let text = std::fs::read(copy).map_err(|error| trouble(copy, &error))?;
            private::create_new(&inside, &text).map_err(|error| trouble(&inside, &error))?;
        }
        match key_file::read(&inside)? {
            Some(key) => {
                self.is_right(&key, &inside, staged)?;
                Ok((inside, key, true))
            }
            None => Err(OpenError::KeyMissing { path: in_place }.into()),
        }
    }

    fn is_right(&self, key: &ChainKey, path: &Path, staged: &Path) -> Result<(), BackupError> {
        let conn = Connection::open(staged.join(DATABASE_FILE))?;
        open::check_owner(&conn, &self.path, false)?;
        if open::is_right_key(&conn, key)? {
            return Ok(());
        }
        let detail = "is the key of another journal than the one in the backup: put the right file there".to_owned();
        Err(OpenError::KeyUnusable { path: path.to_owned(), detail }.into())
    }
}

/// A verified backup beside the data directory; nothing has been changed yet. Dropping it removes it.
pub struct Staged {
    options: RestoreOptions,
    scaffold: Scaffold,
    /// Nobody begins to write to the old data while it is exchanged.
    lock: Option<File>,
    journal: SqliteJournal,
    found: CheckpointFound,
    key_path: PathBuf,
    key_is_new: bool,
    checkpoint: PathBuf,
    checkpoint_aside: PathBuf,
    aside: Option<PathBuf>,
}

impl Staged {
    /// The directory that will be the data directory.
    pub fn dir(&self) -> &Path {
        &self.scaffold.0
    }

    /// What the restored records add up to.
    pub fn book(&self) -> Option<&Book> {
        self.journal.book()
    }

    /// What the checkpoint file knows of this journal.
    pub fn found(&self) -> &CheckpointFound {
        &self.found
    }

    /// Where the old data will be; `None` when there is none.
    pub fn aside(&self) -> Option<&Path> {
        self.aside.as_deref()
    }

    /// Appends the records of the restore, verifies once more and puts everything in its place.
    ///
    /// # Errors
    /// A record that does not follow, or a file that cannot be moved. A restore that was cut off is begun again.
    pub fn finish(self, events: &[JournalEvent]) -> Result<(), BackupError> {
        let Self {
            options,
            scaffold,
            lock,
            mut journal,
            key_path,
            key_is_new,
            checkpoint,
            checkpoint_aside,
            aside,
            ..
        } = self;
        journal.append(options.now, events)?;
        journal.close()?;
        let walked = verify::verify(&VerifyOptions {
            data_dir: scaffold.0.clone(),
            checkpoint_file: checkpoint.clone(),
            key_file: Some(key_path.clone()),
            faults_max: 1,
        })?;
        if let Some(fault) = walked.faults.first() {
            return Err(BackupError::NotClean(fault.to_string()));
        }
        if key_is_new {
            let to = open::key_path(None, &options.checkpoint_file);
            let text = std::fs::read(&key_path).map_err(|error| trouble(&key_path, &error))?;
            private::create_new(&to, &text).map_err(|error| trouble(&to, &error))?;
            remove_if_there(&key_path)?;
        }
        exchange(&scaffold.0, &options.data_dir, aside.as_deref())
            .map_err(|error| trouble(&options.data_dir, &error))?;
        // From here on a start refuses until the checkpoint file is the new one: a cut leaves nothing half believed.
        let file = &options.checkpoint_file;
        let put = || -> io::Result<()> {
            if file.try_exists()? {
                std::fs::rename(file, &checkpoint_aside)?;
            }
            std::fs::rename(&checkpoint, file)?;
            private::sync_parent(file)
        };
        put().map_err(|error| trouble(file, &error))?;
        drop(lock);
        Ok(())
    }
}

/// Puts the staged directory in the place of the old one, in one step where the system can. At no time does the old
/// directory bear a name under which anything is ever deleted.
fn exchange(staged: &Path, data_dir: &Path, aside: Option<&Path>) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    private::sync_parent(&staged.join(DATABASE_FILE))?;
    let Some(aside) = aside else {
        match std::fs::remove_file(data_dir.join(lease::LOCK_FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        std::fs::rename(staged, data_dir)?;
        return private::sync_parent(data_dir);
    };
    std::fs::rename(staged, aside)?;
    match renameat_with(CWD, aside, CWD, data_dir, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        // A file system that cannot exchange: a cut between the last two leaves both under their names.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            std::fs::rename(aside, staged)?;
            std::fs::rename(data_dir, aside)?;
            std::fs::rename(staged, data_dir)?;
        }
        Err(error) => {
            std::fs::rename(aside, staged)?;
            return Err(error.into());
        }
    }
    private::sync_parent(data_dir)
}

/// What the checkpoint file knows of a journal that ends at `end`.
fn compare(conn: &Connection, lines: Option<&Lines>, end: u64) -> Result<CheckpointFound, BackupError> {
    let Some(lines) = lines else {
        return Ok(CheckpointFound::Missing);
    };
    if !lines.bad.is_empty() {
        return Ok(CheckpointFound::Changed { lines: lines.bad.len() as u64 });
    }
    for noted in lines.heads.iter().filter(|noted| noted.seq <= end) {
        let is_there = open::record_at(conn, noted.seq)?.and_then(|row| row.hash()) == Some(noted.hash);
        if !is_there {
            return Ok(CheckpointFound::Differs { seq: noted.seq });
        }
    }
    Ok(match lines.newest() {
        None => CheckpointFound::Missing,
        Some(newest) if newest.seq > end => CheckpointFound::Ahead { seq: newest.seq, hash: newest.hash.to_string() },
        Some(newest) => CheckpointFound::Agrees { seq: newest.seq },
    })
}

/// A directory that goes unless it was moved away. Only what a backup holds is ever in it.
struct Scaffold(PathBuf);

impl Scaffold {
    fn make(path: PathBuf) -> Result<Self, BackupError> {
        // Left by a restore that was cut off; all in it is in the backup.
        if path.try_exists().map_err(|error| trouble(&path, &error))? {
            std::fs::remove_dir_all(&path).map_err(|error| trouble(&path, &error))?;
        }
        private::own_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scaffold {
    fn drop(&mut self) {
        // Gone already when all went well.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

struct Tee {
    file: File,
    hasher: blake3::Hasher,
}

impl Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn archive(path: &Path) -> Result<tar::Archive<File>, BackupError> {
    match File::open(path) {
        Ok(file) => Ok(tar::Archive::new(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BackupError::NoBackup { path: path.to_owned() }),
        Err(error) => Err(trouble(path, &error)),
    }
}

fn is_in_use(data_dir: &Path) -> Result<bool, BackupError> {
    match std::fs::read_dir(data_dir) {
        Ok(mut entries) => {
            let fault = |error: &io::Error| trouble(data_dir, error);
            entries.try_fold(false, |found, entry| {
                // Our own look at the lock made its file.
                entry.map(|entry| found || entry.file_name() != lease::LOCK_FILE).map_err(|error| fault(&error))
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(trouble(data_dir, &error)),
    }
}

fn free_name(path: &Path) -> Result<PathBuf, BackupError> {
    let taken = |path: &Path| path.try_exists().map_err(|error| trouble(path, &error));
    if !taken(path)? {
        return Ok(path.to_owned());
    }
    for number in 2..1_000 {
        let name = beside(path, &format!("-{number}"));
        if !taken(&name)? {
            return Ok(name);
        }
    }
    Err(StorageFault::other(format!("{} and 998 more of that name are there", path.display())).into())
}

fn remove_if_there(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(trouble(path, &error)),
    }
}

//! The walk over the whole journal: what was changed, inserted, removed, moved or cut off, and where.
//!
//! Each record is judged by its own keyed hash first: it is genuine in its place, genuine in another place, or not
//! genuine. What is missing between genuine records was removed, or changed where a record that is not genuine stands
//! in its place; a record that is not genuine and stands in nobody's place was inserted.

use crate::chain::{ChainKey, RecordHash};
use crate::checkpoint::{self, Lines};
use crate::error::{OpenError, StorageFault};
use crate::journal::Head;
use crate::row::{COLUMNS, RecordRow};
use crate::{key_file, open, reader};
use rusqlite::Connection;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// How far away the true place of a moved record is looked for.
const MOVE_DISTANCE_MAX: i64 = 64;
/// Records in a row that are not genuine, before they are told as changed without waiting for the next genuine one.
const UNDECIDED_MAX: usize = 65_536;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    /// Body, columns or hash of a record are not what was written.
    Changed {
        /// Its place.
        seq: i64,
    },
    /// A record that was never written.
    Inserted {
        /// Its place.
        seq: i64,
    },
    /// Records are gone.
    Removed {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// A genuine record stands in another's place.
    Moved {
        /// Its place.
        seq: i64,
        /// Where it was written.
        was: i64,
    },
    /// A genuine record does not follow its predecessor: two histories were joined.
    Unlinked {
        /// Its place.
        seq: i64,
    },
    /// The end of the journal was cut off.
    Truncated {
        /// The end as the checkpoint file says.
        checkpoint_seq: u64,
        /// The hash of the record there.
        checkpoint_hash: String,
        /// The end as it is.
        end: i64,
    },
    /// The checkpoint file has another hash for a record: one of the two was exchanged as a whole.
    CheckpointDiffers {
        /// Of which record.
        seq: u64,
    },
    /// A line of the checkpoint file is not what was written.
    CheckpointChanged {
        /// Its number, from 1.
        line: usize,
    },
    /// There are records but no checkpoint file.
    CheckpointMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key is not the one that the journal says it was written with.
    KeyDiffers,
}

impl Fault {
    /// The first record that it is about; `None` when it is about the key or the checkpoint file as such.
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Changed { seq } | Self::Inserted { seq } | Self::Moved { seq, .. } | Self::Unlinked { seq } => {
                u64::try_from(*seq).ok()
            }
            Self::Removed { from, .. } => u64::try_from(*from).ok(),
            Self::Truncated { end, .. } => u64::try_from(*end).ok().map(|end| end + 1),
            Self::CheckpointDiffers { seq } => Some(*seq),
            Self::CheckpointChanged { .. } | Self::CheckpointMissing { .. } | Self::KeyDiffers => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { seq } => write!(f, "record {seq} was changed"),
            Self::Inserted { seq } => write!(f, "record {seq} was inserted"),
            Self::Removed { from, to } if from == to => write!(f, "record {from} was removed"),
            Self::Removed { from, to } => write!(f, "records {from} to {to} were removed"),
            Self::Moved { seq, was } => write!(f, "record {seq} was moved there from place {was}"),
            Self::Unlinked { seq } => write!(f, "record {seq} does not follow the one before it"),
            Self::Truncated { checkpoint_seq, checkpoint_hash, end } => write!(
                f,
                "the journal was truncated: the checkpoint file knows record {checkpoint_seq} with hash \
                 {checkpoint_hash}, the journal ends at {end}"
            ),
            Self::CheckpointDiffers { seq } => {
                write!(f, "the checkpoint file has another hash for record {seq}")
            }
            Self::CheckpointChanged { line } => {
                write!(f, "line {line} of the checkpoint file was changed")
            }
            Self::CheckpointMissing { path } => {
                write!(f, "the checkpoint file {} is missing", path.display())
            }
            Self::KeyDiffers => f.write_str("the key file is not the one that the journal was written with"),
        }
    }
}

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Records walked over.
    pub records: u64,
    /// Place of the last one; 0 when there is none.
    pub head_seq: i64,
    /// Its hash in hexadecimal; zeros when there is none.
    pub head_hash: String,
    /// Lines of the checkpoint file that were compared.
    pub checkpoints: u64,
    /// The newest of them.
    pub checkpoint_seq: Option<u64>,
    /// The first faults, in the order of the journal, those of the checkpoint file last.
    pub faults: Vec<Fault>,
    /// How many there are in all.
    pub faults_total: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.faults_total == 0
    }
}

/// What to verify.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// The data directory.
    pub data_dir: PathBuf,
    /// `audit_checkpoint_file`.
    pub checkpoint_file: PathBuf,
    /// The key; `None`: `journal.key` beside the checkpoint file.
    pub key_file: Option<PathBuf>,
    /// How many faults to tell one by one.
    pub faults_max: usize,
}

/// Walks over everything. Reads only, needs no gateway, and may run beside one.
///
/// # Errors
/// There is no journal, or no key, or reading failed. What is wrong with the journal is no error but a [`Fault`].
pub fn verify(options: &VerifyOptions) -> Result<VerifyReport, OpenError> {
    let path = open::key_path(options.key_file.as_deref(), &options.checkpoint_file);
    let key = key_file::read(&path)?.ok_or(OpenError::KeyMissing { path })?;
    // The file first: a journal that goes on meanwhile is ahead of it, never behind.
    let lines = checkpoint::read(&options.checkpoint_file, &key)?;
    let mut conn = reader::connect(&options.data_dir)?;
    let snapshot = conn.transaction()?;
    walk(&snapshot, &key, lines.as_ref(), &options.checkpoint_file, options.faults_max)
}

/// The same over a database that nobody else writes. With lines that know nothing, no checkpoint file is missed.
pub(crate) fn walk(
    conn: &Connection,
    key: &ChainKey,
    lines: Option<&Lines>,
    checkpoint_file: &Path,
    faults_max: usize,
) -> Result<VerifyReport, OpenError> {
    let mut walk = Walk::new(key, lines);
    if !open::is_right_key(conn, key)? {
        walk.faults.push((0, Fault::KeyDiffers));
    }
    walk.over(conn)?;
    Ok(walk.report(lines, checkpoint_file, faults_max))
}

struct Walk<'a> {
    key: &'a ChainKey,
    checkpoints: BTreeMap<u64, RecordHash>,
    records: u64,
    last: (i64, RecordHash),
    /// The last record that is accounted for: where it was written, and its hash where it is genuine.
    tip: (i64, Option<RecordHash>),
    /// Records after the tip that are not genuine.
    undecided: Vec<i64>,
    missing: Vec<(i64, i64)>,
    found_late: BTreeSet<i64>,
    /// With the place to sort by.
    faults: Vec<(i64, Fault)>,
}

impl<'a> Walk<'a> {
    fn new(key: &'a ChainKey, lines: Option<&Lines>) -> Self {
        let heads = lines.map(|lines| lines.heads.as_slice()).unwrap_or_default();
        Self {
            key,
            checkpoints: heads.iter().map(|head| (head.seq, head.hash)).collect(),
            records: 0,
            last: (0, RecordHash::ZERO),
            tip: (0, Some(RecordHash::ZERO)),
            undecided: Vec::new(),
            missing: Vec::new(),
            found_late: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    fn over(&mut self, conn: &Connection) -> Result<(), rusqlite::Error> {
        let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM records ORDER BY seq"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let row = RecordRow::from_row(row)?;
            self.records += 1;
            self.last = (row.seq, row.hash().unwrap_or(RecordHash::ZERO));
            match self.true_place(&row) {
                Some(place) => self.genuine(&row, place),
                None => self.undecided.push(row.seq),
            }
            if self.undecided.len() >= UNDECIDED_MAX {
                self.decide(i64::MAX);
            }
        }
        self.end();
        Ok(())
    }

    fn true_place(&self, row: &RecordRow) -> Option<i64> {
        if row.is_genuine_at(row.seq, self.key) {
            return Some(row.seq);
        }
        let near = row.seq.saturating_sub(MOVE_DISTANCE_MAX)..=row.seq.saturating_add(MOVE_DISTANCE_MAX);
        near.into_iter().find(|place| row.is_genuine_at(*place, self.key))
    }

    fn genuine(&mut self, row: &RecordRow, place: i64) {
        if place != row.seq {
            self.faults.push((row.seq, Fault::Moved { seq: row.seq, was: place }));
        }
        let hash = row.hash().unwrap_or(RecordHash::ZERO);
        if place <= self.tip.0 {
            self.found_late.insert(place);
            return;
        }
        let follows = self.tip.1.is_none_or(|tip| row.prev_hash() == Some(tip));
        if place == self.tip.0 + 1 && !follows {
            self.faults.push((row.seq, Fault::Unlinked { seq: row.seq }));
        }
        self.decide(place);
        self.tip = (place, Some(hash));
        if let Some(noted) =
            u64::try_from(place).ok().and_then(|seq| self.checkpoints.get(&seq).map(|hash| (seq, hash)))
            && *noted.1 != hash
        {
            self.faults.push((row.seq, Fault::CheckpointDiffers { seq: noted.0 }));
        }
    }

    /// Tells about what lies between the tip and the genuine record written at `next`.
    fn decide(&mut self, next: i64) {
        let mut gap_from = self.tip.0 + 1;
        for seq in std::mem::take(&mut self.undecided) {
            if seq < gap_from || seq >= next {
                self.faults.push((seq, Fault::Inserted { seq }));
                continue;
            }
            self.faults.push((seq, Fault::Changed { seq }));
            if gap_from < seq {
                self.missing.push((gap_from, seq - 1));
            }
            gap_from = seq + 1;
        }
        if next == i64::MAX {
            self.tip = (gap_from - 1, None);
        } else if gap_from < next {
            self.missing.push((gap_from, next - 1));
        }
    }

    fn end(&mut self) {
        // At the end nothing genuine follows: what the checkpoint file knows was changed, the rest was added.
        let known = self.checkpoints.keys().next_back().and_then(|seq| i64::try_from(*seq).ok()).unwrap_or(0);
        self.decide_tail(known.max(self.tip.0) + 1);
        for (from, to) in std::mem::take(&mut self.missing) {
            let mut from = from;
            for late in self.found_late.range(from..=to) {
                if from < *late {
                    self.faults.push((from, Fault::Removed { from, to: *late - 1 }));
                }
                from = *late + 1;
            }
            if from <= to {
                self.faults.push((from, Fault::Removed { from, to }));
            }
        }
    }

    /// As [`Self::decide`], but what is missing up to `next` was cut off rather than removed.
    fn decide_tail(&mut self, next: i64) {
        let in_place: Vec<i64> =
            self.undecided.iter().copied().filter(|seq| *seq > self.tip.0 && *seq < next).collect();
        match in_place.last() {
            Some(last) => {
                self.decide(*last + 1);
                self.tip = (*last, None);
            }
            None => self.decide(self.tip.0 + 1),
        }
    }

    fn report(mut self, lines: Option<&Lines>, path: &Path, faults_max: usize) -> VerifyReport {
        match lines {
            Some(lines) => {
                let newest = lines.newest();
                if let Some(newest) =
                    newest.filter(|newest| i64::try_from(newest.seq).is_ok_and(|seq| seq > self.tip.0))
                {
                    let fault = Fault::Truncated {
                        checkpoint_seq: newest.seq,
                        checkpoint_hash: newest.hash.to_string(),
                        end: self.last.0,
                    };
                    self.faults.push((i64::MAX, fault));
                }
                self.faults.extend(lines.bad.iter().map(|line| (i64::MAX, Fault::CheckpointChanged { line: *line })));
            }
            None if self.records > 0 => {
                self.faults.push((i64::MAX, Fault::CheckpointMissing { path: path.to_owned() }));
            }
            None => {}
        }
        self.faults.sort_by_key(|(place, _)| *place);
        VerifyReport {
            records: self.records,
            head_seq: self.last.0,
            head_hash: self.last.1.to_string(),
            checkpoints: self.checkpoints.len() as u64,
            checkpoint_seq: self.checkpoints.keys().next_back().copied(),
            faults_total: self.faults.len() as u64,
            faults: self.faults.into_iter().take(faults_max).map(|(_, fault)| fault).collect(),
        }
    }
}

/// Walks from a checkpoint to the end and gives the end: what a start verifies.
pub(crate) fn walk_tail(conn: &Connection, key: &ChainKey, from: Head) -> Result<Head, OpenError> {
    let mut head = from;
    if from.seq > 0 {
        let noted = open::record_at(conn, from.seq)?;
        let stands = noted.as_ref().is_some_and(|row| {
            i64::try_from(from.seq).is_ok_and(|seq| row.is_genuine_at(seq, key)) && row.hash() == Some(from.hash)
        });
        if !stands {
            return Err(match noted {
                Some(_) => {
                    OpenError::Tampered(format!("record {} is not the one that the checkpoint file knows", from.seq))
                }
                None => OpenError::Behind { end: open::last_seq(conn)?, checkpoint_seq: from.seq },
            });
        }
    }
    let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM records WHERE seq > ?1 ORDER BY seq"))?;
    let mut rows = statement.query([from.seq])?;
    while let Some(row) = rows.next()? {
        let row = RecordRow::from_row(row)?;
        let place =
            i64::try_from(head.seq + 1).map_err(|error| StorageFault::other(format!("journal is full: {error}")))?;
        let follows = row.seq == place && row.is_genuine_at(place, key) && row.prev_hash() == Some(head.hash);
        match row.hash() {
            Some(hash) if follows => head = Head { seq: head.seq + 1, hash },
            Some(_) | None => {
                return Err(OpenError::Tampered(format!("record {} does not follow the one before it", row.seq)));
            }
        }
    }
    Ok(head)
}

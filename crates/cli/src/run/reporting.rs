//! Control 50: every trade is reported at once, as a line of JSON in a file of its own that the responsible person follows.
//!
//! The file is what the journal says, so nothing is reported that is not durable. A line is durable before the next record is
//! looked at, and the last line says how far the reports have come: what was not delivered before a crash is delivered after it,
//! and nothing twice. After a restore from a backup the last line may be of a record that is lost, whose number is given
//! again: then the reports go on from the restore, and trades that are learned from the broker once more are reported once more.
//! A report that cannot be delivered is retried; its sign of life is missing meanwhile, and control 46 stops new orders.

use super::others::{Others, ours_before};
use super::place;
use crate::failure::Failure;
use domain::event::{OrderEvent, TradeNews};
use domain::execution::{Execution, supersedes};
use domain::id::{ClOrdId, ExecId};
use domain::journal::{JournalEvent, Recorded};
use engine::{Clock, SignOfLife};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Direction, JournalError, JournalReader, Page, RecordFilter};

/// How soon a trade is reported.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// No line is longer.
const LINE_LEN_MAX: u64 = 16 * 1_024;
/// The kind of the record that a restore leaves.
const RESTORED: &str = "restored";
/// Lines that are written at once.
const BATCH_LEN: usize = 64 * 1_024;

/// How it shows life.
#[derive(Clone, Debug)]
pub(crate) struct Reporting {
    /// Shown whenever nothing waits to be reported.
    pub(crate) life: Arc<SignOfLife>,
    /// The one clock.
    pub(crate) clock: Arc<dyn Clock>,
}

/// The thread that reports. It ends with this.
pub(crate) struct Reporter {
    data_dir: PathBuf,
    file: PathBuf,
    over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Reporter {
    /// Reports what was not reported yet, and everything from now on.
    ///
    /// # Errors
    /// The journal cannot be read, or the system refuses a thread.
    pub(crate) fn begin(data_dir: &Path, file: PathBuf, showing: Reporting) -> Result<Self, Failure> {
        let reader = JournalReader::open(data_dir).map_err(|error| place::open_failure(&error))?;
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let outbox = Outbox::new(file.clone());
        let thread = std::thread::Builder::new()
            .name("reports".to_owned())
            .spawn(move || report(&reader, outbox, &showing, &is_over))
            .map_err(|error| Failure::unavailable(format!("the system refused a thread: {error}"), "start again"))?;
        Ok(Self { data_dir: data_dir.to_owned(), file, over, thread: Some(thread) })
    }

    /// Reports the last trades, behind the journal's last record.
    pub(crate) async fn end(mut self) {
        self.let_go().await;
        let (data_dir, file) = (self.data_dir.clone(), self.file.clone());
        let last = move || {
            let reader = JournalReader::open(&data_dir).map_err(|error| error.to_string())?;
            Outbox::new(file).deliver(&reader)
        };
        let why = match tokio::task::spawn_blocking(last).await {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why,
            Err(error) => error.to_string(),
        };
        tracing::error!(%why, "the last trades are not reported; the next start does it");
    }

    /// Reports until now, and lets go of the journal: a writer that ends while somebody reads leaves its log behind, and a
    /// database that is not whole by itself.
    pub(crate) async fn let_go(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the thread that reports trades failed");
            }
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

fn report(reader: &JournalReader, mut outbox: Outbox, showing: &Reporting, over: &AtomicBool) {
    let mut failed = String::new();
    loop {
        let is_last = over.load(Ordering::SeqCst);
        match outbox.deliver(reader) {
            Ok(()) => {
                showing.life.show(showing.clock.now());
                failed.clear();
            }
            Err(why) => {
                if failed != why {
                    tracing::error!(%why, file = %outbox.path.display(), "trades are not reported; it is tried again");
                }
                failed = why;
            }
        }
        if is_last {
            return;
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// The file, and how far it has come.
struct Outbox {
    path: PathBuf,
    open: Option<Open>,
    others: Others,
}

struct Open {
    file: File,
    len: u64,
    /// The next record to look at.
    next: u64,
}

/// What of a line says how far the reports have come.
#[derive(Deserialize)]
struct Place {
    seq: u64,
    recorded_at: Timestamp,
}

impl Place {
    /// The record to look at after it.
    fn next(&self, reader: &JournalReader) -> Result<u64, String> {
        let record = reader.record(self.seq).map_err(|error| error.to_string())?;
        if record.is_some_and(|record| record.recorded.at == self.recorded_at) {
            return Ok(self.seq.saturating_add(1));
        }
        let restored = RecordFilter { kind: Some(RESTORED.to_owned()), ..RecordFilter::default() };
        let newest = Page { cursor: None, limit: 1, direction: Direction::Backward };
        let restored = reader.records(&restored, &newest).map_err(|error| error.to_string())?;
        let restored = restored.first().map(|record| record.recorded.seq);
        restored.ok_or_else(|| format!("its last line reports record {} of another journal: move it away", self.seq))
    }
}

impl Outbox {
    fn new(path: PathBuf) -> Self {
        Self { path, open: None, others: Others::default() }
    }

    /// Delivers what the journal says beyond the last line.
    fn deliver(&mut self, reader: &JournalReader) -> Result<(), String> {
        let delivered = self.try_deliver(reader);
        if delivered.is_err() {
            // What of it was written, the file says.
            self.open = None;
            self.others = Others::default();
        }
        delivered
    }

    fn try_deliver(&mut self, reader: &JournalReader) -> Result<(), String> {
        let words = |error: io::Error| error.to_string();
        // Another process may have reported while this one stood still; the file may have been moved away.
        if !self.open.as_ref().is_some_and(|open| open.is_still(&self.path)) {
            self.open = Some(Open::at(&self.path, reader)?);
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        let head = reader.head().map_err(|error| error.to_string())?.seq;
        if head < open.next {
            return Ok(());
        }
        let mut lines = Vec::new();
        let mut last = open.next;
        let (from, mut written) = (open.next, 0_u64);
        let others = &mut self.others;
        others.catch_up(reader, from).map_err(|error| error.to_string())?;
        let mut put = |file: &mut File, lines: &mut Vec<u8>| {
            written += u64::try_from(lines.len()).unwrap_or(0);
            file.write_all(lines).and_then(|()| file.sync_data())?;
            lines.clear();
            Ok::<(), io::Error>(())
        };
        let stopped = |error: &dyn std::fmt::Display| JournalError::Stopped(error.to_string());
        let mut visit = |record: Recorded| {
            last = record.seq + 1;
            let before = match ours_busted(&record.event) {
                Some((key, bust)) => ours_before(reader, key, bust, record.seq)?,
                None => others.before(&record.event),
            };
            let line = line(&record, &before);
            others.meet(record.seq, &record.event, &before);
            if let Some(line) = line {
                serde_json::to_writer(&mut lines, &line).map_err(|error| stopped(&error))?;
                lines.push(b'\n');
            }
            if lines.len() >= BATCH_LEN {
                put(&mut open.file, &mut lines).map_err(|error| stopped(&error))
            } else {
                Ok(())
            }
        };
        reader.replay(from, &mut visit).map_err(|error| error.to_string())?;
        if !lines.is_empty() {
            put(&mut open.file, &mut lines).map_err(words)?;
        }
        open.len += written;
        open.next = last;
        Ok(())
    }
}

impl Open {
    /// Opens the file, takes a line off its end that was not finished, and reads how far the last one has come.
    fn at(path: &Path, reader: &JournalReader) -> Result<Self, String> {
        let (file, len, last) = Self::end_of(path).map_err(|error| error.to_string())?;
        let next = last.map_or(Ok(1), |last| last.next(reader))?;
        Ok(Self { file, len, next })
    }

    /// Whether the file is what the path names, and ends where it did.
    fn is_still(&self, path: &Path) -> bool {
        let which = |file: &Metadata| (file.dev(), file.ino(), file.len());
        let (Ok(own), Ok(named)) = (self.file.metadata(), path.metadata()) else { return false };
        which(&own) == which(&named) && own.len() == self.len
    }

    fn end_of(path: &Path) -> io::Result<(File, u64, Option<Place>)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        let whole = file.metadata()?.len();
        let from = whole.saturating_sub(LINE_LEN_MAX);
        file.seek(SeekFrom::Start(from))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        let (len, last) = match end.iter().rposition(|byte| *byte == b'\n') {
            // What was cut off within its first line; anything else is somebody else's file.
            None if from == 0 && end.first().is_none_or(|byte| *byte == b'{') => (0, None),
            None => return Err(io::Error::other("its end is no line of a report")),
            Some(place) => {
                let lines = end.get(..place).unwrap_or_default();
                let begins = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
                let kept = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
                (from.saturating_add(kept), lines.get(begins..))
            }
        };
        if len < whole {
            file.set_len(len)?;
            file.sync_data()?;
        }
        let last = last.map(serde_json::from_slice).transpose().map_err(io::Error::other)?;
        Ok((file, len, last))
    }
}

/// What was known, before a record, of the trade that it is about.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// The version of the trade that counted.
    pub(crate) counts: Option<ExecId>,
    /// What took the trade back before it was told.
    pub(crate) bust: Option<ExecId>,
}

impl Before {
    /// The version that does not count any more once this one came.
    pub(super) fn replaced_by(&self, exec_id: &ExecId) -> Option<&ExecId> {
        self.counts.as_ref().filter(|counts| supersedes(exec_id, counts))
    }

    /// What makes that a trade which comes now does not count.
    pub(super) fn stands_against(&self, exec_id: &ExecId) -> Option<&ExecId> {
        let newer = self.counts.as_ref().filter(|counts| !supersedes(exec_id, counts));
        self.bust.as_ref().filter(|bust| !supersedes(exec_id, bust)).or(newer)
    }

    /// The version that a bust takes back.
    pub(super) fn undone_by(&self, bust: &ExecId) -> Option<&ExecId> {
        self.counts.as_ref().filter(|counts| !supersedes(counts, bust))
    }
}

/// The bust of a trade of ours.
pub(crate) fn ours_busted(event: &JournalEvent) -> Option<(&ClOrdId, &ExecId)> {
    let JournalEvent::Order { cl_ord_id, event: OrderEvent::Busted { exec_id } } = event else { return None };
    Some((cl_ord_id, exec_id))
}

/// What is reported of a record; nothing of most.
pub(crate) fn line<'a>(record: &'a Recorded, before: &'a Before) -> Option<Line<'a>> {
    let (seq, recorded_at) = (record.seq, record.at);
    let line = |what, execution: Option<&'a Execution>| Line {
        seq,
        recorded_at,
        what,
        cl_ord_id: None,
        bust: None,
        trade: execution.map(Trade::of),
        replaces: None,
        superseded_by: None,
    };
    if let JournalEvent::ExternalExecution { execution } = &record.event {
        let superseded_by = before.stands_against(&execution.exec_id);
        let replaces = before.replaced_by(&execution.exec_id).filter(|_| superseded_by.is_none());
        let what = if replaces.is_some() { "external_correction" } else { "external_execution" };
        return Some(Line { replaces, superseded_by, ..line(what, Some(execution)) });
    }
    if let JournalEvent::ExternalBust { exec_id } = &record.event {
        return Some(Line { bust: Some(exec_id), replaces: before.undone_by(exec_id), ..line("external_bust", None) });
    }
    let JournalEvent::Order { cl_ord_id, event } = &record.event else { return None };
    let cl_ord_id = Some(cl_ord_id);
    match event.of_trade()? {
        TradeNews::Made(execution) => Some(Line { cl_ord_id, ..line("execution", Some(execution)) }),
        TradeNews::Corrected { old, execution } => {
            Some(Line { cl_ord_id, replaces: Some(old), ..line("correction", Some(execution)) })
        }
        TradeNews::Undone(exec_id) => {
            let replaces = before.undone_by(exec_id);
            Some(Line { cl_ord_id, bust: Some(exec_id), replaces, ..line("bust", None) })
        }
        TradeNews::Cost(_) => None,
    }
}

/// One report.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    seq: u64,
    recorded_at: Timestamp,
    what: &'static str,
    cl_ord_id: Option<&'a ClOrdId>,
    /// The id of a bust itself; which trade it takes back says `replaces`.
    #[serde(rename = "exec_id", skip_serializing_if = "Option::is_none")]
    bust: Option<&'a ExecId>,
    #[serde(flatten)]
    trade: Option<Trade<'a>>,
    /// The trade, reported before, that does not count any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<&'a ExecId>,
    /// What came before this trade although it is newer: the trade does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<&'a ExecId>,
}

/// A trade as the responsible person reads it.
#[derive(Serialize)]
struct Trade<'a> {
    exec_id: &'a ExecId,
    account: &'a str,
    symbol: &'a str,
    con_id: String,
    side: &'static str,
    qty: String,
    price: String,
    exchange: &'a str,
    executed_at: Option<Timestamp>,
}

impl<'a> Trade<'a> {
    fn of(one: &'a Execution) -> Self {
        Self {
            exec_id: &one.exec_id,
            account: one.account.as_str(),
            symbol: &one.symbol,
            con_id: one.con_id.to_string(),
            side: if one.is_buy { "buy" } else { "sell" },
            qty: one.last_qty.to_string(),
            price: one.last_px.to_string(),
            exchange: &one.exchange,
            executed_at: one.executed_at,
        }
    }
}

#[cfg(test)]
#[path = "reporting_tests.rs"]
mod tests;

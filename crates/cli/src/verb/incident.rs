//! `tollgate incident bundle`: what somebody needs who was not there, in one file. It reads files alone, beside a running gateway
//! or without one. A journal that is damaged is what an incident may be about: what can be told of it is told, and what cannot
//! is said.

use super::audit;
use super::bundle::{self, List, MANIFEST, Part, Spool};
use super::redaction::Hidden;
use crate::args::BundleArgs;
use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::{Said, talk};
use crate::run::reporting::Before;
use crate::run::{place, reporting};
use crate::table::sheet;
use crate::version;
use domain::book::Book;
use domain::execution::family;
use domain::id::ClOrdId;
use domain::journal::JournalEvent;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use store::{JournalError, JournalReader, SealedRecord};

pub(crate) use bundle::check;

const FORMAT: u32 = 1;
/// Damaged records that are named one by one.
const DAMAGED_MAX: usize = 1_000;
/// What is told without `--from`.
const USUAL: SignedDuration = SignedDuration::from_hours(24);

/// The part of the journal that is told.
#[derive(Clone, Copy, Debug)]
struct Range {
    from: Timestamp,
    until: Timestamp,
    /// The first and the last record of that time. A clock that was set back may leave others between them.
    seqs: Option<(u64, u64)>,
}

impl Range {
    fn holds(&self, at: Timestamp) -> bool {
        at >= self.from && at <= self.until
    }

    /// Takes a record in if it is of this time.
    fn meet(&mut self, record: &SealedRecord) {
        let at = Timestamp::from_nanosecond(i128::from(record.at_ns));
        if let (Ok(at), Ok(seq)) = (at, u64::try_from(record.seq))
            && self.holds(at)
        {
            let first = self.seqs.map_or(seq, |(first, _)| first);
            self.seqs = Some((first, seq));
        }
    }
}

/// What a first walk over all records found.
#[derive(Debug, Default)]
struct Walked {
    /// The place of the last record that the storage gives.
    last: u64,
    /// Records that are not as they were sealed: the first of them, and how many there are.
    damaged: Vec<Value>,
    damaged_total: u64,
    /// Why it went no further.
    unread: Option<String>,
}

impl Walked {
    /// Finds the records of the time, and the account numbers that any record names.
    fn over(reader: &JournalReader, range: &mut Range, hidden: &mut Hidden) -> Self {
        let mut walked = Self::default();
        let read = reader.salvaged(1, &mut |record| {
            hidden.learn(&record);
            range.meet(&record);
            walked.last = u64::try_from(record.seq).unwrap_or(walked.last);
            if let Some(damage) = &record.damage {
                walked.damaged_total += 1;
                if walked.damaged.len() < DAMAGED_MAX {
                    walked.damaged.push(json!({"seq": record.seq, "what": damage}));
                }
            }
            Ok(())
        });
        walked.unread = read.err().map(|error| format!("records are found up to {} only: {error}", walked.last));
        walked
    }
}

/// Makes the parts, each in a file of its own beside the bundle.
struct Maker<'a> {
    reader: &'a JournalReader,
    range: Range,
    hidden: &'a Hidden,
    dir: &'a Path,
}

impl Maker<'_> {
    /// The records as they were sealed, but for account numbers; of one that was damaged, what can be read. And why no more.
    fn journal(&self) -> io::Result<(Part, Option<String>)> {
        let mut spool = Spool::begin(self.dir, "journal.jsonl")?;
        let Some((first, last)) = self.range.seqs else { return Ok((spool.end()?, None)) };
        let (mut unwritten, mut is_over, mut told) = (None, false, 0);
        let read = self.reader.salvaged(first, &mut |record| {
            let seq = record.seq;
            is_over = u64::try_from(seq).is_ok_and(|seq| seq > last);
            if is_over {
                return Err(JournalError::Stopped("the range is told".to_owned()));
            }
            let line = self.hidden.line(record).map_err(io::Error::from);
            line.and_then(|line| writeln!(spool, "{line}")).map_err(|error| {
                let why = JournalError::Stopped(error.to_string());
                unwritten = Some(error);
                why
            })?;
            told = seq;
            Ok(())
        });
        if let Some(error) = unwritten {
            return Err(error);
        }
        let unread = read.err().filter(|_| !is_over);
        Ok((spool.end()?, unread.map(|error| format!("journal.jsonl ends behind record {told}: {error}"))))
    }

    /// Orders, trades, limits and states, of as much of the journal as can be read; and why no more.
    fn told(&self) -> io::Result<(Vec<Part>, Option<String>)> {
        // As large as the gateway's own.
        let mut book = Book::empty();
        let mut touched = BTreeSet::new();
        let mut trades = List::begin(self.dir, "executions.json", self.hidden)?;
        let mut unwritten = None;
        let read = self.reader.replay(1, &mut |record| {
            if self.range.holds(record.at) {
                touched.extend(record.event.cl_ord_id().map(ClOrdId::group));
                let before = before(&book, &record.event);
                if let Some(line) = reporting::line(&record, &before)
                    && let Err(error) = trades.put(&line)
                {
                    let why = JournalError::Stopped(error.to_string());
                    unwritten = Some(error);
                    return Err(why);
                }
            }
            book.apply(&record).map_err(JournalError::Refused)
        });
        if let Some(error) = unwritten {
            return Err(error);
        }
        let told =
            |error| format!("orders, trades, limits and states are told up to record {} only: {error}", book.seq);
        let unread = read.err().map(told);
        let value = |name, value: &Value| Part::of(self.dir, name, &self.hidden.out_of(value.clone()));
        let parts = vec![
            self.orders(&book, touched)?,
            trades.end()?,
            value("policy.json", &policy(&book))?,
            value("state.json", &state(&book))?,
        ];
        Ok((parts, unread))
    }

    /// Those orders and the open ones, as they are at the end of the journal.
    fn orders(&self, book: &Book, mut keys: BTreeSet<ClOrdId>) -> io::Result<Part> {
        keys.extend(book.open_orders().map(|order| order.intent.cl_ord_id.group()));
        let mut list = List::begin(self.dir, "orders.json", self.hidden)?;
        for order in keys.iter().filter_map(|key| book.order(key)) {
            let exits: Vec<_> = book.exits(&order.intent.cl_ord_id).cloned().collect();
            list.put(&wire::order::Order::from(order).with_exits(&exits))?;
        }
        list.end()
    }
}

/// What was known of the trade that a record is about.
fn before(book: &Book, event: &JournalEvent) -> Before {
    if let JournalEvent::ExternalExecution { execution } = event {
        let id = &execution.exec_id;
        let counts = family(&book.external_executions, id).next().cloned();
        return Before { counts, bust: book.external_bust_of(id).cloned() };
    }
    if let JournalEvent::ExternalBust { exec_id } = event {
        return Before { counts: family(&book.external_executions, exec_id).next().cloned(), bust: None };
    }
    let busted = reporting::ours_busted(event);
    let counts = busted.and_then(|(key, bust)| family(&book.order(key)?.executions, bust).next().cloned());
    Before { counts, bust: None }
}

fn policy(book: &Book) -> Value {
    let Some(policy) = &book.policy else { return Value::Null };
    json!({
        "name": policy.name, "hash": policy.hash, "since": policy.since, "policy": policy.set,
        "pending": policy.pending,
    })
}

/// Who could trade, in which state, and what was halted.
fn state(book: &Book) -> Value {
    let states = book.trading_states.entries().iter();
    let states: Vec<Value> = states.map(|(scope, entry)| json!({"scope": scope, "entry": entry})).collect();
    let halted = book.halted_instruments.iter();
    let halted: Vec<Value> =
        halted.map(|(con_id, why)| json!({"con_id": con_id.to_string(), "why": why.to_string()})).collect();
    let keys = book.api_keys.values().map(|key| {
        json!({"id": key.id, "kind": key.kind, "scopes": key.scopes, "expires_at": key.expires_at, "revoked_at": key.revoked_at})
    });
    json!({
        "trading_states": states, "halted_instruments": halted, "keys": keys.collect::<Vec<_>>(),
        "last_reconciliation": book.last_reconciliation, "newest_version": book.newest_version,
    })
}

/// Takes a bundle.
pub(crate) fn bundle(config: &Config, args: &BundleArgs) -> Result<Said, Failure> {
    let taken_at = Timestamp::now();
    let until = args.until.unwrap_or(taken_at);
    let from = args.from.unwrap_or_else(|| until.checked_sub(USUAL).unwrap_or(Timestamp::MIN));
    if from > until {
        return Err(Failure::usage(format!("{from} is after {until}"), "give --from before --until"));
    }
    let dir = place_of(&args.out)?;
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return taken(&args.out);
        }
        Failure::storage(format!("{} cannot be written: {error}", args.out.display()), "nothing was left behind")
    };
    let reader = JournalReader::open(&config.data_dir).map_err(|error| place::open_failure(&error))?;
    let (mut range, mut hidden) = (Range { from, until, seqs: None }, Hidden::of(config));
    let head = reader.head();
    let walked = Walked::over(&reader, &mut range, &mut hidden);
    if args.with_accounts {
        hidden = Hidden::none();
    }
    let maker = Maker { reader: &reader, range, hidden: &hidden, dir };
    let (journal, uncopied) = maker.journal().map_err(failed)?;
    let (told, untold) = maker.told().map_err(failed)?;
    let mut parts = vec![journal];
    parts.extend(told);
    let headless = head.as_ref().err().map(|error| format!("the end of the journal is unknown: {error}"));
    let unread: Vec<String> = [headless, walked.unread, uncopied, untold].into_iter().flatten().collect();
    let unread = (!unread.is_empty()).then(|| unread.join("; "));
    let head = head.ok();
    let verified = audit::verify_files(config)
        .map_or_else(|failure| json!({"ok": false, "error": failure.human()}), |said| said.json);
    for (name, value) in [("settings.json", settings(config)), ("verification.json", verified.clone())] {
        parts.push(Part::of(dir, name, &hidden.out_of(value)).map_err(failed)?);
    }
    let checkpoint = place::checkpoint_file(config)?;
    parts.push(Part::copy(dir, "audit.checkpoint", &checkpoint).map_err(failed)?);
    let manifest = hidden.out_of(json!({
        "format": FORMAT, "installation": place::installation(config)?, "version": version::own()?,
        "taken_at": taken_at, "from": from, "until": until, "note": args.note, "contact": config.contact,
        "redacted": !args.with_accounts, "head_seq": head.map(|head| head.seq),
        "head_hash": head.map(|head| head.hash.to_string()),
        "first_seq": range.seqs.map(|(first, _)| first), "last_seq": range.seqs.map(|(_, last)| last),
        "verified": verified.get("ok"), "unread": unread,
        "damaged": walked.damaged, "damaged_total": walked.damaged_total,
        "files": parts.iter().map(Part::told).collect::<Vec<_>>(),
    }));
    let mut first = Part::of(dir, MANIFEST, &manifest).map_err(failed)?;
    let hash = first.hash().to_owned();
    let mut all: Vec<&mut Part> = std::iter::once(&mut first).chain(&mut parts).collect();
    bundle::write(&args.out, dir, &mut all, u64::try_from(taken_at.as_second()).unwrap_or(0)).map_err(failed)?;
    Ok(said(config, args, &manifest, &hash))
}

/// The directory of a file that is not there yet.
fn place_of(to: &Path) -> Result<&Path, Failure> {
    if to.exists() {
        return Err(taken(to));
    }
    Ok(to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

fn taken(to: &Path) -> Failure {
    let text = format!("{} is there already", to.display());
    Failure::told(CONFLICT, "storage", text, "name another file; nothing was written")
}

fn settings(config: &Config) -> Value {
    let shown = config.shown.iter();
    shown.map(|(key, shown)| json!({"key": key, "value": shown.value, "place": shown.place.to_string()})).collect()
}

fn said(config: &Config, args: &BundleArgs, manifest: &Value, hash: &str) -> Said {
    let contact = config.contact.clone();
    if contact.is_none() {
        talk("nobody is named: set contact = \"name, number\" in tollgate.toml");
    }
    if let Some(unread) = manifest.get("unread").and_then(Value::as_str) {
        talk(format!("the journal cannot be read whole: {unread}"));
    }
    let seq = |name: &str| manifest.get(name).and_then(Value::as_u64).map_or("none".to_owned(), |seq| seq.to_string());
    let human = sheet(&[
        ("bundle", args.out.display().to_string()),
        ("records", format!("{} to {}", seq("first_seq"), seq("last_seq"))),
        (
            "journal",
            if manifest.get("verified") == Some(&Value::Bool(true)) { "verified" } else { "DOES NOT VERIFY" }
                .to_owned(),
        ),
        ("manifest hash", hash.to_owned()),
        ("call", contact.unwrap_or_else(|| "nobody is named".to_owned())),
        ("what next", "docs/runbook.md".to_owned()),
    ]);
    Said::new(json!({"file": args.out, "manifest_hash": hash, "manifest": manifest}), human)
}

#[cfg(test)]
#[path = "incident_tests.rs"]
mod tests;

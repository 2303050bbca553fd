//! `tollgate incident bundle`: what somebody needs who was not there, in one file. It reads files alone, beside a running gateway
//! or without one.

use super::{audit, export};
use crate::args::BundleArgs;
use crate::config::Config;
use crate::failure::{CONFLICT, Failure};
use crate::out::{Said, talk};
use crate::run::{place, reporting};
use crate::table::sheet;
use domain::book::Book;
use domain::id::ClOrdId;
use domain::journal::Recorded;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use store::{JournalError, JournalReader};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// What is told without `--from`.
const USUAL: SignedDuration = SignedDuration::from_hours(24);
const MODE: u32 = 0o600;

/// The part of the journal that is told, and what follows from it.
struct Excerpt {
    from: Timestamp,
    until: Timestamp,
    book: Book,
    /// Orders that anything happened to.
    orders: BTreeSet<ClOrdId>,
    trades: Vec<Value>,
    first_seq: Option<u64>,
    last_seq: Option<u64>,
}

impl Excerpt {
    fn read(reader: &JournalReader, from: Timestamp, until: Timestamp) -> Result<Self, JournalError> {
        let mut excerpt = Self {
            from,
            until,
            book: Book::empty(),
            orders: BTreeSet::new(),
            trades: Vec::new(),
            first_seq: None,
            last_seq: None,
        };
        reader.replay(1, &mut |record| {
            excerpt.note(&record);
            excerpt.book.apply(&record).map_err(JournalError::Refused)
        })?;
        Ok(excerpt)
    }

    fn note(&mut self, record: &Recorded) {
        if record.at < self.from || record.at > self.until {
            return;
        }
        self.first_seq.get_or_insert(record.seq);
        self.last_seq = Some(record.seq);
        self.orders.extend(record.event.cl_ord_id().map(ClOrdId::group));
        self.trades.extend(reporting::line(record));
    }

    /// Those orders and the open ones, as they are at the end of the journal.
    fn orders(&self) -> Result<Vec<Value>, serde_json::Error> {
        let keys: BTreeSet<ClOrdId> = self
            .orders
            .iter()
            .cloned()
            .chain(self.book.open_orders().map(|order| order.intent.cl_ord_id.group()))
            .collect();
        let told = keys.iter().filter_map(|key| self.book.order(key)).map(|order| {
            let exits: Vec<_> = self.book.exits(&order.intent.cl_ord_id).cloned().collect();
            serde_json::to_value(wire::order::Order::from(order).with_exits(&exits))
        });
        told.collect()
    }

    fn policy(&self) -> Value {
        let Some(policy) = &self.book.policy else { return Value::Null };
        json!({
            "name": policy.name, "hash": policy.hash, "since": policy.since, "policy": policy.set,
            "pending": policy.pending,
        })
    }

    /// Who could trade, in which state, and what was halted.
    fn state(&self) -> Value {
        let states = self.book.trading_states.entries().iter();
        let states: Vec<Value> = states.map(|(scope, entry)| json!({"scope": scope, "entry": entry})).collect();
        let halted = self.book.halted_instruments.iter();
        let halted: Vec<Value> =
            halted.map(|(con_id, why)| json!({"con_id": con_id.to_string(), "why": why})).collect();
        let keys = self.book.api_keys.values().map(|key| {
            json!({"id": key.id, "kind": key.kind, "scopes": key.scopes, "expires_at": key.expires_at, "revoked_at": key.revoked_at})
        });
        json!({
            "trading_states": states, "halted_instruments": halted, "keys": keys.collect::<Vec<_>>(),
            "last_reconciliation": self.book.last_reconciliation, "newest_version": self.book.newest_version,
        })
    }
}

/// Takes a bundle.
pub(crate) fn bundle(config: &Config, args: &BundleArgs) -> Result<Said, Failure> {
    let taken_at = Timestamp::now();
    let until = args.until.unwrap_or(taken_at);
    let from = args.from.unwrap_or_else(|| until.checked_sub(USUAL).unwrap_or(Timestamp::MIN));
    if from > until {
        return Err(Failure::usage(format!("{from} is after {until}"), "give --from before --until"));
    }
    let reader = JournalReader::open(&config.data_dir).map_err(|error| place::open_failure(&error))?;
    let unread = |error: JournalError| export::unread(&error);
    let hidden = if args.with_accounts { BTreeSet::new() } else { export::accounts(&reader).map_err(unread)? };
    let excerpt = Excerpt::read(&reader, from, until).map_err(unread)?;
    let head = reader.head().map_err(unread)?;
    let verified = audit::verify_files(config)?.json;
    // That it cannot be read is evidence too; an empty file would look like one that was emptied.
    let checkpoint = std::fs::read_to_string(place::checkpoint_file(config)?)
        .unwrap_or_else(|error| format!("the checkpoint file cannot be read: {error}\n"));
    let orders = excerpt.orders().map_err(|error| {
        Failure::storage(
            format!("an order of the journal cannot be told: {error}"),
            "`tollgate audit verify` looks at the journal",
        )
    })?;
    let settings: Vec<Value> = config
        .shown
        .iter()
        .map(|(key, shown)| json!({"key": key, "value": shown.value, "place": shown.place.to_string()}))
        .collect();
    let out = Out::open(&args.out)?;
    let mut parts = vec![out.journal(&reader, &excerpt, &hidden).map_err(|error| out.failed(&error))?];
    let texts = [
        ("orders.json", pretty(&json!(orders))),
        ("executions.json", pretty(&json!(excerpt.trades))),
        ("policy.json", pretty(&excerpt.policy())),
        ("state.json", pretty(&excerpt.state())),
        ("settings.json", pretty(&json!(settings))),
        ("verification.json", pretty(&verified)),
        ("audit.checkpoint", checkpoint),
    ];
    parts.extend(texts.into_iter().map(|(name, text)| Part::of(name, redacted(text, &hidden))));
    let manifest = json!({
        "format": FORMAT, "installation": place::installation(config)?, "version": env!("CARGO_PKG_VERSION"),
        "taken_at": taken_at, "from": from, "until": until, "note": args.note, "contact": config.contact,
        "redacted": !args.with_accounts, "head_seq": head.seq, "head_hash": head.hash.to_string(),
        "first_seq": excerpt.first_seq, "last_seq": excerpt.last_seq, "verified": verified.get("ok"),
        "files": parts.iter().map(Part::told).collect::<Vec<_>>(),
    });
    let manifest_text = redacted(pretty(&manifest), &hidden);
    let hash = blake3::hash(manifest_text.as_bytes()).to_hex().to_string();
    out.write(&Part::of(MANIFEST, manifest_text), &mut parts, taken_at).map_err(|error| out.failed(&error))?;
    Ok(said(config, args, &manifest, &hash))
}

fn said(config: &Config, args: &BundleArgs, manifest: &Value, hash: &str) -> Said {
    let contact = config.contact.clone();
    if contact.is_none() {
        talk("nobody is named: set contact = \"name, number\" in tollgate.toml");
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

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string())
}

fn redacted(mut text: String, hidden: &BTreeSet<String>) -> String {
    for number in export::longest_first(hidden) {
        text = text.replace(number.as_str(), export::REDACTED);
    }
    text
}

/// One file of the bundle.
struct Part {
    name: &'static str,
    len: u64,
    blake3: String,
    content: Content,
}

enum Content {
    Text(String),
    File(File),
}

impl Part {
    fn of(name: &'static str, text: String) -> Self {
        let blake3 = blake3::hash(text.as_bytes()).to_hex().to_string();
        Self { name, len: text.len() as u64, blake3, content: Content::Text(text) }
    }

    fn told(&self) -> Value {
        json!({"name": self.name, "len": self.len, "blake3": self.blake3})
    }
}

/// The file that is written; it takes its name only once it is whole.
struct Out<'a> {
    to: &'a Path,
    dir: &'a Path,
}

impl<'a> Out<'a> {
    fn open(to: &'a Path) -> Result<Self, Failure> {
        if to.exists() {
            let text = format!("{} is there already", to.display());
            return Err(Failure::told(CONFLICT, "storage", text, "name another file; nothing was written"));
        }
        let dir = to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { to, dir })
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::storage(format!("{} cannot be written: {error}", self.to.display()), "nothing was left behind")
    }

    /// The records as they were sealed, account numbers taken out unless they are wanted.
    fn journal(&self, reader: &JournalReader, excerpt: &Excerpt, hidden: &BTreeSet<String>) -> io::Result<Part> {
        let mut file = tempfile::tempfile_in(self.dir)?;
        let mut hasher = blake3::Hasher::new();
        let mut out = BufWriter::new(&mut file);
        if let (Some(first), Some(last)) = (excerpt.first_seq, excerpt.last_seq) {
            let stopped = |error: &dyn std::fmt::Display| JournalError::Stopped(error.to_string());
            let mut visit = |record: store::SealedRecord| {
                if u64::try_from(record.seq).is_ok_and(|seq| seq <= last) {
                    let mut line = export::line(record, hidden).map_err(|error| stopped(&error))?;
                    line.push('\n');
                    hasher.update(line.as_bytes());
                    out.write_all(line.as_bytes()).map_err(|error| stopped(&error))?;
                }
                Ok(())
            };
            reader.sealed(first, &mut visit).map_err(io::Error::other)?;
        }
        out.flush()?;
        drop(out);
        let len = hasher.count();
        Ok(Part {
            name: "journal.jsonl",
            len,
            blake3: hasher.finalize().to_hex().to_string(),
            content: Content::File(file),
        })
    }

    fn write(&self, manifest: &Part, parts: &mut [Part], taken_at: Timestamp) -> io::Result<()> {
        let mut name = self.to.as_os_str().to_owned();
        name.push(".part");
        let part = Path::new(&name);
        let written = write_archive(part, manifest, parts, taken_at).and_then(|()| std::fs::rename(part, self.to));
        if written.is_err() {
            // What is left is in nobody's way, and the error says more.
            drop(std::fs::remove_file(part));
        }
        written
    }
}

fn write_archive(to: &Path, manifest: &Part, parts: &mut [Part], taken_at: Timestamp) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(to)?;
    let mut archive = tar::Builder::new(BufWriter::new(file));
    let mtime = u64::try_from(taken_at.as_second()).unwrap_or(0);
    let mut put = |name: &str, len: u64, content: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(len);
        header.set_mode(MODE);
        header.set_mtime(mtime);
        archive.append_data(&mut header, name, content)
    };
    if let Content::Text(text) = &manifest.content {
        put(manifest.name, manifest.len, &mut text.as_bytes())?;
    }
    for part in parts {
        match &mut part.content {
            Content::Text(text) => put(part.name, part.len, &mut text.as_bytes())?,
            Content::File(file) => {
                file.seek(SeekFrom::Start(0))?;
                put(part.name, part.len, file)?;
            }
        }
    }
    let mut file = archive.into_inner()?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// Reads a bundle again and compares every file with what the manifest says of it. The names of the files.
pub(crate) fn check(file: &Path) -> io::Result<Vec<String>> {
    let mut archive = tar::Archive::new(File::open(file)?);
    let mut manifest = Value::Null;
    let mut found = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if name == MANIFEST {
            manifest = serde_json::from_slice(&content)?;
        } else {
            let hash = blake3::hash(&content).to_hex().to_string();
            found.push(json!({"name": name, "len": content.len(), "blake3": hash}));
        }
    }
    if manifest.get("files") != Some(&Value::Array(found.clone())) {
        return Err(io::Error::other("its files are not those of its manifest"));
    }
    let name = |one: &Value| one.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(found.iter().map(name).collect())
}

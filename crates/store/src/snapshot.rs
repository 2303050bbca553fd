//! The book as a file beside the database, so that a start need not replay everything.
//!
//! It is a shortcut and never a source: a snapshot is used only if its seal, the version that wrote it and the hash of
//! the record at its place fit the journal. Anything else is ignored with a line in the log, and everything is replayed.
//! It is only read by the version that wrote it: another version may book the same records into another state.
//!
//! A line of JSON for the header; then parts of MessagePack, each behind its length: facts, contracts, and the orders,
//! some at a time; behind them a keyed BLAKE3 over all of it.

mod row;

use crate::chain::{ChainKey, RecordHash};
use crate::journal::Head;
use crate::private;
use crate::snapshot::row::{OwnRow, Row};
use domain::activity::Activity;
use domain::approval::Approval;
use domain::book::{Book, Indexed, KeyUse, OrderRecord};
use domain::broker::BrokerOrder;
use domain::contract::Contract;
use domain::execution::{Commission, Execution};
use domain::halt::Halt;
use domain::holding::Holdings;
use domain::id::{
    ApprovalId, BrokerOrderId, ClOrdId, ConId, ExecId, Generation, InstallationId, KeyId, LeaseEpoch, PermId,
};
use domain::live::LiveState;
use domain::looping::book::LoopBook;
use domain::mandate::Mandates;
use domain::orphan::Orphans;
use domain::policy::PolicyInForce;
use domain::preview::Previews;
use domain::principal::KeyRecord;
use domain::reconcile::ReconciliationReport;
use domain::silence::Silence;
use domain::trading_state::TradingStates;
use domain::verification::Verification;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The snapshot's file in the data directory.
pub(crate) const SNAPSHOT_FILE: &str = "book.snapshot";
const FORMAT: u32 = 21;
/// Orders of one part: enough that both processors have something to read at any size that matters.
const ORDERS_OF_PART: usize = 1_024;
const LENGTH_LEN: usize = 8;
const SEAL_LEN: usize = 32;
const BUFFER_LEN: usize = 1 << 20;
/// Records between two snapshots of a running writer.
const EVERY: u64 = 100_000;
/// At an orderly end, fewer records than this are replayed faster than a snapshot is written.
const WORTH_AT_END: u64 = 1_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    format: u32,
    /// The version that wrote it.
    version: Cow<'a, str>,
    seq: u64,
    /// Of the record there.
    hash: Cow<'a, str>,
}

/// Where a map differs from what the orders say by themselves.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences<K, V> {
    absent: Vec<K>,
    other: Vec<(K, V)>,
}

impl<K: Ord + Clone, V: PartialEq + Clone> Differences<K, V> {
    fn between(said: &BTreeMap<K, V>, is: &BTreeMap<K, V>) -> Self {
        let absent = said.keys().filter(|key| !is.contains_key(key)).cloned().collect();
        let differs = |(key, value): &(&K, &V)| said.get(key) != Some(value);
        let other = is.iter().filter(differs).map(|(key, value)| (key.clone(), value.clone())).collect();
        Self { absent, other }
    }

    fn put_into(self, said: &mut BTreeMap<K, V>) {
        for key in &self.absent {
            said.remove(key);
        }
        said.extend(self.other);
    }
}

/// What the orders say by themselves.
struct Said {
    by_broker_id: BTreeMap<BrokerOrderId, ClOrdId>,
    by_perm_id: BTreeMap<PermId, ClOrdId>,
    executions: BTreeMap<ExecId, Option<ClOrdId>>,
}

impl Said {
    fn by(orders: &BTreeMap<ClOrdId, Arc<OrderRecord>>) -> Self {
        std::thread::scope(|scope| {
            let traded = || {
                let of = |(key, order): (&ClOrdId, &Arc<OrderRecord>)| {
                    let owner = key.clone();
                    order.executions.keys().map(move |id| (id.clone(), Some(owner.clone()))).collect::<Vec<_>>()
                };
                orders.iter().flat_map(of).collect()
            };
            let executions = scope.spawn(traded);
            let sent = |(key, order): (&ClOrdId, &Arc<OrderRecord>)| {
                let ids: Vec<_> = order.attempts.iter().map(|attempt| (attempt.broker_order_id, key.clone())).collect();
                ids
            };
            let by_broker_id = orders.iter().flat_map(sent).collect();
            let known = |(key, order): (&ClOrdId, &Arc<OrderRecord>)| order.perm_id.map(|id| (id, key.clone()));
            let by_perm_id = orders.iter().filter_map(known).collect();
            // A thread that could not do it says nothing: then all of it is told as a difference.
            Self { by_broker_id, by_perm_id, executions: executions.join().unwrap_or_default() }
        })
    }
}

/// Everything but the orders and their contracts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    installation: Option<InstallationId>,
    epoch: LeaseEpoch,
    open: BTreeSet<ClOrdId>,
    other_keys: BTreeMap<ClOrdId, Arc<KeyUse>>,
    by_broker_id: Differences<BrokerOrderId, ClOrdId>,
    by_perm_id: Differences<PermId, ClOrdId>,
    order_id_high_water: i32,
    approvals: BTreeMap<ApprovalId, Arc<Approval>>,
    previews: Previews,
    trading_states: TradingStates,
    policy: Option<Arc<PolicyInForce>>,
    configured_policy: Option<String>,
    newest_version: Option<String>,
    mandates: Mandates,
    live: LiveState,
    halted_instruments: BTreeMap<ConId, Halt>,
    executions: Differences<ExecId, Option<ClOrdId>>,
    external_executions: BTreeMap<ExecId, Execution>,
    external_busts: BTreeSet<ExecId>,
    holdings: Holdings,
    early_commissions: BTreeMap<ExecId, Commission>,
    external_orders: BTreeMap<i64, BrokerOrder>,
    last_reconciliation: Option<ReconciliationReport>,
    last_verification: Option<(Timestamp, Verification)>,
    orphans: Orphans,
    activity: Activity,
    silence: Silence,
    looping: Arc<LoopBook>,
    api_keys: BTreeMap<KeyId, KeyRecord>,
    generation: Generation,
    counts: BTreeMap<Cow<'static, str>, u64>,
}

impl Facts {
    /// Names every field of the book: one that is added must be met here.
    fn of(book: &Book) -> Self {
        let Book {
            installation,
            epoch,
            seq: _,
            orders,
            open,
            other_keys,
            by_broker_id,
            by_perm_id,
            order_id_high_water,
            approvals,
            previews,
            trading_states,
            policy,
            configured_policy,
            newest_version,
            mandates,
            live,
            halted_instruments,
            executions,
            external_executions,
            external_busts,
            holdings,
            early_commissions,
            external_orders,
            last_reconciliation,
            last_verification,
            orphans,
            // Orders and trades say it by themselves.
            index: _,
            activity,
            silence,
            looping,
            api_keys,
            generation,
            counts,
        } = book;
        let said = Said::by(orders);
        Self {
            installation: installation.clone(),
            epoch: *epoch,
            open: open.clone(),
            other_keys: other_keys.clone(),
            by_broker_id: Differences::between(&said.by_broker_id, by_broker_id),
            by_perm_id: Differences::between(&said.by_perm_id, by_perm_id),
            order_id_high_water: *order_id_high_water,
            approvals: approvals.clone(),
            previews: previews.clone(),
            trading_states: trading_states.clone(),
            policy: policy.clone(),
            configured_policy: configured_policy.clone(),
            newest_version: newest_version.clone(),
            mandates: mandates.clone(),
            live: live.clone(),
            halted_instruments: halted_instruments.clone(),
            executions: Differences::between(&said.executions, executions),
            external_executions: external_executions.clone(),
            external_busts: external_busts.clone(),
            holdings: holdings.clone(),
            early_commissions: early_commissions.clone(),
            external_orders: external_orders.clone(),
            last_reconciliation: last_reconciliation.clone(),
            last_verification: last_verification.clone(),
            orphans: orphans.clone(),
            activity: activity.clone(),
            silence: *silence,
            looping: Arc::clone(looping),
            api_keys: api_keys.clone(),
            generation: *generation,
            counts: counts.clone(),
        }
    }

    fn book(self, seq: u64, orders: BTreeMap<ClOrdId, Arc<OrderRecord>>) -> Book {
        let Said { mut by_broker_id, mut by_perm_id, mut executions } = Said::by(&orders);
        self.by_broker_id.put_into(&mut by_broker_id);
        self.by_perm_id.put_into(&mut by_perm_id);
        self.executions.put_into(&mut executions);
        Book {
            installation: self.installation,
            epoch: self.epoch,
            seq,
            orders,
            open: self.open,
            other_keys: self.other_keys,
            by_broker_id,
            by_perm_id,
            order_id_high_water: self.order_id_high_water,
            approvals: self.approvals,
            previews: self.previews,
            trading_states: self.trading_states,
            policy: self.policy,
            configured_policy: self.configured_policy,
            newest_version: self.newest_version,
            mandates: self.mandates,
            live: self.live,
            halted_instruments: self.halted_instruments,
            executions,
            external_executions: self.external_executions,
            external_busts: self.external_busts,
            holdings: self.holdings,
            early_commissions: self.early_commissions,
            external_orders: self.external_orders,
            last_reconciliation: self.last_reconciliation,
            last_verification: self.last_verification,
            orphans: self.orphans,
            index: Indexed::default(),
            activity: self.activity,
            silence: self.silence,
            looping: self.looping,
            api_keys: self.api_keys,
            generation: self.generation,
            counts: self.counts,
        }
    }
}

/// The distinct contracts of all orders, and which one each order has.
fn contracts(book: &Book) -> (Vec<&Contract>, Vec<Option<usize>>) {
    let mut distinct: Vec<&Contract> = Vec::new();
    let mut known: BTreeMap<ConId, Vec<usize>> = BTreeMap::new();
    let mut number = |contract| {
        let contract: &Contract = contract;
        let same = known.entry(contract.con_id).or_default();
        let found = same.iter().copied().find(|at| distinct.get(*at).is_some_and(|other| *other == contract));
        found.unwrap_or_else(|| {
            distinct.push(contract);
            same.push(distinct.len() - 1);
            distinct.len() - 1
        })
    };
    let numbers = book.orders.values().map(|order| order.contract.as_deref().map(&mut number)).collect();
    (distinct, numbers)
}

/// Hashes what goes by.
struct Sealing {
    file: File,
    hasher: blake3::Hasher,
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes the snapshot; the old one stays until the new one is durable as a whole.
fn write(path: &Path, key: &ChainKey, head: &Head, book: &Book) -> io::Result<()> {
    let new = path.with_extension("snapshot.new");
    let file = private::open_or_create(&new)?;
    file.set_len(0)?;
    let mut out = BufWriter::with_capacity(BUFFER_LEN, Sealing { file, hasher: key.snapshot_hasher() });
    let header = Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        seq: head.seq,
        hash: head.hash.to_string().into(),
    };
    serde_json::to_writer(&mut out, &header)?;
    out.write_all(b"\n")?;
    // With the names of all fields: some are left out when they say nothing.
    part(&mut out, &rmp_serde::to_vec_named(&Facts::of(book)).map_err(io::Error::other)?)?;
    let (distinct, numbers) = contracts(book);
    part(&mut out, &rmp_serde::to_vec_named(&distinct).map_err(io::Error::other)?)?;
    let orders: Vec<(Option<usize>, Row<'_>)> =
        numbers.into_iter().zip(book.orders.values().map(|order| Row(order))).collect();
    for some in orders.chunks(ORDERS_OF_PART) {
        part(&mut out, &rmp_serde::to_vec(some).map_err(io::Error::other)?)?;
    }
    let Sealing { mut file, hasher } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.write_all(hasher.finalize().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    private::sync_parent(path)
}

fn part(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u64::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(bytes)
}

/// The book of the snapshot, if there is one that fits. `hash_at` tells the hash of a genuine record of the journal.
pub(crate) fn load<E: std::fmt::Display>(
    path: &Path,
    key: &ChainKey,
    hash_at: impl FnOnce(u64) -> Result<Option<RecordHash>, E>,
) -> Option<Book> {
    let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata.len())));
    let (file, len) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the snapshot cannot be read: everything is replayed");
            return None;
        }
    };
    match read(BufReader::new(file), len, key, hash_at) {
        Ok(book) => Some(book),
        Err(why) => {
            tracing::warn!(path = %path.display(), why, "the snapshot does not fit: everything is replayed");
            None
        }
    }
}

/// Reads the parts and seals them as they go by. Never all of them at once: a start would wait for that much memory.
struct Parts<R> {
    file: R,
    hasher: blake3::Hasher,
    /// Bytes before the seal that were not read yet.
    left: u64,
    /// Parts that were read.
    count: usize,
}

impl<R: BufRead> Parts<R> {
    fn header(&mut self, into: &mut Vec<u8>) -> Result<(), String> {
        self.file.by_ref().take(self.left).read_until(b'\n', into).map_err(|error| error.to_string())?;
        self.sealed(into)?;
        into.pop_if(|last| *last == b'\n').map(drop).ok_or_else(|| "it is too short".to_owned())
    }

    /// The place of the next part, which is then in `buffer`; none after the last one.
    fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<usize>, String> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut length = [0; LENGTH_LEN];
        self.file.read_exact(&mut length).map_err(|error| error.to_string())?;
        self.sealed(&length)?;
        let length = u64::from_le_bytes(length);
        if length > self.left {
            return Err("it is too short".to_owned());
        }
        buffer.resize(usize::try_from(length).map_err(|error| error.to_string())?, 0);
        self.file.read_exact(buffer).map_err(|error| error.to_string())?;
        self.sealed(buffer)?;
        self.count += 1;
        Ok(Some(self.count))
    }

    fn sealed(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.hasher.update(bytes);
        let length = u64::try_from(bytes.len()).map_err(|error| error.to_string())?;
        self.left = self.left.checked_sub(length).ok_or("it is too short")?;
        Ok(())
    }

    fn seal_fits(&mut self) -> Result<bool, String> {
        let mut seal = [0; SEAL_LEN];
        self.file.read_exact(&mut seal).map_err(|error| error.to_string())?;
        Ok(self.left == 0 && self.hasher.finalize() == blake3::Hash::from(seal))
    }
}

fn read<E: std::fmt::Display>(
    file: impl BufRead + Send,
    len: u64,
    key: &ChainKey,
    hash_at: impl FnOnce(u64) -> Result<Option<RecordHash>, E>,
) -> Result<Book, String> {
    let left = len.checked_sub(SEAL_LEN as u64).ok_or("it is too short")?;
    let mut parts = Parts { file, hasher: key.snapshot_hasher(), left, count: 0 };
    let mut header = Vec::new();
    parts.header(&mut header)?;
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|error| error.to_string())?;
    if (header.format, header.version.as_ref()) != (FORMAT, env!("CARGO_PKG_VERSION")) {
        return Err(format!("it was written by version {}", header.version));
    }
    let there = hash_at(header.seq).map_err(|error| error.to_string())?;
    if there.map(|hash| hash.to_string()).as_deref() != Some(header.hash.as_ref()) {
        return Err(format!("record {} of the journal is another one", header.seq));
    }
    let (mut facts, mut contracts) = (Vec::new(), Vec::new());
    parts.next(&mut facts)?.ok_or("it is too short")?;
    parts.next(&mut contracts)?.ok_or("it is too short")?;
    let contracts: Vec<Arc<Contract>> = parse(&contracts)?;
    let parts = Mutex::new(parts);
    let (other, facts, own) = std::thread::scope(|scope| {
        let other = scope.spawn(|| orders(&parts, &contracts));
        let facts = parse::<Facts>(&facts);
        let own = orders(&parts, &contracts);
        (other.join(), facts, own)
    });
    let other = other.map_err(|_| "reading it failed".to_owned())?;
    let mut parts = parts.into_inner().map_err(|_| "reading it failed".to_owned())?;
    // What was read so far is worth nothing without the seal.
    if !parts.seal_fits()? {
        return Err("its seal does not fit".to_owned());
    }
    // A map is built in one pass out of what is sorted.
    let mut some: Vec<(usize, Orders)> = own?.into_iter().chain(other?).collect();
    some.sort_unstable_by_key(|(place, _)| *place);
    Ok(facts?.book(header.seq, some.into_iter().flat_map(|(_, orders)| orders).collect()))
}

type Orders = Vec<(ClOrdId, Arc<OrderRecord>)>;

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    rmp_serde::from_slice(bytes).map_err(|error| error.to_string())
}

/// The orders of as many parts as nobody else takes, each with its place.
fn orders<R: BufRead>(parts: &Mutex<Parts<R>>, contracts: &[Arc<Contract>]) -> Result<Vec<(usize, Orders)>, String> {
    let (mut read, mut buffer) = (Vec::new(), Vec::new());
    loop {
        let next = parts.lock().map_err(|_| "reading it failed")?.next(&mut buffer)?;
        let Some(place) = next else { return Ok(read) };
        let some: Vec<(Option<usize>, OwnRow)> = parse(&buffer)?;
        let mut orders = Vec::with_capacity(some.len());
        for (number, OwnRow(mut order)) in some {
            if let Some(number) = number {
                order.contract = Some(contracts.get(number).ok_or("a contract is missing")?.clone());
            }
            orders.push((order.intent.cl_ord_id.clone(), Arc::new(order)));
        }
        read.push((place, orders));
    }
}

/// Writes snapshots beside a running writer, one at a time, and the last one at an orderly end.
pub(crate) struct Snapshots {
    path: PathBuf,
    /// Place of the newest one that was written or begun.
    at_seq: u64,
    running: Option<JoinHandle<()>>,
}

impl Snapshots {
    /// `at_seq` is the place of the snapshot that was used; 0 without one.
    pub(crate) fn new(data_dir: &Path, at_seq: u64) -> Self {
        Self { path: data_dir.join(SNAPSHOT_FILE), at_seq, running: None }
    }

    /// Begins one on a thread of its own when it is time. The copy of the book shares all orders with the original.
    pub(crate) fn keep_up(&mut self, key: &ChainKey, head: Head, book: Option<&Book>) {
        let is_due = head.seq >= self.at_seq.saturating_add(EVERY);
        let is_busy = self.running.as_ref().is_some_and(|running| !running.is_finished());
        let Some(book) = book.filter(|_| is_due && !is_busy) else {
            return;
        };
        self.at_seq = head.seq;
        let (path, key, book) = (self.path.clone(), key.clone(), book.clone());
        let thread = std::thread::Builder::new().name("snapshot".to_owned());
        match thread.spawn(move || write_or_tell(&path, &key, &head, &book)) {
            Ok(running) => self.running = Some(running),
            Err(error) => tracing::warn!(%error, "no snapshot: the next start replays more"),
        }
    }

    /// The last one, when it is worth it. Waits for one that is under way.
    pub(crate) fn end(&mut self, key: &ChainKey, head: Head, book: Option<&Book>, in_order: bool) {
        if self.running.take().is_some_and(|running| running.join().is_err()) {
            tracing::warn!("the snapshot's thread panicked");
        }
        if let Some(book) = book.filter(|_| in_order && head.seq >= self.at_seq.saturating_add(WORTH_AT_END)) {
            self.at_seq = head.seq;
            write_or_tell(&self.path, key, &head, book);
        }
    }
}

fn write_or_tell(path: &Path, key: &ChainKey, head: &Head, book: &Book) {
    if let Err(error) = write(path, key, head, book) {
        tracing::warn!(path = %path.display(), %error, "no snapshot: the next start replays more");
    }
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;

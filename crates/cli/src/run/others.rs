//! Which versions of trades count, as far as reports have to say it: of others' trades from memory, for they come one by one
//! and nothing else tells which of them replaces which; of ours from the journal, where a bust is rare.

use super::reporting::Before;
use domain::execution::{family, split_correction, supersedes};
use domain::id::{ClOrdId, ExecId};
use domain::journal::JournalEvent;
use std::collections::{BTreeMap, BTreeSet};
use store::{Direction, JournalError, JournalReader, Page, RecordFilter};

/// Records that are read at once.
const PAGE_LEN: u32 = 1_000;
/// The kinds of record that tell trades of others.
const KINDS: [&str; 2] = ["external_execution", "external_bust"];

/// Trades that are not ours; as many as the gateway's own book keeps.
#[derive(Debug)]
pub(super) struct Others {
    /// The version of each that counts, and the record that told it.
    counting: BTreeMap<ExecId, u64>,
    busts: BTreeSet<ExecId>,
    /// The next record that is not taken in yet.
    next: u64,
}

impl Default for Others {
    fn default() -> Self {
        Self { counting: BTreeMap::new(), busts: BTreeSet::new(), next: 1 }
    }
}

impl Others {
    /// Knows what came before that record.
    pub(super) fn catch_up(&mut self, reader: &JournalReader, before: u64) -> Result<(), JournalError> {
        if self.next > before {
            *self = Self::default();
        }
        let mut found = Vec::new();
        for kind in KINDS {
            let filter = RecordFilter { kind: Some(kind.to_owned()), ..RecordFilter::default() };
            let mut cursor = Some(self.next.saturating_sub(1));
            loop {
                let page = reader.records(&filter, &Page { cursor, limit: PAGE_LEN, direction: Direction::Forward })?;
                let Some(last) = page.last().map(|record| record.recorded.seq) else { break };
                cursor = Some(last);
                let early = page.into_iter().map(|record| record.recorded).filter(|record| record.seq < before);
                found.extend(early);
                if last >= before {
                    break;
                }
            }
        }
        found.sort_by_key(|record| record.seq);
        for record in found {
            let known = self.before(&record.event);
            self.meet(record.seq, &record.event, &known);
        }
        self.next = before;
        Ok(())
    }

    /// What is known of the trade that this is about, before it.
    pub(super) fn before(&self, event: &JournalEvent) -> Before {
        let Some((exec_id, _)) = of_others(event) else { return Before::default() };
        let of_same = |bust: &&ExecId| split_correction(bust).0 == split_correction(exec_id).0;
        Before {
            counts: family(&self.counting, exec_id).next().cloned(),
            bust: self.busts.iter().filter(of_same).find(|bust| !supersedes(exec_id, bust)).cloned(),
        }
    }

    /// Takes a record in, as [`domain::book::Book`] does.
    pub(super) fn meet(&mut self, seq: u64, event: &JournalEvent, before: &Before) {
        self.next = seq.saturating_add(1);
        let Some((exec_id, is_bust)) = of_others(event) else { return };
        if is_bust {
            self.busts.insert(exec_id.clone());
            if let Some(gone) = before.undone_by(exec_id) {
                self.counting.remove(gone);
            }
        } else if before.stands_against(exec_id).is_none() {
            if let Some(gone) = before.replaced_by(exec_id) {
                self.counting.remove(gone);
            }
            self.counting.insert(exec_id.clone(), seq);
        }
    }
}

/// The trade of others, or what takes one back.
fn of_others(event: &JournalEvent) -> Option<(&ExecId, bool)> {
    if let JournalEvent::ExternalExecution { execution } = event {
        return Some((&execution.exec_id, false));
    }
    if let JournalEvent::ExternalBust { exec_id } = event {
        return Some((exec_id, true));
    }
    None
}

/// The newest version of a trade of ours that the order knew before this record.
pub(super) fn ours_before(
    reader: &JournalReader,
    key: &ClOrdId,
    bust: &ExecId,
    seq: u64,
) -> Result<Before, JournalError> {
    let mut counts: Option<ExecId> = None;
    for record in reader.order_history(key, u32::MAX)? {
        let JournalEvent::Order { cl_ord_id, event } = &record.recorded.event else { continue };
        let Some(told) = event.of_trade().and_then(|news| news.told()) else { continue };
        let is_of_it = cl_ord_id == key && split_correction(told).0 == split_correction(bust).0;
        if record.recorded.seq < seq && is_of_it && counts.as_ref().is_none_or(|known| supersedes(told, known)) {
            counts = Some(told.clone());
        }
    }
    Ok(Before { counts, bust: None })
}

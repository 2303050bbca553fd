//! What is durable, replayed beside the engines, and how often each cell of the lifecycle's table was met.

use crate::coverage::Coverage;
use domain::book::Book;
use domain::event::OrderEvent;
use domain::id::{BrokerOrderId, ClOrdId};
use domain::journal::{JournalEvent, Recorded};
use domain::lifecycle::EventKind;
use domain::order::Amendment;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Journal, JournalError};

/// What the truth holds.
#[derive(Debug)]
pub struct State {
    /// The durable records, replayed.
    pub book: Book,
    /// Cells that were met.
    pub coverage: Coverage,
    /// A record that did not follow: two writers wrote, or replay is broken.
    pub broken: Option<String>,
    /// An order was handed over before its intent was durable.
    pub early: Option<String>,
    /// Changes that were to leave their orders as they were: the broker's ledger tells nothing of them.
    pub to_the_same: BTreeSet<ClOrdId>,
    /// What each change asked for, and its place in the journal.
    pub asked: BTreeMap<ClOrdId, (u64, Amendment)>,
    /// Orders that a look did not find, since somebody last took them.
    pub not_found: Vec<ClOrdId>,
    /// Bumped with each durable batch.
    pub batches: u64,
}

/// The durable journal seen from outside. Clones share it.
#[derive(Clone, Debug)]
pub struct Truth(Arc<Mutex<State>>);

impl Default for Truth {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            book: Book::empty(),
            coverage: Coverage::default(),
            broken: None,
            early: None,
            to_the_same: BTreeSet::new(),
            asked: BTreeMap::new(),
            not_found: Vec::new(),
            batches: 0,
        })))
    }
}

impl Truth {
    /// A look at it.
    pub fn read(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A journal was opened: what it holds is what is durable. A batch whose answer was lost may be among it.
    ///
    /// # Errors
    /// What the journal cannot read.
    pub fn reopen(&self, journal: &dyn Journal) -> Result<(), JournalError> {
        let mut state = self.read();
        let mut book = Book::empty();
        let mut broken = None;
        let known = state.book.seq;
        let State { coverage, to_the_same, asked, .. } = &mut *state;
        journal.replay(1, &mut |record| {
            if record.seq > known {
                note(coverage, &book, &record.event);
            }
            to_the_same.extend(change_to_the_same(&book, &record.event));
            asked.extend(asked_by(&record));
            if broken.is_none() {
                broken = book.apply(&record).err().map(|error| error.to_string());
            }
            Ok(())
        })?;
        state.book = book;
        if let Some(why) = broken {
            state.broken.get_or_insert(why);
        }
        Ok(())
    }

    /// An order was handed to the adapter; if its intent is not durable, a promise is broken.
    pub fn sent(&self, key: &ClOrdId, id: BrokerOrderId) {
        let mut state = self.read();
        let attempts = state.book.orders.get(key).map(|order| order.attempts.as_slice()).unwrap_or_default();
        if !attempts.iter().any(|attempt| attempt.broker_order_id == id) {
            state
                .early
                .get_or_insert_with(|| format!("{key} was handed to the adapter as {id}, the journal lacks that"));
        }
    }

    /// Records became durable.
    pub fn durable(&self, records: &[Recorded]) {
        let mut state = self.read();
        let State { book, coverage, broken, batches, not_found, to_the_same, asked, .. } = &mut *state;
        *batches += 1;
        for record in records {
            note(coverage, book, &record.event);
            if let JournalEvent::Order { cl_ord_id, event: OrderEvent::NotFound } = &record.event {
                not_found.push(cl_ord_id.clone());
            }
            to_the_same.extend(change_to_the_same(book, &record.event));
            asked.extend(asked_by(record));
            if let Err(error) = book.apply(record) {
                broken.get_or_insert_with(|| error.to_string());
                return;
            }
        }
    }
}

/// The key of a change that asks for what the order is already.
fn change_to_the_same(book: &Book, event: &JournalEvent) -> Option<ClOrdId> {
    let JournalEvent::ReplaceSubmitting { cl_ord_id, key, amendment, .. } = event else { return None };
    let intent = &book.orders.get(cl_ord_id)?.intent;
    let same = (intent.qty, intent.order_type, intent.tif) == (amendment.qty, amendment.order_type, amendment.tif);
    same.then(|| key.clone())
}

fn asked_by(record: &Recorded) -> Option<(ClOrdId, (u64, Amendment))> {
    let JournalEvent::ReplaceSubmitting { key, amendment, .. } = &record.event else { return None };
    Some((key.clone(), (record.seq, *amendment)))
}

fn note(coverage: &mut Coverage, book: &Book, event: &JournalEvent) {
    let Some(key) = event.cl_ord_id() else { return };
    let Some(order) = book.orders.get(key) else { return };
    let kind = if let JournalEvent::Order { event, .. } = event {
        order.kind_of(event)
    } else if let JournalEvent::OrderSubmitting { .. } = event {
        EventKind::Released
    } else if let JournalEvent::CancelSubmitting { .. } = event {
        EventKind::CancelRequested
    } else if let JournalEvent::ReplaceSubmitting { .. } = event {
        EventKind::ReplaceRequested
    } else {
        return;
    };
    coverage.note(order.status, kind);
}

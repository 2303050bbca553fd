//! What the writer shows to readers: the committed book and the state of the link.

use crate::desk::LeaseStatus;
use crate::outbound::OutboundCount;
use crate::pace::Paces;
use domain::account::{AccountSummary, Position};
use domain::book::{Book, ReplayError};
use domain::farms::Farms;
use domain::fault::Fault;
use domain::gates::LinkState;
use domain::id::ClOrdId;
use domain::id::{ConId, Generation};
use domain::journal::Recorded;
use domain::mode::ModeProof;
use domain::money::Currency;
use domain::tally::Tally;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;

/// The link and what was learned over it. Lives in memory: a restart asks the broker anew.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    pub(crate) link: LinkState,
    pub(crate) since: Timestamp,
    pub(crate) generation: Generation,
    pub(crate) server_version: Option<i32>,
    pub(crate) clock_skew_ms: Option<i64>,
    pub(crate) mode: Option<ModeProof>,
    pub(crate) next_valid_id: i64,
    /// Which farms are away.
    pub(crate) farms: Farms,
    pub(crate) reconciled: bool,
    pub(crate) alarm: Option<String>,
    /// Why the writer ended.
    pub(crate) fault: Option<Fault>,
    /// The whole journal is being walked.
    pub(crate) verifying: bool,
    /// Why the newest walk could not be made.
    pub(crate) unverified: Option<String>,
    /// Host and port of the broker, for reading.
    pub(crate) endpoint: String,
    /// Who writes.
    pub(crate) lease: LeaseStatus,
    /// The holder of the lease has shown no life for too long.
    pub(crate) holder_is_silent: bool,
    /// The writer before did not end in order: its process may live and hold the client id at the broker.
    pub(crate) takeover_from: Option<Predecessor>,
    /// Place and hash of the journal's last record.
    pub(crate) head: (u64, String),
    pub(crate) account: Option<AccountSummary>,
    /// Shared with every copy: hundreds of them do not move with each commit.
    pub(crate) positions: Option<Arc<Vec<Position>>>,
    /// Order messages of this connection, by the door's own count.
    pub(crate) outbound: OutboundCount,
    /// What is left of the budgets of messages.
    pub(crate) paces: Paces,
    /// Signed quantities, positions of the last look plus what was traded since.
    pub(crate) held: BTreeMap<ConId, Decimal>,
}

impl Session {
    /// Rate into the account's base currency and when it was received.
    pub(crate) fn fx_to_base(&self, currency: &Currency) -> Option<(Decimal, Timestamp)> {
        let account = self.account.as_ref()?;
        if account.base_currency.as_ref() == Some(currency) {
            return Some((Decimal::ONE, account.received_at));
        }
        account.exchange_rates.get(currency).map(|rate| (*rate, account.received_at))
    }

    pub(crate) fn down(now: Timestamp, reason: &str, endpoint: &str, lease: LeaseStatus) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            lease,
            holder_is_silent: false,
            takeover_from: None,
            link: LinkState::Down(reason.to_owned()),
            since: now,
            generation: Generation(0),
            server_version: None,
            clock_skew_ms: None,
            mode: None,
            next_valid_id: 0,
            farms: Farms::default(),
            reconciled: false,
            alarm: None,
            fault: None,
            verifying: false,
            unverified: None,
            head: (0, String::new()),
            account: None,
            positions: None,
            outbound: OutboundCount::default(),
            paces: Paces::default(),
            held: BTreeMap::new(),
        }
    }
}

/// A writer that did not end in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Predecessor {
    pub(crate) pid: Option<u32>,
}

/// What readers see.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) book: Book,
    pub(crate) session: Session,
    pub(crate) tally: Tally,
}

impl Shown {
    pub(crate) fn new(book: Book, session: Session) -> Self {
        Self { tally: Tally::of(&book), book, session }
    }

    /// Books a durable record.
    pub(crate) fn follow(&mut self, record: &Recorded) -> Result<(), ReplayError> {
        self.tally.follow(&mut self.book, record)
    }
}

/// What the writer shows after each commit, read by everyone.
#[derive(Debug)]
pub(crate) struct Shared {
    state: RwLock<Shown>,
    changed: watch::Sender<u64>,
    first_in_flight: RwLock<BTreeSet<ClOrdId>>,
    /// Nanoseconds since 1970 of the broker's last word; 0 before the first.
    last_message_ns: AtomicI64,
}

impl Shared {
    pub(crate) fn new(book: Book, session: Session) -> Self {
        let seq = book.seq;
        Self {
            state: RwLock::new(Shown::new(book, session)),
            changed: watch::Sender::new(seq),
            first_in_flight: RwLock::new(BTreeSet::new()),
            last_message_ns: AtomicI64::new(0),
        }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Shown> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Shown> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everyone who waits for the book to move on.
    pub(crate) fn announce(&self, seq: u64) {
        self.changed.send_replace(seq);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn heard(&self, now: Timestamp) {
        self.last_message_ns.store(i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn last_message_at(&self) -> Option<Timestamp> {
        let ns = self.last_message_ns.load(Ordering::Relaxed);
        (ns != 0).then(|| Timestamp::from_nanosecond(i128::from(ns)).ok()).flatten()
    }

    /// Marks that the first caller of a key still waits; the mark goes with the returned guard of whoever made it.
    pub(crate) fn begin_first(&self, key: &ClOrdId) -> FirstInFlight<'_> {
        let made = self.first_in_flight.write().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        FirstInFlight { shared: self, key: key.clone(), made }
    }

    pub(crate) fn first_waits(&self, key: &ClOrdId) -> bool {
        self.first_in_flight.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}

/// See [`Shared::begin_first`].
pub(crate) struct FirstInFlight<'a> {
    shared: &'a Shared,
    key: ClOrdId,
    made: bool,
}

impl Drop for FirstInFlight<'_> {
    fn drop(&mut self) {
        if !self.made {
            return;
        }
        self.shared.first_in_flight.write().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

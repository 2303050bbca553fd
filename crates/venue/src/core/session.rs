//! What a connected client has asked to be told. None of it survives its connection.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::account_values::{Key, Unit};
use super::data_feeds::DataFeeds;
use super::history::BarFeed;
use super::ticks::TickFeed;

/// A connected client.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) client_id: i32,
    pub(super) connected_at: Timestamp,
    /// The last order id this session was told is free.
    pub(super) issued_id: i32,
    pub(super) binds_manual_orders: bool,
    pub(super) data: DataFeeds,
    pub(super) ticks: BTreeMap<i32, TickFeed>,
    pub(super) bars: BTreeMap<i32, BarFeed>,
    pub(super) positions: bool,
    pub(super) positions_multi: BTreeMap<i32, AccountSet>,
    pub(super) summaries: BTreeMap<i32, SummaryFeed>,
    pub(super) account_updates: Option<ValuesFeed>,
    pub(super) account_updates_multi: BTreeMap<i32, MultiFeed>,
    pub(super) pnl: BTreeMap<i32, PnlFeed>,
    pub(super) pnl_single: BTreeMap<i32, PnlSingleFeed>,
}

/// Positions of accounts in the state.
pub(super) type AccountSet = BTreeSet<usize>;

/// An account summary with its last figures.
#[derive(Clone, Debug)]
pub(super) struct SummaryFeed {
    pub(super) accounts: AccountSet,
    pub(super) tags: Vec<String>,
    pub(super) sent_at: Timestamp,
    pub(super) last: BTreeMap<(usize, Key, Unit), String>,
}

/// Account values and portfolio of one account.
#[derive(Clone, Debug)]
pub(super) struct ValuesFeed {
    pub(super) account: usize,
    pub(super) sent_at: Timestamp,
    /// Holdings that trades changed since, and the second in which a trade was last told.
    pub(super) touched: BTreeSet<usize>,
    pub(super) told: i64,
    pub(super) last: BTreeMap<(Key, Unit), String>,
}

/// Account values of several accounts.
#[derive(Clone, Debug)]
pub(super) struct MultiFeed {
    pub(super) accounts: AccountSet,
    /// Figures by currency and the net liquidation value only.
    pub(super) ledger_only: bool,
    pub(super) sent_at: Timestamp,
    /// Whether a trade changed anything since, and the second in which a trade was last told.
    pub(super) touched: bool,
    pub(super) told: i64,
    pub(super) last: BTreeMap<(usize, Key, Unit), String>,
}

/// Profit and loss of an account.
#[derive(Clone, Debug)]
pub(super) struct PnlFeed {
    pub(super) account: usize,
    pub(super) last: Option<[Decimal; 3]>,
}

/// Profit and loss of a holding.
#[derive(Clone, Debug)]
pub(super) struct PnlSingleFeed {
    pub(super) account: usize,
    pub(super) instrument: usize,
    pub(super) last: Option<[Decimal; 5]>,
}

impl Session {
    pub(super) fn new(client_id: i32, now: Timestamp) -> Self {
        Self {
            client_id,
            connected_at: now,
            issued_id: 0,
            binds_manual_orders: false,
            data: DataFeeds::default(),
            ticks: BTreeMap::new(),
            bars: BTreeMap::new(),
            positions: false,
            positions_multi: BTreeMap::new(),
            summaries: BTreeMap::new(),
            account_updates: None,
            account_updates_multi: BTreeMap::new(),
            pnl: BTreeMap::new(),
            pnl_single: BTreeMap::new(),
        }
    }
}

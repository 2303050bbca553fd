//! What a restore from a backup means: how far it set the journal back, and what must not be trusted any more.

use crate::approval::ApprovalStatus;
use crate::book::Book;
use crate::event::OrderEvent;
use crate::journal::JournalEvent;
use crate::lifecycle::OrdStatus;
use crate::principal::Principal;
use crate::reason::Reason;
use crate::trading_state::{KillScope, TradingState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Order ids that are left out: more than could have been used between a backup and its restore.
const ORDER_IDS_SKIPPED: u64 = 1_000_000;
/// IBKR's ids end there; see `BrokerOrderId`.
const ORDER_ID_MAX: u64 = 1_499_999_999;

/// What the checkpoint file knew of the journal that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum CheckpointFound {
    /// There was none: how many records are lost nobody knows.
    Missing,
    /// It ends with a record that was restored: nothing that it knows is lost.
    Agrees {
        /// That record.
        seq: u64,
    },
    /// It knows records that were not restored.
    Ahead {
        /// The newest of them.
        seq: u64,
        /// Its hash, hex: whoever finds that record can prove that it is the one.
        hash: String,
    },
    /// It knows another record at a place that was restored: after the backup the history went another way.
    Differs {
        /// That place.
        seq: u64,
    },
    /// It is not what was written.
    Changed {
        /// How many of its lines.
        lines: u64,
    },
}

/// One restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// Name of the backup's file.
    pub source: String,
    /// When the backup was taken.
    pub taken_at: Timestamp,
    /// Its last record.
    pub head_seq: u64,
    /// The hash of that record, hex.
    pub head_hash: String,
    /// What the checkpoint file knew.
    pub checkpoint: CheckpointFound,
    /// Where the old data directory was moved to; `None` where there was none.
    pub moved_aside: Option<String>,
}

impl Restoration {
    /// How many records are known to be lost.
    pub fn lost(&self) -> u64 {
        match &self.checkpoint {
            CheckpointFound::Ahead { seq, .. } => seq.saturating_sub(self.head_seq),
            CheckpointFound::Missing
            | CheckpointFound::Agrees { .. }
            | CheckpointFound::Differs { .. }
            | CheckpointFound::Changed { .. } => 0,
        }
    }

    /// What is known about lost records, in words.
    pub fn loss(&self) -> String {
        let head = self.head_seq;
        match &self.checkpoint {
            CheckpointFound::Missing => format!("what came after record {head} is lost; how much nobody knows"),
            CheckpointFound::Agrees { .. } => format!("no record after {head} is known to the checkpoint file"),
            CheckpointFound::Ahead { seq, .. } => format!("records {} to {seq} are lost", head + 1),
            CheckpointFound::Differs { seq } => {
                format!("the history went another way before record {seq}; what came after record {head} is lost")
            }
            CheckpointFound::Changed { lines } => {
                format!("{lines} line(s) of the checkpoint file are not what was written; what is lost nobody knows")
            }
        }
    }
}

/// The records of a restore, to be appended to the restored journal in one transaction: the fact, the end of every
/// approval that was not spent (it may have been spent since), a floor for order ids, and the halt.
pub fn restored(book: &Book, restoration: Restoration, by: &Principal) -> Vec<JournalEvent> {
    let floor = u64::from(book.order_id_high_water.unsigned_abs())
        .saturating_add(ORDER_IDS_SKIPPED.max(restoration.lost()))
        .min(ORDER_ID_MAX);
    let reason = format!(
        "restored from {}, taken at {}: {}; compare with the broker before lifting this",
        restoration.source,
        restoration.taken_at,
        restoration.loss()
    );
    let order_id_floor = i32::try_from(floor).unwrap_or(i32::MAX);
    let mut events = vec![JournalEvent::Restored { restoration: Box::new(restoration), order_id_floor }];
    for approval in book.approvals.values() {
        if !matches!(approval.status, ApprovalStatus::Pending | ApprovalStatus::Approved) {
            continue;
        }
        let why = "the journal was restored from a backup: it may have been spent since".to_owned();
        let status = ApprovalStatus::Void;
        events.push(JournalEvent::ApprovalMoved {
            id: approval.id.clone(),
            status,
            by: None,
            reason: Some(why.clone()),
        });
        let waits = |status: OrdStatus| status == OrdStatus::PendingApproval;
        if book.orders.get(&approval.cl_ord_id).is_some_and(|order| waits(order.status)) {
            let refused = Reason {
                control: 6,
                code: "C06_APPROVAL".to_owned(),
                message: format!("the approval {} is {}: {why}", approval.id, status.word()),
                observed: Some(status.word().to_owned()),
                limit: Some("approved".to_owned()),
                hint: "look at the broker whether the order is there already; ask again under a new key".to_owned(),
            };
            let event = OrderEvent::Refused { reasons: vec![refused] };
            events.push(JournalEvent::Order { cl_ord_id: approval.cl_ord_id.clone(), event });
        }
    }
    events.push(JournalEvent::TradingStateSet {
        scope: KillScope::Global,
        state: TradingState::Halted,
        by: by.clone(),
        reason,
    });
    events
}

#[cfg(test)]
#[path = "restoration_tests.rs"]
mod tests;

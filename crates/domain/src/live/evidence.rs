//! What the journal shows about the readiness for live, kept incrementally.

use crate::id::{AccountId, ClOrdId};
use crate::order::OrderTypeKind;
use crate::reconcile::ReconciliationReport;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A kill that is being drilled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KillUnderWay {
    /// Orders that worked when it was set.
    worked: BTreeSet<ClOrdId>,
    /// Of these, those that are still open.
    open: BTreeSet<ClOrdId>,
}

/// A run of `limits drill`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRun {
    /// When it ended.
    pub at: Timestamp,
    /// Controls that refused what they were to refuse.
    pub passed: u32,
    /// Controls that were tried.
    pub total: u32,
}

/// What the journal shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The version that started last. What another version showed on paper says nothing about it.
    #[serde(default)]
    pub version: Option<String>,
    /// Order types that a broker took on a paper account, and when it last did.
    pub paper_types: BTreeMap<OrderTypeKind, Timestamp>,
    kill: Option<KillUnderWay>,
    /// When a kill was last lifted after all orders that worked were proven canceled.
    pub kill_drill: Option<Timestamp>,
    /// The newest drill of the limits.
    pub limits_drill: Option<DrillRun>,
    /// Clean comparisons of journal and broker in a row, the newest included.
    pub clean_looks: u32,
    /// When the journal was last restored from a backup.
    pub restored_at: Option<Timestamp>,
    /// When the whole journal was first walked without a finding after that.
    pub restore_verified_at: Option<Timestamp>,
    /// Accounts on which the broker told an order's reference back on a later connection, and which order that was.
    pub references: BTreeMap<AccountId, (Timestamp, ClOrdId)>,
}

impl Evidence {
    /// A process of that version writes from now on. Orders and drills must be shown anew by a version that is another one.
    pub(crate) fn started(&mut self, version: &str) {
        if self.version.as_deref().is_some_and(|before| before != version) {
            self.paper_types.clear();
            (self.kill, self.kill_drill, self.limits_drill) = (None, None, None);
        }
        self.version = Some(version.to_owned());
    }

    pub(crate) fn paper_order(&mut self, kind: OrderTypeKind, at: Timestamp) {
        self.paper_types.insert(kind, at);
    }

    /// A kill of everything by a key. What it finds at work must be proven canceled before it counts.
    pub(crate) fn killed(&mut self, working: BTreeSet<ClOrdId>) {
        // A second kill does not make the first one's orders vanish.
        let before = self.kill.take();
        let (worked, open) = before.map(|kill| (kill.worked, kill.open)).unwrap_or_default();
        self.kill = Some(KillUnderWay {
            worked: worked.into_iter().chain(working.iter().cloned()).collect(),
            open: open.into_iter().chain(working).collect(),
        });
    }

    /// An order ended or came to life again.
    pub(crate) fn order_moved(&mut self, key: &ClOrdId, is_final: bool) {
        if let Some(kill) = &mut self.kill {
            if is_final {
                kill.open.remove(key);
            } else if kill.worked.contains(key) {
                kill.open.insert(key.clone());
            }
        }
    }

    pub(crate) fn kill_lifted(&mut self, at: Timestamp) {
        if let Some(kill) = self.kill.take()
            && !kill.worked.is_empty()
            && kill.open.is_empty()
        {
            self.kill_drill = Some(at);
        }
    }

    pub(crate) fn looked(&mut self, report: &ReconciliationReport) {
        self.clean_looks = if is_clean(report) { self.clean_looks.saturating_add(1) } else { 0 };
    }

    pub(crate) fn restored(&mut self, at: Timestamp) {
        self.restored_at = Some(at);
        self.restore_verified_at = None;
    }

    pub(crate) fn verified(&mut self, is_clean: bool, began: Timestamp, at: Timestamp) {
        let Some(restored) = self.restored_at else { return };
        if !is_clean {
            self.restore_verified_at = None;
        } else if began >= restored && self.restore_verified_at.is_none() {
            self.restore_verified_at = Some(at);
        }
    }

    pub(crate) fn reference_survived(&mut self, account: &AccountId, key: &ClOrdId, at: Timestamp) {
        self.references.insert(account.clone(), (at, key.clone()));
    }
}

/// Whether journal and broker said the same.
fn is_clean(report: &ReconciliationReport) -> bool {
    report.complete && report.missing == 0 && report.unresolved == 0 && report.positions.is_empty()
}

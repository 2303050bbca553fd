//! What the journal shows about the readiness for live, kept incrementally.

use crate::id::{AccountId, ClOrdId};
use crate::mode::World;
use crate::order::OrderTypeKind;
use crate::reconcile::ReconciliationReport;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A kill that is being drilled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct KillUnderWay {
    /// Orders that worked when it was set.
    worked: BTreeSet<ClOrdId>,
    /// Of these, those that are proven canceled.
    canceled: BTreeSet<ClOrdId>,
}

/// What became of an order, as far as a kill drill goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It may trade.
    Open,
    /// It is canceled, by the broker's word or records.
    Canceled,
    /// It was never at work.
    NeverLeft,
    /// It ended otherwise, or by a human's word: that proves no cancel.
    Otherwise,
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

/// What the journal shows of one world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Order types that a broker took on a paper account, and when it last did.
    pub paper_types: BTreeMap<OrderTypeKind, Timestamp>,
    kill: Option<KillUnderWay>,
    /// When a kill was last lifted after all orders that worked were proven canceled.
    pub kill_drill: Option<Timestamp>,
    /// Clean comparisons of journal and broker in a row, the newest included.
    pub clean_looks: u32,
    /// Accounts on which the broker told an order's reference back on a later connection, and which order that was.
    pub references: BTreeMap<AccountId, (Timestamp, ClOrdId)>,
}

impl Shown {
    /// What another version showed says nothing about this one.
    fn forget(&mut self) {
        self.paper_types.clear();
        (self.kill, self.kill_drill) = (None, None);
    }

    pub(crate) fn paper_order(&mut self, kind: OrderTypeKind, at: Timestamp) {
        self.paper_types.insert(kind, at);
    }

    /// A kill of everything by a key. What it finds at work must be proven canceled before it counts.
    pub(crate) fn killed(&mut self, working: BTreeSet<ClOrdId>) {
        // A second kill does not make the first one's orders vanish.
        self.kill.get_or_insert_default().worked.extend(working);
    }

    pub(crate) fn order_moved(&mut self, key: &ClOrdId, fate: Fate) {
        let Some(kill) = self.kill.as_mut().filter(|kill| kill.worked.contains(key)) else { return };
        match fate {
            Fate::Canceled => {
                kill.canceled.insert(key.clone());
            }
            Fate::Open | Fate::Otherwise => {
                kill.canceled.remove(key);
            }
            Fate::NeverLeft => {
                kill.worked.remove(key);
                kill.canceled.remove(key);
            }
        }
    }

    fn kill_lifted(&mut self, at: Timestamp) {
        if let Some(kill) = self.kill.take()
            && !kill.worked.is_empty()
            && kill.canceled == kill.worked
        {
            self.kill_drill = Some(at);
        }
    }

    fn looked(&mut self, report: &ReconciliationReport) {
        self.clean_looks = if is_clean(report) { self.clean_looks.saturating_add(1) } else { 0 };
    }

    pub(crate) fn reference_survived(&mut self, account: &AccountId, key: &ClOrdId, at: Timestamp) {
        self.references.insert(account.clone(), (at, key.clone()));
    }
}

/// What the journal shows. What was rehearsed with a simulated venue says nothing about a broker, and the other way
/// round; what needs neither counts for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The version that started last. What another version showed on paper says nothing about it.
    #[serde(default)]
    pub version: Option<String>,
    real: Shown,
    simulated: Shown,
    /// The world of the newest connection.
    connected: Option<World>,
    /// The newest drill of the limits.
    pub limits_drill: Option<DrillRun>,
    /// When the journal was last restored from a backup.
    pub restored_at: Option<Timestamp>,
    /// When the whole journal was first walked without a finding after that.
    pub restore_verified_at: Option<Timestamp>,
}

impl Evidence {
    /// A process of that version writes from now on. Orders and drills must be shown anew by a version that is another one.
    pub(crate) fn started(&mut self, version: &str) {
        if self.version.as_deref().is_some_and(|before| before != version) {
            self.real.forget();
            self.simulated.forget();
            self.limits_drill = None;
        }
        self.version = Some(version.to_owned());
    }

    /// What was shown in one world.
    pub fn of(&self, world: World) -> &Shown {
        match world {
            World::Real => &self.real,
            World::Simulated => &self.simulated,
        }
    }

    pub(crate) fn of_mut(&mut self, world: World) -> &mut Shown {
        match world {
            World::Real => &mut self.real,
            World::Simulated => &mut self.simulated,
        }
    }

    pub(crate) fn connected(&mut self, accounts: &[AccountId]) {
        self.connected = Some(World::of_all(accounts));
    }

    pub(crate) fn kill_lifted(&mut self, at: Timestamp) {
        self.real.kill_lifted(at);
        self.simulated.kill_lifted(at);
    }

    pub(crate) fn looked(&mut self, report: &ReconciliationReport) {
        if let Some(world) = self.connected {
            self.of_mut(world).looked(report);
        }
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
}

/// Whether journal and broker said the same.
fn is_clean(report: &ReconciliationReport) -> bool {
    report.complete && report.missing == 0 && report.unresolved == 0 && report.positions.is_empty()
}

//! Changes of an order (FIX: cancel/replace): what is asked for, what the broker made of it, and when its terms count.
//! A caller of a change is told of the change, not of the order that stands.

use crate::event::OrderEvent;
use crate::id::ClOrdId;
use crate::lifecycle::EventKind;
use crate::order::Amendment;
use crate::order_record::OrderRecord;
use crate::reason::Reason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeFate {
    /// Nobody knows yet.
    UnderWay,
    /// The broker has taken it.
    Taken,
    /// The broker refused it; the original stands.
    Refused {
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// It did not reach the broker, or the broker showed long after it that it had not taken it; the original stands.
    Unsent,
    /// The order ended first, as it was or as it was to become: the broker's later word of the order may tell.
    Overtaken {
        /// What was asked for.
        amendment: Amendment,
    },
}

/// A change that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReplace {
    /// The key of the change.
    pub key: ClOrdId,
    /// To what.
    pub amendment: Amendment,
    /// When it was decided.
    pub at: Timestamp,
}

/// How a change stands towards whoever asked for it: what became of the change, and not of its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The gates refused it; nothing was sent.
    Denied(Vec<Reason>),
    /// It was to leave, and this became of it.
    Sent(ChangeFate),
}

impl PendingReplace {
    fn overtaken(self) -> (ClOrdId, ChangeFate) {
        (self.key, ChangeFate::Overtaken { amendment: self.amendment })
    }
}

impl OrderRecord {
    /// Changes of which nobody knows whether they were taken: the one under way, and what the order's end overtook.
    pub(crate) fn unsettled_changes(&self) -> impl Iterator<Item = (&ClOrdId, &Amendment)> {
        let open = self.pending_replace.iter().map(|replace| (&replace.key, &replace.amendment));
        let overtaken = self.changes.iter().filter_map(|(key, fate)| match fate {
            ChangeFate::Overtaken { amendment } => Some((key, amendment)),
            ChangeFate::UnderWay | ChangeFate::Taken | ChangeFate::Refused { .. } | ChangeFate::Unsent => None,
        });
        open.chain(overtaken)
    }

    /// How the change with this key stands; `None` for a key that asked for no change of this order.
    pub fn change_outcome(&self, key: &ClOrdId) -> Option<ChangeOutcome> {
        let denied = self.denied_changes.get(key).map(|reasons| ChangeOutcome::Denied(reasons.clone()));
        denied.or_else(|| self.changes.get(key).map(|fate| ChangeOutcome::Sent(fate.clone())))
    }

    /// Whether it ended before it was known what became of a change.
    pub fn was_overtaken(&self) -> bool {
        self.overtaken().is_some()
    }

    /// Whether nobody knows yet what became of this change: it is under way, or the order's end overtook it.
    pub fn is_unsettled(&self, key: &ClOrdId) -> bool {
        self.unsettled_changes().any(|(unsettled, _)| unsettled == key)
    }

    /// Whether this change is under way.
    pub(crate) fn is_under_way(&self, key: &ClOrdId) -> bool {
        self.pending_replace.as_ref().is_some_and(|replace| replace.key == *key)
    }

    /// Opens a change: from here until its fate is known either version may live.
    pub(crate) fn open_replace(&mut self, pending: PendingReplace) {
        self.changes.insert(pending.key.clone(), ChangeFate::UnderWay);
        self.pending_replace = Some(pending);
    }

    /// What this event says of a change beside its being taken: that it is not, or that the order ended first. An order
    /// that is over no more may work in either version again.
    pub(crate) fn follow_change(&mut self, kind: EventKind, event: &OrderEvent, at: Timestamp) {
        if kind == EventKind::ReplaceUnsent {
            self.settle_change(ChangeFate::Unsent);
        } else if kind == EventKind::ReplaceRefused
            && let OrderEvent::ReplaceRefused { code, message } | OrderEvent::Rejected { code, message } = event
        {
            self.settle_change(ChangeFate::Refused { code: *code, message: message.clone() });
        }
        if self.status.is_final() {
            self.changes.extend(self.pending_replace.take().map(PendingReplace::overtaken));
        } else if self.pending_replace.is_none()
            && let Some((key, amendment)) = self.overtaken()
        {
            self.open_replace(PendingReplace { key, amendment, at });
        }
    }

    /// The change whose fate is not known was not taken, whether the order is over or not: there is never a second one.
    fn settle_change(&mut self, fate: ChangeFate) {
        let open = self.pending_replace.take().map(|replace| replace.key);
        if let Some(key) = open.or_else(|| self.overtaken().map(|(key, _)| key)) {
            self.changes.insert(key, fate);
        }
    }

    fn overtaken(&self) -> Option<(ClOrdId, Amendment)> {
        self.changes.iter().find_map(|(key, fate)| {
            if let ChangeFate::Overtaken { amendment } = fate { Some((key.clone(), *amendment)) } else { None }
        })
    }

    pub(crate) fn take_open_change(&mut self) {
        if let Some(replace) = self.pending_replace.take() {
            self.work_in(replace.key, replace.amendment);
        }
    }

    /// Takes the change that nobody knew the fate of and that alone explains what was traded.
    pub(crate) fn take_change_that(&mut self, explains: impl Fn(&Amendment) -> bool) {
        let key = self.unsettled_changes().find(|(_, asked)| explains(asked)).map(|(key, _)| key.clone());
        if let Some(key) = key {
            self.take_change(&key);
        }
    }

    pub(crate) fn take_change(&mut self, key: &ClOrdId) {
        if self.is_under_way(key) {
            self.take_open_change();
        } else if let Some(ChangeFate::Overtaken { amendment }) = self.changes.get(key) {
            let amendment = *amendment;
            self.work_in(key.clone(), amendment);
        }
    }

    fn work_in(&mut self, key: ClOrdId, amendment: Amendment) {
        self.intent.qty = amendment.qty;
        self.intent.order_type = amendment.order_type;
        self.intent.tif = amendment.tif;
        self.changes.insert(key, ChangeFate::Taken);
        self.version += 1;
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

//! All mandates of an installation, and which order uses which.

use super::{Mandate, MandateAsk, MandateEnd, MandateStatus, MandateUse, UseStage};
use crate::id::{AccountId, ClOrdId, KeyId, MandateId};
use crate::trading_state::KillScope;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Mandates by id. Copies share them until one of them changes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandates {
    by_id: BTreeMap<MandateId, Arc<Mandate>>,
    by_order: BTreeMap<ClOrdId, MandateId>,
    /// Orders that are over and wait for the proof.
    over: BTreeSet<ClOrdId>,
    /// Mandates that did not end before their time, for work that must not grow with history.
    standing: BTreeSet<MandateId>,
}

/// How an order stands, as far as budgets ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderStanding {
    /// What has traded.
    pub traded: Decimal,
    /// Whether it is final.
    pub is_final: bool,
    /// Whether it provably never left.
    pub never_left: bool,
}

impl Mandates {
    /// One mandate.
    pub fn get(&self, id: &MandateId) -> Option<&Mandate> {
        self.by_id.get(id).map(Arc::as_ref)
    }

    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Mandate> {
        self.by_id.values().map(Arc::as_ref)
    }

    /// Those that may be used now.
    pub fn active(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Mandate>> {
        let standing = self.standing.iter().filter_map(|id| self.by_id.get(id));
        standing.filter(move |mandate| mandate.status(now) == MandateStatus::Active)
    }

    /// The mandate that an order uses.
    pub fn of_order(&self, key: &ClOrdId) -> Option<&MandateId> {
        self.by_order.get(key)
    }

    pub(crate) fn grant(&mut self, mandate: Mandate) -> Result<(), String> {
        if self.by_id.contains_key(&mandate.id) {
            return Err(format!("mandate {} exists already", mandate.id));
        }
        let at = mandate.granted_at;
        // What is over by its time is looked at no more.
        let by_id = &self.by_id;
        self.standing.retain(|id| by_id.get(id).is_some_and(|one| one.terms.expires_at > at));
        self.standing.insert(mandate.id.clone());
        self.by_id.insert(mandate.id.clone(), Arc::new(mandate));
        Ok(())
    }

    pub(crate) fn confirm(&mut self, id: &MandateId, by: &KeyId, at: Timestamp) -> Result<(), String> {
        let mandate = self.change(id)?;
        if mandate.status(at) != MandateStatus::Pending {
            return Err(format!("mandate {id} is {}", mandate.status(at).word()));
        }
        mandate.confirmed = Some((by.clone(), at));
        Ok(())
    }

    /// Compare and set: active, within the budget, and of no order of another mandate.
    pub(crate) fn book_use(&mut self, id: &MandateId, ask: &MandateAsk<'_>, at: Timestamp) -> Result<(), String> {
        if self.by_order.get(ask.cl_ord_id).is_some_and(|other| other != id) {
            return Err(format!("order {} uses another mandate", ask.cl_ord_id));
        }
        let mandate = self.change(id)?;
        if mandate.status(at) != MandateStatus::Active {
            return Err(format!("mandate {id} is {}", mandate.status(at).word()));
        }
        if let Some((what, observed, limit)) = mandate.budget_faults(ask).first() {
            return Err(format!("mandate {id}: {what} {observed} is above {limit}"));
        }
        let (taken, one) = mandate.taken_with(ask, at).ok_or("more than can be counted")?;
        mandate.taken = taken;
        mandate.uses.insert(ask.cl_ord_id.clone(), one);
        self.over.remove(ask.cl_ord_id);
        self.by_order.insert(ask.cl_ord_id.clone(), id.clone());
        Ok(())
    }

    pub(crate) fn revoke(&mut self, id: &MandateId, by: &str, reason: &str, at: Timestamp) -> Result<(), String> {
        let mandate = self.change(id)?;
        match mandate.status(at) {
            MandateStatus::Pending | MandateStatus::Active => {
                self.end(id, MandateStatus::Revoked, by, reason, at);
                Ok(())
            }
            status @ (MandateStatus::Lapsed
            | MandateStatus::Expired
            | MandateStatus::Revoked
            | MandateStatus::Fallen) => Err(format!("mandate {id} is {}", status.word())),
        }
    }

    /// A kill ends every mandate in its scope.
    pub(crate) fn fall(&mut self, scope: &KillScope, by: &str, reason: &str, at: Timestamp) {
        let account_of = |mandate: &Mandate, account: &AccountId| mandate.terms.account == *account;
        let within = |mandate: &Mandate| match scope {
            KillScope::Global => true,
            KillScope::Account(account) => account_of(mandate, account),
            KillScope::Strategy(strategy) => mandate.terms.strategy.as_ref() == Some(strategy),
        };
        let fallen: Vec<MandateId> =
            self.standing.iter().filter(|id| self.get(id).is_some_and(within)).cloned().collect();
        for id in fallen {
            self.end(&id, MandateStatus::Fallen, by, reason, at);
        }
    }

    fn end(&mut self, id: &MandateId, status: MandateStatus, by: &str, reason: &str, at: Timestamp) {
        self.standing.remove(id);
        if let Some(mandate) = self.by_id.get_mut(id).map(Arc::make_mut) {
            mandate.ended = Some(MandateEnd { status, at, by: by.to_owned(), reason: reason.to_owned() });
        }
    }

    /// What happened to an order that may use a mandate.
    pub(crate) fn follow(&mut self, key: &ClOrdId, order: OrderStanding, at: Timestamp) {
        let Some(id) = self.by_order.get(key).cloned() else { return };
        let mut is_over = false;
        self.recharge(&id, key, |one| {
            one.traded = order.traded;
            one.stage = match (order.is_final, one.stage) {
                (false, UseStage::Open | UseStage::Over { .. } | UseStage::Settled) => UseStage::Open,
                (true, _) if order.never_left && order.traded.is_zero() => UseStage::Settled,
                (true, UseStage::Settled) => UseStage::Settled,
                (true, UseStage::Open | UseStage::Over { .. }) => UseStage::Over { since: at },
            };
            is_over = matches!(one.stage, UseStage::Over { .. });
        });
        if is_over {
            self.over.insert(key.clone());
        } else {
            self.over.remove(key);
        }
    }

    /// A complete look at the broker that began then: what was over before it trades no more.
    pub(crate) fn proven_by_look(&mut self, began: Timestamp) {
        let waiting: Vec<ClOrdId> = self.over.iter().cloned().collect();
        for key in waiting {
            let Some(id) = self.by_order.get(&key).cloned() else { continue };
            let mut settled = false;
            self.recharge(&id, &key, |one| {
                if matches!(one.stage, UseStage::Over { since } if since < began) {
                    one.stage = UseStage::Settled;
                    settled = true;
                }
            });
            if settled {
                self.over.remove(&key);
            }
        }
    }

    fn recharge(&mut self, id: &MandateId, key: &ClOrdId, change: impl FnOnce(&mut MandateUse)) {
        let Some(mandate) = self.by_id.get_mut(id).map(Arc::make_mut) else { return };
        let Some(one) = mandate.uses.get_mut(key) else { return };
        let before = one.charge();
        change(one);
        // A sum that once was too large is counted anew rather than taken apart.
        let taken = mandate.taken.checked_sub(before).and_then(|rest| rest.checked_add(one.charge()));
        mandate.taken = match taken {
            Some(taken) if mandate.taken != Decimal::MAX => taken,
            Some(_) | None => mandate.recounted(),
        };
    }

    fn change(&mut self, id: &MandateId) -> Result<&mut Mandate, String> {
        self.by_id.get_mut(id).map(Arc::make_mut).ok_or_else(|| format!("mandate {id} does not exist"))
    }
}
